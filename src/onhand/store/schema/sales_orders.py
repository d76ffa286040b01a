"""The tables of sales orders."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from onhand.store.schema.base import metadata
from onhand.store.schema.parts import head, naming, place

sales_orders = Table(
    "sales_orders",
    metadata,
    *head(),
    Column("customer", Text),
    Column("reference", Text),
    Column("notes", Text),
    Column("requested_date", Date),
    naming("warehouse_id", "warehouses", nullable=True),
    Column("split", Boolean, nullable=False),
    Column("shipments", Integer, nullable=False),
    Column("returns", Integer, nullable=False),
    Index(None, "state", "id"),
    Index(None, "customer", "id"),
    Index(None, "reference", "id"),
    Index(None, "requested_date", "id"),
)

sales_order_lines = Table(
    "sales_order_lines",
    metadata,
    *place(),
    naming("product_id", "products"),
    Column("quantity", BigInteger, nullable=False),
    naming("warehouse_id", "warehouses", nullable=True),
    Column("allow_backorder", Boolean, nullable=False),
    Column("returned", BigInteger, nullable=False),
    PrimaryKeyConstraint("document_id", "number"),
    CheckConstraint(
        "quantity > 0 AND returned >= 0 AND returned <= quantity", name="no_more_than_ordered"
    ),
    Index(None, "product_id", "document_id"),
)

sales_order_sources = Table(
    "sales_order_sources",
    metadata,
    *place(),
    Column("line", Integer, nullable=False),
    naming("warehouse_id", "warehouses"),
    Column("quantity", BigInteger, nullable=False),
    Column("shipped", BigInteger, nullable=False),
    PrimaryKeyConstraint("document_id", "number"),
    CheckConstraint(
        "quantity > 0 AND shipped >= 0 AND shipped <= quantity", name="no_more_than_sourced"
    ),
    Index(None, "warehouse_id", "document_id"),
)

sales_order_preferences = Table(
    "sales_order_preferences",
    metadata,
    *place(),
    naming("warehouse_id", "warehouses"),
    PrimaryKeyConstraint("document_id", "number"),
)
