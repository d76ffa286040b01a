"""Stock as it is read: products with their quantities, levels, movements, reservations.

Quantities are units, moments UTC. A filter's `within` narrows it to what some warehouses have, for
who may see no others; None: all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from onhand.core.movements import MovementType
from onhand.core.products import Product
from onhand.core.stock_settings import StockSettings
from onhand.core.stock_status import StockStatus
from onhand.ledger.purchasing import Offer


@dataclass(frozen=True, slots=True)
class Quantities:
    """On hand, reserved and backordered units, when they were last moved and counted, and units on
    their way: on order from suppliers, and in transit.
    """

    on_hand: int
    reserved: int
    backordered: int
    last_movement_at: datetime | None
    last_counted_at: datetime | None
    on_order: int = 0
    in_transit: int = 0


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product with its quantities, summed over all warehouses or of the one asked for.

    Of one, its reorder point and quantity are those in force there.
    """

    product: Product
    on_hand: int
    reserved: int


@dataclass(frozen=True, slots=True)
class WarehouseLevel:
    """A product's quantities in one warehouse, and what is in force there."""

    warehouse_id: int
    warehouse_name: str
    quantities: Quantities
    reorder_point: int | None
    reorder_quantity: int | None
    stock_status: StockStatus


@dataclass(frozen=True, slots=True)
class WarehouseProduct:
    """A product as it is kept in one warehouse: its quantities there, and its settings."""

    product: Product
    warehouse_id: int
    settings: StockSettings
    quantities: Quantities


@dataclass(frozen=True, slots=True)
class WarehouseProductFilter:
    """Which of the products kept in a warehouse; `own_settings`: only those with settings there."""

    warehouse_id: int
    own_settings: bool = False


@dataclass(frozen=True, slots=True)
class PastLevel:
    """A product's quantities in one warehouse as of a past moment, and the entry that left them."""

    warehouse_id: int
    warehouse_name: str
    on_hand: int
    reserved: int
    movement_id: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Which products; None asks for any. `search` looks in name, SKU and barcode.

    Quantities are those of `warehouse_id`, else summed over the warehouses of `within`.
    """

    ids: frozenset[int] | None = None
    sku: str | None = None
    barcode: str | None = None
    search: str | None = None
    stock_status: StockStatus | None = None
    warehouse_id: int | None = None
    is_active: bool | None = None
    within: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class WarehouseFilter:
    """Which warehouses; None asks for any."""

    code: str | None = None
    type: str | None = None
    is_active: bool | None = None
    search: str | None = None
    within: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class MovementView:
    """A movement as stored. `reversed_by_id` is the movement that mends it, if any does."""

    id: int
    product_id: int
    warehouse_id: int
    entry_number: int
    movement_type: MovementType
    quantity: int
    on_hand: int
    reserved: int
    order_id: int | None
    transfer_id: int | None
    reverses_id: int | None
    reference_type: str | None
    reference_id: int | None
    reference: str | None
    reason: str | None
    notes: str | None
    created_by: str
    occurred_at: datetime
    reported_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MovementFilter:
    """Which movements; None asks for any. From `since` up to, not including, `until`, by
    occurred_at.
    """

    product_id: int | None = None
    warehouse_id: int | None = None
    movement_type: MovementType | None = None
    reference_type: str | None = None
    reference_id: int | None = None
    order_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    within: frozenset[int] | None = None


class MovementCursor(NamedTuple):
    """The last movement of the page before."""

    occurred_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class ReservationView:
    """An open reservation."""

    id: int
    product_id: int
    warehouse_id: int
    order_id: int
    allocated: int
    backordered: int
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReservationFilter:
    """Which open reservations; None asks for any."""

    order_id: int | None = None
    product_id: int | None = None
    warehouse_id: int | None = None
    expiring_before: datetime | None = None
    within: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class StockLine:
    """A product in a replenishment list.

    `units_sold` left by `out` movements within the last `sales_days` days. Where it is about what
    to order, `expected_date` is when the first of what is on order is expected, and `offer` says
    who sells it.
    """

    product_id: int
    name: str
    sku: str
    on_hand: int
    reserved: int
    backordered: int
    reorder_point: int | None
    reorder_quantity: int | None
    lead_time_days: int | None
    safety_stock: int | None
    cost_price: Decimal | None
    currency: str
    on_order: int = 0
    in_transit: int = 0
    units_sold: int = 0
    sales_days: int = 0
    expected_date: date | None = None
    offer: Offer | None = None
