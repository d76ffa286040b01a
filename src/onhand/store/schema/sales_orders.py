"""The tables of sales orders."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from onhand.store.columns import Identifier, Moment
from onhand.store.schema.base import metadata

sales_orders = Table(
    "sales_orders",
    metadata,
    Column("id", Identifier, primary_key=True, autoincrement=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("customer", Text),
    Column("reference", Text),
    Column("notes", Text),
    Column("requested_date", Date),
    Column("warehouse_id", Identifier, ForeignKey("warehouses.id", ondelete="RESTRICT")),
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
    Column("document_id", Identifier, nullable=False),
    Column("number", Integer, nullable=False),
    Column(
        "product_id",
        Identifier,
        ForeignKey("products.id", ondelete="RESTRICT"),
        nullable=False,
    ),
    Column("quantity", BigInteger, nullable=False),
    Column("warehouse_id", Identifier, ForeignKey("warehouses.id", ondelete="RESTRICT")),
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
    Column("document_id", Identifier, nullable=False),
    Column("number", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column(
        "warehouse_id",
        Identifier,
        ForeignKey("warehouses.id", ondelete="RESTRICT"),
        nullable=False,
    ),
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
    Column("document_id", Identifier, nullable=False),
    Column("number", Integer, nullable=False),
    Column(
        "warehouse_id",
        Identifier,
        ForeignKey("warehouses.id", ondelete="RESTRICT"),
        nullable=False,
    ),
    PrimaryKeyConstraint("document_id", "number"),
)
