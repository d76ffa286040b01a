"""API keys have a role or a scope, limits and an end, and can be rotated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a scope is no longer needed, where there is a role."""
    with op.batch_alter_table("api_keys") as keys:
        keys.alter_column("scope", existing_type=sa.String(8), nullable=True)
        keys.add_column(sa.Column("role", sa.String(16)))
        for name in ("within", "created_by", "previous_hash"):
            keys.add_column(sa.Column(name, sa.Text()))
        for name in ("expires_at", "rotated_at", "previous_until", "last_used_at"):
            keys.add_column(sa.Column(name, Moment()))
        keys.create_check_constraint(
            op.f("ck_api_keys_role_or_scope"), "(role IS NULL) <> (scope IS NULL)"
        )
