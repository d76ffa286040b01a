"""Reports over time and over the whole stock: what is asked, and what is answered.

Values are at cost prices, per currency, because sums of different ones would mean nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from onhand.core.daily_totals import PRICE, Standings, Totals, amount_of
from onhand.core.movements import MovementType


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which days, both included, and of which warehouses; None: all."""

    since: date
    until: date
    warehouse_id: int | None = None
    within: frozenset[int] | None = None

    def takes(self, warehouse_id: int) -> bool:
        """Whether a warehouse is one of these."""
        return self.warehouse_id in (None, warehouse_id) and (
            self.within is None or warehouse_id in self.within
        )


@dataclass(slots=True)
class ActivityDay:
    """A day's units, and what was on hand at its end: on hand rises by in - out + transferred in -
    transferred out.

    `values` are those of what was on hand, by currency.
    """

    day: date
    units_in: int = 0
    units_out: int = 0
    transferred_in: int = 0
    transferred_out: int = 0
    movements: int = 0
    on_hand: int = 0
    values: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Activity:
    """What happened by day. Not `is_complete`: some of what was recorded is still to be added."""

    days: Sequence[ActivityDay]
    is_complete: bool


def activity_of(
    which: ActivityFilter, standings: Standings, totals: Totals
) -> Sequence[ActivityDay]:
    """The days that are asked for, out of what is on hand at last and the totals since the first
    of them.
    """
    days = [
        ActivityDay(which.since + timedelta(days=number))
        for number in range((which.until - which.since).days + 1)
    ]
    by_day = {day.day: day for day in days}
    on_hand = 0
    values: dict[str, int] = {}
    for (warehouse_id, currency), standing in standings.items():
        if which.takes(warehouse_id):
            on_hand += standing.on_hand
            values[currency] = values.get(currency, 0) + standing.value
    changes: dict[date, list[tuple[str, int, int]]] = {}
    for key, total in totals.items():
        if not which.takes(key.warehouse_id) or key.day < which.since:
            continue
        change = (key.currency, total.units_in - total.units_out, total.value)
        changes.setdefault(min(key.day, which.until + timedelta(days=1)), []).append(change)
        day = by_day.get(key.day)
        if day is None or key.kind == PRICE:
            continue
        day.movements += total.movements
        if key.kind == MovementType.TRANSFER:
            day.transferred_in += total.units_in
            day.transferred_out += total.units_out
        else:
            day.units_in += total.units_in
            day.units_out += total.units_out
    # From what is there now back to the first day: what came after a day was not there at its end.
    for day in [ActivityDay(which.until + timedelta(days=1)), *reversed(days)]:
        day.on_hand = on_hand
        day.values = {
            currency: amount_of(value) for currency, value in sorted(values.items()) if value
        }
        for currency, units, value in changes.get(day.day, ()):
            on_hand -= units
            values[currency] = values.get(currency, 0) - value
    return days


@dataclass(frozen=True, slots=True)
class StockValueFilter:
    """Whose stock: of a warehouse, or of some; None: of all."""

    warehouse_id: int | None = None
    within: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class StockValueLine:
    """A product with something on hand; without a cost price nobody knows what it is worth."""

    product_id: int
    name: str
    sku: str
    on_hand: int
    cost_price: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class ValueTotal:
    """What the stock of one currency's products is worth; `unpriced` of them have no cost price,
    and are worth nothing in it.
    """

    currency: str
    products: int
    unpriced: int
    on_hand: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class StockValue:
    """A page of products with stock, how many there are in all, and what they are worth."""

    rows: Sequence[StockValueLine]
    total: int
    totals: Sequence[ValueTotal]


@dataclass(frozen=True, slots=True)
class CountAccuracyFilter:
    """Which counts: posted from a moment up to, not including, another; of some warehouses."""

    since: datetime
    until: datetime
    warehouse_id: int | None = None
    within: frozenset[int] | None = None

    @property
    def warehouses(self) -> frozenset[int] | None:
        """The warehouses; None: all."""
        return self.within if self.warehouse_id is None else frozenset({self.warehouse_id})


@dataclass(frozen=True, slots=True)
class CountAccuracy:
    """A posted count: how many records were counted, how many of them were within tolerance, and
    how many units there were more, and less, than the book said.
    """

    count_id: int
    warehouse_id: int
    reference: str | None
    posted_at: datetime
    records: int
    within: int
    units_over: int
    units_under: int
