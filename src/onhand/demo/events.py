"""What happens in the demo's shop, in the order in which it happens.

Every event names its product by SKU, its warehouse by code, and when it happened, in UTC. Played
against an empty ledger they are all accepted: stock never falls below zero, nor below what is held.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, TypeAlias

__all__ = [
    "Correction",
    "Count",
    "CustomerReturn",
    "Event",
    "Receipt",
    "Reservation",
    "Shipment",
    "Transfer",
]


class Receipt(NamedTuple):
    """`quantity` > 0 units came in on the purchase order `reference`, or as opening stock."""

    occurred_at: datetime
    sku: str
    warehouse: str
    quantity: int
    reference: str
    reason: str


class Shipment(NamedTuple):
    """`quantity` > 0 units went to a customer on the order `reference`."""

    occurred_at: datetime
    sku: str
    warehouse: str
    quantity: int
    reference: str


class CustomerReturn(NamedTuple):
    """`quantity` > 0 units of an earlier order came back; `reference` names it with a C before."""

    occurred_at: datetime
    sku: str
    warehouse: str
    quantity: int
    reference: str


class Correction(NamedTuple):
    """Stock was found (`quantity` > 0) or lost (< 0), as `reason` says."""

    occurred_at: datetime
    sku: str
    warehouse: str
    quantity: int
    reason: str


class Transfer(NamedTuple):
    """`quantity` > 0 units moved between two warehouses."""

    occurred_at: datetime
    sku: str
    from_warehouse: str
    to_warehouse: str
    quantity: int
    reference: str


class Count(NamedTuple):
    """`counted_by` found `counted_quantity` >= 0 units, right or not."""

    occurred_at: datetime
    sku: str
    warehouse: str
    counted_quantity: int
    counted_by: str
    reference: str


class Reservation(NamedTuple):
    """An open order holds `quantity` > 0 units; what is not there is backordered, if allowed."""

    occurred_at: datetime
    sku: str
    warehouse: str
    quantity: int
    order_id: int
    reference: str
    expires_at: datetime | None


Event: TypeAlias = Receipt | Shipment | CustomerReturn | Correction | Transfer | Count | Reservation
