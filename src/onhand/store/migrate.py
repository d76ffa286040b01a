"""Migrations: bring a database to the schema this version needs, or say why that cannot be.

The question is asked with one query and without Alembic, which takes a while to import: a server
whose database is current starts at once. Several processes may start together: the first migrates,
the others wait for its lock and find the work done.

    state     what `migrate` does
    empty     makes everything
    older     brings it up to date
    current   nothing
    newer     raises `SchemaTooNew`
    foreign   raises `ForeignDatabase`
"""

from __future__ import annotations

import sqlite3
import time
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, text

from onhand.ledger.faults import StoreBusy
from onhand.store.engine import (
    Database,
    admin_engine,
    parse_database,
    sqlite_connect,
)
from onhand.store.errors import faults_translated
from onhand.store.patience import CONNECT_TIMEOUT_S

VERSION_TABLE = "onhand_version"

# Whoever waits for a table keeps all behind it waiting, other servers' commands among them, which
# give up after 5 s: a migration that stands behind a backup goes away sooner, and comes again.
LOCK_PATIENCE_MS = 3_000
ATTEMPTS = 10
PAUSE_S = 1.0

REVISIONS = tuple(f"{number:04}" for number in range(1, 14))
"""Every version of the schema, oldest first; the last is the one this program needs."""

_VERSION = f"SELECT version_num FROM {VERSION_TABLE}"
_ANY_TABLE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' LIMIT 1",
    "postgresql": "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() LIMIT 1",
}
# Any number will do, as long as every version of Onhand takes the same.
_MIGRATION_LOCK = 7_238_110_931


class State(StrEnum):
    """How a database stands to the schema that this program needs."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"
    FOREIGN = "foreign"


class SchemaTooNew(Exception):
    """A newer Onhand has used the database, and this one would not understand it."""


class ForeignDatabase(Exception):
    """The database holds tables, but none of ours: nothing is added to it."""


def state(database: Database | str) -> State:
    """How a database stands. Makes nothing, not even a file. Raises the ledger's faults."""
    database = _parsed(database)
    with faults_translated():
        if database.kind == "sqlite":
            return _state_of_sqlite(database.file)
        return _state_of_postgresql(database.conninfo)


def migrate(database: Database | str) -> State:
    """Bring a database up to date; the state it was in before.

    Raises `SchemaTooNew`, `ForeignDatabase` and the ledger's faults.
    """
    database = _parsed(database)
    before = state(database)
    _refuse(before, database)
    if before is State.CURRENT:
        return before
    if database.kind == "sqlite":
        _bring_up(database)
        return before
    for _ in range(ATTEMPTS):
        try:
            _bring_up(database)
        except StoreBusy:
            time.sleep(PAUSE_S)
        else:
            return before
    raise StoreBusy(
        f"The tables of {database} are in use by a backup or a long report, so its schema could not"
        " be changed, and nothing was; start again when that has ended"
    )


def _bring_up(database: Database) -> None:
    engine = admin_engine(database)
    with faults_translated(), engine.connect() as connection:
        if database.kind == "sqlite":
            # Works only outside a transaction; why it is off: see migrations/env.py.
            _pragma(connection, "foreign_keys = OFF")
        with connection.begin():
            if database.kind == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
                connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE_MS}ms'"))
            # Another process may have done the work while this one waited for the lock.
            meanwhile = _state_within(connection)
            _refuse(meanwhile, database)
            if meanwhile is not State.CURRENT:
                _upgrade(connection)


def _parsed(database: Database | str) -> Database:
    return parse_database(database) if isinstance(database, str) else database


def _refuse(found: State, database: Database) -> None:
    if found is State.NEWER:
        raise SchemaTooNew(
            f"{database} was written by a newer version of Onhand; update this one to open it"
        )
    if found is State.FOREIGN:
        raise ForeignDatabase(
            f"{database} holds tables that are not Onhand's; name an empty or a new database"
        )


def _judged(versions: list[str], *, has_tables: bool) -> State:
    if versions:
        if versions == [REVISIONS[-1]]:
            return State.CURRENT
        return State.OLDER if versions[0] in REVISIONS else State.NEWER
    return State.FOREIGN if has_tables else State.EMPTY


def _state_of_sqlite(path: Path) -> State:
    if not path.exists() or not path.stat().st_size:
        return State.EMPTY
    connection = sqlite_connect(path, read_only=True)
    try:
        try:
            found = connection.execute(_VERSION).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            found = []
        any_table = found or connection.execute(_ANY_TABLE["sqlite"]).fetchone()
    finally:
        connection.close()
    return _judged([row[0] for row in found], has_tables=bool(any_table))


def _state_of_postgresql(conninfo: str) -> State:
    import psycopg

    with psycopg.connect(
        conninfo, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S
    ) as connection:
        try:
            found = connection.execute(_VERSION.encode()).fetchall()
        except psycopg.errors.UndefinedTable:
            found = []
        any_table = found or connection.execute(_ANY_TABLE["postgresql"].encode()).fetchone()
    return _judged([row[0] for row in found], has_tables=bool(any_table))


def _state_within(connection: Connection) -> State:
    # A failed look for the table would end the transaction, so the catalogue is asked first.
    names = {
        "sqlite": f"SELECT 1 FROM sqlite_master WHERE name = '{VERSION_TABLE}'",
        "postgresql": f"SELECT 1 WHERE to_regclass('{VERSION_TABLE}') IS NOT NULL",
    }
    kind = connection.dialect.name
    versions = []
    if connection.execute(text(names[kind])).first():
        versions = [row[0] for row in connection.execute(text(_VERSION))]
    any_table = connection.execute(text(_ANY_TABLE[kind])).first()
    return _judged(versions, has_tables=any_table is not None)


def _pragma(connection: Connection, setting: str) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute(f"PRAGMA {setting}")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
