"""A ledger to look at: made by the real store from commands, so that all of it agrees.

`Shop` is a migrated database with its store and reads, and a clock that the test moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from onhand.core import commands as c
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.rejections import Rejected
from onhand.core.stock_rules import Accepted
from onhand.core.warehouses import WarehouseAttributes
from onhand.ledger.posting import Done, Submission, settle
from onhand.store.engine import parse_database, read_engine
from onhand.store.migrate import migrate
from onhand.store.postgresql.store import PostgresqlStore
from onhand.store.reads import SqlReads
from onhand.store.sqlite.store import SqliteStore

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORIGIN = Origin("test")


class Shop:
    """A database with a few lines to fill it."""

    def __init__(self, database_url: str, seal_key: bytes | None = None) -> None:
        self.url = database_url
        self.database = parse_database(database_url)
        migrate(self.database)
        self.now = START
        self.store: Any
        self.seal_with(seal_key)
        self.engine = read_engine(self.database)
        self.reads = SqlReads(self.engine, lambda: self.now)

    def close(self) -> None:
        """Let go of the database."""
        self.reads.close()
        self.store.close()

    def seal_with(self, key: bytes | None) -> None:
        """Open the store again, which from now on seals what it writes with a key; None: not."""
        if hasattr(self, "store"):
            self.store.close()
        kind = SqliteStore if self.database.kind == "sqlite" else PostgresqlStore
        self.store = kind(self.database, key)

    def later(self, **delta: float) -> datetime:
        """Move the clock."""
        self.now += timedelta(**delta)
        return self.now

    def do(self, *commands: c.Command) -> list[Accepted]:
        """Carry out commands, none of which may be rejected."""
        submission = Submission(c.Request(tuple(commands)))
        (settlement,) = settle(self.store, [submission], lambda: self.now)
        assert isinstance(settlement, Done), settlement
        accepted = []
        for result in settlement.outcome.results:
            assert not isinstance(result, Rejected), result
            accepted.append(result)
        return accepted

    def warehouse(self, name: str, **attributes: Any) -> int:
        """A new warehouse; its id."""
        values = {"code": name.upper()[:8]} | attributes
        (made,) = self.do(c.CreateWarehouse(WarehouseAttributes(name, **values), ORIGIN))
        return int(made.facts["warehouse"].id)

    def product(self, sku: str, stock: int = 0, reserved: int = 0, **attributes: Any) -> int:
        """A new product; its id."""
        warehouse_id = attributes.pop("warehouse_id", None)
        values = {"name": sku.title()} | attributes
        (made,) = self.do(
            c.CreateProduct(ProductAttributes(sku, **values), ORIGIN, stock, reserved, warehouse_id)
        )
        return int(made.facts["product"].id)


@contextmanager
def open_shop(database_url: str, seal_key: bytes | None = None) -> Iterator[Shop]:
    """A shop, closed at the end."""
    shop = Shop(database_url, seal_key)
    try:
        yield shop
    finally:
        shop.close()
