"""Levels: a product's quantities, now and at a past moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, cast, func, select

from onhand.ledger.reads import PastLevel, Quantities, WarehouseLevel
from onhand.store.reads.each_level import of_each_level
from onhand.store.reads.source import Source
from onhand.store.schema import levels, movements, warehouses

_OF_PRODUCT = levels.c.product_id == bindparam("product_id")
_IN_WAREHOUSE = levels.c.warehouse_id == bindparam("warehouse_id")

# PostgreSQL's sum of bigints is a numeric, which is no integer to us.
_SUMS = select(
    *(
        cast(func.coalesce(func.sum(levels.c[name]), 0), BigInteger)
        for name in ("on_hand", "reserved", "backordered")
    ),
    func.max(levels.c.last_movement_at),
    func.max(levels.c.last_counted_at),
)
EVERYWHERE = _SUMS.where(_OF_PRODUCT)
IN_WAREHOUSE = _SUMS.where(_OF_PRODUCT, _IN_WAREHOUSE)

_WITH_NAME = levels.join(warehouses, warehouses.c.id == levels.c.warehouse_id)
BY_WAREHOUSE = (
    select(
        levels.c.warehouse_id,
        warehouses.c.name,
        levels.c.on_hand,
        levels.c.reserved,
        levels.c.backordered,
        levels.c.last_movement_at,
        levels.c.last_counted_at,
    )
    .select_from(_WITH_NAME)
    .where(_OF_PRODUCT)
    .order_by(levels.c.warehouse_id)
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
    """A product's levels by warehouse id."""
    return [
        WarehouseLevel(row[0], row[1], Quantities(*row[2:]))
        for row in source.rows(BY_WAREHOUSE, {"product_id": product_id})
    ]


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


def _given(product_id: int, warehouse_id: int | None) -> dict[str, Any]:
    if warehouse_id is None:
        return {"product_id": product_id}
    return {"product_id": product_id, "warehouse_id": warehouse_id}
