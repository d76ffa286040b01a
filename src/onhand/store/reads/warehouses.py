"""Warehouses: a handful of rows, which every look reads anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, false, select, true

from onhand.core.warehouses import Warehouse, WarehouseAttributes, WarehouseType, code_key
from onhand.ledger.listings import Listing, PageRequest
from onhand.ledger.stock_views import WarehouseFilter
from onhand.store.reads.source import AnyRow, Source
from onhand.store.reads.terms import contains, cut, sort_terms
from onhand.store.schema import warehouses

SORTS: dict[str, ColumnElement[Any]] = {
    name: warehouses.c[name] for name in ("id", "code", "name", "type", "created_at", "updated_at")
}
_COLUMNS = ("id", "name", "code", "type", "is_active", "address", "parent_warehouse_id")
SELECTED = select(
    *(warehouses.c[name] for name in (*_COLUMNS, "version", "created_at", "updated_at"))
)
BY_ID = SELECTED.where(warehouses.c.id == bindparam("warehouse_id"))


def warehouse(source: Source, warehouse_id: int) -> Warehouse | None:
    """One warehouse."""
    row = source.first(BY_ID, {"warehouse_id": warehouse_id})
    return None if row is None else shaped(row)


def everyone(source: Source) -> Sequence[Warehouse]:
    """All of them, by id."""
    return [shaped(row) for row in source.rows(SELECTED.order_by(warehouses.c.id))]


def listing(source: Source, which: WarehouseFilter, page: PageRequest) -> Listing[Warehouse]:
    """A page of warehouses."""
    wanted: list[ColumnElement[bool]] = []
    if which.within is not None:
        wanted.append(warehouses.c.id.in_(which.within))
    if which.code is not None:
        wanted.append(warehouses.c.code_key == code_key(which.code))
    if which.type is not None:
        wanted.append(warehouses.c.type == which.type)
    if which.is_active is not None:
        wanted.append(warehouses.c.is_active == (true() if which.is_active else false()))
    if which.search is not None:
        looked_at: list[ColumnElement[Any]] = [warehouses.c.name, warehouses.c.code]
        wanted.append(contains(looked_at, which.search, on_sqlite=source.on_sqlite))
    terms = sort_terms(page.sort, SORTS, default="id")
    rows_of = cut(SELECTED.where(*wanted).order_by(*terms), page)
    return source.listing(which, page, rows_of, warehouses, wanted, shaped)


def shaped(row: AnyRow) -> Warehouse:
    """A warehouse from a row of `SELECTED`."""
    attributes = WarehouseAttributes(
        name=row[1],
        code=row[2],
        type=WarehouseType(row[3]),
        is_active=row[4],
        address=row[5],
        parent_warehouse_id=row[6],
    )
    return Warehouse(row[0], attributes, *row[7:])
