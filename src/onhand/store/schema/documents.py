"""The tables of all documents: what is inbound, and each step that was taken."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from onhand.store.columns import Identifier, Moment
from onhand.store.schema.base import metadata

inbounds = Table(
    "inbounds",
    metadata,
    Column("product_id", Identifier, nullable=False),
    Column("warehouse_id", Identifier, nullable=False),
    Column("on_order", BigInteger, nullable=False),
    Column("in_transit", BigInteger, nullable=False),
    PrimaryKeyConstraint("product_id", "warehouse_id"),
    CheckConstraint("on_order >= 0 AND in_transit >= 0", name="not_negative"),
    Index(None, "warehouse_id", "product_id"),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("document_id", Identifier, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", String(24), nullable=False),
    Column("from_state", String(20)),
    Column("to_state", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    Column("data", Text, nullable=False),
    UniqueConstraint("kind", "document_id", "version"),
)
