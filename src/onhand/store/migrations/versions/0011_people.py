"""Users, their sessions and devices, and attempts to sign in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Identifier, Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the counter of changes."""
    create_users()
    create_identities()
    create_sessions()
    create_devices()
    create_attempts()
    changes = op.create_table(
        "people_changes",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people_changes"),
    )
    op.bulk_insert(changes, [{"id": 1, "number": 0}])


def of_user(table: str) -> sa.ForeignKeyConstraint:
    """A table's key to users."""
    return sa.ForeignKeyConstraint(
        ["user_id"], ["users.id"], name=f"fk_{table}_user_id", ondelete="RESTRICT"
    )


def create_users() -> None:
    """Users."""
    op.create_table(
        "users",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text()),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("within", sa.Text()),
        sa.Column("password_hash", sa.Text()),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name_key", name="uq_users_name_key"),
    )
    op.create_index("ix_users_change", "users", ["change"])


def create_identities() -> None:
    """Who users are to issuers of OpenID Connect."""
    op.create_table(
        "user_identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", Identifier, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_user_identities"),
        of_user("user_identities"),
    )


def create_sessions() -> None:
    """Sessions."""
    op.create_table(
        "sessions",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("user_id", Identifier, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
        sa.Column("address", sa.Text()),
        sa.Column("user_agent", sa.Text()),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("secret_hash", name="uq_sessions_secret_hash"),
        of_user("sessions"),
    )
    op.create_index("ix_sessions_user_id_id", "sessions", ["user_id", "id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_change", "sessions", ["change"])


def create_devices() -> None:
    """Browsers in which users have signed in before."""
    op.create_table(
        "devices",
        sa.Column("user_id", Identifier, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("used_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "secret_hash", name="pk_devices"),
        of_user("devices"),
    )
    op.create_index("ix_devices_used_at", "devices", ["used_at"])


def create_attempts() -> None:
    """Attempts to sign in."""
    op.create_table(
        "sign_in_attempts",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("waits_until", Moment()),
        sa.PrimaryKeyConstraint("subject", name="pk_sign_in_attempts"),
    )
    op.create_index("ix_sign_in_attempts_last_at", "sign_in_attempts", ["last_at"])
