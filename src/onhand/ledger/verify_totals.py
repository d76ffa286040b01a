"""Verify, of daily totals: they are added up anew while the ledger is read, up to their position.

Movements come by product and level, so that each product's prices are needed once, and what it all
adds up to is a few rows a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onhand.core.daily_totals import (
    LevelTotals,
    Price,
    PriceChange,
    Standing,
    Total,
    Totals,
    standings_after,
)
from onhand.ledger.differences import Difference, Stream
from onhand.ledger.ports import LedgerEntry, Proof

_NOWHERE: tuple[Price, Sequence[PriceChange]] = (Price(0, ""), ())


class Recount:
    """What the daily totals should be, as far as the ledger was read."""

    def __init__(self, proof: Proof) -> None:
        """Know how far the totals are, and what products cost and did cost."""
        self._proof = proof
        self._position, self._standings = proof.totals_position()
        self._prices = Stream(proof.prices())
        self._product_id = 0
        self._of_product = _NOWHERE
        self._totals: Totals = {}

    def level(self, product_id: int, warehouse_id: int) -> RecountedLevel:
        """What a level's entries are added to; levels come by product."""
        if product_id != self._product_id:
            self._product_id = product_id
            while self._prices.next_key is not None and self._prices.next_key < product_id:
                next(self._prices)
            self._of_product = next(self._prices.of(product_id), _NOWHERE)
        return RecountedLevel(
            LevelTotals(self._totals, warehouse_id, *self._of_product), self._position
        )

    def differences(self) -> Iterator[Difference]:
        """Where what is kept differs, once all of the ledger was read."""
        kept = self._proof.daily_totals()
        for key in sorted(kept.keys() | self._totals.keys()):
            expected, found = (it.get(key, Total()) for it in (self._totals, kept))
            for name in Total.__slots__:
                should, is_ = getattr(expected, name), getattr(found, name)
                if should != is_:
                    what = f"{name.replace('_', ' ')} of {key.kind} on {key.day} in {key.currency}"
                    yield Difference(None, what, should, is_, key.warehouse_id)
        standings = standings_after({}, self._totals)
        for place in sorted(standings.keys() | self._standings.keys()):
            should_, is__ = (it.get(place, Standing()) for it in (standings, self._standings))
            if should_ != is__:
                what = f"what is on hand in {place[1]}"
                yield Difference(None, what, tuple(should_), tuple(is__), place[0])


class RecountedLevel:
    """One level's entries, up to the position of the totals."""

    __slots__ = ("_adding", "_position")

    def __init__(self, adding: LevelTotals, position: int) -> None:
        self._adding = adding
        self._position = position

    def take(self, entry: LedgerEntry) -> None:
        """Add an entry."""
        if entry.id <= self._position and entry.movement_type.is_physical:
            day = entry.occurred_at.date()
            self._adding.take(entry.id, entry.movement_type.value, entry.quantity, day)

    def end(self) -> None:
        """Add what became of prices after the last entry."""
        self._adding.pass_by(self._position)
