"""Sales orders: their lines, where these come from, and where from they may come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Identifier, Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and where new ids come from."""
    create_orders()
    create_lines()
    create_sources()
    create_preferences()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            sa.schema.CreateSequence(sa.Sequence("sales_order_ids", data_type=sa.BigInteger))
        )
    else:
        op.execute("INSERT INTO id_counters (name, last_id) VALUES ('sales_order_ids', 0)")


def of_warehouse(table: str) -> sa.ForeignKeyConstraint:
    """A table's key to warehouses."""
    return sa.ForeignKeyConstraint(
        ["warehouse_id"],
        ["warehouses.id"],
        name=f"fk_{table}_warehouse_id",
        ondelete="RESTRICT",
    )


def create_orders() -> None:
    """The orders themselves."""
    op.create_table(
        "sales_orders",
        sa.Column("id", Identifier, nullable=False, autoincrement=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("customer", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.Column("notes", sa.Text()),
        sa.Column("requested_date", sa.Date()),
        sa.Column("warehouse_id", Identifier),
        sa.Column("split", sa.Boolean(), nullable=False),
        sa.Column("shipments", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sales_orders"),
        of_warehouse("sales_orders"),
    )
    for column in ("state", "customer", "reference", "requested_date"):
        op.create_index(f"ix_sales_orders_{column}_id", "sales_orders", [column, "id"])


def create_lines() -> None:
    """What was ordered."""
    op.create_table(
        "sales_order_lines",
        sa.Column("document_id", Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", Identifier),
        sa.Column("allow_backorder", sa.Boolean(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_sales_order_lines"),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name="fk_sales_order_lines_product_id",
            ondelete="RESTRICT",
        ),
        of_warehouse("sales_order_lines"),
        sa.CheckConstraint(
            "quantity > 0 AND returned >= 0 AND returned <= quantity",
            name=op.f("ck_sales_order_lines_no_more_than_ordered"),
        ),
    )
    op.create_index(
        "ix_sales_order_lines_product_id_document_id",
        "sales_order_lines",
        ["product_id", "document_id"],
    )


def create_sources() -> None:
    """How many units of a line come from which warehouse."""
    op.create_table(
        "sales_order_sources",
        sa.Column("document_id", Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_sales_order_sources"),
        of_warehouse("sales_order_sources"),
        sa.CheckConstraint(
            "quantity > 0 AND shipped >= 0 AND shipped <= quantity",
            name=op.f("ck_sales_order_sources_no_more_than_sourced"),
        ),
    )
    op.create_index(
        "ix_sales_order_sources_warehouse_id_document_id",
        "sales_order_sources",
        ["warehouse_id", "document_id"],
    )


def create_preferences() -> None:
    """The warehouses that an order may be served from."""
    op.create_table(
        "sales_order_preferences",
        sa.Column("document_id", Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_sales_order_preferences"),
        of_warehouse("sales_order_preferences"),
    )
