"""The table of the audit log: changes of what leaves no event."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from onhand.store.columns import Identifier, Moment
from onhand.store.schema.base import metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("address", Text),
    Column("action", String(48), nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text),
    Column("changes", Text, nullable=False),
    Index(None, "at", "id"),
    Index(None, "subject", "at", "id"),
    Index(None, "actor", "at", "id"),
)
