"""Physical counts, with what was to be counted and what was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Identifier, Moment, Money

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    create_ids()
    create_counts()
    create_lines()
    create_entries()


def create_ids() -> None:
    """Where the ids of counts come from."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("INSERT INTO id_counters (name, last_id) VALUES ('count_ids', 0)")
    else:
        op.execute(sa.schema.CreateSequence(sa.Sequence("count_ids", data_type=sa.BigInteger)))


def create_counts() -> None:
    """Counts."""
    op.create_table(
        "counts",
        sa.Column("id", Identifier, nullable=False, autoincrement=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("abc_class", sa.String(1)),
        sa.Column("reference", sa.Text()),
        sa.Column("notes", sa.Text()),
        sa.Column("recount_percent", Money()),
        sa.Column("recount_units", sa.BigInteger()),
        sa.Column("started_at", Moment()),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_counts"),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name="fk_counts_warehouse_id", ondelete="RESTRICT"
        ),
    )
    for column in ("state", "warehouse_id"):
        op.create_index(f"ix_counts_{column}_id", "counts", [column, "id"])


def create_lines() -> None:
    """What is to be counted."""
    op.create_table(
        "count_lines",
        sa.Column("document_id", Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("recount", sa.String(16)),
        sa.Column("counted", sa.BigInteger()),
        sa.Column("counted_at", Moment()),
        sa.Column("counted_by", sa.Text()),
        sa.Column("book", sa.BigInteger()),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_count_lines"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_count_lines_product_id", ondelete="RESTRICT"
        ),
        sa.CheckConstraint("counted >= 0 AND book >= 0", name=op.f("ck_count_lines_not_negative")),
    )
    op.create_index(
        "ix_count_lines_product_id_document_id",
        "count_lines",
        ["product_id", "document_id"],
        unique=True,
    )


def create_entries() -> None:
    """What was counted, by whom and when."""
    op.create_table(
        "count_entries",
        sa.Column("document_id", Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("counted_by", sa.Text(), nullable=False),
        sa.Column("counted_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_count_entries"),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_count_entries_quantity_not_negative")),
    )
