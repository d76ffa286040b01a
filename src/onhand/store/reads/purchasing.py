"""What buyers ask: who sells what is to be ordered, what is expected when, and how suppliers do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    bindparam,
    case,
    cast,
    func,
    select,
)

from onhand.core.purchase_orders import APPROVED, DRAFT, PENDING
from onhand.core.suppliers import MAY_RECEIVE_ORDERS, SupplierStatus
from onhand.ledger.purchasing import Offer, Performance, PerformanceFilter
from onhand.store.columns import Moment
from onhand.store.reads.source import AnySelect, Source
from onhand.store.reads.terms import Unindexed
from onhand.store.schema import (
    purchase_order_lines,
    purchase_order_receipt_lines,
    purchase_order_receipts,
    purchase_orders,
    supplier_products,
    suppliers,
)

_ACCEPTING = [status for status, may in MAY_RECEIVE_ORDERS.items() if may]
_NOT_SENT = (DRAFT, PENDING, APPROVED)
_OFFER = (
    suppliers.c.id,
    suppliers.c.name,
    supplier_products.c.price,
    supplier_products.c.currency,
    supplier_products.c.minimum_order_quantity,
    supplier_products.c.pack_size,
)
_BEST = "best_supplier_id"


def with_seller(lines: FromClause) -> FromClause:
    """Products' lines with who is best to buy each from, for `with_offers`.

    Who is marked as preferred comes first, then suppliers of that status, then the first of all.
    """
    terms, seller = supplier_products.alias("offered"), suppliers.alias("seller")
    best = (
        select(terms.c.supplier_id)
        .join(seller, seller.c.id == terms.c.supplier_id)
        .where(terms.c.product_id == lines.c.product_id, seller.c.state.in_(_ACCEPTING))
        .order_by(
            terms.c.is_preferred.desc(),
            case((seller.c.state == SupplierStatus.PREFERRED, 0), else_=1),
            terms.c.supplier_id,
        )
        .limit(1)
        .correlate(lines)
        .scalar_subquery()
    )
    # Worked out first: PostgreSQL would take no index for a join by a subquery.
    return select(*lines.c, best.label(_BEST)).offset(0).subquery("sold")


def with_offers(
    statement: AnySelect, lines: FromClause, warehouse_id: ColumnElement[int] | None
) -> AnySelect:
    """A statement over lines with their sellers, and more columns: when the first of what is on
    order (to one warehouse) is expected, and those of an offer.
    """
    due = select(func.min(purchase_order_lines.c.expected_date)).where(
        purchase_order_lines.c.product_id == lines.c.product_id,
        purchase_order_lines.c.on_order > 0,
    )
    if warehouse_id is not None:
        ordered = purchase_orders.c.id == purchase_order_lines.c.document_id
        due = due.join(purchase_orders, ordered).where(
            purchase_orders.c.warehouse_id == warehouse_id
        )
    found = lines.outerjoin(
        supplier_products,
        and_(
            supplier_products.c.product_id == lines.c.product_id,
            supplier_products.c.supplier_id == lines.c[_BEST],
        ),
    ).outerjoin(suppliers, suppliers.c.id == supplier_products.c.supplier_id)
    due_date = due.correlate(lines).scalar_subquery()
    return statement.select_from(found).add_columns(due_date, *_OFFER)


def offer_from(row: Any) -> Offer | None:
    """Who sells a product, from the columns of an offer; None: nobody."""
    return None if row[0] is None else Offer(*row)


DRAFTED = (
    select(purchase_order_lines.c.product_id, func.min(purchase_orders.c.id))
    .join(purchase_order_lines, purchase_order_lines.c.document_id == purchase_orders.c.id)
    .where(purchase_orders.c.state.in_(_NOT_SENT))
    .group_by(purchase_order_lines.c.product_id)
)


def drafted(source: Source, warehouse_id: int | None) -> Mapping[int, int]:
    """The products on orders (to one warehouse) that are not sent yet, each with the first."""
    found = DRAFTED
    if warehouse_id is not None:
        # Few orders are not sent; a warehouse's are all that ever were.
        found = found.where(Unindexed(purchase_orders.c.warehouse_id) == warehouse_id)
    return {row[0]: row[1] for row in source.rows(found)}


_RECEIPT, _CAME = purchase_order_receipts.c, purchase_order_receipt_lines.c


def _units(column: Any, condition: Any = None) -> Any:
    counted = column if condition is None else case((condition, column), else_=0)
    return func.sum(counted)


def performance(source: Source, which: PerformanceFilter) -> Performance:
    """How a supplier has delivered, by the receipts that stand."""
    wanted = [
        purchase_orders.c.supplier_id == bindparam("supplier_id"),
        _RECEIPT.reversed_at.is_(None),
    ]
    if which.within is not None:
        wanted.append(purchase_orders.c.warehouse_id.in_(which.within))
    if which.since is not None:
        wanted.append(_RECEIPT.received_at >= bindparam("since", type_=Moment))
    if which.until is not None:
        wanted.append(_RECEIPT.received_at < bindparam("until", type_=Moment))
    per_receipt = (
        select(
            _RECEIPT.document_id,
            _RECEIPT.lead_time_days,
            _units(_CAME.received).label("received"),
            _units(_CAME.rejected).label("rejected"),
            _units(_CAME.received, _CAME.days_late.is_not(None)).label("due"),
            _units(_CAME.received, _CAME.days_late <= 0).label("on_time"),
        )
        .join(purchase_order_receipts, _RECEIPT.document_id == purchase_orders.c.id)
        .join(
            purchase_order_receipt_lines,
            and_(_CAME.document_id == _RECEIPT.document_id, _CAME.receipt == _RECEIPT.number),
        )
        .where(*wanted)
        .group_by(_RECEIPT.document_id, _RECEIPT.number, _RECEIPT.lead_time_days)
        .subquery("per_receipt")
    )
    it = per_receipt.c
    row = source.first(
        select(
            func.count(it.document_id.distinct()),
            func.count(),
            *(
                cast(func.coalesce(func.sum(units), 0), BigInteger)
                for units in (it.received, it.rejected, it.due, it.on_time, it.lead_time_days)
            ),
        ),
        {"supplier_id": which.supplier_id, "since": which.since, "until": which.until},
    )
    assert row is not None
    return Performance(*row)
