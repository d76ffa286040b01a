"""Sales orders: a page of them, each with its units in all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, exists, func, or_, select

from onhand.core.sales_orders import SalesOrder
from onhand.ledger.documents import SalesOrderFilter, SalesOrderListed
from onhand.ledger.listings import Listing, PageRequest
from onhand.store.documents import KEPT
from onhand.store.reads.source import AnyRow, Source
from onhand.store.reads.terms import cut, sort_terms
from onhand.store.schema import (
    reservations,
    sales_order_lines,
    sales_order_preferences,
    sales_order_sources,
    sales_orders,
)

SORTS: dict[str, ColumnElement[Any]] = {
    name: sales_orders.c[name] for name in ("id", "requested_date", "created_at", "updated_at")
}
_NULLABLE = frozenset({"requested_date"})
_COLUMNS = KEPT[SalesOrder.kind].columns
_LINE = sales_order_lines.c
_SOURCE = sales_order_sources.c
_HOLD = reservations.c


def listing(
    source: Source, which: SalesOrderFilter, page: PageRequest
) -> Listing[SalesOrderListed]:
    """A page of sales orders."""
    terms = sort_terms(page.sort, SORTS, default="id", nullable=_NULLABLE)
    wanted = _wanted(which)
    found = select(*(sales_orders.c[name] for name in _COLUMNS)).where(*wanted).order_by(*terms)
    orders = cut(found, page).subquery("found")
    its_line = _LINE.document_id == orders.c.id
    its_source = _SOURCE.document_id == orders.c.id
    its_hold = _HOLD.order_id == -orders.c.id
    again = {name: orders.c[name] for name in SORTS}
    rows_of = select(
        *orders.c,
        select(func.count()).where(its_line).scalar_subquery(),
        *(
            func.coalesce(cast(select(func.sum(units)).where(its).scalar_subquery(), BigInteger), 0)
            for units, its in (
                (_LINE.quantity, its_line),
                (_SOURCE.shipped, its_source),
                (_HOLD.allocated, its_hold),
                (_HOLD.backordered, its_hold),
            )
        ),
    ).order_by(*sort_terms(page.sort, again, default="id", nullable=_NULLABLE))
    return source.listing(which, page, rows_of, sales_orders, wanted, _shaped)


def _wanted(which: SalesOrderFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if which.states:
        wanted.append(sales_orders.c.state.in_(which.states))
    if which.customer is not None:
        wanted.append(sales_orders.c.customer == which.customer)
    if which.reference is not None:
        wanted.append(sales_orders.c.reference == which.reference)
    if which.product_id is not None:
        of_product = select(_LINE.document_id).where(_LINE.product_id == which.product_id)
        wanted.append(sales_orders.c.id.in_(of_product))
    if which.within is not None:
        wanted += seen_from(which.within)
    if which.warehouse_id is not None:
        there = select(_SOURCE.document_id).where(_SOURCE.warehouse_id == which.warehouse_id)
        wanted.append(sales_orders.c.id.in_(there))
    return wanted


def seen_from(within: frozenset[int]) -> list[ColumnElement[bool]]:
    """That no warehouse which an order names is another's."""
    site = sales_orders.c.warehouse_id
    # By names of their own: whoever asks may read the same tables around this.
    parts = [
        part.alias() for part in (sales_order_sources, sales_order_lines, sales_order_preferences)
    ]
    return [
        or_(site.is_(None), site.in_(within)),
        *(
            ~exists().where(
                part.c.document_id == sales_orders.c.id, part.c.warehouse_id.not_in(within)
            )
            for part in parts
        ),
    ]


def _shaped(row: AnyRow) -> SalesOrderListed:
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=False))
    return SalesOrderListed(SalesOrder(**values), *row[len(_COLUMNS) :])
