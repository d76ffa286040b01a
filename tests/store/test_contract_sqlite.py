"""The SQLite store keeps the contract."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from onhand.core import commands as c
from onhand.ledger.faults import CommitUnknown, Fault, StorageFull
from onhand.ledger.posting import Submission, settle
from onhand.store.lock_file import AlreadyOpen
from onhand.store.sqlite.store import SqliteStore
from tests.store.contract_concurrency import ConcurrencyContract
from tests.store.contract_database import DatabaseContract, LastingContract
from tests.support.stores import (
    TESTER,
    DatabaseShop,
    SetClock,
    add_product,
    sqlite_shop,
    sqlite_template,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file."""
    return sqlite_template(tmp_path_factory.mktemp("template"))


class _OnSqlite:
    @pytest.fixture
    def shop(self, tmp_path: Path, template: Path) -> DatabaseShop:
        return sqlite_shop(tmp_path, template)


class TestSqliteStore(_OnSqlite, DatabaseContract):
    """All of it, on a file."""


class TestSqliteStoreOpenedAgain(_OnSqlite, LastingContract):
    """What lasts."""


class TestSqliteStoreAtOnce(_OnSqlite, ConcurrencyContract):
    """Many threads on one store: two stores may not have one file open."""


def test_a_file_that_is_open_is_not_opened_twice(tmp_path: Path, template: Path) -> None:
    shop = sqlite_shop(tmp_path, template)
    store = shop.open()
    with pytest.raises(AlreadyOpen, match=r"has .*onhand\.db open"):
        shop.open()
    store.close()
    shop.open().close()


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (sqlite3.SQLITE_IOERR_FSYNC, CommitUnknown),
        (sqlite3.SQLITE_IOERR, CommitUnknown),
        (sqlite3.SQLITE_FULL, StorageFull),
    ],
)
def test_what_was_not_synced_may_be_there_after_the_next_start(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch, code: int, fault: type[Fault]
) -> None:
    store = sqlite_shop(tmp_path, template).open()
    add_product(store, "P", 1)
    assert isinstance(store, SqliteStore)
    monkeypatch.setattr(store, "_connection", _FailingCommit(store._connection, code))
    count = c.AdjustStock(1, None, 1, TESTER)
    [settled] = settle(store, [Submission(c.Request((count,)))], SetClock())
    assert type(settled) is fault
    store.close()


class _FailingCommit:
    """A connection whose commits fail."""

    def __init__(self, connection: sqlite3.Connection, code: int) -> None:
        self._connection = connection
        self._code = code

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *arguments: Any) -> sqlite3.Cursor:
        if statement == "COMMIT":
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = self._code
            raise error
        return self._connection.execute(statement, *arguments)
