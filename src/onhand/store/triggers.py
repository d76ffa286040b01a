"""The triggers that keep the ledger and the audit log append-only: rows are added, never changed.

They cost nothing where nobody breaks the rule. PostgreSQL raises SQLSTATE 23001, SQLite fails the
statement as a constraint: both reach the writer as `StoreRefused`.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

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
    "DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
    """
    CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION onhand_refuse_change('{message}')
    """,
)

SQLITE = tuple(
    statement
    for event in ("update", "delete")
    for statement in (
        f"DROP TRIGGER IF EXISTS {{table}}_no_{event}",
        f"""
        CREATE TRIGGER {{table}}_no_{event} BEFORE {event} ON {{table}}
        BEGIN SELECT RAISE(ABORT, '{{message}}'); END
        """,
    )
)


SQLITE_NAMES = tuple(
    f"{table}_no_{event}" for table in APPEND_ONLY for event in ("update", "delete")
)
"""What the triggers are called on SQLite."""


def put_in_place(connection: Connection) -> None:
    """Create the triggers, or make them anew, of the tables that this version of a schema has.

    A table that Citus spreads over workers takes none: there, privileges say the same.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    has_table = inspect(connection).has_table
    spread = set() if on_sqlite else _spread(connection)
    for table, message in APPEND_ONLY.items():
        takes_triggers = has_table(table) and table not in spread
        for statement in (SQLITE if on_sqlite else POSTGRESQL) if takes_triggers else ():
            connection.exec_driver_sql(statement.format(table=table, message=message))


def _spread(connection: Connection) -> set[str]:
    catalogue = "pg_catalog.pg_dist_partition"
    if connection.execute(text(f"SELECT to_regclass('{catalogue}')")).scalar() is None:
        return set()
    names = text(f"SELECT logicalrelid::text FROM {catalogue} WHERE partmethod = 'h'")
    return set(connection.execute(names).scalars())
