"""Reads: the questions that are asked of the ledger. Their answers' shapes stand beside this file.

Each is one statement whose cost grows with the page it returns, not with the ledger. Quantities are
units, moments UTC. Methods raise `StoreUnavailable` when the database cannot be reached.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from onhand.core.count_accuracy import Tolerance
from onhand.core.documents import DocumentKey
from onhand.core.movements import PastMovement
from onhand.core.warehouses import Warehouse
from onhand.ledger.audit import AuditCursor, AuditFilter, AuditPage
from onhand.ledger.counts import PlanLine, PlanQuestion, Sheet, Variance
from onhand.ledger.documents import DocumentFilter, DocumentView, TermsFilter, TermsView
from onhand.ledger.exports import Exported, ExportFilter, What
from onhand.ledger.listings import Listing, PageRequest
from onhand.ledger.lookups import Found, Wanted
from onhand.ledger.on_paper import DocumentOnPaper, Item
from onhand.ledger.purchasing import OrderOnPaper, Performance, PerformanceFilter
from onhand.ledger.reports import (
    Activity,
    ActivityFilter,
    CountAccuracy,
    CountAccuracyFilter,
    StockValue,
    StockValueFilter,
)
from onhand.ledger.stock_views import (
    MovementCursor,
    MovementFilter,
    MovementView,
    PastLevel,
    ProductFilter,
    ProductView,
    Quantities,
    ReservationFilter,
    ReservationView,
    StockLine,
    WarehouseFilter,
    WarehouseLevel,
    WarehouseProduct,
    WarehouseProductFilter,
)

Row = TypeVar("Row")


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

    def document_on_paper(self, key: DocumentKey) -> DocumentOnPaper | None:
        """A transfer or a sales order with all that is printed of it, of one moment."""
        ...

    def items(self, product_ids: Collection[int]) -> Mapping[int, Item]:
        """What products are called, by id; those that there are."""
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
