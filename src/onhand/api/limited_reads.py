"""Reads for who may work in some warehouses only: nothing of any other is in what they give.

It answers every question that `Reads` does, so that no endpoint can ask past it. Rows of others'
warehouses, and documents that are not seen from theirs, do not exist. Sums are over theirs alone;
lists of what is low, out or to be ordered are of one warehouse, so who has several names one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from onhand.api import problems
from onhand.core.count_accuracy import Tolerance
from onhand.core.documents import DocumentKey
from onhand.core.movements import PastMovement
from onhand.core.warehouse_limits import named, not_yours
from onhand.core.warehouses import Warehouse
from onhand.ledger.audit import AuditCursor, AuditFilter, AuditPage
from onhand.ledger.counts import PlanLine, PlanQuestion, Sheet, Variance
from onhand.ledger.documents import DocumentFilter, DocumentView, TermsFilter, TermsView
from onhand.ledger.exports import Exported, ExportFilter, What
from onhand.ledger.listings import Listing, PageRequest
from onhand.ledger.lookups import Found, Wanted
from onhand.ledger.on_paper import DocumentOnPaper, Item
from onhand.ledger.purchasing import OrderOnPaper, Performance, PerformanceFilter
from onhand.ledger.reads import Reads
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

Row = TypeVar("Row", covariant=True)


class LimitedReads:
    """Everything that can be asked, of some warehouses. Raises a 403 where another is named."""

    def __init__(self, reads: Reads, within: frozenset[int]) -> None:
        """Ask `reads`, for who may see these warehouses."""
        self._reads = reads
        self._within = within

    def ready(self) -> None:
        """Answer at once, or raise `StoreUnavailable`."""
        self._reads.ready()

    def product(self, product_id: int, warehouse_id: int | None = None) -> ProductView | None:
        """One product, with its quantities over their warehouses or in one."""
        warehouse_id = self._one(warehouse_id)
        view = self._reads.product(product_id, warehouse_id)
        if view is None or warehouse_id is not None:
            return view
        quantities = self._sum(product_id)
        return replace(view, on_hand=quantities.on_hand, reserved=quantities.reserved)

    def products(self, which: ProductFilter, page: PageRequest) -> Listing[ProductView]:
        """A page of products, with their quantities over their warehouses or in one."""
        one = self._one(which.warehouse_id)
        within = self._within if one is None else None
        return self._reads.products(replace(which, warehouse_id=one, within=within), page)

    def quantities(self, product_id: int, warehouse_id: int | None = None) -> Quantities:
        """A product's quantities over their warehouses or in one."""
        one = self._one(warehouse_id)
        return self._sum(product_id) if one is None else self._reads.quantities(product_id, one)

    def levels(self, product_id: int) -> Sequence[WarehouseLevel]:
        """A product's levels in their warehouses."""
        return [it for it in self._reads.levels(product_id) if it.warehouse_id in self._within]

    def levels_as_of(
        self, product_id: int, moment: datetime, warehouse_id: int | None = None
    ) -> Sequence[PastLevel]:
        """A product's levels in their warehouses as of a past moment."""
        levels = self._reads.levels_as_of(product_id, moment, self._one(warehouse_id))
        return [it for it in levels if it.warehouse_id in self._within]

    def warehouse(self, warehouse_id: int) -> Warehouse | None:
        """One warehouse of theirs."""
        return self._reads.warehouse(warehouse_id) if warehouse_id in self._within else None

    def warehouses(self, which: WarehouseFilter, page: PageRequest) -> Listing[Warehouse]:
        """A page of their warehouses."""
        return self._reads.warehouses(replace(which, within=self._within), page)

    def warehouse_product(self, warehouse_id: int, product_id: int) -> WarehouseProduct | None:
        """A product as it is kept in a warehouse of theirs."""
        self._one(warehouse_id)
        return self._reads.warehouse_product(warehouse_id, product_id)

    def warehouse_products(
        self, which: WarehouseProductFilter, page: PageRequest
    ) -> Listing[WarehouseProduct]:
        """A page of the products that are kept in a warehouse of theirs."""
        self._one(which.warehouse_id)
        return self._reads.warehouse_products(which, page)

    def movement(self, movement_id: int) -> MovementView | None:
        """One movement in a warehouse of theirs."""
        movement = self._reads.movement(movement_id)
        return movement if movement and movement.warehouse_id in self._within else None

    def reversible(self, movement_id: int) -> Sequence[PastMovement]:
        """What reversing a movement of theirs must mend, a half elsewhere too: the rules refuse."""
        movements = self._reads.reversible(movement_id)
        return movements if movements and movements[0].key.warehouse_id in self._within else ()

    def movements(
        self,
        which: MovementFilter,
        after: MovementCursor | None,
        limit: int,
        *,
        descending: bool = False,
    ) -> Sequence[MovementView]:
        """Up to `limit` movements in their warehouses, after a cursor."""
        one = self._one(which.warehouse_id)
        within = self._within if one is None else None
        which = replace(which, warehouse_id=one, within=within)
        return self._reads.movements(which, after, limit, descending=descending)

    def audit(self, which: AuditFilter, after: AuditCursor | None, limit: int) -> AuditPage:
        """Up to `limit` changes of the catalogue and of what is seen from their warehouses."""
        return self._reads.audit(replace(which, within=self._within), after, limit)

    def reservation(self, reservation_id: int) -> ReservationView | None:
        """One open reservation in a warehouse of theirs."""
        held = self._reads.reservation(reservation_id)
        return held if held and held.warehouse_id in self._within else None

    def reservations(self, which: ReservationFilter, page: PageRequest) -> Listing[ReservationView]:
        """A page of open reservations in their warehouses."""
        one = self._one(which.warehouse_id)
        within = self._within if one is None else None
        return self._reads.reservations(replace(which, warehouse_id=one, within=within), page)

    def document(self, key: DocumentKey) -> DocumentView | None:
        """A document that is seen from their warehouses."""
        view = self._reads.document(key)
        return view if view and view.document.is_seen_from(self._within) else None

    def documents(self, which: DocumentFilter[Row], page: PageRequest) -> Listing[Row]:
        """A page of documents that are seen from their warehouses."""
        return self._reads.documents(replace(which, within=self._within), page)

    def order_on_paper(self, order_id: int) -> OrderOnPaper | None:
        """A purchase order to a warehouse of theirs, as it is printed."""
        found = self._reads.order_on_paper(order_id)
        return found if found and found.order.is_seen_from(self._within) else None

    def document_on_paper(self, key: DocumentKey) -> DocumentOnPaper | None:
        """A document that is seen from their warehouses, as it is printed; no other is named."""
        found = self._reads.document_on_paper(key)
        if found is None or not found.view.document.is_seen_from(self._within):
            return None
        theirs = {id: it for id, it in found.warehouses.items() if id in self._within}
        return replace(found, warehouses=theirs)

    def items(self, product_ids: Collection[int]) -> Mapping[int, Item]:
        """What products are called: that is no warehouse's."""
        return self._reads.items(product_ids)

    def terms(self, which: TermsFilter, page: PageRequest) -> Listing[TermsView]:
        """A page of what a supplier sells: that is no warehouse's."""
        return self._reads.terms(which, page)

    def drafted(self, warehouse_id: int | None = None) -> Mapping[int, int]:
        """The products on orders to a warehouse of theirs that are not sent yet."""
        return self._reads.drafted(self._just_one(warehouse_id))

    def performance(self, which: PerformanceFilter) -> Performance:
        """How a supplier has delivered to their warehouses."""
        return self._reads.performance(replace(which, within=self._within))

    def count_sheet(self, count_id: int, counted_by: str | None = None) -> Sheet | None:
        """The sheet of a count of theirs."""
        sheet = self._reads.count_sheet(count_id, counted_by)
        return sheet if sheet and sheet.count.is_seen_from(self._within) else None

    def count_variance(self, count_id: int) -> Variance | None:
        """The variances of a count of theirs."""
        variance = self._reads.count_variance(count_id)
        return variance if variance and variance.count.is_seen_from(self._within) else None

    def count_plan(self, question: PlanQuestion, page: PageRequest) -> Listing[PlanLine]:
        """A page of what to count now in a warehouse of theirs."""
        self._one(question.warehouse_id)
        return self._reads.count_plan(question, page)

    def products_of_class(
        self, question: PlanQuestion, abc_class: str, limit: int
    ) -> Sequence[int]:
        """Up to `limit` products of a class in a warehouse of theirs."""
        self._one(question.warehouse_id)
        return self._reads.products_of_class(question, abc_class, limit)

    def products_of_warehouse(self, warehouse_id: int, limit: int) -> Sequence[int]:
        """Up to `limit` products that have a level in a warehouse of theirs."""
        self._one(warehouse_id)
        return self._reads.products_of_warehouse(warehouse_id, limit)

    def activity(self, which: ActivityFilter) -> Activity:
        """What happened by day in their warehouses."""
        one = self._one(which.warehouse_id)
        return self._reads.activity(replace(which, warehouse_id=one, within=self._within))

    def stock_value(self, which: StockValueFilter, page: PageRequest) -> StockValue:
        """What the stock of their warehouses is worth."""
        one = self._one(which.warehouse_id)
        which = replace(which, warehouse_id=one, within=self._within)
        return self._reads.stock_value(which, page)

    def count_accuracy(
        self, which: CountAccuracyFilter, tolerance: Tolerance
    ) -> Sequence[CountAccuracy]:
        """How good the book of their warehouses was."""
        one = self._one(which.warehouse_id)
        which = replace(which, warehouse_id=one, within=self._within)
        return self._reads.count_accuracy(which, tolerance)

    def low_stock(self, page: PageRequest, warehouse_id: int | None = None) -> Listing[StockLine]:
        """What is at or below its reorder point in a warehouse of theirs."""
        return self._reads.low_stock(page, self._just_one(warehouse_id))

    def out_of_stock(
        self, page: PageRequest, warehouse_id: int | None = None
    ) -> Listing[StockLine]:
        """What has nothing available in a warehouse of theirs."""
        return self._reads.out_of_stock(page, self._just_one(warehouse_id))

    def to_reorder(
        self, page: PageRequest, now: datetime, warehouse_id: int | None = None
    ) -> Listing[StockLine]:
        """What is to be ordered for a warehouse of theirs."""
        return self._reads.to_reorder(page, now, self._just_one(warehouse_id))

    def find(self, wanted: Wanted) -> Found:
        """What is there of what an import names, of warehouses theirs alone."""
        return self._reads.find(wanted).within(self._within)

    def exported(
        self, what: What, which: ExportFilter, patience_s: float | None = None
    ) -> AbstractContextManager[Exported]:
        """A table's rows, of what is seen from their warehouses."""
        self._one(which.warehouse_id)
        return self._reads.exported(what, replace(which, within=self._within), patience_s)

    def _one(self, warehouse_id: int | None) -> int | None:
        """The warehouse that is asked about: the one that is named, or their only one."""
        if warehouse_id is None:
            return next(iter(self._within)) if len(self._within) == 1 else None
        if warehouse_id not in self._within:
            raise problems.rejected(not_yours(self._within, "warehouse_id"))
        return warehouse_id

    def _just_one(self, warehouse_id: int | None) -> int:
        """The same, where it cannot be several."""
        one = self._one(warehouse_id)
        if one is None:
            text = f"Say which warehouse. Your warehouses: {named(self._within)}"
            raise problems.invalid({"warehouse_id": [text]})
        return one

    def _sum(self, product_id: int) -> Quantities:
        levels = [level.quantities for level in self.levels(product_id)]
        return Quantities(
            on_hand=sum(it.on_hand for it in levels),
            reserved=sum(it.reserved for it in levels),
            backordered=sum(it.backordered for it in levels),
            last_movement_at=_latest(it.last_movement_at for it in levels),
            last_counted_at=_latest(it.last_counted_at for it in levels),
            on_order=sum(it.on_order for it in levels),
            in_transit=sum(it.in_transit for it in levels),
        )


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
