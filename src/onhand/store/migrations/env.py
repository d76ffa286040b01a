"""Alembic's environment: how the migrations run, on the connection that `migrate` hands over.

Pitfalls of SQLite that this takes care of, for every migration to come. Batch mode makes a table
anew and drops the old one: with foreign keys on that would delete child rows, so they are off
meanwhile (`migrate` does it, before the transaction, where alone it works) and checked afterwards;
and the table's triggers go with it, so they are put in place again after every run.
"""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection

from onhand.store.migrate import VERSION_TABLE
from onhand.store.schema import metadata, sqlite_metadata
from onhand.store.triggers import put_in_place


class ForeignKeysBroken(Exception):
    """A migration left rows that point at nothing; it is rolled back."""


def run(connection: Connection) -> None:
    """Bring the database up, within the transaction that is open on the connection."""
    on_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=[metadata, sqlite_metadata] if on_sqlite else metadata,
        version_table=VERSION_TABLE,
        render_as_batch=on_sqlite,
        transactional_ddl=True,
        compare_server_default=True,
        include_object=_is_ours,
    )
    context.run_migrations()
    put_in_place(connection)
    if on_sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise ForeignKeysBroken(f"{len(broken)} rows, the first: {broken[0]}")


def _is_ours(_: Any, name: str | None, kind: str, *__: Any) -> bool:
    return not (kind == "table" and name == VERSION_TABLE)


run(context.config.attributes["connection"])
