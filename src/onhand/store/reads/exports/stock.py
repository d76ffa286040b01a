"""Exports of stock: levels, now or as of a moment, and the ledger's movements."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, case, func, literal, null

from onhand.ledger.exports import ExportFilter
from onhand.store.reads.each_level import of_each_level
from onhand.store.reads.exports.statement import (
    Columns,
    Statement,
    allowed,
    with_product,
    with_warehouse,
)
from onhand.store.schema import inbounds, levels, movements, products, warehouses


def level_rows(which: ExportFilter, *, on_sqlite: bool) -> Statement:
    """Levels by product and warehouse: with what is on its way, or as of a moment."""
    here = levels.c
    wanted: list[ColumnElement[bool]] = allowed(which.within, here.warehouse_id)
    if which.product_id is not None:
        wanted.append(here.product_id == which.product_id)
    if which.warehouse_id is not None:
        wanted.append(here.warehouse_id == which.warehouse_id)
    names: Columns = {
        "sku": products.c.sku,
        "product": products.c.name,
        "warehouse": warehouses.c.code,
    }
    order = [here.product_id, here.warehouse_id]
    if which.as_of is not None:
        moment = literal(which.as_of, movements.c.occurred_at.type)
        by_then = (movements.c.occurred_at <= moment,)
        last_first = (movements.c.occurred_at.desc(), movements.c.id.desc())
        each = of_each_level(by_then, last_first, 1, on_sqlite=on_sqlite)
        then = each.found
        columns = names | {
            "quantity_on_hand": then["on_hand"],
            "quantity_reserved": then["reserved"],
            "quantity_available": then["on_hand"] - then["reserved"],
            "last_movement_at": then["occurred_at"],
        }
        source = with_warehouse(with_product(each.joined, here.product_id), here.warehouse_id)
        return Statement(columns, source, each.joined, wanted, order)
    same = (inbounds.c.product_id == here.product_id) & (
        inbounds.c.warehouse_id == here.warehouse_id
    )
    columns = names | {
        "quantity_on_hand": here.on_hand,
        "quantity_reserved": here.reserved,
        "quantity_available": here.on_hand - here.reserved,
        "backordered": here.backordered,
        "quantity_on_order": func.coalesce(inbounds.c.on_order, literal(0, BigInteger)),
        "quantity_in_transit": func.coalesce(inbounds.c.in_transit, literal(0, BigInteger)),
        "last_movement_at": here.last_movement_at,
        "last_counted_at": here.last_counted_at,
    }
    source = with_warehouse(with_product(levels, here.product_id), here.warehouse_id)
    return Statement(columns, source.outerjoin(inbounds, same), levels, wanted, order)


def movement_rows(which: ExportFilter) -> Statement:
    """Movements by when they happened."""
    m = movements.c
    wanted: list[ColumnElement[bool]] = allowed(which.within, m.warehouse_id)
    for name in ("product_id", "warehouse_id", "movement_type"):
        value = getattr(which, name)
        if value is not None:
            wanted.append(m[name] == value)
    if which.since is not None:
        wanted.append(m.occurred_at >= which.since)
    if which.until is not None:
        wanted.append(m.occurred_at < which.until)
    # A sales order holds under its negative number.
    columns: Columns = {
        "id": m.id,
        "occurred_at": m.occurred_at,
        "movement_type": m.movement_type,
        "sku": products.c.sku,
        "warehouse": warehouses.c.code,
        "quantity": m.quantity,
        "quantity_on_hand": m.on_hand,
        "quantity_reserved": m.reserved,
        "order_id": case((m.order_id >= 0, m.order_id), else_=null()),
        "sales_order_id": case((m.order_id < 0, -m.order_id), else_=null()),
    }
    columns |= {
        name: m[name]
        for name in (
            *("transfer_id", "reverses_id", "reference_type", "reference_id", "reference"),
            *("reason", "notes", "created_by", "reported_at", "created_at", "entry_number"),
        )
    }
    source = with_warehouse(with_product(movements, m.product_id), m.warehouse_id)
    return Statement(columns, source, movements, wanted, [m.occurred_at, m.id])
