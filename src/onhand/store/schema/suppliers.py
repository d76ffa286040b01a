"""The tables of suppliers and of what they sell."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from onhand.store.columns import Money
from onhand.store.schema.base import metadata
from onhand.store.schema.parts import head, naming

suppliers = Table(
    "suppliers",
    metadata,
    *head(),
    Column("code", Text, nullable=False),
    Column("code_key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("phone", Text),
    Column("address", Text),
    Column("payment_terms", Text),
    Column("lead_time_days", Integer),
    Column("currency", String(3), nullable=False),
    Column("notes", Text),
    Index(None, "state", "id"),
)

supplier_products = Table(
    "supplier_products",
    metadata,
    naming("supplier_id", "suppliers"),
    naming("product_id", "products"),
    Column("price", Money, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("minimum_order_quantity", BigInteger, nullable=False),
    Column("pack_size", BigInteger, nullable=False),
    Column("lead_time_days", Integer),
    Column("supplier_sku", Text),
    Column("is_preferred", Boolean, nullable=False),
    PrimaryKeyConstraint("supplier_id", "product_id"),
    CheckConstraint("minimum_order_quantity > 0 AND pack_size > 0", name="amounts"),
    Index(None, "product_id", "supplier_id"),
)
Index(
    "ix_supplier_products_preferred",
    supplier_products.c.product_id,
    sqlite_where=text("is_preferred"),
    postgresql_where=text("is_preferred"),
)
