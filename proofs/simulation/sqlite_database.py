"""The SQLite store in a simulated world: a real file, over a connection that fails.

What fails says what SQLite says. A statement fails before it ran or after; the transaction is then
rolled back by SQLite itself, or is not. A COMMIT that fails for want of room or for another writer
has not committed. One that fails for an input or output error may have: its pages may lie in the
write-ahead log, to be found by the next start; here they are, and until that start the disk fails.
Durability is not simulated: nothing waits for the disk.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any
from unittest import mock

from onhand.ledger.differences import Difference
from onhand.ledger.ports import Store
from onhand.ledger.verify import verify
from onhand.store.engine import parse_database, read_engine, sqlite_connect
from onhand.store.migrate import migrate
from onhand.store.proof import sql_proof
from onhand.store.sqlite import store as sqlite
from onhand.store.sqlite.store import SqliteStore
from proofs.simulation.databases import Watched, furnish, witness_of
from proofs.simulation.witness import Witness
from proofs.simulation.world import World
from tests.support.ledger_contents import Contents, contents_through, database_contents

Failure = tuple[type[Exception], int]

_BUSY = (sqlite3.OperationalError, sqlite3.SQLITE_BUSY)
_INTERRUPTED = (sqlite3.OperationalError, sqlite3.SQLITE_INTERRUPT)
_FULL = (sqlite3.OperationalError, sqlite3.SQLITE_FULL)
_DISK = (sqlite3.OperationalError, sqlite3.SQLITE_IOERR)
_REFUSED = (sqlite3.IntegrityError, sqlite3.SQLITE_CONSTRAINT)
_NO_VALUE = (OverflowError, 0)

BEFORE: Sequence[Failure] = (_BUSY, _BUSY, _INTERRUPTED, _FULL, _DISK, _REFUSED, _NO_VALUE)
AFTER: Sequence[Failure] = (_INTERRUPTED, _FULL, _DISK, _REFUSED)
AFTER_COMMIT: Sequence[Failure] = (_DISK,)
MAY_ROLL_BACK = (_BUSY, _INTERRUPTED, _FULL, _DISK)


class SqliteTemplate:
    """A furnished SQLite file in a folder, to make copies of, one at a time."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "onhand.db"
        self._template = folder / "template.db"
        template = parse_database(f"sqlite:///{self._template}")
        migrate(template)
        with closing(SqliteStore(template)) as store:
            furnish(store)
        self.contents = database_contents(f"sqlite:///{self._template}")
        # One for all copies: what it has compiled is worth keeping.
        self.engine = read_engine(parse_database(f"sqlite:///{self.file}"))

    def copy(self) -> None:
        """A fresh copy; the one before is gone."""
        self.engine.dispose()
        for left in self.file.parent.glob(f"{self.file.name}*"):
            left.unlink()
        shutil.copyfile(self._template, self.file)


class SqliteDatabase:
    """A SQLite file, for one server."""

    servers = 1

    def __init__(self, world: World, template: SqliteTemplate) -> None:
        self._world = world
        self._template = template
        template.copy()
        self.witness = witness_of(template.contents)

    def open(self) -> Store:
        database = parse_database(f"sqlite:///{self._template.file}")
        return Watched(SqliteStore(database), self.witness)

    def patches(self) -> AbstractContextManager[object]:
        return mock.patch.multiple(
            sqlite, threading=self._world.threads, sqlite_connect=self._connect
        )

    def contents(self) -> Contents:
        return contents_through(self._template.engine)

    def differences(self) -> list[Difference]:
        with sql_proof(self._template.engine) as proof:
            return list(verify(proof))

    def _connect(self, path: Path, *, read_only: bool) -> FaultyConnection:
        connection = sqlite_connect(path, read_only=read_only)
        return FaultyConnection(connection, self._world, self.witness)


class FaultyConnection:
    """A SQLite connection, as far as the store uses one."""

    def __init__(self, connection: sqlite3.Connection, world: World, witness: Witness) -> None:
        self._connection = connection
        self._world = world
        self._witness = witness
        self._disk_fails = False

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, statement: str, arguments: Sequence[Any] = ()) -> sqlite3.Cursor:
        if statement.startswith("PRAGMA synchronous"):
            statement = "PRAGMA synchronous = OFF"
        self._world.moment()
        # However a rollback ends, SQLite has left the transaction.
        if statement != "ROLLBACK":
            if self._disk_fails:
                raise _error(_DISK)
            self._may_fail(statement, "before", BEFORE)
        cursor = self._connection.execute(statement, arguments)
        if self._world.lines is not None:
            self._world.tell(statement, *map(_in_order, arguments))
        if statement == "COMMIT":
            self._witness.commit_done()
            self._world.moment()
            self._may_fail(statement, "after", AFTER_COMMIT)
        elif not statement.startswith(("BEGIN", "ROLLBACK")):
            self._may_fail(statement, "after", AFTER)
        return cursor

    def close(self) -> None:
        # With a statement that somebody still reads, the driver would close it only later.
        if self.in_transaction:
            self._connection.execute("ROLLBACK")
        self._connection.close()

    def _may_fail(self, statement: str, when: str, failures: Sequence[Failure]) -> None:
        world = self._world
        if not world.fails():
            return
        failure = world.chance.choice(failures)
        world.tell("fails", when, statement, "with", failure)
        if failure in MAY_ROLL_BACK and world.chance.random() < 0.5 and self.in_transaction:
            self._connection.execute("ROLLBACK")
        if failures is AFTER_COMMIT:
            self._disk_fails = True
            world.loop.call_later(world.chance.uniform(0, 10), world.troubles.kill)
        raise _error(failure)


def _error(failure: Failure) -> Exception:
    kind, code = failure
    error = kind("simulated")
    if isinstance(error, sqlite3.Error):
        error.sqlite_errorcode = code
    return error


def _in_order(argument: Any) -> Any:
    """An argument to be told: rows sorted, for a set of them may come in any order."""
    if isinstance(argument, str) and argument.startswith("["):
        return sorted(json.loads(argument), key=repr)
    return argument
