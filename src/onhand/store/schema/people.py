"""The tables of people: users, how they are known elsewhere, their sessions, and wrong attempts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from onhand.store.columns import Identifier, Moment
from onhand.store.schema.base import metadata
from onhand.store.schema.parts import naming

users = Table(
    "users",
    metadata,
    Column("id", Identifier, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("display_name", Text),
    Column("role", String(20), nullable=False),
    # A list of ids in JSON. NULL is no limit: no row that is lost elsewhere can lift one.
    Column("within", Text),
    Column("password_hash", Text),
    Column("is_active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("change", BigInteger, nullable=False),
    Index(None, "change"),
)

user_identities = Table(
    "user_identities",
    metadata,
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    naming("user_id", "users"),
    PrimaryKeyConstraint("issuer", "subject"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Identifier, primary_key=True),
    naming("user_id", "users"),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("address", Text),
    Column("user_agent", Text),
    Column("change", BigInteger, nullable=False),
    Index(None, "user_id", "id"),
    Index(None, "expires_at"),
    Index(None, "change"),
)

devices = Table(
    "devices",
    metadata,
    naming("user_id", "users"),
    Column("secret_hash", Text, nullable=False),
    Column("used_at", Moment, nullable=False),
    PrimaryKeyConstraint("user_id", "secret_hash"),
    Index(None, "used_at"),
)

people_changes = Table(
    "people_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)
"""One row: how often users and sessions were changed. Who changes any holds its lock."""

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("waits_until", Moment),
    Index(None, "last_at"),
)
