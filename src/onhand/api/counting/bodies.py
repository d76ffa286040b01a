"""What is sent and answered about counts; nothing a counter is answered tells a book quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from onhand.api import documents
from onhand.api import fields as f
from onhand.api.catalogue.product_bodies import Amount
from onhand.api.queries import Paging, sorting
from onhand.core import counts as rules
from onhand.core.counts import Count
from onhand.core.documents import Event
from onhand.core.stock_rules import Accepted

State = Literal["draft", "counting", "review", "posted", "cancelled"]
AbcClass = Literal["A", "B", "C"]
SalesDays = Annotated[
    int, Meta(ge=1, le=366, description="Over how many days sales decide the classes.")
]
YEAR = 365


class CountProduct(Struct, kw_only=True, forbid_unknown_fields=True):
    """A product."""

    product_id: f.ProductId


Products = Annotated[list[CountProduct], Meta(min_length=1, max_length=rules.MAX_LINES)]


class NewCount(Struct, kw_only=True, forbid_unknown_fields=True):
    """A count to write: of the products in `lines`, of an ABC class, or of all that is there.

    A line whose first count is further from the book than `recount_units`, or than
    `recount_percent` of it, must be counted again. `start`: have it counted at once.
    """

    warehouse_id: f.WarehouseId
    lines: Products | None = None
    abc_class: AbcClass | None = None
    abc_days: SalesDays = YEAR
    reference: f.Reference | None = None
    notes: f.Notes | None = None
    recount_percent: f.Money | None = None
    recount_units: f.CountedQuantity | None = None
    start: bool = False


class CountAdding(Struct, kw_only=True, forbid_unknown_fields=True):
    """Products to count, too."""

    lines: Products
    reason: f.Reason | None = None


class CountStarting(Struct, kw_only=True, forbid_unknown_fields=True):
    """Anything to say of it."""

    reason: f.Reason | None = None


class CountedProduct(Struct, kw_only=True, forbid_unknown_fields=True):
    """So many units of a product were there, at `counted_at` or else when the whole says."""

    product_id: f.ProductId
    quantity: f.CountedQuantity
    counted_at: f.Moment | None = None


class CountRecording(Struct, kw_only=True, forbid_unknown_fields=True):
    """What one person counted: `counted_by`, or whoever's key it is; at `counted_at`, or now."""

    lines: Annotated[list[CountedProduct], Meta(min_length=1, max_length=rules.MAX_LINES)]
    counted_by: f.Person | None = None
    counted_at: f.Moment | None = None


class CountRecounting(Struct, kw_only=True, forbid_unknown_fields=True):
    """Products to count again."""

    lines: Products
    reason: f.Reason | None = None


class CountSubmitting(Struct, kw_only=True, forbid_unknown_fields=True):
    """`uncounted`: refuse while a line is not counted, or leave such lines out."""

    uncounted: Literal["refuse", "leave_out"] = "refuse"
    reason: f.Reason | None = None


class CountApproving(Struct, kw_only=True, forbid_unknown_fields=True):
    """`on_shortfall`: what to do where orders hold more than is left."""

    on_shortfall: Literal["reject", "deallocate"] = "reject"
    reason: f.Reason | None = None


class CountCancelling(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it is given up."""

    reason: f.Reason


class CountQuery(Paging, kw_only=True):
    """Which counts, in which order."""

    state: State | None = None
    warehouse_id: f.WarehouseId | None = None
    product_id: f.ProductId | None = None
    sort: Annotated[str, sorting("id", "created_at", "updated_at")] | None = None


class CountHead(Struct, kw_only=True):
    """A count without its lines."""

    id: int
    state: State
    warehouse_id: int
    scope: Literal["products", "class", "warehouse"]
    abc_class: AbcClass | None
    reference: str | None
    notes: str | None
    recount_percent: Amount | None
    recount_units: int | None
    started_at: f.Instant | None
    created_by: str
    created_at: f.Instant
    updated_at: f.Instant


class CountSummary(CountHead, kw_only=True):
    """A count and how far it is: its lines, those counted, and those to be counted again."""

    line_count: int
    counted_count: int
    recount_count: int


class CountData(CountSummary, kw_only=True):
    """A count, and the events that are possible now."""

    possible: list[str]


class CountWhole(CountData, kw_only=True):
    """A count with its history."""

    history: list[documents.Step]


class CountStepped(CountData, kw_only=True):
    """A count after a step, and the movements that this wrote."""

    movement_ids: list[int]


class CountRecount(Struct, kw_only=True):
    """A line to count again: it was too far from the book, counters disagreed, others counted it
    since, or somebody asked for it.
    """

    line: int
    product_id: int
    reason: Literal["limit", "disagreement", "counted_since", "asked"]


class CountSubmitted(CountStepped, kw_only=True):
    """A count in review; or still being counted, because of the lines in `recount`."""

    recount: list[CountRecount]


class CountDeallocated(Struct, kw_only=True):
    """An order whose units are no longer there, and now are backordered."""

    product_id: int
    order_id: int
    quantity: int


class CountApproved(CountStepped, kw_only=True):
    """A posted count, and the orders that it took units from."""

    deallocated: list[CountDeallocated]


class CountEntryTold(Struct, kw_only=True):
    """An entry, as it was told."""

    line: int
    product_id: int
    quantity: int
    counted_by: str
    counted_at: f.Instant


class CountRecorded(Struct, kw_only=True):
    """What was taken in."""

    id: int
    state: State
    lines: list[CountEntryTold]


def head(count: Count) -> dict[str, Any]:
    """The fields of a `CountHead`."""
    return {name: getattr(count, name) for name in CountHead.__struct_fields__}


def shown(count: Count) -> dict[str, Any]:
    """The fields of a `CountData`."""
    return {
        **head(count),
        "line_count": len(count.lines),
        "counted_count": count.counted_lines,
        "recount_count": count.recount_lines,
        "possible": list(rules.LIFE_CYCLE.possible(count.state)),
    }


def stepped(count: Count, movement_ids: Sequence[int]) -> CountStepped:
    """A count after a step."""
    return CountStepped(**shown(count), movement_ids=list(movement_ids))


def whole(count: Count, history: Sequence[Event]) -> CountWhole:
    """A count with its history."""
    return CountWhole(**shown(count), history=documents.steps(history))


def whole_to_counters(count: Count, history: Sequence[Event]) -> CountWhole:
    """The same, without the details of its steps: these tell where counts and books differed."""
    return whole(count, [replace(event, data={}) for event in history])


def submitted(count: Count) -> CountSubmitted:
    """A count that was handed over, or must be counted on."""
    recount = [
        CountRecount(line=line.number, product_id=line.product_id, reason=line.recount)  # type: ignore[arg-type]
        for line in count.lines
        if count.state == rules.COUNTING and line.recount is not None and line.counted is None
    ]
    return CountSubmitted(**shown(count), movement_ids=[], recount=recount)


def approved(result: Accepted, movement_ids: Sequence[int]) -> CountApproved:
    """A count that was posted."""
    hit = [CountDeallocated(**one) for one in result.facts["deallocated"]]
    count = result.facts["document"]
    return CountApproved(**shown(count), movement_ids=list(movement_ids), deallocated=hit)


def recorded(count: Count, entries: int) -> CountRecorded:
    """A count after its last so many entries: no word of what should have been there."""
    products = {line.number: line.product_id for line in count.lines}
    lines = [
        CountEntryTold(
            line=entry.line,
            product_id=products[entry.line],
            quantity=entry.quantity,
            counted_by=entry.counted_by,
            counted_at=entry.counted_at,
        )
        for entry in count.entries[-entries:]
    ]
    return CountRecorded(
        id=count.id,
        state=count.state,  # type: ignore[arg-type]
        lines=lines,
    )


def counted(given: CountRecording) -> tuple[rules.Counted, ...]:
    """What somebody counted, as the rules take it."""
    at: datetime | None = f.optional_utc(given.counted_at)
    return tuple(
        rules.Counted(line.product_id, line.quantity, f.optional_utc(line.counted_at) or at)
        for line in given.lines
    )
