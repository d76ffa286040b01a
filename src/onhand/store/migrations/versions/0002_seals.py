"""Seals: each movement's hash over itself and the one before it, and each level's last one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was written before has no seal."""
    op.add_column("movements", sa.Column("seal", sa.Text()))
    op.add_column("levels", sa.Column("seal", sa.Text()))
