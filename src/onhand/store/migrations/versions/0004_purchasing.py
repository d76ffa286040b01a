"""Suppliers, their terms, and purchase orders with their receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Identifier, Moment, Money

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEQUENCES = ("supplier_ids", "purchase_order_ids")


def upgrade() -> None:
    """Make the tables, and where their ids come from."""
    create_suppliers()
    create_supplier_products()
    create_purchase_orders()
    create_purchase_order_lines()
    create_receipts()
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


def create_purchase_orders() -> None:
    """What was ordered from whom, and where it goes to."""
    table = "purchase_orders"
    op.create_table(
        table,
        sa.Column("id", Identifier, nullable=False, autoincrement=False),
        *document_columns(),
        sa.Column("supplier_id", Identifier, nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("total", Money(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("notes", sa.Text()),
        sa.Column("expected_date", sa.Date()),
        sa.Column("over_receipt_percent", sa.Integer(), nullable=False),
        sa.Column("sent_at", Moment()),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        reference(table, "supplier_id", "suppliers"),
        reference(table, "warehouse_id", "warehouses"),
        sa.CheckConstraint("over_receipt_percent >= 0", name=op.f(f"ck_{table}_tolerance")),
    )
    for column in ("state", "supplier_id", "warehouse_id"):
        op.create_index(f"ix_{table}_{column}_id", table, [column, "id"])


def create_purchase_order_lines() -> None:
    """An order's products."""
    table = "purchase_order_lines"
    op.create_table(
        table,
        sa.Column("document_id", Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price", Money(), nullable=False),
        sa.Column("expected_date", sa.Date()),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("on_order", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "number", name=f"pk_{table}"),
        reference(table, "product_id", "products"),
        sa.CheckConstraint(
            "quantity > 0 AND received >= 0 AND rejected >= 0"
            " AND on_order >= 0 AND on_order <= quantity",
            name=op.f(f"ck_{table}_quantities"),
        ),
    )
    op.create_index(f"ix_{table}_product_id_document_id", table, ["product_id", "document_id"])
    op.create_index(
        f"ix_{table}_on_order",
        table,
        ["product_id", "expected_date"],
        sqlite_where=sa.text("on_order > 0"),
        postgresql_where=sa.text("on_order > 0"),
    )


def create_receipts() -> None:
    """What came of an order's lines, delivery by delivery."""
    receipts, lines = "purchase_order_receipts", "purchase_order_receipt_lines"
    op.create_table(
        receipts,
        sa.Column("document_id", Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("delivery_reference", sa.Text(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Text()),
        sa.Column("reversed_at", Moment()),
        sa.PrimaryKeyConstraint("document_id", "number", name=f"pk_{receipts}"),
    )
    op.create_index(
        f"uq_{receipts}_delivery",
        receipts,
        ["document_id", "delivery_reference"],
        unique=True,
        sqlite_where=sa.text("reversed_at IS NULL"),
        postgresql_where=sa.text("reversed_at IS NULL"),
    )
    op.create_table(
        lines,
        sa.Column("document_id", Identifier, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("days_late", sa.Integer()),
        sa.PrimaryKeyConstraint("document_id", "number", name=f"pk_{lines}"),
        sa.CheckConstraint("received >= 0 AND rejected >= 0", name=op.f(f"ck_{lines}_quantities")),
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
