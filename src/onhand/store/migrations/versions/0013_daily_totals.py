"""Daily totals: tables that are filled behind the writers, from the first movement on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Identifier, Whole

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the position before everything."""
    op.create_table(
        "daily_totals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("units_in", Whole(), nullable=False),
        sa.Column("units_out", Whole(), nullable=False),
        sa.Column("movements", sa.BigInteger(), nullable=False),
        sa.Column("value", Whole(), nullable=False),
        sa.PrimaryKeyConstraint("day", "warehouse_id", "kind", "currency", name="pk_daily_totals"),
        sqlite_with_rowid=False,
    )
    position = op.create_table(
        "totals_position",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_totals_position"),
    )
    op.bulk_insert(position, [{"id": 1, "number": 0, "standing": "[]"}])
