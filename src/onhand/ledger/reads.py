"""Reads: the questions that are asked of the ledger, and the shapes of their answers.

Each is one statement whose cost grows with the page it returns, not with the ledger. Quantities are
units, moments UTC. Methods raise `StoreUnavailable` when the database cannot be reached. A filter's
`within` narrows it to what some warehouses have, for who may see no others; None: all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, NamedTuple, Protocol, TypeVar

from onhand.core.count_accuracy import Tolerance
from onhand.core.documents import DocumentKey
from onhand.core.movements import MovementType, PastMovement
from onhand.core.products import Product
from onhand.core.stock_settings import StockSettings
from onhand.core.stock_status import StockStatus
from onhand.core.warehouses import Warehouse
from onhand.ledger.audit import AuditCursor, AuditFilter, AuditPage
from onhand.ledger.counts import PlanLine, PlanQuestion, Sheet, Variance
from onhand.ledger.documents import DocumentFilter, DocumentView, TermsFilter, TermsView
from onhand.ledger.exports import Exported, ExportFilter, What
from onhand.ledger.lookups import Found, Wanted
from onhand.ledger.purchasing import Offer, OrderOnPaper, Performance, PerformanceFilter
from onhand.ledger.reports import (
    Activity,
    ActivityFilter,
    CountAccuracy,
    CountAccuracyFilter,
    StockValue,
    StockValueFilter,
)

Row = TypeVar("Row", covariant=True)


class SortKey(NamedTuple):
    """One field to sort by."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list: `page` counts from 1."""

    page: int = 1
    per_page: int = 50
    sort: tuple[SortKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """One page's rows, and how many rows there are in all."""

    rows: Sequence[Row]
    total: int


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


class Reads(Protocol):
    """Everything that can be asked."""

    def ready(self) -> None:
        """Answer at once, or raise `StoreUnavailable`."""
        ...

    def product(self, product_id: int, warehouse_id: int | None = None) -> ProductView | None:
        """One product, with its quantities over all warehouses or in one."""
        ...

    def products(self, which: ProductFilter, page: PageRequest) -> Listing[ProductView]:
        """A page of products. Sorts by id, sku, name, selling_price, created_at, updated_at."""
        ...

    def quantities(self, product_id: int, warehouse_id: int | None = None) -> Quantities:
        """A product's quantities over all warehouses or in one; all 0 where it never moved."""
        ...

    def levels(self, product_id: int) -> Sequence[WarehouseLevel]:
        """A product's levels by warehouse id."""
        ...

    def levels_as_of(
        self, product_id: int, moment: datetime, warehouse_id: int | None = None
    ) -> Sequence[PastLevel]:
        """A product's levels as its ledger tells them for a past moment, by warehouse id."""
        ...

    def warehouse(self, warehouse_id: int) -> Warehouse | None:
        """One warehouse."""
        ...

    def warehouse_product(self, warehouse_id: int, product_id: int) -> WarehouseProduct | None:
        """A product as it is kept in a warehouse, if only with nothing; None: no such product."""
        ...

    def warehouse_products(
        self, which: WarehouseProductFilter, page: PageRequest
    ) -> Listing[WarehouseProduct]:
        """A page of the products that have a level in a warehouse, by id."""
        ...

    def warehouses(self, which: WarehouseFilter, page: PageRequest) -> Listing[Warehouse]:
        """A page of warehouses. Sorts by id, code, name, type, created_at, updated_at."""
        ...

    def movement(self, movement_id: int) -> MovementView | None:
        """One movement."""
        ...

    def reversible(self, movement_id: int) -> Sequence[PastMovement]:
        """What reversing a movement must mend: itself, and a transfer's other half. Empty:
        unknown.
        """
        ...

    def movements(
        self,
        which: MovementFilter,
        after: MovementCursor | None,
        limit: int,
        *,
        descending: bool = False,
    ) -> Sequence[MovementView]:
        """Up to `limit` movements by (occurred_at, id), after a cursor."""
        ...

    def audit(self, which: AuditFilter, after: AuditCursor | None, limit: int) -> AuditPage:
        """Up to `limit` changes of what is no movement, the newest first, after a cursor."""
        ...

    def reservation(self, reservation_id: int) -> ReservationView | None:
        """One open reservation."""
        ...

    def reservations(self, which: ReservationFilter, page: PageRequest) -> Listing[ReservationView]:
        """A page of open reservations. Sorts by id, order_id, expires_at, created_at."""
        ...

    def document(self, key: DocumentKey) -> DocumentView | None:
        """A document with its history, of one moment."""
        ...

    def documents(self, which: DocumentFilter[Row], page: PageRequest) -> Listing[Row]:
        """A page of the documents of the filter's kind, without their lines."""
        ...

    def terms(self, which: TermsFilter, page: PageRequest) -> Listing[TermsView]:
        """A page of what a supplier sells, by product id."""
        ...

    def order_on_paper(self, order_id: int) -> OrderOnPaper | None:
        """A purchase order with all that is printed of it, of one moment."""
        ...

    def drafted(self, warehouse_id: int | None = None) -> Mapping[int, int]:
        """The products on orders (to one warehouse) that are not sent yet, each with the first."""
        ...

    def performance(self, which: PerformanceFilter) -> Performance:
        """How a supplier has delivered, by the receipts that stand."""

    def count_sheet(self, count_id: int, counted_by: str | None = None) -> Sheet | None:
        """A count's sheet; `counted_by` asks what this counter has counted."""
        ...

    def count_variance(self, count_id: int) -> Variance | None:
        """A count's lines beside the book as of when each was counted."""
        ...

    def count_plan(self, question: PlanQuestion, page: PageRequest) -> Listing[PlanLine]:
        """A page of what to count now, what was counted longest ago first."""
        ...

    def products_of_class(
        self, question: PlanQuestion, abc_class: str, limit: int
    ) -> Sequence[int]:
        """Up to `limit` products of an ABC class in a warehouse, by SKU."""
        ...

    def products_of_warehouse(self, warehouse_id: int, limit: int) -> Sequence[int]:
        """Up to `limit` products that have a level in a warehouse, by SKU."""
        ...

    def activity(self, which: ActivityFilter) -> Activity:
        """What happened by day, and what was on hand at each day's end."""
        ...

    def stock_value(self, which: StockValueFilter, page: PageRequest) -> StockValue:
        """A page of products with stock, and what all of it is worth.

        Sorts by product_id, name, sku, quantity_on_hand, cost_price, value.
        """
        ...

    def count_accuracy(
        self, which: CountAccuracyFilter, tolerance: Tolerance
    ) -> Sequence[CountAccuracy]:
        """How good the book was at each posted count, the last one first."""
        ...

    def low_stock(self, page: PageRequest, warehouse_id: int | None = None) -> Listing[StockLine]:
        """Tracked, active products whose on hand is at or below their reorder point.

        Lists sort by product_id, name, sku, quantity_on_hand, reorder_point. Those of a warehouse
        go by the reorder points in force there.
        """
        ...

    def out_of_stock(
        self, page: PageRequest, warehouse_id: int | None = None
    ) -> Listing[StockLine]:
        """Tracked, active products with nothing available."""
        ...

    def to_reorder(
        self, page: PageRequest, now: datetime, warehouse_id: int | None = None
    ) -> Listing[StockLine]:
        """Tracked, active products whose on hand or inventory position is at or below the point."""
        ...

    def find(self, wanted: Wanted) -> Found:
        """What is there of what an import names."""
        ...

    def exported(
        self, what: What, which: ExportFilter, patience_s: float | None = None
    ) -> AbstractContextManager[Exported]:
        """A table's rows, all of one moment, to be taken as fast as they come.

        Raises `StoreBusy` where that takes longer than `patience_s`.
        """
        ...
