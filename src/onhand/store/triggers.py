"""The triggers that keep the ledger append-only: movements are added, never changed or removed.

They cost nothing where nobody breaks the rule. PostgreSQL raises SQLSTATE 23001, SQLite fails the
statement as a constraint: both reach the writer as `StoreRefused`.
"""

from __future__ import annotations

from sqlalchemy import Connection

MESSAGE = "The ledger is append-only: a movement is never changed or removed; reverse it instead"

POSTGRESQL = (
    f"""
    CREATE OR REPLACE FUNCTION onhand_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
    END $$
    """,
    "DROP TRIGGER IF EXISTS movements_append_only ON movements",
    """
    CREATE TRIGGER movements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON movements
    FOR EACH STATEMENT EXECUTE FUNCTION onhand_refuse_change()
    """,
)

_SQLITE_EVENTS = {"movements_no_update": "UPDATE", "movements_no_delete": "DELETE"}
SQLITE_NAMES = tuple(_SQLITE_EVENTS)
SQLITE = tuple(
    statement
    for name, event in _SQLITE_EVENTS.items()
    for statement in (
        f"DROP TRIGGER IF EXISTS {name}",
        f"""
        CREATE TRIGGER {name} BEFORE {event} ON movements
        BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
        """,
    )
)


def put_in_place(connection: Connection) -> None:
    """Create the triggers, or make them anew."""
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
