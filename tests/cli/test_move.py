"""`onhand move` brings a whole shop from SQLite to PostgreSQL, row by row, or nothing of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.types import TypeEngine

from onhand.app import App
from onhand.core import commands as c
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.ledger.posting import Done, Submission, settle
from onhand.shops import now
from onhand.store.engine import admin_engine, parse_database
from onhand.store.migrate import VERSION_TABLE, migrate
from onhand.store.postgresql import moving
from onhand.store.schema import SEEDED, metadata
from tests.store.test_migrations import described
from tests.support.command_line import Told, onhand
from tests.support.postgres import DatabaseServer


@pytest.fixture
def file(small_file: Path, tmp_path: Path) -> Path:
    """A small shop in a SQLite file, with a key and what else the demo has none of."""
    copy = tmp_path / "onhand.db"
    shutil.copyfile(small_file, copy)
    assert onhand("key", "create", "--name", "Käse", "--database", f"sqlite:///{copy}").code == 0
    with sqlite3.connect(copy) as connection:
        for key in ("a", "B", "\u00e4", "Z", "\U0001f4e6"):
            connection.execute(
                "INSERT INTO idempotency_keys VALUES (?, 0, 'f', 200, ?, 1700000000000001)",
                (key, b"\x00\xff"),
            )
    return copy


def moved(file: Path, url: str) -> Told:
    """Move the file's shop to a database."""
    return onhand("move", "--from", f"sqlite:///{file}", "--to", url)


def everything(url: str) -> dict[str, list[Any]]:
    """Every row of every table in the program's own types, as rows of both databases compare."""
    with admin_engine(parse_database(url)).connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for name, table in metadata.tables.items()
        }


def test_a_shop_is_moved_whole(file: Path, postgresql_url: str) -> None:
    told = moved(file, postgresql_url)
    assert told.code == 0, told.text
    assert everything(postgresql_url) == everything(f"sqlite:///{file}")
    assert onhand("verify", "--database", postgresql_url).code == 0
    # It goes on: new ids are taken by nobody else, whatever gets one.
    before = everything(postgresql_url)
    with App().store(postgresql_url) as store:
        made = c.CreateProduct(ProductAttributes(sku="NEW", name="New"), Origin("test"), 9, 2)
        [settled] = settle(store, [Submission(c.Request((made,)))], now)
        assert isinstance(settled, Done), settled
    assert onhand("key", "create", "--name", "new", "--database", postgresql_url).code == 0
    after = everything(postgresql_url)
    assert len(after["products"]) == len(before["products"]) + 1
    assert onhand("verify", "--database", postgresql_url).code == 0


def test_the_schema_is_what_the_migrations_make(
    file: Path, postgresql_server: DatabaseServer
) -> None:
    urls = [postgresql_server.create_database() for _ in range(2)]
    try:
        assert moved(file, urls[0]).code == 0
        migrate(urls[1])
        ours, theirs = (described(parse_database(url)) for url in urls)
        assert ours == theirs
    finally:
        for url in urls:
            postgresql_server.drop_database(url)


def test_seals_are_kept(sqlite_url: str, postgresql_url: str) -> None:
    sealed = {"ONHAND_SEALS": "on", "ONHAND_SEAL_KEY": "secret"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sealed.items():
            patch.setenv(name, value)
        with App().store(sqlite_url) as store:
            made = c.CreateProduct(ProductAttributes(sku="LAMP", name="Lamp"), Origin("test"), 5, 2)
            settle(store, [Submission(c.Request((made,)))], now)
        assert moved(parse_database(sqlite_url).file, postgresql_url).code == 0
        assert onhand("verify", "--database", postgresql_url).code == 0
    assert "seal" in onhand("verify", "--database", postgresql_url).text


@pytest.mark.parametrize("at", ["_copy", "_set_sequences", "_compared"])
def test_what_fails_half_way_leaves_nothing_and_may_begin_again(
    file: Path, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    real = getattr(moving._Move, at)
    calls = iter(range(1_000))

    def failing(self: Any, *arguments: Any) -> Any:
        if next(calls) == (9 if arguments else 0):
            raise psycopg.OperationalError("the network is gone")
        return real(self, *arguments)

    monkeypatch.setattr(moving._Move, at, failing)
    assert moved(file, postgresql_url).code == 1
    left = {name for name, rows in everything(postgresql_url).items() if rows}
    assert left == {table.name for table in SEEDED}
    monkeypatch.undo()
    assert moved(file, postgresql_url).code == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE levels SET on_hand = on_hand + 1 WHERE product_id = 3 AND warehouse_id = 1",
        "DELETE FROM daily_sales WHERE product_id = 2",
        "UPDATE products SET selling_price = selling_price + 0.0001 WHERE id = 5",
        "INSERT INTO inbounds VALUES (12, 3, 0, 0)",
        "UPDATE idempotency_keys SET created_at = created_at + interval '1 microsecond'",
    ],
)
def test_whatever_differs_is_found(
    file: Path, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    def then_change(self: Any) -> None:
        self._writing.execute(change.encode())

    monkeypatch.setattr(moving._Move, "_set_sequences", then_change)
    told = moved(file, postgresql_url)
    assert told.code == 1
    assert "differs from the file in" in told.text
    assert "'product_id'" in told.text or "'id': 5" in told.text or "'key'" in told.text


def test_a_value_that_postgresql_cannot_keep_is_named(file: Path, postgresql_url: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE products SET description = 'a' || char(0) WHERE id = 2")
    assert "(COPY products, line 2, column description)" in moved(file, postgresql_url).text
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE products SET description = 7, reorder_point = 'x' WHERE id = 2")
    assert "products has at {'id': 2}" in moved(file, postgresql_url).text


def test_nothing_is_moved_over_anything(file: Path, database_url: str) -> None:
    if database_url.startswith("sqlite"):
        assert "from SQLite to PostgreSQL" in moved(file, database_url).text
        return
    with App().store(database_url) as store:
        made = c.CreateProduct(ProductAttributes(sku="OLD", name="Old"), Origin("test"))
        settle(store, [Submission(c.Request((made,)))], now)
    before = everything(database_url)
    assert "is not empty: there are rows in " in moved(file, database_url).text
    assert everything(database_url) == before
    with psycopg.connect(database_url) as connection:
        connection.execute(f"DROP TABLE {VERSION_TABLE}".encode())
    assert "is not empty" in moved(file, database_url).text


def test_a_shop_that_is_served_stays(file: Path, postgresql_url: str) -> None:
    with App().store(f"sqlite:///{file}"):
        assert "Another Onhand process" in moved(file, postgresql_url).text
    assert "no shop of this version" in moved(file.with_name("none.db"), postgresql_url).text


def types() -> Iterator[tuple[str, TypeEngine[Any]]]:
    """Every type of column that there is."""
    for table in metadata.tables.values():
        yield from ((f"{table.name}.{column.name}", column.type) for column in table.columns)


def test_every_type_of_column_is_known() -> None:
    for name, kind in types():
        assert moving._column(name, kind).type
