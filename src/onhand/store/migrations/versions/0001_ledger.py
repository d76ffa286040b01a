"""The ledger: catalogue, levels, movements, reservations, lists, idempotency and API keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Derived, Identifier, Moment, Money

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEQUENCES = ("product_ids", "warehouse_ids", "reservation_ids", "transfer_ids", "movement_ids")
MAIN_WAREHOUSE_ID = 1


def upgrade() -> None:
    """Make everything, in an empty database."""
    create_catalogue()
    create_product_stock()
    create_levels()
    create_movements()
    create_reservations()
    create_the_rest()
    create_id_sources()
    add_main_warehouse()


def index(name: str, table: str, columns: Iterable[str], where: str | None = None) -> None:
    """Make an index, over the rows of a condition only where one is given."""
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), sqlite_where=condition, postgresql_where=condition)


def create_catalogue() -> None:
    """Warehouses and products."""
    op.create_table(
        "warehouses",
        sa.Column("id", Identifier, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_key", sa.Text(), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("parent_warehouse_id", Identifier),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_warehouses"),
        sa.UniqueConstraint("code_key", name="uq_warehouses_code_key"),
        sa.ForeignKeyConstraint(
            ["parent_warehouse_id"],
            ["warehouses.id"],
            name="fk_warehouses_parent_warehouse_id",
            ondelete="RESTRICT",
        ),
    )
    op.create_table(
        "products",
        sa.Column("id", Identifier, nullable=False, autoincrement=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("sku_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("barcode", sa.Text()),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("selling_price", Money()),
        sa.Column("cost_price", Money()),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("track_inventory", sa.Boolean(), nullable=False),
        sa.Column("allow_backorder", sa.Boolean(), nullable=False),
        sa.Column("reorder_point", sa.BigInteger()),
        sa.Column("reorder_quantity", sa.BigInteger()),
        sa.Column("lead_time_days", sa.Integer()),
        sa.Column("safety_stock", sa.BigInteger()),
        sa.Column("default_warehouse_id", Identifier),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
        sa.UniqueConstraint("sku_key", name="uq_products_sku_key"),
        sa.ForeignKeyConstraint(
            ["default_warehouse_id"],
            ["warehouses.id"],
            name="fk_products_default_warehouse_id",
            ondelete="RESTRICT",
        ),
    )
    index("ix_products_barcode", "products", ["barcode"])
    for column in ("name", "selling_price", "created_at", "updated_at"):
        index(f"ix_products_{column}_id", "products", [column, "id"])


def create_product_stock() -> None:
    """Each product's totals, and the lists it is on."""
    status = (
        "CASE WHEN NOT track_inventory THEN 'in_stock'"
        " WHEN on_hand - reserved <= 0 AND allow_backorder THEN 'on_backorder'"
        " WHEN on_hand - reserved <= 0 THEN 'out_of_stock'"
        " WHEN on_hand <= reorder_point THEN 'low_stock'"
        " ELSE 'in_stock' END"
    )
    low = "track_inventory AND is_active AND on_hand <= reorder_point"
    out = "track_inventory AND is_active AND on_hand - reserved <= 0"
    to_reorder = (
        "track_inventory AND is_active AND (on_hand <= reorder_point"
        " OR on_hand - reserved - backordered + on_order <= reorder_point)"
    )
    op.create_table(
        "product_stock",
        sa.Column("product_id", Identifier, nullable=False, autoincrement=False),
        sa.Column("track_inventory", sa.Boolean(), nullable=False),
        sa.Column("allow_backorder", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("default_warehouse_id", Identifier),
        sa.Column("reorder_point", sa.BigInteger()),
        sa.Column("on_hand", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("reserved", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("backordered", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("on_order", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("is_low", sa.Boolean(), Derived(low)),
        sa.Column("is_out", sa.Boolean(), Derived(out)),
        sa.Column("is_to_reorder", sa.Boolean(), Derived(to_reorder)),
        sa.Column("stock_status", sa.String(12), Derived(status)),
        sa.PrimaryKeyConstraint("product_id", name="pk_product_stock"),
        sa.CheckConstraint(
            "reserved >= 0 AND reserved <= on_hand",
            name=op.f("ck_product_stock_reserved_within_on_hand"),
        ),
        sa.CheckConstraint(
            "backordered >= 0 AND on_order >= 0",
            name=op.f("ck_product_stock_promises_not_negative"),
        ),
        postgresql_with={"fillfactor": 80},
    )
    for flag in ("is_low", "is_out", "is_to_reorder"):
        index(f"ix_product_stock_{flag}", "product_stock", ["product_id"], where=flag)
    index(
        "ix_product_stock_status",
        "product_stock",
        ["stock_status", "product_id"],
        where="stock_status != 'in_stock'",
    )


def create_levels() -> None:
    """What is where."""
    op.create_table(
        "levels",
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("backordered", sa.BigInteger(), nullable=False),
        sa.Column("entry_number", sa.BigInteger(), nullable=False),
        sa.Column("last_movement_at", Moment()),
        sa.Column("last_counted_at", Moment()),
        sa.PrimaryKeyConstraint("product_id", "warehouse_id", name="pk_levels"),
        sa.CheckConstraint(
            "reserved >= 0 AND reserved <= on_hand", name=op.f("ck_levels_reserved_within_on_hand")
        ),
        sa.CheckConstraint("backordered >= 0", name=op.f("ck_levels_backordered_not_negative")),
        sa.CheckConstraint("entry_number >= 0", name=op.f("ck_levels_entry_number_not_negative")),
        postgresql_with={"fillfactor": 80},
        sqlite_with_rowid=False,
    )
    index("ix_levels_warehouse_id_product_id", "levels", ["warehouse_id", "product_id"])


def create_movements() -> None:
    """The ledger, and an index for each way to page through it."""
    op.create_table(
        "movements",
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.Column("entry_number", sa.BigInteger(), nullable=False),
        sa.Column("id", Identifier, nullable=False),
        sa.Column("movement_type", sa.String(12), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("transfer_id", sa.BigInteger()),
        sa.Column("reverses_id", sa.BigInteger()),
        sa.Column("reference_type", sa.Text()),
        sa.Column("reference_id", sa.BigInteger()),
        sa.Column("reference", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("notes", sa.Text()),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("occurred_at", Moment(), nullable=False),
        sa.Column("reported_at", Moment()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint(
            "product_id", "warehouse_id", "occurred_at", "id", name="pk_movements"
        ),
        sa.CheckConstraint(
            "reserved >= 0 AND reserved <= on_hand",
            name=op.f("ck_movements_reserved_within_on_hand"),
        ),
        sa.CheckConstraint("entry_number >= 1", name=op.f("ck_movements_entry_number_from_one")),
        sa.CheckConstraint(
            "movement_type = 'reserved' OR movement_type = 'released'"
            " OR movement_type = 'adjustment' OR movement_type = 'in' OR movement_type = 'out'"
            " OR movement_type = 'transfer' OR movement_type = 'count'",
            name=op.f("ck_movements_movement_type_known"),
        ),
    )
    index("ix_movements_id", "movements", ["id"])
    in_time = ("occurred_at", "id")
    index("ix_movements_warehouse", "movements", ["warehouse_id", *in_time])
    index("ix_movements_type", "movements", ["movement_type", *in_time])
    index("ix_movements_time", "movements", in_time)
    for name, columns in (
        ("order", ["order_id", *in_time]),
        ("reference", ["reference_id", *in_time]),
        ("reference_type", ["reference_type", *in_time]),
        ("transfer", ["transfer_id"]),
    ):
        index(f"ix_movements_{name}", "movements", columns, where=f"{columns[0]} IS NOT NULL")
    reverses = sa.text("reverses_id IS NOT NULL")
    op.create_index(
        "uq_movements_reverses",
        "movements",
        ["product_id", "reverses_id"],
        unique=True,
        sqlite_where=reverses,
        postgresql_where=reverses,
    )


def create_reservations() -> None:
    """Open holds."""
    op.create_table(
        "reservations",
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("id", Identifier, nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("backordered", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", Moment()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "warehouse_id", "order_id", name="pk_reservations"),
        sa.CheckConstraint(
            "allocated >= 0 AND backordered >= 0 AND allocated + backordered > 0",
            name=op.f("ck_reservations_holds_something"),
        ),
    )
    index("ix_reservations_id", "reservations", ["id"])
    index("ix_reservations_order", "reservations", ["order_id", "product_id", "warehouse_id"])
    for name, columns, where in (
        ("queue", ["product_id", "warehouse_id", "id"], "backordered > 0"),
        ("expiry", ["expires_at"], "expires_at IS NOT NULL"),
        ("expiry_here", ["product_id", "warehouse_id", "expires_at"], "expires_at IS NOT NULL"),
    ):
        index(f"ix_reservations_{name}", "reservations", columns, where=where)


def create_the_rest() -> None:
    """Daily sales, answers kept for clients' keys, and API keys."""
    op.create_table(
        "daily_sales",
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "day", "warehouse_id", name="pk_daily_sales"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", "part", name="pk_idempotency_keys"),
    )
    index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_table(
        "api_keys",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.String(8), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment()),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("name", name="uq_api_keys_name"),
        sa.UniqueConstraint("secret_hash", name="uq_api_keys_secret_hash"),
    )


def create_id_sources() -> None:
    """Sequences, or what stands for them; warehouse 1 is taken."""
    if op.get_bind().dialect.name == "postgresql":
        for name in SEQUENCES:
            op.execute(sa.schema.CreateSequence(sa.Sequence(name, data_type=sa.BigInteger)))
        op.execute(f"SELECT setval('warehouse_ids', {MAIN_WAREHOUSE_ID})")
        return
    counters = op.create_table(
        "id_counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_id_counters"),
    )
    last_ids = dict.fromkeys(SEQUENCES, 0) | {"warehouse_ids": MAIN_WAREHOUSE_ID}
    op.bulk_insert(counters, [{"name": name, "last_id": last} for name, last in last_ids.items()])


def add_main_warehouse() -> None:
    """The warehouse that commands mean when they name none."""
    now = datetime.now(UTC).replace(microsecond=0)
    warehouses = sa.table(
        "warehouses",
        sa.column("created_at", Moment()),
        sa.column("updated_at", Moment()),
        *map(sa.column, ("id", "name", "code", "code_key", "type", "is_active", "version")),
    )
    op.bulk_insert(
        warehouses,
        [
            {
                "id": MAIN_WAREHOUSE_ID,
                "name": "Main Warehouse",
                "code": "MAIN",
                "code_key": "main",
                "type": "main",
                "is_active": True,
                "version": 1,
                "created_at": now,
                "updated_at": now,
            }
        ],
    )
