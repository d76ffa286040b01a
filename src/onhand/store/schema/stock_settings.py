"""The table of what single warehouses go by for a product, where it is not the product's own."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, PrimaryKeyConstraint, Table

from onhand.store.schema.base import metadata
from onhand.store.schema.parts import naming

stock_settings = Table(
    "stock_settings",
    metadata,
    naming("product_id", "products"),
    naming("warehouse_id", "warehouses"),
    Column("reorder_point", BigInteger),
    Column("reorder_quantity", BigInteger),
    PrimaryKeyConstraint("product_id", "warehouse_id"),
    CheckConstraint("reorder_point >= 0 AND reorder_quantity > 0", name="amounts"),
    CheckConstraint(
        "reorder_point IS NOT NULL OR reorder_quantity IS NOT NULL", name="says_something"
    ),
    Index(None, "warehouse_id", "product_id"),
    sqlite_with_rowid=False,
)
