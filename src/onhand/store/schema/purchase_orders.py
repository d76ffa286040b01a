"""The tables of purchase orders and of their receipts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from onhand.store.columns import Identifier, Moment, Money
from onhand.store.schema.base import metadata

purchase_orders = Table(
    "purchase_orders",
    metadata,
    Column("id", Identifier, primary_key=True, autoincrement=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column(
        "supplier_id",
        Identifier,
        ForeignKey("suppliers.id", ondelete="RESTRICT"),
        nullable=False,
    ),
    Column(
        "warehouse_id",
        Identifier,
        ForeignKey("warehouses.id", ondelete="RESTRICT"),
        nullable=False,
    ),
    Column("currency", String(3), nullable=False),
    Column("total", Money, nullable=False),
    Column("reference", Text),
    Column("notes", Text),
    Column("expected_date", Date),
    Column("over_receipt_percent", Integer, nullable=False),
    Column("sent_at", Moment),
    CheckConstraint("over_receipt_percent >= 0", name="tolerance"),
    Index(None, "state", "id"),
    Index(None, "supplier_id", "id"),
    Index(None, "warehouse_id", "id"),
)

purchase_order_lines = Table(
    "purchase_order_lines",
    metadata,
    Column("document_id", Identifier, nullable=False),
    Column("number", Integer, nullable=False),
    Column(
        "product_id",
        Identifier,
        ForeignKey("products.id", ondelete="RESTRICT"),
        nullable=False,
    ),
    Column("quantity", BigInteger, nullable=False),
    Column("price", Money, nullable=False),
    Column("expected_date", Date),
    Column("received", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("on_order", BigInteger, nullable=False),
    PrimaryKeyConstraint("document_id", "number"),
    CheckConstraint(
        "quantity > 0 AND received >= 0 AND rejected >= 0"
        " AND on_order >= 0 AND on_order <= quantity",
        name="quantities",
    ),
    Index(None, "product_id", "document_id"),
)
Index(
    "ix_purchase_order_lines_on_order",
    purchase_order_lines.c.product_id,
    purchase_order_lines.c.expected_date,
    sqlite_where=text("on_order > 0"),
    postgresql_where=text("on_order > 0"),
)

purchase_order_receipts = Table(
    "purchase_order_receipts",
    metadata,
    Column("document_id", Identifier, nullable=False),
    Column("number", Integer, nullable=False),
    Column("delivery_reference", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("received_by", Text, nullable=False),
    Column("lead_time_days", Integer, nullable=False),
    Column("notes", Text),
    Column("reversed_at", Moment),
    PrimaryKeyConstraint("document_id", "number"),
)
Index(
    "uq_purchase_order_receipts_delivery",
    purchase_order_receipts.c.document_id,
    purchase_order_receipts.c.delivery_reference,
    unique=True,
    sqlite_where=text("reversed_at IS NULL"),
    postgresql_where=text("reversed_at IS NULL"),
)

purchase_order_receipt_lines = Table(
    "purchase_order_receipt_lines",
    metadata,
    Column("document_id", Identifier, nullable=False),
    Column("number", Integer, nullable=False),
    Column("receipt", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("reason", Text),
    Column("days_late", Integer),
    PrimaryKeyConstraint("document_id", "number"),
    CheckConstraint("received >= 0 AND rejected >= 0", name="quantities"),
)
