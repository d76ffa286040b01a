"""Transfers in transit: draft one, ship it, receive what arrives; list them, read one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from onhand.api import documents
from onhand.api import fields as f
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, page, parsed
from onhand.api.queries import PageMeta, Paging, page_meta, page_request, sorting
from onhand.api.wire import Reply
from onhand.core import transfers as rules
from onhand.core.documents import Event
from onhand.core.transfers import Transfer
from onhand.ledger.access import Permission
from onhand.ledger.documents import TransferFilter

PATH = f"{BASE}/transfers"
TAG = "Transfers"
MAX_LINES = 10_000

State = Literal["draft", "shipped", "partially_received", "received", "cancelled"]


class LineBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A product to move, and how many units of it."""

    product_id: f.ProductId
    quantity: f.PositiveQuantity


Lines = Annotated[list[LineBody], Meta(min_length=1, max_length=MAX_LINES)]


class NewTransfer(Struct, kw_only=True, forbid_unknown_fields=True):
    """A transfer to write; `ship`: send it off at once."""

    from_warehouse_id: f.WarehouseId
    to_warehouse_id: f.WarehouseId
    lines: Lines
    reference: f.Reference | None = None
    notes: f.Notes | None = None
    expected_date: f.Day | None = None
    ship: bool = False
    occurred_at: f.Moment | None = None


class TransferChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to a draft: what is left out stays, null clears, `lines` replace all lines."""

    from_warehouse_id: f.WarehouseId | UnsetType = UNSET
    to_warehouse_id: f.WarehouseId | UnsetType = UNSET
    lines: Lines | UnsetType = UNSET
    reference: f.Reference | UnsetType | None = UNSET
    notes: f.Notes | UnsetType | None = UNSET
    expected_date: f.Day | UnsetType | None = UNSET


class Shipping(Struct, kw_only=True, forbid_unknown_fields=True):
    """When it left, and anything to say of it."""

    reason: f.Reason | None = None
    occurred_at: f.Moment | None = None


class ArrivalBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What became of a line: units that arrived whole, were lost, are damaged."""

    line: Annotated[int, Meta(ge=1, le=MAX_LINES, description="The line's number, from 1.")]
    received: f.CountedQuantity = 0
    lost: f.CountedQuantity = 0
    damaged: f.CountedQuantity = 0
    reason: f.Reason | None = None


class Receiving(Struct, kw_only=True, forbid_unknown_fields=True):
    """What arrived; without `lines` all that is still in transit."""

    lines: Annotated[list[ArrivalBody], Meta(min_length=1, max_length=MAX_LINES)] | None = None
    reason: f.Reason | None = None
    occurred_at: f.Moment | None = None


class Cancelling(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it is given up."""

    reason: f.Reason


class TransferQuery(Paging, kw_only=True):
    """Which transfers, in which order."""

    state: State | None = None
    open: Annotated[bool, Meta(description="Only what is in transit.")] = False
    from_warehouse_id: f.WarehouseId | None = None
    to_warehouse_id: f.WarehouseId | None = None
    warehouse_id: Annotated[int, Meta(ge=1, le=f.MAX_ID, description="Either end.")] | None = None
    product_id: f.ProductId | None = None
    sort: Annotated[str, sorting("id", "expected_date", "created_at", "updated_at")] | None = None


class LineData(Struct, kw_only=True):
    """A line: of `quantity` units so many arrived, were written off, or are in transit."""

    line: int
    product_id: int
    quantity: int
    received: int
    lost: int
    damaged: int
    in_transit: int


class TransferHead(Struct, kw_only=True):
    """A transfer without its lines."""

    id: int
    state: State
    from_warehouse_id: int
    to_warehouse_id: int
    reference: str | None
    notes: str | None
    expected_date: date | None
    shipped_at: f.Instant | None
    created_by: str
    created_at: f.Instant
    updated_at: f.Instant


class TransferSummary(TransferHead, kw_only=True):
    """A transfer in a list."""

    line_count: int
    quantity: int
    quantity_in_transit: int


class TransferData(TransferHead, kw_only=True):
    """A transfer, and the events that are possible now."""

    lines: list[LineData]
    possible: list[str]


class TransferWhole(TransferData, kw_only=True):
    """A transfer with its history."""

    history: list[documents.Step]


class TransferStepped(TransferData, kw_only=True):
    """A transfer after a step, and the movements that this wrote."""

    movement_ids: list[int]


async def create_transfer(call: Call) -> Reply:
    """Write a transfer."""
    body = await call.raw_body()
    given = parsed(call, body, NewTransfer)
    command = rules.DraftTransfer(
        origin=call.origin(occurred_at=f.optional_utc(given.occurred_at)),
        from_warehouse_id=given.from_warehouse_id,
        to_warehouse_id=given.to_warehouse_id,
        lines=_lines(given.lines),
        reference=given.reference,
        notes=given.notes,
        expected_date=given.expected_date,
        ship=given.ship,
    )
    message = "Transfer shipped successfully" if given.ship else "Transfer created successfully"
    return await documents.step(call, command, body, _stepped, message, PATH)


async def list_transfers(call: Call) -> Reply:
    """A page of transfers."""
    query = call.query(TransferQuery)
    under_way = (rules.SHIPPED, rules.PARTIALLY_RECEIVED) if query.open else None
    which = TransferFilter(
        states=documents.states(query.state, only=under_way),
        from_warehouse_id=query.from_warehouse_id,
        to_warehouse_id=query.to_warehouse_id,
        warehouse_id=query.warehouse_id,
        product_id=query.product_id,
    )
    listing = await call.read(lambda reads: reads.documents(which, page_request(query, query.sort)))
    rows = [
        TransferSummary(
            **_head(row.transfer),
            line_count=row.lines,
            quantity=row.quantity,
            quantity_in_transit=row.open if row.transfer.is_under_way else 0,
        )
        for row in listing.rows
    ]
    return page(rows, page_meta(query, listing.total))


async def read_transfer(call: Call) -> Reply:
    """One transfer, with its history."""
    return await documents.whole(call, Transfer, "transfer_id", _whole)


async def change_transfer(call: Call) -> Reply:
    """Write a draft anew."""
    body = await call.raw_body()
    given = parsed(call, body, TransferChanges)
    changes = documents.changes(given)
    if "lines" in changes:
        changes["lines"] = _lines(changes["lines"])
    command = rules.ChangeTransfer(
        origin=call.origin(),
        id=call.id("transfer_id"),
        if_version=call.if_version,
        changes=changes,
    )
    return await documents.step(call, command, body, _stepped, "Transfer updated successfully")


async def ship_transfer(call: Call) -> Reply:
    """Send a draft off."""
    body = await call.raw_body()
    given = parsed(call, body, Shipping)
    command = rules.ShipTransfer(
        origin=call.origin(given.reason, occurred_at=f.optional_utc(given.occurred_at)),
        id=call.id("transfer_id"),
        if_version=call.if_version,
    )
    return await documents.step(call, command, body, _stepped, "Transfer shipped successfully")


async def receive_transfer(call: Call) -> Reply:
    """Take in what arrived."""
    body = await call.raw_body()
    given = parsed(call, body, Receiving)
    lines = given.lines
    command = rules.ReceiveTransfer(
        origin=call.origin(given.reason, occurred_at=f.optional_utc(given.occurred_at)),
        id=call.id("transfer_id"),
        if_version=call.if_version,
        lines=None
        if lines is None
        else tuple(
            rules.LineReceived(line.line, line.received, line.lost, line.damaged, line.reason)
            for line in lines
        ),
    )
    return await documents.step(call, command, body, _stepped, "Transfer received successfully")


async def cancel_transfer(call: Call) -> Reply:
    """Give a draft up."""
    body = await call.raw_body()
    given = parsed(call, body, Cancelling)
    command = rules.CancelTransfer(
        origin=call.origin(given.reason),
        id=call.id("transfer_id"),
        if_version=call.if_version,
    )
    return await documents.step(call, command, body, _stepped, "Transfer cancelled successfully")


def _lines(lines: Sequence[LineBody]) -> tuple[rules.LineGiven, ...]:
    return tuple(rules.LineGiven(line.product_id, line.quantity) for line in lines)


def _head(transfer: Transfer) -> dict[str, Any]:
    return {name: getattr(transfer, name) for name in TransferHead.__struct_fields__}


def _data(transfer: Transfer) -> dict[str, Any]:
    lines = [
        LineData(
            line=line.number,
            product_id=line.product_id,
            quantity=line.quantity,
            received=line.received,
            lost=line.lost,
            damaged=line.damaged,
            in_transit=line.open if transfer.is_under_way else 0,
        )
        for line in transfer.lines
    ]
    possible = list(rules.LIFE_CYCLE.possible(transfer.state))
    return {**_head(transfer), "lines": lines, "possible": possible}


def _stepped(transfer: Transfer, movement_ids: Sequence[int]) -> TransferStepped:
    return TransferStepped(**_data(transfer), movement_ids=list(movement_ids))


def _whole(transfer: Transfer, history: Sequence[Event]) -> TransferWhole:
    return TransferWhole(**_data(transfer), history=documents.steps(history))


_DRAFT = {
    "from_warehouse_id": 1,
    "to_warehouse_id": 2,
    "lines": [{"product_id": 123, "quantity": 10}],
    "expected_date": "2030-01-18",
}
_WITH_LOSSES = {
    "lines": [{"line": 1, "received": 8, "lost": 1, "damaged": 1, "reason": "Pallet fell over"}]
}


def _step(
    verb: str, summary: str, description: str, body: type[Struct], done: str, **more: Any
) -> Operation:
    return Operation(
        "POST",
        f"{PATH}/{{transfer_id}}/{verb}",
        f"{verb}_transfer",
        summary,
        description,
        TAG,
        Permission.TRANSFERS_WRITE,
        {200: Shape(TransferStepped, f"Transfer {done} successfully")},
        body=body,
        errors=(409,),
        keyed=True,
        versioned=True,
        conditional=True,
        **more,
    )


ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            PATH,
            "create_transfer",
            "Create a transfer",
            "Writes a transfer of one or more products as a draft, which moves nothing. With"
            " `ship` it is sent off at once.",
            TAG,
            Permission.TRANSFERS_WRITE,
            {201: Shape(TransferStepped, "Transfer created successfully")},
            body=NewTransfer,
            body_examples={"A draft": _DRAFT, "Sent off at once": {**_DRAFT, "ship": True}},
            keyed=True,
            versioned=True,
            located=True,
        ),
        create_transfer,
    ),
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_transfers",
            "List transfers",
            "A page of transfers that meet every filter given, without their lines.",
            TAG,
            Permission.TRANSFERS_READ,
            {200: Shape(list[TransferSummary], meta=PageMeta)},
            query=TransferQuery,
        ),
        list_transfers,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{transfer_id}}",
            "read_transfer",
            "Read a transfer",
            "One transfer with its lines, its history, and what is possible now.",
            TAG,
            Permission.TRANSFERS_READ,
            {200: Shape(TransferWhole)},
            versioned=True,
        ),
        read_transfer,
    ),
    Endpoint(
        Operation(
            "PATCH",
            f"{PATH}/{{transfer_id}}",
            "change_transfer",
            "Change a draft transfer",
            "Changes what is sent and leaves the rest; `lines` replace all lines. Once shipped, a"
            " transfer is changed no more: 409.",
            TAG,
            Permission.TRANSFERS_WRITE,
            {200: Shape(TransferStepped, "Transfer updated successfully")},
            body=TransferChanges,
            body_examples={"Another quantity": {"lines": [{"product_id": 123, "quantity": 12}]}},
            errors=(409,),
            keyed=True,
            versioned=True,
            conditional=True,
        ),
        change_transfer,
    ),
    Endpoint(
        _step(
            "ship",
            "Ship a transfer",
            "Takes every line's units out of the source, or none: each line that is short is named."
            " From then on they are in transit to the destination. The body may be left out.",
            Shipping,
            "shipped",
            body_required=False,
        ),
        ship_transfer,
    ),
    Endpoint(
        _step(
            "receive",
            "Receive a transfer",
            "Takes in what arrived, in one go or several; units lost or damaged are written off"
            " with a reason. Without `lines`, all that is still in transit has arrived. The body"
            " may be left out.",
            Receiving,
            "received",
            body_required=False,
            body_examples={"With losses": _WITH_LOSSES},
        ),
        receive_transfer,
    ),
    Endpoint(
        _step(
            "cancel",
            "Cancel a transfer",
            "Gives a draft up. What is under way cannot be cancelled: receive it, then transfer it"
            " back.",
            Cancelling,
            "cancelled",
            body_examples={"Not needed": {"reason": "The store found more in its cellar"}},
        ),
        cancel_transfer,
    ),
)
