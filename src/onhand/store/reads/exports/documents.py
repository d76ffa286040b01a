"""Exports of documents: one row per line, the document's own fields on each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Table, cast, func, select

from onhand.ledger.exports import ExportFilter
from onhand.store.reads.exports.statement import (
    Columns,
    Statement,
    allowed,
    code_of,
    with_product,
    with_supplier,
    with_warehouse,
)
from onhand.store.reads.sales_orders import seen_from
from onhand.store.schema import (
    count_lines,
    counts,
    products,
    purchase_order_lines,
    purchase_orders,
    sales_order_lines,
    sales_order_preferences,
    sales_order_sources,
    sales_orders,
    suppliers,
    transfer_lines,
    transfers,
    warehouses,
)

BETWEEN_CODES = "\n"
"""What stands between the codes of several warehouses: no code holds it."""


def purchase_order_rows(which: ExportFilter) -> Statement:
    """Purchase orders by id and line."""
    o, line = purchase_orders.c, purchase_order_lines.c
    columns: Columns = {
        "order": o.id,
        "state": o.state,
        "supplier": suppliers.c.code,
        "warehouse": warehouses.c.code,
    }
    columns |= _same(purchase_orders, "currency", "reference", "notes", "expected_date")
    columns |= _same(purchase_orders, "over_receipt_percent", "total", "sent_at")
    columns |= _of_line(purchase_order_lines, "quantity", "price")
    columns["line_expected_date"] = line.expected_date
    columns |= _same(purchase_order_lines, "received", "rejected", "on_order")
    columns |= _by_whom(purchase_orders)
    wanted = [*_wanted(which, purchase_orders), *allowed(which.within, o.warehouse_id)]
    if which.warehouse_id is not None:
        wanted.append(o.warehouse_id == which.warehouse_id)
    if which.supplier_id is not None:
        wanted.append(o.supplier_id == which.supplier_id)
    lines = _lines(purchase_orders, purchase_order_lines)
    source = with_warehouse(with_supplier(lines, o.supplier_id), o.warehouse_id)
    return _statement(columns, source, lines, wanted, purchase_order_lines)


def sales_order_rows(which: ExportFilter) -> Statement:
    """Sales orders by id and line."""
    o, line, source = sales_orders.c, sales_order_lines.c, sales_order_sources.c
    preferred = (
        select(warehouses.c.code)
        .select_from(
            sales_order_preferences.join(
                warehouses, warehouses.c.id == sales_order_preferences.c.warehouse_id
            )
        )
        .where(sales_order_preferences.c.document_id == o.id)
        .order_by(sales_order_preferences.c.number)
        .correlate(sales_orders)
        .subquery("preferred")
    )
    shipped = select(func.sum(source.shipped)).where(
        source.document_id == line.document_id, source.line == line.number
    )
    columns: Columns = {"order": o.id, "state": o.state}
    columns |= _same(sales_orders, "customer", "reference", "notes", "requested_date")
    columns["warehouse"] = warehouses.c.code
    columns["warehouse_priority"] = select(
        func.aggregate_strings(preferred.c.code, BETWEEN_CODES)
    ).scalar_subquery()
    columns["split"] = o.split
    columns |= _of_line(sales_order_lines, "quantity")
    columns["line_warehouse"] = code_of(line.warehouse_id)
    columns |= _same(sales_order_lines, "allow_backorder")
    columns["shipped"] = func.coalesce(cast(shipped.scalar_subquery(), BigInteger), 0)
    columns |= _same(sales_order_lines, "returned")
    columns |= _by_whom(sales_orders)
    wanted = _wanted(which, sales_orders)
    if which.within is not None:
        wanted += seen_from(which.within)
    lines = _lines(sales_orders, sales_order_lines)
    return _statement(
        columns, with_warehouse(lines, o.warehouse_id), lines, wanted, sales_order_lines
    )


def transfer_rows(which: ExportFilter) -> Statement:
    """Transfers by id and line."""
    t = transfers.c
    columns: Columns = {
        "transfer": t.id,
        "state": t.state,
        "from_warehouse": code_of(t.from_warehouse_id),
        "to_warehouse": code_of(t.to_warehouse_id),
    }
    columns |= _same(transfers, "reference", "notes", "expected_date", "shipped_at")
    columns |= _of_line(transfer_lines, "quantity", "received", "lost", "damaged")
    columns |= _by_whom(transfers)
    wanted = _wanted(which, transfers)
    here = None if which.warehouse_id is None else frozenset((which.warehouse_id,))
    # Either end, as lists of transfers have it.
    for sites in (here, which.within):
        if sites is not None:
            wanted.append(t.from_warehouse_id.in_(sites) | t.to_warehouse_id.in_(sites))
    lines = _lines(transfers, transfer_lines)
    return _statement(columns, lines, lines, wanted, transfer_lines)


def count_rows(which: ExportFilter) -> Statement:
    """Counts by id and line, with what the book said where it is posted."""
    c = counts.c
    columns: Columns = {"count": c.id, "state": c.state, "warehouse": warehouses.c.code}
    columns |= _same(counts, "reference", "notes", "started_at")
    columns |= _of_line(count_lines, "counted", "counted_at", "counted_by", "round", "recount")
    columns |= _same(count_lines, "book")
    columns |= _by_whom(counts)
    wanted = [*_wanted(which, counts), *allowed(which.within, c.warehouse_id)]
    if which.warehouse_id is not None:
        wanted.append(c.warehouse_id == which.warehouse_id)
    lines = _lines(counts, count_lines)
    return _statement(columns, with_warehouse(lines, c.warehouse_id), lines, wanted, count_lines)


def _same(table: Table, *names: str) -> Columns:
    return {name: table.c[name] for name in names}


def _of_line(lines: Table, *names: str) -> Columns:
    number = {"line": lines.c.number, "sku": products.c.sku, "product": products.c.name}
    return {**number, **_same(lines, *names)}


def _by_whom(heads: Table) -> Columns:
    return _same(heads, "created_by", "created_at", "updated_at")


def _lines(heads: Table, lines: Table) -> FromClause:
    return heads.outerjoin(lines, lines.c.document_id == heads.c.id)


def _wanted(which: ExportFilter, heads: Table) -> list[ColumnElement[bool]]:
    return [] if which.state is None else [heads.c.state == which.state]


def _statement(
    columns: Columns,
    source: FromClause,
    counted: FromClause,
    wanted: list[ColumnElement[bool]],
    lines: Table,
) -> Statement:
    heads_id: ColumnElement[Any] = columns[next(iter(columns))]
    order = [heads_id, lines.c.number]
    return Statement(columns, with_product(source, lines.c.product_id), counted, wanted, order)
