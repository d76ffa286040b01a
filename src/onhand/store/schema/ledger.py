"""The tables of the catalogue and of the ledger, and what a server needs beside them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from onhand.store.columns import Derived, Identifier, Moment, Money
from onhand.store.schema.base import metadata

warehouses = Table(
    "warehouses",
    metadata,
    Column("id", Identifier, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("code_key", Text, nullable=False, unique=True),
    Column("type", String(16), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("address", Text),
    Column("parent_warehouse_id", Identifier, ForeignKey("warehouses.id", ondelete="RESTRICT")),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

products = Table(
    "products",
    metadata,
    Column("id", Identifier, primary_key=True, autoincrement=False),
    Column("sku", Text, nullable=False),
    Column("sku_key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("barcode", Text),
    Column("unit", Text, nullable=False),
    Column("selling_price", Money),
    Column("cost_price", Money),
    Column("currency", String(3), nullable=False),
    Column("track_inventory", Boolean, nullable=False),
    Column("allow_backorder", Boolean, nullable=False),
    Column("reorder_point", BigInteger),
    Column("reorder_quantity", BigInteger),
    Column("lead_time_days", Integer),
    Column("safety_stock", BigInteger),
    Column("default_warehouse_id", Identifier, ForeignKey("warehouses.id", ondelete="RESTRICT")),
    Column("is_active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index(None, "barcode"),
    Index(None, "name", "id"),
    Index(None, "selling_price", "id"),
    Index(None, "created_at", "id"),
    Index(None, "updated_at", "id"),
    Index(None, "is_active", "name", "id"),
)

# Each product's place in the lists. The database keeps them as columns, so that a change of
# quantities touches an index only when a product enters or leaves a list: on PostgreSQL that made
# updates half again as fast, with a third less log, as indexes on the bare conditions.
LOW_STOCK = "track_inventory AND is_active AND on_hand <= reorder_point"
OUT_OF_STOCK = "track_inventory AND is_active AND on_hand - reserved <= 0"
TO_REORDER = (
    "track_inventory AND is_active AND (on_hand <= reorder_point"
    " OR on_hand - reserved - backordered + inbound <= reorder_point)"
)
STOCK_STATUS = (
    "CASE WHEN NOT track_inventory THEN 'in_stock'"
    " WHEN on_hand - reserved <= 0 AND allow_backorder THEN 'on_backorder'"
    " WHEN on_hand - reserved <= 0 THEN 'out_of_stock'"
    " WHEN on_hand <= reorder_point THEN 'low_stock'"
    " ELSE 'in_stock' END"
)
NOT_IN_STOCK = "stock_status != 'in_stock'"

product_stock = Table(
    "product_stock",
    metadata,
    Column("product_id", Identifier, primary_key=True, autoincrement=False),
    Column("track_inventory", Boolean, nullable=False),
    Column("allow_backorder", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("default_warehouse_id", Identifier),
    Column("reorder_point", BigInteger),
    Column("on_hand", BigInteger, nullable=False, server_default=text("0")),
    Column("reserved", BigInteger, nullable=False, server_default=text("0")),
    Column("backordered", BigInteger, nullable=False, server_default=text("0")),
    Column("inbound", BigInteger, nullable=False, server_default=text("0")),
    Column("is_low", Boolean, Derived(LOW_STOCK)),
    Column("is_out", Boolean, Derived(OUT_OF_STOCK)),
    Column("is_to_reorder", Boolean, Derived(TO_REORDER)),
    Column("stock_status", String(12), Derived(STOCK_STATUS)),
    CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved_within_on_hand"),
    CheckConstraint("backordered >= 0 AND inbound >= 0", name="promises_not_negative"),
    # Room in each page, so that an updated row stays in it and no index is touched.
    postgresql_with={"fillfactor": 80},
)
for _name in ("is_low", "is_out", "is_to_reorder"):
    Index(
        f"ix_product_stock_{_name}",
        product_stock.c.product_id,
        sqlite_where=text(_name),
        postgresql_where=text(_name),
    )
Index(
    "ix_product_stock_status",
    product_stock.c.stock_status,
    product_stock.c.product_id,
    sqlite_where=text(NOT_IN_STOCK),
    postgresql_where=text(NOT_IN_STOCK),
)

# The same of one warehouse, by the reorder point in force there. Units on their way may lift a
# product that is short above it: they are looked up for those few.
LOW_HERE = "is_watched AND on_hand <= reorder_point"
OUT_HERE = "is_watched AND on_hand - reserved <= 0"
SHORT_HERE = "is_watched AND on_hand - reserved - backordered <= reorder_point"

levels = Table(
    "levels",
    metadata,
    Column("product_id", Identifier, nullable=False),
    Column("warehouse_id", Identifier, nullable=False),
    Column("on_hand", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("backordered", BigInteger, nullable=False),
    Column("entry_number", BigInteger, nullable=False),
    Column("last_movement_at", Moment),
    Column("last_counted_at", Moment),
    Column("seal", Text),
    # Copied from the product and from its settings here, by the commit that changes those.
    Column("is_watched", Boolean, nullable=False, server_default=text("true")),
    Column("reorder_point", BigInteger),
    Column("is_low", Boolean, Derived(LOW_HERE)),
    Column("is_out", Boolean, Derived(OUT_HERE)),
    Column("is_short", Boolean, Derived(SHORT_HERE)),
    PrimaryKeyConstraint("product_id", "warehouse_id"),
    CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved_within_on_hand"),
    CheckConstraint("backordered >= 0", name="backordered_not_negative"),
    CheckConstraint("entry_number >= 0", name="entry_number_not_negative"),
    Index(None, "warehouse_id", "product_id"),
    postgresql_with={"fillfactor": 80},
    sqlite_with_rowid=False,
)
for _name in ("is_low", "is_out", "is_short"):
    Index(
        f"ix_levels_{_name}",
        levels.c.warehouse_id,
        levels.c.product_id,
        sqlite_where=text(_name),
        postgresql_where=text(_name),
    )

movements = Table(
    "movements",
    metadata,
    Column("product_id", Identifier, nullable=False),
    Column("warehouse_id", Identifier, nullable=False),
    Column("entry_number", BigInteger, nullable=False),
    Column("id", Identifier, nullable=False),
    Column("movement_type", String(12), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("on_hand", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("order_id", BigInteger),
    Column("transfer_id", BigInteger),
    Column("reverses_id", BigInteger),
    Column("reference_type", Text),
    Column("reference_id", BigInteger),
    Column("reference", Text),
    Column("reason", Text),
    Column("notes", Text),
    Column("created_by", Text, nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("reported_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("seal", Text),
    # A level's entries never go back in time, so this is their order too; and it finds a moment.
    PrimaryKeyConstraint("product_id", "warehouse_id", "occurred_at", "id"),
    CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved_within_on_hand"),
    CheckConstraint("entry_number >= 1", name="entry_number_from_one"),
    CheckConstraint(
        # For IN, SQLite would make a table of the seven anew for each movement.
        "movement_type = 'reserved' OR movement_type = 'released' OR movement_type = 'adjustment'"
        " OR movement_type = 'in' OR movement_type = 'out' OR movement_type = 'transfer'"
        " OR movement_type = 'count'",
        name="movement_type_known",
    ),
    Index(None, "id"),
    Index("ix_movements_warehouse", "warehouse_id", "occurred_at", "id"),
    Index("ix_movements_type", "movement_type", "occurred_at", "id"),
    Index("ix_movements_time", "occurred_at", "id"),
)
for _name, _columns in (
    ("order", ("order_id", "occurred_at", "id")),
    ("reference", ("reference_id", "occurred_at", "id")),
    ("reference_type", ("reference_type", "occurred_at", "id")),
    ("transfer", ("transfer_id",)),
):
    Index(
        f"ix_movements_{_name}",
        *(movements.c[column] for column in _columns),
        sqlite_where=movements.c[_columns[0]].is_not(None),
        postgresql_where=movements.c[_columns[0]].is_not(None),
    )
Index(
    "uq_movements_reverses",
    movements.c.product_id,
    movements.c.reverses_id,
    unique=True,
    sqlite_where=movements.c.reverses_id.is_not(None),
    postgresql_where=movements.c.reverses_id.is_not(None),
)

reservations = Table(
    "reservations",
    metadata,
    Column("product_id", Identifier, nullable=False),
    Column("warehouse_id", Identifier, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("id", Identifier, nullable=False),
    Column("allocated", BigInteger, nullable=False),
    Column("backordered", BigInteger, nullable=False),
    Column("expires_at", Moment),
    Column("created_at", Moment, nullable=False),
    PrimaryKeyConstraint("product_id", "warehouse_id", "order_id"),
    CheckConstraint(
        "allocated >= 0 AND backordered >= 0 AND allocated + backordered > 0",
        name="holds_something",
    ),
    Index(None, "id"),
    Index("ix_reservations_order", "order_id", "product_id", "warehouse_id"),
)
Index(
    "ix_reservations_queue",
    reservations.c.product_id,
    reservations.c.warehouse_id,
    reservations.c.id,
    sqlite_where=reservations.c.backordered > 0,
    postgresql_where=reservations.c.backordered > 0,
)
Index(
    "ix_reservations_expiry",
    reservations.c.expires_at,
    sqlite_where=reservations.c.expires_at.is_not(None),
    postgresql_where=reservations.c.expires_at.is_not(None),
)
Index(
    "ix_reservations_expiry_here",
    reservations.c.product_id,
    reservations.c.warehouse_id,
    reservations.c.expires_at,
    sqlite_where=reservations.c.expires_at.is_not(None),
    postgresql_where=reservations.c.expires_at.is_not(None),
)

daily_sales = Table(
    "daily_sales",
    metadata,
    Column("product_id", Identifier, nullable=False),
    Column("day", Date, nullable=False),
    Column("warehouse_id", Identifier, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    PrimaryKeyConstraint("product_id", "day", "warehouse_id"),
    sqlite_with_rowid=False,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    PrimaryKeyConstraint("key", "part"),
    Index(None, "created_at"),
)
