"""Transfers: units in transit, what is inbound, and the events of documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Identifier, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    create_transfers()
    create_inbounds()
    create_events()
    # Units in transit count towards a product's position as ordered ones do.
    op.execute("ALTER TABLE product_stock RENAME COLUMN on_order TO inbound")


def create_transfers() -> None:
    """Transfers and their lines."""
    op.create_table(
        "transfers",
        sa.Column("id", Identifier, nullable=False, autoincrement=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("from_warehouse_id", Identifier, nullable=False),
        sa.Column("to_warehouse_id", Identifier, nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("notes", sa.Text()),
        sa.Column("expected_date", sa.Date()),
        sa.Column("shipped_at", Moment()),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        sa.CheckConstraint(
            "from_warehouse_id != to_warehouse_id", name=op.f("ck_transfers_two_warehouses")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["warehouses.id"], name=f"fk_transfers_{column}", ondelete="RESTRICT"
            )
            for column in ("from_warehouse_id", "to_warehouse_id")
        ),
    )
    for column in ("state", "from_warehouse_id", "to_warehouse_id"):
        op.create_index(f"ix_transfers_{column}_id", "transfers", [column, "id"])
    op.create_table(
        "transfer_lines",
        sa.Column("document_id", Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.Column("damaged", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_transfer_lines"),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name="fk_transfer_lines_product_id",
            ondelete="RESTRICT",
        ),
        sa.CheckConstraint(
            "quantity > 0 AND received >= 0 AND lost >= 0 AND damaged >= 0"
            " AND received + lost + damaged <= quantity",
            name=op.f("ck_transfer_lines_no_more_than_shipped"),
        ),
    )
    op.create_index(
        "ix_transfer_lines_product_id_document_id", "transfer_lines", ["product_id", "document_id"]
    )


def create_inbounds() -> None:
    """What is on its way to each product's warehouse."""
    op.create_table(
        "inbounds",
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.Column("on_order", sa.BigInteger(), nullable=False),
        sa.Column("in_transit", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "warehouse_id", name="pk_inbounds"),
        sa.CheckConstraint(
            "on_order >= 0 AND in_transit >= 0", name=op.f("ck_inbounds_not_negative")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_inbounds_warehouse_id_product_id", "inbounds", ["warehouse_id", "product_id"]
    )


def create_events() -> None:
    """Every step of every document."""
    op.create_table(
        "events",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("document_id", Identifier, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("from_state", sa.String(20)),
        sa.Column("to_state", sa.String(20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("kind", "document_id", "version", name="uq_events_kind"),
    )
