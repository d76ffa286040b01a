"""SqlReads: the reads' port, each question handed to its subject's module."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, text

from onhand.core.count_accuracy import Tolerance
from onhand.core.documents import DocumentKey
from onhand.core.movements import PastMovement
from onhand.core.warehouses import Warehouse
from onhand.ledger.audit import AuditCursor, AuditFilter, AuditPage
from onhand.ledger.counts import CountFilter, PlanLine, PlanQuestion, Sheet, Variance
from onhand.ledger.documents import (
    DocumentFilter,
    DocumentView,
    PurchaseOrderFilter,
    SalesOrderFilter,
    SupplierFilter,
    TermsFilter,
    TermsView,
    TransferFilter,
)
from onhand.ledger.exports import Exported, ExportFilter, What
from onhand.ledger.faults import StoreBusy, StoreUnavailable
from onhand.ledger.listings import Listing, PageRequest
from onhand.ledger.lookups import Found, Wanted
from onhand.ledger.on_paper import DocumentOnPaper, Item
from onhand.ledger.ports import Clock
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
from onhand.store.reads import (
    audit,
    count_accuracy,
    count_plan,
    counts,
    daily_totals,
    documents,
    exports,
    levels,
    lookups,
    movements,
    on_paper,
    products,
    purchase_orders,
    purchasing,
    replenishment,
    reservations,
    sales_orders,
    stock_value,
    suppliers,
    transfers,
    warehouse_products,
    warehouses,
)
from onhand.store.reads.source import Source
from onhand.store.replica import Replica

Row = TypeVar("Row", covariant=True)
Answer = TypeVar("Answer")

_LISTINGS: Mapping[type[DocumentFilter[Any]], Callable[..., Listing[Any]]] = {
    PurchaseOrderFilter: purchase_orders.listing,
    SupplierFilter: suppliers.listing,
    SalesOrderFilter: sales_orders.listing,
    TransferFilter: transfers.listing,
    CountFilter: counts.listing,
}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SqlReads:
    """Everything that can be asked, of either database. Safe to use from many threads."""

    def __init__(
        self, engine: Engine, clock: Clock = _utc_now, replica: Replica | None = None
    ) -> None:
        """Ask through a read engine; `clock` tells which days a list's sales are looked at.

        `replica` answers reports and exports, where there is one.
        """
        self._engine = engine
        self._clock = clock
        self._source = Source(engine)
        self._replica = replica

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()
        if self._replica is not None:
            self._replica.close()

    def ready(self) -> None:
        """Answer at once, or raise `StoreUnavailable`."""
        self._source.first(text("SELECT 1"))

    def product(self, product_id: int, warehouse_id: int | None = None) -> ProductView | None:
        """One product, with its quantities over all warehouses or in one."""
        return products.product(self._source, product_id, warehouse_id)

    def products(self, which: ProductFilter, page: PageRequest) -> Listing[ProductView]:
        """A page of products. Sorts by id, sku, name, selling_price, created_at, updated_at."""
        return products.listing(self._source, which, page)

    def quantities(self, product_id: int, warehouse_id: int | None = None) -> Quantities:
        """A product's quantities over all warehouses or in one; all 0 where it never moved."""
        return levels.quantities(self._source, product_id, warehouse_id)

    def levels(self, product_id: int) -> Sequence[WarehouseLevel]:
        """A product's levels by warehouse id."""
        return levels.by_warehouse(self._source, product_id)

    def levels_as_of(
        self, product_id: int, moment: datetime, warehouse_id: int | None = None
    ) -> Sequence[PastLevel]:
        """A product's levels as its ledger tells them for a past moment, by warehouse id."""
        return levels.as_of(self._source, product_id, moment, warehouse_id)

    def warehouse(self, warehouse_id: int) -> Warehouse | None:
        """One warehouse."""
        return warehouses.warehouse(self._source, warehouse_id)

    def warehouses(self, which: WarehouseFilter, page: PageRequest) -> Listing[Warehouse]:
        """A page of warehouses. Sorts by id, code, name, type, created_at, updated_at."""
        return warehouses.listing(self._source, which, page)

    def warehouse_product(self, warehouse_id: int, product_id: int) -> WarehouseProduct | None:
        """A product as it is kept in a warehouse, if only with nothing; None: no such product."""
        return warehouse_products.one(self._source, warehouse_id, product_id)

    def warehouse_products(
        self, which: WarehouseProductFilter, page: PageRequest
    ) -> Listing[WarehouseProduct]:
        """A page of the products that have a level in a warehouse, by id."""
        return warehouse_products.listing(self._source, which, page)

    def movement(self, movement_id: int) -> MovementView | None:
        """One movement."""
        return movements.movement(self._source, movement_id)

    def reversible(self, movement_id: int) -> Sequence[PastMovement]:
        """What reversing a movement must mend: itself first, then a transfer's other half."""
        return movements.reversible(self._source, movement_id)

    def movements(
        self,
        which: MovementFilter,
        after: MovementCursor | None,
        limit: int,
        *,
        descending: bool = False,
    ) -> Sequence[MovementView]:
        """Up to `limit` movements by (occurred_at, id), after a cursor."""
        return movements.page(self._source, which, after, limit, descending=descending)

    def audit(self, which: AuditFilter, after: AuditCursor | None, limit: int) -> AuditPage:
        """Up to `limit` changes of what is no movement, the newest first, after a cursor."""
        return audit.page(self._source, which, after, limit)

    def reservation(self, reservation_id: int) -> ReservationView | None:
        """One open reservation."""
        return reservations.reservation(self._source, reservation_id)

    def reservations(self, which: ReservationFilter, page: PageRequest) -> Listing[ReservationView]:
        """A page of open reservations. Sorts by id, order_id, expires_at, created_at."""
        return reservations.listing(self._source, which, page)

    def document(self, key: DocumentKey) -> DocumentView | None:
        """A document with its history, of one moment."""
        return documents.document(self._source, key)

    def documents(self, which: DocumentFilter[Row], page: PageRequest) -> Listing[Row]:
        """A page of the documents of the filter's kind, without their lines."""
        return _LISTINGS[type(which)](self._source, which, page)

    def terms(self, which: TermsFilter, page: PageRequest) -> Listing[TermsView]:
        """A page of what a supplier sells, by product id."""
        return suppliers.terms(self._source, which, page)

    def order_on_paper(self, order_id: int) -> OrderOnPaper | None:
        """A purchase order with all that is printed of it, of one moment."""
        return on_paper.order_on_paper(self._source, order_id)

    def document_on_paper(self, key: DocumentKey) -> DocumentOnPaper | None:
        """A transfer or a sales order with all that is printed of it, of one moment."""
        return on_paper.document_on_paper(self._source, key)

    def items(self, product_ids: Collection[int]) -> Mapping[int, Item]:
        """What products are called, by id."""
        return on_paper.items(self._source, product_ids)

    def drafted(self, warehouse_id: int | None = None) -> Mapping[int, int]:
        """The products on orders (to one warehouse) that are not sent yet, each with the first."""
        return purchasing.drafted(self._source, warehouse_id)

    def performance(self, which: PerformanceFilter) -> Performance:
        """How a supplier has delivered, by the receipts that stand."""
        return self._report(lambda source: purchasing.performance(source, which))

    def count_sheet(self, count_id: int, counted_by: str | None = None) -> Sheet | None:
        """A count's sheet; `counted_by` asks what this counter has counted."""
        return counts.sheet(self._source, count_id, counted_by)

    def count_variance(self, count_id: int) -> Variance | None:
        """A count's lines beside the book as of when each was counted."""
        return counts.variance(self._source, count_id)

    def count_plan(self, question: PlanQuestion, page: PageRequest) -> Listing[PlanLine]:
        """A page of what to count now, what was counted longest ago first."""
        return self._report(lambda source: count_plan.plan(source, question, page))

    def products_of_class(
        self, question: PlanQuestion, abc_class: str, limit: int
    ) -> Sequence[int]:
        """Up to `limit` products of an ABC class in a warehouse, by SKU."""
        return count_plan.of_class(self._source, question, abc_class, limit)

    def products_of_warehouse(self, warehouse_id: int, limit: int) -> Sequence[int]:
        """Up to `limit` products that have a level in a warehouse, by SKU."""
        return count_plan.of_warehouse(self._source, warehouse_id, limit)

    def activity(self, which: ActivityFilter) -> Activity:
        """What happened by day, from the daily totals and what was recorded since."""
        return self._report(lambda source: daily_totals.activity(source, which))

    def stock_value(self, which: StockValueFilter, page: PageRequest) -> StockValue:
        """A page of products with stock, and what all of it is worth."""
        return self._report(lambda source: stock_value.stock_value(source, which, page))

    def count_accuracy(
        self, which: CountAccuracyFilter, tolerance: Tolerance
    ) -> Sequence[CountAccuracy]:
        """How good the book was at each posted count, the last one first."""
        return self._report(lambda source: count_accuracy.count_accuracy(source, which, tolerance))

    def low_stock(self, page: PageRequest, warehouse_id: int | None = None) -> Listing[StockLine]:
        """Tracked, active products whose on hand is at or below their reorder point."""
        now = self._clock()
        return self._report(lambda source: replenishment.low_stock(source, page, warehouse_id, now))

    def out_of_stock(
        self, page: PageRequest, warehouse_id: int | None = None
    ) -> Listing[StockLine]:
        """Tracked, active products with nothing available."""
        now = self._clock()
        return self._report(
            lambda source: replenishment.out_of_stock(source, page, warehouse_id, now)
        )

    def to_reorder(
        self, page: PageRequest, now: datetime, warehouse_id: int | None = None
    ) -> Listing[StockLine]:
        """Tracked, active products whose on hand or inventory position is at or below the point."""
        return self._report(
            lambda source: replenishment.to_reorder(source, page, warehouse_id, now)
        )

    def find(self, wanted: Wanted) -> Found:
        """What is there of what an import names."""
        return lookups.find(self._source, wanted)

    @contextmanager
    def exported(
        self, what: What, which: ExportFilter, patience_s: float | None = None
    ) -> Iterator[Exported]:
        """A table's rows, all of one moment, to be taken as fast as they come."""
        with ExitStack() as stack:
            yield self._entered(
                stack,
                lambda engine: exports.exported(engine, what, which, patience_s, self._clock()),
            )

    def _entered(
        self, stack: ExitStack, of: Callable[[Engine], AbstractContextManager[Exported]]
    ) -> Exported:
        replica = self._replica
        if replica is not None and replica.will_do():
            try:
                return stack.enter_context(of(replica.engine))
            except (StoreUnavailable, StoreBusy):
                replica.lost()
        return stack.enter_context(of(self._engine))

    def _report(self, ask: Callable[[Source], Answer]) -> Answer:
        """Ask the replica, or the primary where that is not there or not up to date."""
        replica = self._replica
        if replica is not None and replica.will_do():
            try:
                return ask(replica.source)
            except (StoreUnavailable, StoreBusy):
                replica.lost()
        return ask(self._source)
