"""Stores for tests: opened on fresh databases, and asked for things in few words."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg

from onhand.core import commands as c
from onhand.core.commands import Command, Request
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.stock_rules import Accepted, Result
from onhand.core.warehouses import WarehouseAttributes
from onhand.ledger.faults import Fault
from onhand.ledger.ports import Store
from onhand.ledger.posting import Done, Settlement, Submission, settle
from onhand.store.engine import parse_database
from onhand.store.memory import MemoryStore
from onhand.store.migrate import migrate
from onhand.store.postgresql.set_based import Strategy
from onhand.store.postgresql.store import PostgresqlStore
from onhand.store.schema import SEEDED, SEQUENCES, metadata
from onhand.store.sqlite.store import SqliteStore
from tests.support.ledger_contents import Contents, database_contents, memory_contents
from tests.support.postgres import DatabaseServer

START = datetime(2025, 1, 15, 12, 0, tzinfo=UTC)
TESTER = Origin("tester")


@dataclass
class SetClock:
    """A clock that stands still until it is set."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


# Opening


class Shop(Protocol):
    """A place to keep a ledger: opened by one process at a time, or by several."""

    def open(self) -> Store:
        """A store on it."""
        ...

    def contents(self, store: Store) -> Contents:
        """Everything kept in it."""
        ...


class MemoryShop:
    """A memory store."""

    def open(self) -> Store:
        return MemoryStore(START)

    def contents(self, store: Store) -> Contents:
        assert isinstance(store, MemoryStore)
        return memory_contents(store)


@dataclass
class DatabaseShop:
    """A migrated database."""

    url: str
    strategy: Strategy | None = None
    """How PostgreSQL is asked and written to; None: as suits the database."""

    def open(self) -> Store:
        database = parse_database(self.url)
        if database.kind == "sqlite":
            return SqliteStore(database)
        return PostgresqlStore(database, strategy=self.strategy)

    def contents(self, store: Store) -> Contents:
        return database_contents(self.url)


def sqlite_shop(folder: Path, template: Path) -> DatabaseShop:
    """A shop on a fresh SQLite file, a copy of one that was migrated: see `sqlite_template`."""
    path = folder / "onhand.db"
    number = 0
    while path.exists():
        number += 1
        path = folder / f"onhand-{number}.db"
    shutil.copyfile(template, path)
    return DatabaseShop(f"sqlite:///{path}")


def sqlite_template(folder: Path) -> Path:
    """A migrated SQLite file to make copies of."""
    path = folder / "template.db"
    if not path.exists():
        migrate(f"sqlite:///{path}")
    return path


def postgresql_template(server: DatabaseServer) -> str:
    """The name of a migrated database to make copies of."""
    url = server.create_database()
    migrate(url)
    return url.rpartition("/")[2]


class EmptiedDatabase:
    """A migrated PostgreSQL database, made as new again and again: quicker than a new one."""

    def __init__(self, url: str) -> None:
        """Remember what the migrations left in it."""
        self.url = url
        with psycopg.connect(url) as connection:
            self._seeds = [
                (
                    f"INSERT INTO {table.name} VALUES ({', '.join(['%s'] * len(table.c))})",
                    connection.execute(f"SELECT * FROM {table.name}".encode()).fetchall(),
                )
                for table in SEEDED
            ]
        begin = {"warehouse_ids": 2}
        self._empty = "; ".join(
            [
                # Neither triggers nor foreign keys are asked.
                "SET session_replication_role = replica",
                *(f"DELETE FROM {name}" for name in metadata.tables),
                *(f"ALTER SEQUENCE {it} RESTART WITH {begin.get(it, 1)}" for it in SEQUENCES),
            ]
        )

    def empty(self) -> None:
        """Remove all rows but those, and begin all numbers anew."""
        with psycopg.connect(self.url) as connection:
            connection.execute(self._empty.encode())
            for statement, rows in self._seeds:
                connection.cursor().executemany(statement.encode(), rows)


# Acting


def ask(store: Store, *commands: Command, clock: SetClock | None = None) -> list[Result]:
    """Post commands in one batch, each in a request of its own; their answers."""
    submissions = [Submission(Request((command,))) for command in commands]
    return [done(it).outcome.results[0] for it in settle(store, submissions, clock or SetClock())]


def ask_together(
    store: Store, *commands: Command, atomic: bool = True, clock: SetClock | None = None
) -> Done:
    """Post commands in one request."""
    (settled,) = settle(store, [Submission(Request(commands, atomic))], clock or SetClock())
    return done(settled)


def done(settled: Settlement | Fault) -> Done:
    """A settlement that must be a new one."""
    if isinstance(settled, Fault):
        raise settled
    assert isinstance(settled, Done), settled
    return settled


def accepted(result: Result) -> Accepted:
    """An answer that must be yes."""
    assert isinstance(result, Accepted), result
    return result


def add_product(store: Store, sku: str, on_hand: int = 0, **attributes: Any) -> int:
    """A product with something on hand in its default warehouse; its id."""
    made = c.CreateProduct(
        ProductAttributes(sku, attributes.pop("name", sku), **attributes),
        TESTER,
        stock_quantity=on_hand,
    )
    (result,) = ask(store, made)
    return int(accepted(result).facts["product"].id)


def add_warehouse(store: Store, code: str, **attributes: Any) -> int:
    """A warehouse; its id."""
    made = c.CreateWarehouse(WarehouseAttributes(code, code, **attributes), TESTER)
    (result,) = ask(store, made)
    return int(accepted(result).facts["warehouse"].id)
