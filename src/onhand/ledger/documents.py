"""What is asked of documents: one with its history, or a page of those that meet a filter.

Each kind has a filter of its own, which says what a row of its pages is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from onhand.core.documents import Document, Event
from onhand.core.levels import StockKey
from onhand.core.purchase_orders import PurchaseOrder
from onhand.core.sales_orders import SalesOrder
from onhand.core.sales_sourcing import Held
from onhand.core.suppliers import Supplier
from onhand.core.terms import Terms
from onhand.core.transfers import Transfer

Row = TypeVar("Row", covariant=True)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with every step it took, first one first, and what it holds where."""

    document: Document
    history: Sequence[Event]
    holds: Mapping[StockKey, Held] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentFilter(Generic[Row]):
    """Which documents of one kind; None, or nothing, asks for any. `Row` is what a page holds.

    `within`: those that are seen from these warehouses, as `Document.is_seen_from` tells.
    """

    states: tuple[str, ...] = ()
    product_id: int | None = None
    within: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class SalesOrderListed:
    """An order without its lines: how many these are, and their units."""

    order: SalesOrder
    lines: int
    quantity: int
    shipped: int
    allocated: int
    backordered: int


@dataclass(frozen=True, slots=True)
class SalesOrderFilter(DocumentFilter[SalesOrderListed]):
    """Which sales orders. `warehouse_id`: some units come from there. Sorts by id, requested_date,
    created_at, updated_at.
    """

    warehouse_id: int | None = None
    customer: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class TransferView:
    """A transfer without its lines: how many these are, their units, and those still open."""

    transfer: Transfer
    lines: int
    quantity: int
    open: int


@dataclass(frozen=True, slots=True)
class TransferFilter(DocumentFilter[TransferView]):
    """Which transfers. `warehouse_id` is either end. Sorts by id, expected_date, created_at,
    updated_at.
    """

    from_warehouse_id: int | None = None
    to_warehouse_id: int | None = None
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class SupplierFilter(DocumentFilter[Supplier]):
    """Which suppliers; their statuses as `states`. `product_id`: who sells it. `search` looks in
    name and code. Sorts by id, code, name, created_at, updated_at.
    """

    id: int | None = None
    code: str | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class TermsView:
    """What a supplier sells a product for, and what the product is."""

    terms: Terms
    sku: str
    name: str


@dataclass(frozen=True, slots=True)
class TermsFilter:
    """Which terms of one supplier; None asks for any."""

    supplier_id: int
    product_id: int | None = None
    is_preferred: bool | None = None


@dataclass(frozen=True, slots=True)
class PurchaseOrderView:
    """A purchase order without its lines: how many these are, their units, those received, and
    those on order.
    """

    order: PurchaseOrder
    lines: int
    quantity: int
    received: int
    on_order: int


@dataclass(frozen=True, slots=True)
class PurchaseOrderFilter(DocumentFilter[PurchaseOrderView]):
    """Which purchase orders. Sorts by id, total, expected_date, created_at, updated_at."""

    supplier_id: int | None = None
    warehouse_id: int | None = None
