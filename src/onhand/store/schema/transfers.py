"""The tables of transfers."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from onhand.store.columns import Moment
from onhand.store.schema.base import metadata
from onhand.store.schema.parts import head, naming, place

transfers = Table(
    "transfers",
    metadata,
    *head(),
    naming("from_warehouse_id", "warehouses"),
    naming("to_warehouse_id", "warehouses"),
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
    *place(),
    naming("product_id", "products"),
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
