"""Purchase orders: a page of them, each with what it carries in all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, select

from onhand.core.purchase_orders import PurchaseOrder
from onhand.ledger.documents import PurchaseOrderFilter, PurchaseOrderView
from onhand.ledger.listings import Listing, PageRequest
from onhand.store.documents import KEPT
from onhand.store.reads.source import AnyRow, Source
from onhand.store.reads.terms import cut, sort_terms
from onhand.store.schema import purchase_order_lines, purchase_orders

SORTS: dict[str, ColumnElement[Any]] = {
    name: purchase_orders.c[name]
    for name in ("id", "total", "expected_date", "created_at", "updated_at")
}
_NULLABLE = frozenset({"expected_date"})
_COLUMNS = KEPT[PurchaseOrder.kind].columns
_LINE = purchase_order_lines.c


def listing(
    source: Source, which: PurchaseOrderFilter, page: PageRequest
) -> Listing[PurchaseOrderView]:
    """A page of purchase orders."""
    terms = sort_terms(page.sort, SORTS, default="id", nullable=_NULLABLE)
    wanted = _wanted(which)
    found = select(*(purchase_orders.c[name] for name in _COLUMNS)).where(*wanted).order_by(*terms)
    orders = cut(found, page).subquery("found")
    ours = _LINE.document_id == orders.c.id
    again = {name: orders.c[name] for name in SORTS}
    rows_of = select(
        *orders.c,
        select(func.count()).where(ours).scalar_subquery(),
        *(
            cast(select(func.sum(units)).where(ours).scalar_subquery(), BigInteger)
            for units in (_LINE.quantity, _LINE.received, _LINE.on_order)
        ),
    ).order_by(*sort_terms(page.sort, again, default="id", nullable=_NULLABLE))
    return source.listing(which, page, rows_of, purchase_orders, wanted, _shaped)


def _wanted(which: PurchaseOrderFilter) -> list[ColumnElement[bool]]:
    order = purchase_orders.c
    wanted: list[ColumnElement[bool]] = []
    if which.states:
        wanted.append(order.state.in_(which.states))
    if which.supplier_id is not None:
        wanted.append(order.supplier_id == which.supplier_id)
    if which.within is not None:
        wanted.append(order.warehouse_id.in_(which.within))
    if which.warehouse_id is not None:
        wanted.append(order.warehouse_id == which.warehouse_id)
    if which.product_id is not None:
        ordering = select(_LINE.document_id).where(_LINE.product_id == which.product_id)
        wanted.append(order.id.in_(ordering))
    return wanted


def _shaped(row: AnyRow) -> PurchaseOrderView:
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=False))
    return PurchaseOrderView(PurchaseOrder(**values), *row[len(_COLUMNS) :])
