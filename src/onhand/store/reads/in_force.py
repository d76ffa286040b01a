"""What is in force at a warehouse: its own settings where it has any, else the product's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func

from onhand.store.schema import products, stock_settings

SETTINGS = ("reorder_point", "reorder_quantity")


def with_settings(
    found: FromClause, product_id: ColumnElement[int], warehouse_id: ColumnElement[int]
) -> FromClause:
    """Rows with the settings of a product at a warehouse, where there are any."""
    here = and_(
        stock_settings.c.product_id == product_id, stock_settings.c.warehouse_id == warehouse_id
    )
    return found.outerjoin(stock_settings, here)


def in_force(name: str) -> ColumnElement[Any]:
    """A setting by name, of rows that have their products and `with_settings`."""
    return func.coalesce(stock_settings.c[name], products.c[name])
