"""What all tables share: how constraints are named, and where new ids come from."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, Sequence, Table, Text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

SEQUENCES = (
    "product_ids",
    "warehouse_ids",
    "reservation_ids",
    "transfer_ids",
    "movement_ids",
    "supplier_ids",
    "purchase_order_ids",
    "count_ids",
    "sales_order_ids",
)
"""Where new ids come from: sequences on PostgreSQL, rows of `id_counters` on SQLite."""

sqlite_metadata = MetaData(naming_convention=metadata.naming_convention)
"""What SQLite alone needs, having no sequences."""

id_counters = Table(
    "id_counters",
    sqlite_metadata,
    Column("name", Text, primary_key=True),
    Column("last_id", Integer, nullable=False),
)

sequences = tuple(Sequence(name, metadata=metadata, data_type=BigInteger) for name in SEQUENCES)
"""What PostgreSQL alone needs; SQLite passes them over."""
