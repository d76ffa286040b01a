"""Physical counts: what people find on the shelves, against what the ledger says it was just then.

A counter says how many units of a product lay there at a moment. The variance is that less the
ledger's on hand as of that moment, however late it is worked out, so a movement made meanwhile, or
reported late with its true time, is accounted for. Approving posts every variance at once:

    on hand after = counted + what moved since it was counted

Blind: nothing that a counter's entry does reads a level, so nothing it answers can tell one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from onhand.core.commands import OnShortfall
from onhand.core.documents import Document, DocumentCommand, DocumentKind, Touch
from onhand.core.life_cycles import LifeCycle, Transition

DRAFT, COUNTING, REVIEW = "draft", "counting", "review"
POSTED, CANCELLED = "posted", "cancelled"

LIFE_CYCLE = LifeCycle(
    DocumentKind.COUNT,
    (
        Transition(None, "draft", (DRAFT,), "a warehouse in use; a product at least"),
        Transition(DRAFT, "add", (DRAFT,), "products that it does not have yet"),
        Transition(DRAFT, "start", (COUNTING,)),
        Transition(DRAFT, "cancel", (CANCELLED,), "a reason"),
        Transition(COUNTING, "add", (COUNTING,), "products that it does not have yet"),
        Transition(COUNTING, "record", (COUNTING,), "counted between the start and now"),
        Transition(COUNTING, "recount", (COUNTING,), "lines of this count"),
        Transition(
            COUNTING,
            "submit",
            (REVIEW, COUNTING),
            "each line is counted, or left out on purpose; review only where none needs a recount",
        ),
        Transition(COUNTING, "cancel", (CANCELLED,), "a reason"),
        Transition(REVIEW, "recount", (COUNTING,), "lines of this count"),
        Transition(
            REVIEW,
            "approve",
            (POSTED,),
            "no line was counted elsewhere since; on hand stays above what is reserved, or orders"
            " are deallocated",
            "each counted line's variance is posted",
        ),
        Transition(REVIEW, "cancel", (CANCELLED,), "a reason"),
    ),
)

MAX_LINES = 10_000


PRODUCTS, ABC_CLASS, WAREHOUSE = "products", "class", "warehouse"
"""How a count's products were chosen: by name, by class, all that the warehouse has."""

ASKED, LIMIT, DISAGREEMENT, COUNTED_SINCE = "asked", "limit", "disagreement", "counted_since"
"""Why a line must be counted again: somebody asked for it; it was too far from the book; two
counters disagreed; its level was counted by others meanwhile."""


@dataclass(frozen=True, slots=True)
class CountLine:
    """One product of a count.

    `round` is 1, and one more for each recount. `counted` at `counted_at` is what its round's last
    entry says; None until there is one. `book` is the on hand as of then, kept when it is posted.
    """

    number: int
    product_id: int
    round: int = 1
    recount: str | None = None
    counted: int | None = None
    counted_at: datetime | None = None
    counted_by: str | None = None
    book: int | None = None


@dataclass(frozen=True, slots=True)
class CountEntry:
    """What somebody counted, as it was told: never changed, a later one stands beside it."""

    number: int
    line: int
    round: int
    quantity: int
    counted_by: str
    counted_at: datetime
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Document):
    """A count of one warehouse.

    A line whose first count is further than `recount_units`, or than `recount_percent` of its book
    quantity, from the book must be counted again; None: no such limit.
    """

    kind: ClassVar = DocumentKind.COUNT

    warehouse_id: int
    scope: str
    abc_class: str | None = None
    reference: str | None = None
    notes: str | None = None
    recount_percent: Decimal | None = None
    recount_units: int | None = None
    started_at: datetime | None = None
    entry_count: int = 0
    lines: tuple[CountLine, ...] = ()
    entries: tuple[CountEntry, ...] = ()

    @property
    def counted_lines(self) -> int:
        """How many lines have a count that holds."""
        return sum(line.counted is not None for line in self.lines)

    @property
    def recount_lines(self) -> int:
        """How many lines wait to be counted again."""
        return sum(line.recount is not None and line.counted is None for line in self.lines)

    def touches(self) -> Iterable[Touch]:
        """None by itself: it is its steps that look at levels."""
        return ()

    def products_named(self) -> Iterable[int]:
        """Each line's."""
        return (line.product_id for line in self.lines)

    def warehouses_named(self) -> Iterable[int]:
        """Its own, also while it has no line."""
        return (self.warehouse_id,)

    def flaws(self) -> Iterator[tuple[str, object, object]]:
        """Where its lines disagree with their entries, or with its state."""
        last = {(entry.line, entry.round): entry for entry in self.entries}
        for line in self.lines:
            entry = last.get((line.number, line.round))
            told = None if entry is None else entry.quantity
            if told != line.counted:
                yield f"units counted on line {line.number}", told, line.counted
            is_posted = self.state == POSTED and line.counted is not None
            if is_posted != (line.book is not None):
                yield f"line {line.number} posted", is_posted, line.book is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _CountCommand(DocumentCommand):
    kind: ClassVar = DocumentKind.COUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCount(_CountCommand):
    """Write a new count; `start`: have it counted at once."""

    warehouse_id: int
    scope: str
    product_ids: tuple[int, ...]
    abc_class: str | None = None
    reference: str | None = None
    notes: str | None = None
    recount_percent: Decimal | None = None
    recount_units: int | None = None
    start: bool = False

    def touches(self) -> Iterator[Touch]:
        """Each product, in the warehouse."""
        for product_id in self.product_ids:
            yield Touch(product_id, self.warehouse_id)

    def warehouses(self) -> Iterable[int]:
        """Its warehouse, also where no product is given."""
        return (self.warehouse_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToCount(_CountCommand):
    """Count these products, too."""

    product_ids: tuple[int, ...]

    def touches(self) -> Iterator[Touch]:
        """Each product."""
        for product_id in self.product_ids:
            yield Touch(product_id, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCount(_CountCommand):
    """Begin to count."""


@dataclass(frozen=True, slots=True)
class Counted:
    """So many units of a product were there; `at` None stands for now."""

    product_id: int
    quantity: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCount(_CountCommand):
    """Take in what one counter counted."""

    counted_by: str
    counted: tuple[Counted, ...]

    def touches_of(self, document: Document) -> Iterable[Touch]:
        """Nothing, so that counting stands in nobody's way, and stays blind."""
        return ()

    def only_products(self) -> Iterable[int]:
        """What was counted, so that a scan costs the same in a large count as in a small one."""
        return [counted.product_id for counted in self.counted]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecountLines(_CountCommand):
    """Have products counted again."""

    product_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitCount(_CountCommand):
    """Say that all is counted; `leave_out_uncounted`: the lines that are not are left alone."""

    leave_out_uncounted: bool = False

    def touches_of(self, document: Document) -> Iterator[Touch]:
        """Each counted line's level, as it was whenever somebody counted it in this round."""
        if isinstance(document, Count):
            moments = moments_counted(document)
            for line in document.lines:
                if line.counted is not None:
                    as_of = tuple(moments[line.number])
                    yield Touch(line.product_id, document.warehouse_id, as_of=as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveCount(_CountCommand):
    """Post every variance; `on_shortfall` says what to do about more reserved than is left."""

    on_shortfall: OnShortfall = OnShortfall.REJECT

    def touches_of(self, document: Document) -> Iterator[Touch]:
        """Each counted line's level, now and as it was then."""
        if isinstance(document, Count):
            for line in document.lines:
                if line.counted is not None and line.counted_at is not None:
                    yield Touch(
                        line.product_id,
                        document.warehouse_id,
                        frees=line.counted,
                        as_of=(line.counted_at,),
                        all_reservations=self.on_shortfall is OnShortfall.DEALLOCATE,
                    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCount(_CountCommand):
    """Give a count up; nothing is posted."""


def entries_in_force(count: Count) -> dict[int, dict[str, CountEntry]]:
    """Per line, the last entry of its round by each counter."""
    rounds = {line.number: line.round for line in count.lines}
    found: dict[int, dict[str, CountEntry]] = {number: {} for number in rounds}
    for entry in count.entries:
        if entry.round == rounds[entry.line]:
            found[entry.line][entry.counted_by] = entry
    return found


def moments_counted(count: Count) -> dict[int, set[datetime]]:
    """Per line, the moments for which its round's entries must be compared with the book."""
    return {
        line: {entry.counted_at for entry in entries.values()}
        for line, entries in entries_in_force(count).items()
    }
