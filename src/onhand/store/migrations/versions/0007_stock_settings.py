"""A product's own settings at one warehouse, and the lists of each warehouse kept by its levels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Derived, Identifier

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FLAGS = {
    "is_low": "is_watched AND on_hand <= reorder_point",
    "is_out": "is_watched AND on_hand - reserved <= 0",
    "is_short": "is_watched AND on_hand - reserved - backordered <= reorder_point",
}


def upgrade() -> None:
    """Make the table and the columns."""
    create_stock_settings()
    flag_levels()


def create_stock_settings() -> None:
    """What single warehouses go by for a product."""
    table = "stock_settings"
    op.create_table(
        table,
        sa.Column("product_id", Identifier, nullable=False),
        sa.Column("warehouse_id", Identifier, nullable=False),
        sa.Column("reorder_point", sa.BigInteger()),
        sa.Column("reorder_quantity", sa.BigInteger()),
        sa.PrimaryKeyConstraint("product_id", "warehouse_id", name=f"pk_{table}"),
        sa.CheckConstraint(
            "reorder_point >= 0 AND reorder_quantity > 0", name=op.f(f"ck_{table}_amounts")
        ),
        sa.CheckConstraint(
            "reorder_point IS NOT NULL OR reorder_quantity IS NOT NULL",
            name=op.f(f"ck_{table}_says_something"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}s.id"], name=f"fk_{table}_{name}_id", ondelete="RESTRICT"
            )
            for name in ("product", "warehouse")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{table}_warehouse_id_product_id", table, ["warehouse_id", "product_id"])


def flag_levels() -> None:
    """Copy into each level what its lists go by, and derive from it which ones it is on."""
    op.add_column(
        "levels",
        sa.Column("is_watched", sa.Boolean(), nullable=False, server_default=sa.text("true")),
    )
    op.add_column("levels", sa.Column("reorder_point", sa.BigInteger()))
    op.execute(
        "UPDATE levels SET (is_watched, reorder_point) ="
        " (SELECT s.track_inventory AND s.is_active, s.reorder_point FROM product_stock AS s"
        " WHERE s.product_id = levels.product_id)"
    )
    for name, condition in FLAGS.items():
        op.add_column("levels", sa.Column(name, sa.Boolean(), Derived(condition)))
        where = sa.text(name)
        op.create_index(
            f"ix_levels_{name}",
            "levels",
            ["warehouse_id", "product_id"],
            sqlite_where=where,
            postgresql_where=where,
        )
