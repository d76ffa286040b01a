"""In short: backups while clients write, and upgrades; and each check finds its bug."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from onhand.store.engine import parse_database
from onhand.store.migrate import REVISIONS
from proofs.backups import backing, prefix, upgrade, ways
from proofs.backups.backing import Sizes
from proofs.backups.older import Rows, rows_of
from proofs.backups.ways import Way
from proofs.ground import Ground, Kind
from tests.support.api import Api
from tests.support.ledger_contents import Contents, database_contents
from tests.support.source import ROOT
from tests.support.work import SHARES, Work

SIZES = Sizes(movements=500, backups=1)


@pytest.fixture
def sqlite_ground(sqlite_url: str, tmp_path: Path) -> Iterator[Ground]:
    """A fresh SQLite file."""
    made = Ground(Kind.sqlite, tmp_path, sqlite_url, None)
    yield made
    made.close()


@pytest.mark.parametrize(
    "way", [ways.OURS, ways.ONLINE, ways.VACUUM], ids=["onhand", "backup", "vacuum"]
)
def test_a_sqlite_file_is_backed_up_while_clients_write(sqlite_ground: Ground, way: Way) -> None:
    if way not in ways.ways_of(sqlite_ground):
        way = ways.ONLINE  # SQLite's shell is not everywhere, Python is
    result = backing.run(sqlite_ground, 1, SIZES, [way])
    assert result.holds, result.breaches


def test_a_postgresql_database_is_dumped_while_clients_write(postgresql_ground: Ground) -> None:
    result = backing.run(postgresql_ground, 2, SIZES, [ways.OURS, ways.DUMP])
    assert result.holds, result.breaches


def test_an_older_database_is_brought_up(ground: Ground) -> None:
    result = upgrade.run(ground, upgrade.Sizes(movements=300, commands=100, every=False))
    assert result.holds, result.breaches
    assert result.facts["revisions of the schema"] == len(REVISIONS)


def test_users_are_told_what_is_tried_here() -> None:
    told = (ROOT / "docs" / "operation.md").read_text().splitlines()
    for command in (ways.SQLITE_BY_PYTHON, ways.SQLITE_BY_SHELL, *ways.SQLITE_RESTORE):
        assert command in told
    for command in (ways.PG_DUMP, ways.PG_RESTORE):
        assert any(line.startswith(command) for line in told), command


# Planted bugs


def test_a_bare_copy_is_found_to_lack_something(sqlite_ground: Ground) -> None:
    def copy(ground: Ground, backup: Path) -> None:
        shutil.copyfile(parse_database(ground.url).file, backup)

    way = replace(ways.ONLINE, name="bare copy", take=copy)
    result = backing.run(sqlite_ground, 1, SIZES, [way])
    assert any("was answered before, and is lost" in one for one in result.breaches)


def test_a_log_that_was_left_behind_is_found(
    sqlite_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, put_in_place = ways.SQLITE_RESTORE
    monkeypatch.setattr(ways, "SQLITE_RESTORE", (put_in_place,))
    result = backing.run(sqlite_ground, 1, SIZES, [ways.ONLINE])
    assert any("also those that came later" in one for one in result.breaches), result.breaches


def test_ids_that_are_given_again_are_found(postgresql_ground: Ground) -> None:
    def restore(ground: Ground, backup: Path, stack: ExitStack) -> str:
        url = ways.DUMP.restore(ground, backup, stack)
        with psycopg.connect(url) as connection:
            before = "(SELECT max(id) - 500 FROM movements)"
            connection.execute("SET session_replication_role = replica")
            # The database itself refuses the number of another event, but not a movement's.
            connection.execute(f"DELETE FROM events WHERE id > {before}".encode())
            connection.execute(f"SELECT setval('movement_ids', {before})".encode())
        return url

    way = replace(ways.DUMP, name="without its sequences", restore=restore)
    result = backing.run(postgresql_ground, 1, SIZES, [way])
    assert any("ids given twice" in one for one in result.breaches), result.breaches


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """A ledger with every kind of request in it."""
    folder = tmp_path_factory.mktemp("shop")
    ground = Ground(Kind.sqlite, folder, f"sqlite:///{folder / 'onhand.db'}", None)
    api = Api(ground.serve().client)
    work = Work(api, "SHOP", Random(1), warehouse=api.warehouse("SECOND"))
    for kind in SHARES:
        asked = work.ask(kind)
        assert api.post(asked.path, asked.body, asked.key).status_code == asked.status
        work.answered(asked)
    contents = database_contents(ground.url)
    ground.close()
    assert list(prefix.breaches(contents, contents)) == []
    return contents


def last_entry_lost(first: Contents) -> None:
    """A level that has moved on without its last entry."""
    del first.movements[-1]


def level_behind(first: Contents) -> None:
    """A level that is not what its last entry says."""
    first.levels[0]["on_hand"] += 1


def total_behind(first: Contents) -> None:
    """A sum over levels of another moment."""
    first.product_stock[0]["on_hand"] += 1


def answer_lost(first: Contents) -> None:
    """Movements without the answer that was kept for them."""
    del first.idempotency_keys[0]


def another_history(first: Contents) -> None:
    """An entry that says something else."""
    first.movements[0]["reference"] = "Another"


def product_lost(first: Contents) -> None:
    """Movements of a product that is not there."""
    del first.products[0]


@pytest.mark.parametrize(
    "break_it",
    [last_entry_lost, level_behind, total_behind, answer_lost, another_history, product_lost],
)
def test_what_is_no_beginning_is_found(
    shop: Contents, break_it: Callable[[Contents], None]
) -> None:
    first = deepcopy(shop)
    break_it(first)
    assert list(prefix.breaches(first, shop))


def test_what_an_upgrade_changes_is_found(sqlite_ground: Ground) -> None:
    sqlite_ground.serve()
    before = rows_of(sqlite_ground.url)
    assert list(upgrade.differences(before, before)) == []
    sites = before["warehouses"]
    renamed: Any = [("Other" if value == "MAIN" else value for value in sites.rows[0])]
    for after in (
        before | {"warehouses": Rows(sites.columns, [])},
        before | {"warehouses": Rows(sites.columns, [tuple(row) for row in renamed])},
        before | {"warehouses": sites.only(sites.columns[1:])},
        {name: rows for name, rows in before.items() if name != "warehouses"},
    ):
        assert len(list(upgrade.differences(before, after))) == 1
