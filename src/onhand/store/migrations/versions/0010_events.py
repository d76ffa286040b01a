"""Events of all that happens, numbered in one row with the movements.

The steps of documents that are there get numbers after all movements, in their own order: they are
told as if they had happened last.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onhand.store.columns import Identifier, Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PAST = {
    "draft": "created",
    "create": "created",
    "change": "updated",
    "submit": "submitted",
    "approve": "approved",
    "send": "sent",
    "receive": "received",
    "reverse": "reversed",
    "close": "closed",
    "cancel": "cancelled",
    "ship": "shipped",
    "confirm": "confirmed",
    "return": "returned",
    "start": "started",
    "add": "extended",
    "record": "recorded",
    "recount": "recount_asked",
}


def upgrade() -> None:
    """Make the table anew, with what it holds."""
    op.execute("CREATE TEMPORARY TABLE old_events AS SELECT * FROM events")
    op.drop_table("events")
    create_events()
    copy_steps()
    op.execute("DROP TABLE old_events")


def create_events() -> None:
    """Every step of every document, and whatever else is told beside movements."""
    op.create_table(
        "events",
        sa.Column("id", Identifier, nullable=False, autoincrement=False),
        sa.Column("type", sa.String(48), nullable=False),
        sa.Column("kind", sa.String(16)),
        sa.Column("subject_id", Identifier),
        sa.Column("version", sa.Integer()),
        sa.Column("name", sa.String(24)),
        sa.Column("from_state", sa.String(20)),
        sa.Column("to_state", sa.String(20)),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("product_id", Identifier),
        sa.Column("warehouse_ids", sa.Text()),
        sa.Column("changes", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("kind", "subject_id", "version", name="uq_events_kind"),
    )
    for name, columns in (("at", ["at", "id"]), ("actor", ["actor", "at", "id"])):
        changing = sa.text("kind IS NOT NULL")
        op.create_index(
            f"ix_events_{name}",
            "events",
            columns,
            sqlite_where=changing,
            postgresql_where=changing,
        )


def copy_steps() -> None:
    """The steps that were there, numbered after the movements; the next number comes after them."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    last = (
        "(SELECT last_id FROM id_counters WHERE name = 'movement_ids')"
        if on_sqlite
        else "(SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM movement_ids)"
    )
    past = " ".join(f"WHEN '{name}' THEN kind || '.{told}'" for name, told in PAST.items())
    price = (
        "json_extract(data, '$.previous_price')" if on_sqlite else "data::json ->> 'previous_price'"
    )
    new = f"CASE WHEN {price} IS NULL THEN 'created' ELSE 'updated' END"
    product = (
        "json_extract(data, '$.product_id')"
        if on_sqlite
        else "(data::json ->> 'product_id')::bigint"
    )
    op.execute(
        f"""
        INSERT INTO events (id, type, kind, subject_id, version, name, from_state, to_state, at,
            actor, reason, data, product_id, warehouse_ids)
        SELECT {last} + row_number() OVER (ORDER BY id),
            CASE name {past} WHEN 'set_terms' THEN 'supplier_terms.' || {new}
                WHEN 'remove_terms' THEN 'supplier_terms.removed' END,
            kind, document_id, version, name, from_state, to_state, at, actor, reason, data,
            CASE WHEN name IN ('set_terms', 'remove_terms') THEN {product} END,
            CASE WHEN kind <> 'supplier' THEN '[]' END
        FROM old_events
        """
    )
    if on_sqlite:
        op.execute(
            "UPDATE id_counters SET last_id = (SELECT max(id) FROM events)"
            " WHERE name = 'movement_ids' AND EXISTS (SELECT 1 FROM events)"
        )
    else:
        op.execute(
            "SELECT setval('movement_ids', (SELECT max(id) FROM events))"
            " WHERE EXISTS (SELECT 1 FROM events)"
        )
