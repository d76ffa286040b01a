"""The tables of purchase orders and of their receipts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from onhand.store.columns import Moment, Money
from onhand.store.schema.base import metadata
from onhand.store.schema.parts import head, naming, place

purchase_orders = Table(
    "purchase_orders",
    metadata,
    *head(),
    naming("supplier_id", "suppliers"),
    naming("warehouse_id", "warehouses"),
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
    *place(),
    naming("product_id", "products"),
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
    *place(),
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
    *place(),
    Column("receipt", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("reason", Text),
    Column("days_late", Integer),
    PrimaryKeyConstraint("document_id", "number"),
    CheckConstraint("received >= 0 AND rejected >= 0", name="quantities"),
)
