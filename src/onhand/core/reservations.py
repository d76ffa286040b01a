"""Reservations: what one order holds of one product in one warehouse.

Model: `allocated` units are part of the level's reserved; `backordered` units wait for stock to
arrive, in the order the reservations were made. One reservation per (product, warehouse, order):
reserving again adds to it and keeps its place. A reservation that holds nothing is closed and gone;
the movements keep its history.

    state      event                        state after
    none       reserve                      open
    open       reserve, deallocate          open
    open       release, ship                open, or closed when nothing is left
    open       expire                       closed
    open       stock arrives                open (backordered becomes allocated)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

OPENING_ORDER_ID = 0
"""The order that holds what a product is created with as reserved: no order of any shop."""


@dataclass(slots=True)
class Reservation:
    """An open hold. Its `id` also is its place in the queue: the smaller, the older."""

    id: int
    order_id: int
    allocated: int
    backordered: int
    expires_at: datetime | None
    created_at: datetime

    @property
    def held(self) -> int:
        """All units the order may still claim, allocated and backordered."""
        return self.allocated + self.backordered

    def is_expired(self, now: datetime) -> bool:
        """Whether its time has passed at `now`."""
        return self.expires_at is not None and self.expires_at <= now

    def copy(self) -> Reservation:
        """An independent copy, for a draft to change."""
        return Reservation(
            self.id,
            self.order_id,
            self.allocated,
            self.backordered,
            self.expires_at,
            self.created_at,
        )
