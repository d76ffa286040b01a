"""The tables of webhooks: who is told, how far that is, and what came of the last attempts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from onhand.store.columns import Identifier, Moment
from onhand.store.schema.base import metadata

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("url", Text, nullable=False),
    Column("description", Text),
    Column("types", Text),
    Column("within", Text),
    Column("is_active", Boolean, nullable=False),
    Column("disabled_at", Moment),
    Column("disabled_reason", Text),
    Column("secret", Text, nullable=False),
    Column("previous_secret", Text),
    Column("previous_until", Moment),
    Column("version", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("run", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("next_attempt_at", Moment),
    Column("last_error", Text),
    Column("waiting_since", Moment),
    Column("delivered_at", Moment),
    # An id is never given twice: the log, and whoever sends, know a webhook by it.
    sqlite_autoincrement=True,
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column(
        "webhook_id", Identifier, ForeignKey("webhooks.id", ondelete="RESTRICT"), nullable=False
    ),
    Column("event_number", BigInteger),
    Column("event_type", String(48), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("status", Integer),
    Column("error", Text),
    Column("has_failed", Boolean, nullable=False),
    Index(None, "webhook_id", "id"),
    Index(None, "webhook_id", "has_failed", "id"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("owner", Text),
    Column("beat", BigInteger, nullable=False),
)
"""What one server process at a time does; a row each, there from the start."""
