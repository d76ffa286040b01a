"""Exports of the catalogue: products, warehouses, suppliers and their terms."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, false, true

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
from onhand.store.reads.products import status_of, sums
from onhand.store.reads.terms import contains
from onhand.store.schema import (
    product_stock,
    products,
    supplier_products,
    suppliers,
    warehouses,
)


def product_rows(which: ExportFilter, *, on_sqlite: bool) -> Statement:
    """Products by id, with what they have in all warehouses."""
    p = products.c
    wanted: list[ColumnElement[bool]] = []
    if which.is_active is not None:
        wanted.append(p.is_active == (true() if which.is_active else false()))
    if which.search is not None:
        wanted.append(contains([p.name, p.sku, p.barcode], which.search, on_sqlite=on_sqlite))
    columns: Columns = {"id": p.id, "sku": p.sku, "name": p.name, "description": p.description}
    columns |= {
        name: p[name]
        for name in (
            *("barcode", "unit", "selling_price", "cost_price", "currency", "track_inventory"),
            *("allow_backorder", "reorder_point", "reorder_quantity", "lead_time_days"),
            "safety_stock",
        )
    }
    columns["default_warehouse"] = warehouses.c.code
    columns["is_active"] = p.is_active
    stock = (product_stock.c.on_hand, product_stock.c.reserved)
    on_hand, reserved = stock if which.within is None else sums(which.within)
    counted: FromClause = products
    if which.stock_status is not None:
        wanted.append(status_of(on_hand, reserved, p.reorder_point) == which.stock_status)
        counted = products.outerjoin(product_stock, product_stock.c.product_id == p.id)
    columns |= {"stock_quantity": on_hand, "reserved_quantity": reserved}
    columns |= {"created_at": p.created_at, "updated_at": p.updated_at}
    source = with_warehouse(products, p.default_warehouse_id).outerjoin(
        product_stock, product_stock.c.product_id == p.id
    )
    return Statement(columns, source, counted, wanted, [p.id])


def warehouse_rows(which: ExportFilter) -> Statement:
    """Warehouses by id."""
    w = warehouses.c
    columns: Columns = {
        name: w[name] for name in ("id", "code", "name", "type", "is_active", "address")
    }
    columns["parent"] = code_of(w.parent_warehouse_id)
    columns |= {"created_at": w.created_at, "updated_at": w.updated_at}
    wanted = allowed(which.within, w.id)
    return Statement(columns, warehouses, warehouses, wanted, [w.id])


def supplier_rows(which: ExportFilter) -> Statement:
    """Suppliers by id."""
    s = suppliers.c
    columns: Columns = {"id": s.id, "code": s.code, "name": s.name, "status": s.state}
    columns |= {
        name: s[name]
        for name in (
            *("email", "phone", "address", "payment_terms", "lead_time_days", "currency"),
            *("notes", "created_at", "updated_at"),
        )
    }
    wanted = [] if which.state is None else [s.state == which.state]
    return Statement(columns, suppliers, suppliers, wanted, [s.id])


def terms_rows(which: ExportFilter) -> Statement:
    """What suppliers sell, by supplier and product."""
    t = supplier_products.c
    columns: Columns = {
        "supplier": suppliers.c.code,
        "supplier_name": suppliers.c.name,
        "sku": products.c.sku,
        "product": products.c.name,
    }
    columns |= {
        name: t[name]
        for name in (
            *("price", "currency", "minimum_order_quantity", "pack_size", "lead_time_days"),
            *("supplier_sku", "is_preferred"),
        )
    }
    wanted: list[ColumnElement[bool]] = []
    if which.supplier_id is not None:
        wanted.append(t.supplier_id == which.supplier_id)
    source = with_product(with_supplier(supplier_products, t.supplier_id), t.product_id)
    order = [t.supplier_id, t.product_id]
    return Statement(columns, source, supplier_products, wanted, order)
