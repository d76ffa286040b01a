"""Stock levels: the quantities of one product in one warehouse.

Model: `on_hand` units stand in the warehouse, `reserved` of them are held for orders, and
`available = on_hand - reserved` may be sold. `backordered` units are promised but not there yet.

Invariants: 0 <= reserved <= on_hand <= MAX_QUANTITY; backordered >= 0; backordered > 0 only while
available == 0; `entry_number` counts the level's movements without a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

MAX_QUANTITY = 2**53
"""The largest quantity: past it a JSON reader may round, and stock is never rounded."""


class StockKey(NamedTuple):
    """Where stock is kept, and what locks and rules go by."""

    product_id: int
    warehouse_id: int


@dataclass(slots=True)
class Level:
    """The quantities at one `StockKey`, in units, after its entry `entry_number`."""

    on_hand: int = 0
    reserved: int = 0
    backordered: int = 0
    entry_number: int = 0
    last_movement_at: datetime | None = None
    last_counted_at: datetime | None = None
    seal: str | None = None

    @property
    def available(self) -> int:
        """Units that may be sold: on hand less reserved."""
        return self.on_hand - self.reserved

    def copy(self) -> Level:
        """An independent copy, for a draft to change."""
        return Level(
            self.on_hand,
            self.reserved,
            self.backordered,
            self.entry_number,
            self.last_movement_at,
            self.last_counted_at,
            self.seal,
        )
