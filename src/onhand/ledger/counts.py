"""What is asked of counts: pages of them, sheets to count by, variances, and what to count next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from onhand.core.counts import Count, CountEntry
from onhand.ledger.documents import DocumentFilter


@dataclass(frozen=True, slots=True)
class CountView:
    """A count without its lines: how many these are, are counted, and wait for a recount."""

    count: Count
    lines: int
    counted: int
    recount: int


@dataclass(frozen=True, slots=True)
class CountFilter(DocumentFilter[CountView]):
    """Which counts. Sorts by id, created_at, updated_at."""

    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A product to look for; nothing here says how many there should be.

    `is_counted` tells of this round, and of the counter who was asked about, if one was.
    """

    number: int
    product_id: int
    sku: str
    name: str
    barcode: str | None
    unit: str
    is_recount: bool
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A count as its counters see it."""

    count: Count
    lines: Sequence[SheetLine]


@dataclass(frozen=True, slots=True)
class VarianceLine:
    """What was counted of a product, in units, and what the book said at that moment.

    `cost_price` is today's. None of what is not counted.
    """

    number: int
    product_id: int
    sku: str
    name: str
    cost_price: Decimal | None
    currency: str
    round: int
    recount: str | None
    counted: int | None
    counted_at: datetime | None
    counted_by: str | None
    book: int | None


@dataclass(frozen=True, slots=True)
class Variance:
    """A count with its variances, and each entry by its line."""

    count: Count
    lines: Sequence[VarianceLine]
    entries: Sequence[CountEntry]


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """What to count in a warehouse; sales since `sold_since` decide the classes.

    `due_before` names, per class, the last count that is too long ago.
    """

    warehouse_id: int
    sold_since: date
    today: date
    due_before: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A product that is due; `units_sold` within the window, `last_counted_at` None: never."""

    product_id: int
    sku: str
    name: str
    abc_class: str
    units_sold: int
    price: Decimal | None
    currency: str
    last_counted_at: datetime | None
