"""What is in force at a warehouse: its own settings where it has any, else the product's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func, select

from onhand.store.schema import products, stock_settings

SETTINGS = ("reorder_point", "reorder_quantity")


def with_settings(
    found: FromClause, product_id: ColumnElement[int], warehouse_id: ColumnElement[int]
) -> FromClause:
    """Rows with the settings of a product at a warehouse, where there are any."""
    return found.outerjoin(stock_settings, _here(product_id, warehouse_id))


def in_force(name: str) -> ColumnElement[Any]:
    """A setting by name, of rows that have their products and `with_settings`."""
    return func.coalesce(stock_settings.c[name], products.c[name])


def own_setting(
    name: str, product_id: ColumnElement[int], warehouse_id: ColumnElement[int]
) -> ColumnElement[Any]:
    """A setting by name as the warehouse itself has it, looked up for one row."""
    return select(stock_settings.c[name]).where(_here(product_id, warehouse_id)).scalar_subquery()


def _here(product_id: ColumnElement[int], warehouse_id: ColumnElement[int]) -> ColumnElement[bool]:
    own = stock_settings.c
    return and_(own.product_id == product_id, own.warehouse_id == warehouse_id)
