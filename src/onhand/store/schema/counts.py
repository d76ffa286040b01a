"""The tables of physical counts."""

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
)

from onhand.store.columns import Moment, Money
from onhand.store.schema.base import metadata
from onhand.store.schema.parts import head, naming, place

counts = Table(
    "counts",
    metadata,
    *head(),
    naming("warehouse_id", "warehouses"),
    Column("scope", String(16), nullable=False),
    Column("abc_class", String(1)),
    Column("reference", Text),
    Column("notes", Text),
    # An exact number with up to four decimals, as money is.
    Column("recount_percent", Money),
    Column("recount_units", BigInteger),
    Column("started_at", Moment),
    Column("entry_count", Integer, nullable=False),
    Index(None, "state", "id"),
    Index(None, "warehouse_id", "id"),
)

count_lines = Table(
    "count_lines",
    metadata,
    *place(),
    naming("product_id", "products"),
    Column("round", Integer, nullable=False),
    Column("recount", String(16)),
    Column("counted", BigInteger),
    Column("counted_at", Moment),
    Column("counted_by", Text),
    Column("book", BigInteger),
    PrimaryKeyConstraint("document_id", "number"),
    CheckConstraint("counted >= 0 AND book >= 0", name="not_negative"),
    Index(None, "product_id", "document_id", unique=True),
)

count_entries = Table(
    "count_entries",
    metadata,
    *place(),
    Column("line", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("counted_by", Text, nullable=False),
    Column("counted_at", Moment, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    PrimaryKeyConstraint("document_id", "number"),
    CheckConstraint("quantity >= 0", name="quantity_not_negative"),
)
