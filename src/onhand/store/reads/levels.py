"""Levels: a product's quantities, now and at a past moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, and_, bindparam, cast, func, select, union

from onhand.core.stock_status import stock_status
from onhand.ledger.stock_views import PastLevel, Quantities, WarehouseLevel
from onhand.store.reads.each_level import of_each_level
from onhand.store.reads.in_force import SETTINGS, in_force, with_settings
from onhand.store.reads.source import AnyRow, AnySelect, Source
from onhand.store.schema import inbounds, levels, movements, products, warehouses

_PRODUCT: ColumnElement[int] = bindparam("product_id", type_=BigInteger)
_OF_PRODUCT = levels.c.product_id == _PRODUCT
_IN_WAREHOUSE = levels.c.warehouse_id == bindparam("warehouse_id")
_QUANTITIES = ("on_hand", "reserved", "backordered")
_MOMENTS = ("last_movement_at", "last_counted_at")
_ON_THE_WAY = ("on_order", "in_transit")


def _sums(*columns: str) -> AnySelect:
    """A product's sums over all warehouses, or over that in `warehouse_id`, in one row."""

    def rows_of(table: Table) -> ColumnElement[bool]:
        return and_(*(table.c[name] == bindparam(name, type_=BigInteger) for name in columns))

    def total(column: ColumnElement[int]) -> ColumnElement[int]:
        # PostgreSQL's sum of bigints is a numeric, which is no integer to us.
        return cast(func.coalesce(func.sum(column), 0), BigInteger)

    on_the_way = (
        select(total(inbounds.c[name])).where(rows_of(inbounds)).scalar_subquery()
        for name in _ON_THE_WAY
    )
    return select(
        *(total(levels.c[name]) for name in _QUANTITIES),
        *(func.max(levels.c[name]) for name in _MOMENTS),
        *on_the_way,
    ).where(rows_of(levels))


EVERYWHERE = _sums("product_id")
IN_WAREHOUSE = _sums("product_id", "warehouse_id")

_places = union(
    select(levels.c.warehouse_id).where(_OF_PRODUCT),
    select(inbounds.c.warehouse_id).where(
        inbounds.c.product_id == _PRODUCT, inbounds.c.on_order + inbounds.c.in_transit > 0
    ),
).subquery("places")


def _here(table: Table) -> ColumnElement[bool]:
    return and_(table.c.product_id == _PRODUCT, table.c.warehouse_id == _places.c.warehouse_id)


BY_WAREHOUSE = (
    select(
        _places.c.warehouse_id,
        warehouses.c.name,
        *(func.coalesce(levels.c[name], 0) for name in _QUANTITIES),
        *(levels.c[name] for name in _MOMENTS),
        *(func.coalesce(inbounds.c[name], 0) for name in _ON_THE_WAY),
        *(in_force(name) for name in SETTINGS),
        products.c.track_inventory,
        products.c.allow_backorder,
    )
    .select_from(
        with_settings(
            _places.join(warehouses, warehouses.c.id == _places.c.warehouse_id)
            .join(products, products.c.id == _PRODUCT)
            .outerjoin(levels, _here(levels))
            .outerjoin(inbounds, _here(inbounds)),
            _PRODUCT,
            _places.c.warehouse_id,
        )
    )
    .order_by(_places.c.warehouse_id)
)

_BY_THEN = (movements.c.occurred_at <= bindparam("moment", type_=movements.c.occurred_at.type),)
_LAST_FIRST = (movements.c.occurred_at.desc(), movements.c.id.desc())


def quantities(source: Source, product_id: int, warehouse_id: int | None) -> Quantities:
    """A product's quantities over all warehouses or in one; all 0 where it never moved."""
    statement = EVERYWHERE if warehouse_id is None else IN_WAREHOUSE
    row = source.first(statement, _given(product_id, warehouse_id))
    assert row is not None
    return Quantities(*row)


def by_warehouse(source: Source, product_id: int) -> Sequence[WarehouseLevel]:
    """A product's levels by warehouse id, also where units are only on their way."""
    return [_level(row) for row in source.rows(BY_WAREHOUSE, {"product_id": product_id})]


def as_of(
    source: Source, product_id: int, moment: datetime, warehouse_id: int | None
) -> Sequence[PastLevel]:
    """A product's levels at a past moment: one look-up in the ledger per warehouse."""
    each = of_each_level(_BY_THEN, _LAST_FIRST, 1, on_sqlite=source.on_sqlite)
    named = ("on_hand", "reserved", "id", "occurred_at")
    found = (
        select(levels.c.warehouse_id, warehouses.c.name, *(each.found[name] for name in named))
        .select_from(each.joined.join(warehouses, warehouses.c.id == levels.c.warehouse_id))
        .where(_OF_PRODUCT)
        .order_by(levels.c.warehouse_id)
    )
    if warehouse_id is not None:
        found = found.where(_IN_WAREHOUSE)
    given = _given(product_id, warehouse_id) | {"moment": moment}
    return [PastLevel(*row) for row in source.rows(found, given)]


def _level(row: AnyRow) -> WarehouseLevel:
    quantities = Quantities(*row[2:9])
    reorder_point, reorder_quantity, track_inventory, allow_backorder = row[9:]
    status = stock_status(
        track_inventory=track_inventory,
        allow_backorder=allow_backorder,
        on_hand=quantities.on_hand,
        reserved=quantities.reserved,
        reorder_point=reorder_point,
    )
    return WarehouseLevel(row[0], row[1], quantities, reorder_point, reorder_quantity, status)


def _given(product_id: int, warehouse_id: int | None) -> dict[str, Any]:
    if warehouse_id is None:
        return {"product_id": product_id}
    return {"product_id": product_id, "warehouse_id": warehouse_id}
