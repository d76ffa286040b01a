"""The tables of daily totals, which no writer of stock touches: `onhand.ledger.daily_totals`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table, Text

from onhand.store.columns import Identifier, Whole
from onhand.store.schema.base import metadata

daily_totals = Table(
    "daily_totals",
    metadata,
    Column("day", Date, primary_key=True),
    Column("warehouse_id", Identifier, primary_key=True, autoincrement=False),
    Column("kind", String(12), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("units_in", Whole, nullable=False),
    Column("units_out", Whole, nullable=False),
    Column("movements", BigInteger, nullable=False),
    Column("value", Whole, nullable=False),
    sqlite_with_rowid=False,
)

totals_position = Table(
    "totals_position",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("standing", Text, nullable=False),
)
"""One row: up to which number the totals are, and what is on hand by then, as JSON."""
