"""What buyers ask of the ledger: offers for what is to be ordered, and how suppliers deliver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from onhand.core.purchase_orders import PurchaseOrder
from onhand.core.suppliers import Supplier
from onhand.core.warehouses import Warehouse


@dataclass(frozen=True, slots=True)
class Offer:
    """Who sells a product and may get orders, and on which terms; `price` is that of a unit."""

    supplier_id: int
    supplier: str
    price: Decimal
    currency: str
    minimum_order_quantity: int
    pack_size: int


@dataclass(frozen=True, slots=True)
class PerformanceFilter:
    """Which receipts of a supplier; from `since` up to, not including, `until`."""

    supplier_id: int
    since: datetime | None = None
    until: datetime | None = None
    within: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Performance:
    """What came from a supplier, in orders, receipts and units.

    `due` are the units accepted of lines that had an expected date, `on_time` those of them that
    came by it; `lead_time_days` is the sum over the receipts.
    """

    orders: int
    receipts: int
    received: int
    rejected: int
    due: int
    on_time: int
    lead_time_days: int


@dataclass(frozen=True, slots=True)
class OrderedItem:
    """What a product is called: by us, and by the supplier where its terms say so."""

    sku: str
    name: str
    unit: str
    supplier_sku: str | None


@dataclass(frozen=True, slots=True)
class OrderOnPaper:
    """An order with all that a reader of it must be told, of one moment.

    `items` are the products of its lines, by id.
    """

    order: PurchaseOrder
    supplier: Supplier
    warehouse: Warehouse
    items: Mapping[int, OrderedItem]
