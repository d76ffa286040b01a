"""The tables of transfers."""

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
)

from onhand.store.columns import Identifier, Moment
from onhand.store.schema.base import metadata

transfers = Table(
    "transfers",
    metadata,
    Column("id", Identifier, primary_key=True, autoincrement=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column(
        "from_warehouse_id",
        Identifier,
        ForeignKey("warehouses.id", ondelete="RESTRICT"),
        nullable=False,
    ),
    Column(
        "to_warehouse_id",
        Identifier,
        ForeignKey("warehouses.id", ondelete="RESTRICT"),
        nullable=False,
    ),
    Column("reference", Text),
    Column("notes", Text),
    Column("expected_date", Date),
    Column("shipped_at", Moment),
    CheckConstraint("from_warehouse_id != to_warehouse_id", name="two_warehouses"),
    Index(None, "state", "id"),
    Index(None, "from_warehouse_id", "id"),
    Index(None, "to_warehouse_id", "id"),
)

transfer_lines = Table(
    "transfer_lines",
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
    Column("received", BigInteger, nullable=False),
    Column("lost", BigInteger, nullable=False),
    Column("damaged", BigInteger, nullable=False),
    PrimaryKeyConstraint("document_id", "number"),
    CheckConstraint(
        "quantity > 0 AND received >= 0 AND lost >= 0 AND damaged >= 0"
        " AND received + lost + damaged <= quantity",
        name="no_more_than_shipped",
    ),
    Index(None, "product_id", "document_id"),
)
