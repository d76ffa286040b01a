"""API keys, with what each may do, where, and until when."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, String, Table, Text

from onhand.store.columns import Identifier, Moment
from onhand.store.schema.base import metadata

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("scope", String(8)),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("role", String(16)),
    # A list of ids in JSON. NULL is no limit: no row that is lost elsewhere can lift one.
    Column("within", Text),
    Column("created_by", Text),
    Column("expires_at", Moment),
    Column("rotated_at", Moment),
    Column("previous_hash", Text),
    Column("previous_until", Moment),
    Column("last_used_at", Moment),
    CheckConstraint("(role IS NULL) <> (scope IS NULL)", name="role_or_scope"),
)
