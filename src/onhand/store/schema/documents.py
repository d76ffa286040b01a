"""What is inbound by documents, and the events: each step of a document, and what else is told."""

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
    # Out of one row with the movements' ids: together they are the order of all events.
    Column("id", Identifier, primary_key=True, autoincrement=False),
    Column("type", String(48), nullable=False),
    # What was changed, and which version of it this is; nothing, where something else follows.
    Column("kind", String(16)),
    Column("subject_id", Identifier),
    Column("version", Integer),
    Column("name", String(24)),
    Column("from_state", String(20)),
    Column("to_state", String(20)),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    Column("data", Text, nullable=False),
    Column("address", Text),
    Column("product_id", Identifier),
    Column("warehouse_ids", Text),
    Column("changes", Text),
    UniqueConstraint("kind", "subject_id", "version"),
)
for _name, _columns in (("at", ("at", "id")), ("actor", ("actor", "at", "id"))):
    Index(
        f"ix_events_{_name}",
        *(events.c[column] for column in _columns),
        sqlite_where=events.c.kind.is_not(None),
        postgresql_where=events.c.kind.is_not(None),
    )
