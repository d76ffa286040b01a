"""The feed of a memory store: what its tables hold, in the order of its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from onhand.core.movements import Movement
from onhand.ledger.feed import LONGEST_DATA, EventFilter, FeedEvent, FeedPage, page_of, span_end
from onhand.ledger.stock_views import MovementView
from onhand.store.events import EVENT_COLUMNS, event_row
from onhand.store.memory import MemoryStore
from onhand.store.memory_tables import MemoryTables
from onhand.store.reads.events import FEED_COLUMNS, event_from


class MemoryFeed:
    """The feed's port: one lock is the transaction, so whatever has a number is settled."""

    def __init__(self, store: MemoryStore) -> None:
        """Read what a store keeps."""
        self._store = store

    def read(self, which: EventFilter, after: int, limit: int) -> FeedPage:
        """Up to `limit` events after a number. Raises `NotNumberedYet`."""
        with self._store.looked_at() as tables:
            newest = tables.last_ids.get("movements", 0)
            end = span_end(after, newest, newest)
            asked = EventFilter(which.types, which.product_id)
            found = [it for it in _all(tables) if after < it.number <= end and asked.takes(it)]
            return page_of(found, which, end, limit, newest, newest)

    def newest(self) -> int:
        """The last number that was given."""
        with self._store.looked_at() as tables:
            return tables.last_ids.get("movements", 0)


def _all(tables: MemoryTables) -> Iterator[FeedEvent]:
    for number, movement in tables.movements:
        yield FeedEvent.of_movement(_view(number, movement))
    for number, event in tables.events:
        row = dict(zip(EVENT_COLUMNS, event_row(number, event), strict=True))
        data = row["data"] if len(row["data"]) <= LONGEST_DATA else None
        changes = row["changes"] if row["name"] is None else None
        yield event_from([*(row[name] for name in FEED_COLUMNS), data, changes])


def _view(movement_id: int, movement: Movement) -> MovementView:
    origin = movement.origin
    return MovementView(
        movement_id,
        movement.product_id,
        movement.warehouse_id,
        movement.entry_number,
        movement.movement_type,
        movement.quantity,
        movement.on_hand,
        movement.reserved,
        movement.order_id,
        movement.transfer_id,
        movement.reverses_id,
        origin.reference_type,
        origin.reference_id,
        origin.reference,
        origin.reason,
        origin.notes,
        origin.actor,
        movement.occurred_at,
        movement.reported_at,
        movement.created_at,
    )
