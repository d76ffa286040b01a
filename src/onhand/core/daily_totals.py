"""Daily totals: what a day's movements add up to, in units and in value, per warehouse. Pure.

A movement counts on the UTC day on which it occurred, under its type: units in, units out, and what
they cost at the price that its product had when it was recorded. A change of a cost price counts on
the day of the change, under `PRICE`: it changes what is on hand at that moment by the difference.
So all totals up to a day add up to what was on hand at its end, and to its value.

"When" is the order of the feed's numbers (`onhand.ledger.feed`), which movements and changes of
products share. Costs and values are whole ten-thousandths of their currency, exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from typing import NamedTuple

from onhand.core.changes import Changes

COST_SCALE = 4
_EXACT = Context(prec=100)

PRICE = "price"
"""The kind of what changed in value alone; all other kinds are types of physical movements."""


class Price(NamedTuple):
    """What a unit costs, in ten-thousandths; 0 where nobody has said."""

    cost: int
    currency: str


class PriceChange(NamedTuple):
    """A change of a product's cost price or currency, by its number in the feed."""

    number: int
    day: date
    before: Price
    after: Price


class TotalsKey(NamedTuple):
    """What totals are kept by. `kind` is a type of movements, or `PRICE`."""

    day: date
    warehouse_id: int
    kind: str
    currency: str


@dataclass(slots=True)
class Total:
    """What movements add up to; `value` of what came less that of what went."""

    units_in: int = 0
    units_out: int = 0
    movements: int = 0
    value: int = 0

    def count(self, quantity: int, cost: int) -> None:
        """Take in a movement of units that cost so much each."""
        if quantity > 0:
            self.units_in += quantity
        else:
            self.units_out -= quantity
        self.movements += 1
        self.value += quantity * cost

    def add(self, other: Total) -> None:
        """Take in more."""
        self.units_in += other.units_in
        self.units_out += other.units_out
        self.movements += other.movements
        self.value += other.value


Totals = dict[TotalsKey, Total]


class Standing(NamedTuple):
    """What is on hand in a warehouse, as far as it is totalled, and its value."""

    on_hand: int = 0
    value: int = 0


Standings = dict[tuple[int, str], Standing]
"""By warehouse and currency. Units stand under the currency in which they moved."""


class LevelTotals:
    """Adds up the movements of one level, which come in the order of their numbers."""

    def __init__(
        self,
        totals: Totals,
        warehouse_id: int,
        price: Price,
        changes: Sequence[PriceChange] = (),
        on_hand: int = 0,
    ) -> None:
        """Add to `totals`. `price` is the product's of today, `changes` are all those of it since
        the first movement to come, by number; `on_hand` is what is there before that one.
        """
        self._totals = totals
        self._warehouse_id = warehouse_id
        self._price = changes[0].before if changes else price
        self._changes = changes
        self._passed = 0
        self._on_hand = on_hand

    def take(self, number: int, kind: str, quantity: int, day: date) -> None:
        """Add a physical movement."""
        if self._passed < len(self._changes):
            self.pass_by(number)
        self._on_hand += quantity
        self._total(day, kind, self._price.currency).count(quantity, self._price.cost)

    def pass_by(self, number: int) -> None:
        """Add the changes of price up to a number."""
        while self._passed < len(self._changes):
            change = self._changes[self._passed]
            if change.number > number:
                return
            self._passed += 1
            self._price = change.after
            if self._on_hand:
                for price, units in (
                    (change.before, -self._on_hand),
                    (change.after, self._on_hand),
                ):
                    self._total(change.day, PRICE, price.currency).value += units * price.cost

    def _total(self, day: date, kind: str, currency: str) -> Total:
        key = TotalsKey(day, self._warehouse_id, kind, currency)
        total = self._totals.get(key)
        if total is None:
            total = self._totals[key] = Total()
        return total


def added(totals: Totals, more: Totals) -> None:
    """Add totals to others."""
    for key, total in more.items():
        totals.setdefault(key, Total()).add(total)


def standings_after(before: Standings, totals: Totals) -> Standings:
    """What is on hand after some more movements."""
    after = dict(before)
    for key, total in totals.items():
        place = (key.warehouse_id, key.currency)
        on_hand, value = after.get(place, Standing())
        after[place] = Standing(on_hand + total.units_in - total.units_out, value + total.value)
    return after


def amount_of(value: int) -> Decimal:
    """A value as an amount of money, exact, in the fewest digits."""
    whole, rest = divmod(value, 10**COST_SCALE)
    if not rest:
        return Decimal(whole)
    return Decimal(value).scaleb(-COST_SCALE, _EXACT).normalize(_EXACT)


def price_of(cost: Decimal | int | None, currency: str) -> Price:
    """A product's cost price as totals reckon with it."""
    return Price(0 if cost is None else int(Decimal(cost).scaleb(COST_SCALE)), currency)


def price_changes(now: Price, told: Sequence[tuple[int, date, Changes]]) -> list[PriceChange]:
    """Changes of a product, by number, as changes of its price; `now` is the price after all."""
    found: list[PriceChange] = []
    after = now
    for number, day, fields in reversed(told):
        cost = fields.get("cost_price")
        currency = fields.get("currency")
        before = Price(
            after.cost if cost is None else price_of(cost[0], "").cost,
            after.currency if currency is None else currency[0],
        )
        if before != after:
            found.append(PriceChange(number, day, before, after))
        after = before
    found.reverse()
    return found
