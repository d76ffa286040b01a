"""The daily totals of a memory store: the same sums, over what its tables hold."""

from __future__ import annotations

from onhand.core.daily_totals import LevelTotals, Totals, added, standings_after
from onhand.core.levels import StockKey
from onhand.ledger.daily_totals import SPAN
from onhand.store.memory import MemoryStore
from onhand.store.memory_proof import prices_of
from onhand.store.memory_tables import MemoryTables


class MemoryDailyTotals:
    """The port: one lock is the transaction, so whatever has a number is settled."""

    def __init__(self, store: MemoryStore, span: int = SPAN) -> None:
        """Total what a store keeps, so many numbers at a time."""
        self._store = store
        self._span = span

    def advance(self) -> bool:
        """Take in the next span, if any; whether more is waiting after it."""
        with self._store.looked_at() as tables:
            settled = tables.last_ids.get("movements", 0)
            end = min(settled, tables.totals_position + self._span)
            totals = _of_span(tables, tables.totals_position, end)
            added(tables.daily_totals, totals)
            tables.standings = standings_after(tables.standings, totals)
            tables.totals_position = end
            return end < settled

    def forget(self) -> None:
        """Begin anew."""
        with self._store.looked_at() as tables:
            tables.daily_totals.clear()
            tables.standings = {}
            tables.totals_position = 0


def _of_span(tables: MemoryTables, after: int, end: int) -> Totals:
    totals: Totals = {}
    prices = prices_of(tables, after)
    before: dict[StockKey, int] = {}
    adding: dict[StockKey, LevelTotals] = {}
    for number, movement in tables.movements:
        if number <= after:
            before[StockKey(*movement[:2])] = movement.on_hand
    for key, on_hand in before.items():
        adding[key] = LevelTotals(totals, key.warehouse_id, *prices[key.product_id], on_hand)
    for number, movement in tables.movements:
        if after < number <= end and movement.movement_type.is_physical:
            key = StockKey(*movement[:2])
            if key not in adding:
                adding[key] = LevelTotals(totals, key.warehouse_id, *prices[key.product_id])
            day = movement.occurred_at.date()
            adding[key].take(number, movement.movement_type.value, movement.quantity, day)
    for level in adding.values():
        level.pass_by(end)
    return totals
