"""The SQLite store keeps the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from onhand.store.lock_file import AlreadyOpen
from tests.store.contract_concurrency import ConcurrencyContract
from tests.store.contract_database import DatabaseContract, LastingContract
from tests.support.stores import DatabaseShop, sqlite_shop, sqlite_template


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
