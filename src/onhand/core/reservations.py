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


def held_for(sales_order_id: int) -> int:
    """The order id that a sales order holds under; those of the shop's own are positive."""
    return -sales_order_id


def sales_order_of(order_id: int | None) -> int | None:
    """The sales order behind an order id; None where there is none."""
    return None if order_id is None or order_id >= 0 else -order_id


def own_order_of(order_id: int | None) -> int | None:
    """The order id where it is of the shop's own numbers, else None."""
    return None if sales_order_of(order_id) is not None else order_id


def order_told(order_id: int) -> dict[str, int | None]:
    """An order id as answers tell it: a sales order by its own name."""
    sales_order_id = sales_order_of(order_id)
    if sales_order_id is None:
        return {"order_id": order_id}
    return {"order_id": None, "sales_order_id": sales_order_id}


def order_named(order_id: int | None) -> str:
    """An order id in words."""
    sales_order_id = sales_order_of(order_id)
    return f"order {order_id}" if sales_order_id is None else f"sales order {sales_order_id}"


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
