"""The triggers that keep the ledger and the audit log append-only: rows are added, never changed.

They cost nothing where nobody breaks the rule. PostgreSQL raises SQLSTATE 23001, SQLite fails the
statement as a constraint: both reach the writer as `StoreRefused`.
"""

from __future__ import annotations

from sqlalchemy import Connection

MESSAGE = "The ledger is append-only: a movement is never changed or removed; reverse it instead"
AUDIT_MESSAGE = "The audit log is append-only: what it tells is never changed or removed"

APPEND_ONLY = {"movements": MESSAGE, "events": AUDIT_MESSAGE, "audit_entries": AUDIT_MESSAGE}
"""The tables whose rows are never changed or removed, and what is said to whoever tries."""

POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION onhand_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE restrict_violation USING MESSAGE = TG_ARGV[0], TABLE = TG_TABLE_NAME;
    END $$
    """,
    *(
        statement
        for table, message in APPEND_ONLY.items()
        for statement in (
            f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
            f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION onhand_refuse_change('{message}')
            """,
        )
    ),
)

SQLITE = tuple(
    statement
    for table, message in APPEND_ONLY.items()
    for event in ("UPDATE", "DELETE")
    for statement in (
        f"DROP TRIGGER IF EXISTS {table}_no_{event.lower()}",
        f"""
        CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table}
        BEGIN SELECT RAISE(ABORT, '{message}'); END
        """,
    )
)


def put_in_place(connection: Connection) -> None:
    """Create the triggers, or make them anew."""
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
