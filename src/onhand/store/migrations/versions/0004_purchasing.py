"""Suppliers, their terms, and purchase orders with their receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Identifier, Moment, Money

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEQUENCES = ("supplier_ids",)


def upgrade() -> None:
    """Make the tables, and where their ids come from."""
    create_suppliers()
    create_supplier_products()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in SEQUENCES:
        if on_sqlite:
            op.execute(f"INSERT INTO id_counters (name, last_id) VALUES ('{name}', 0)")
        else:
            op.execute(sa.schema.CreateSequence(sa.Sequence(name, data_type=sa.BigInteger)))


def create_suppliers() -> None:
    """Whom goods are bought from."""
    op.create_table(
        "suppliers",
        sa.Column("id", Identifier, nullable=False, autoincrement=False),
        *document_columns(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("payment_terms", sa.Text()),
        sa.Column("lead_time_days", sa.Integer()),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("notes", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_suppliers"),
        sa.UniqueConstraint("code_key", name="uq_suppliers_code_key"),
    )
    op.create_index("ix_suppliers_state_id", "suppliers", ["state", "id"])


def create_supplier_products() -> None:
    """What they sell, and on which terms."""
    table = "supplier_products"
    op.create_table(
        table,
        sa.Column("supplier_id", Identifier, nullable=False),
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("price", Money(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("minimum_order_quantity", sa.BigInteger(), nullable=False),
        sa.Column("pack_size", sa.BigInteger(), nullable=False),
        sa.Column("lead_time_days", sa.Integer()),
        sa.Column("supplier_sku", sa.Text()),
        sa.Column("is_preferred", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("supplier_id", "product_id", name=f"pk_{table}"),
        reference(table, "supplier_id", "suppliers"),
        reference(table, "product_id", "products"),
        sa.CheckConstraint(
            "minimum_order_quantity > 0 AND pack_size > 0", name=op.f(f"ck_{table}_amounts")
        ),
    )
    op.create_index(f"ix_{table}_product_id_supplier_id", table, ["product_id", "supplier_id"])
    op.create_index(
        f"ix_{table}_preferred",
        table,
        ["product_id"],
        sqlite_where=sa.text("is_preferred"),
        postgresql_where=sa.text("is_preferred"),
    )


def document_columns() -> list[sa.Column[object]]:
    """What the tables of all documents have."""
    return [
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
    ]


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """A column that names a row of another table, which then stays."""
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=f"fk_{table}_{column}", ondelete="RESTRICT"
    )
