"""The two strategies' common face, and the one for a single PostgreSQL: a set in each statement.

What a batch asks and writes is the same under both. Each gives statements for it; the rows of
several statements of one question are one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from psycopg import Cursor

from onhand.ledger.ports import KeyPart
from onhand.store import rows as r
from onhand.store.documents import INBOUND_TOTAL_COLUMNS
from onhand.store.postgresql import sql
from onhand.store.rows import Row

Execute = Callable[[str, Sequence[Any]], Cursor[Any]]
"""Runs one statement."""

Asked = tuple[int, int | None, int | None]
"""A product, a warehouse (None: its default one), and an order; None: none is named there."""


@dataclass(frozen=True, slots=True)
class LedgerRows:
    """What a batch writes of stock: the rows of each table, as `onhand.store.rows` makes them.

    `copied` is what new levels copy from their products.
    """

    movements: Sequence[Row]
    new_levels: Sequence[Row]
    levels: Sequence[Row]
    closed: Sequence[Row]
    opened: Sequence[Row]
    changed: Sequence[Row]
    totals: Sequence[Row]
    sales: Sequence[Row]
    answers: Sequence[Row]
    copied: Mapping[int, tuple[bool, int | None]]


class Strategy(Protocol):
    """How batches are asked for and written."""

    def locks(self, products: Collection[int]) -> sql.Write:
        """Lock the rows of products' stock by rising id, and give their STOCK_COLUMNS."""
        ...

    def found(
        self,
        asked: Collection[Asked],
        everything: Collection[Asked],
        now: datetime,
        warehouses: Collection[int],
    ) -> sql.Write:
        """What is at the places asked for, as `sql.found` tells it."""
        ...

    def known_answers(self, keys: Collection[KeyPart]) -> sql.Write:
        """What is known of clients' keys."""
        ...

    def reversed(self, movements: Collection[tuple[int, int]]) -> sql.Write:
        """Which movements, each of a product, are reversed."""
        ...

    def queue_heads(self, heads: Collection[tuple[int, int, int | None]]) -> sql.Write:
        """The first so many backordered reservations of each place; None: all."""
        ...

    def on_hand_as_of(self, wanted: Sequence[tuple[int, int, datetime]]) -> sql.Write:
        """What was on hand at each place and moment: its number, from 1, and the quantity."""
        ...

    def inbounds(self, places: Collection[tuple[int, int]]) -> sql.Write:
        """What is on its way to each place."""
        ...

    def inbound_totals(self, products: Collection[int]) -> sql.Write:
        """What is on its way of each product."""
        ...

    def settings(self, places: Collection[tuple[int, int]]) -> sql.Write:
        """The stock settings of each place."""
        ...

    def with_history(self, products: Collection[int]) -> sql.Write:
        """The products of these that levels or documents name."""
        ...

    def holding(self, warehouses: Collection[int]) -> sql.Write:
        """The warehouses of these that hold or owe anything."""
        ...

    def ledger(self, rows: LedgerRows) -> sql.Write:
        """Write what a batch changes of stock."""
        ...

    def copies(
        self, products: Sequence[int], copied: Mapping[int, tuple[bool, int | None]]
    ) -> sql.Write:
        """Have products' levels copy what they go by, from them and from their settings."""
        ...

    def insert(self, table: str, columns: tuple[str, ...], rows: Sequence[Row]) -> sql.Write:
        """Insert rows."""
        ...

    def upsert(
        self, table: str, columns: tuple[str, ...], rows: Sequence[Row], keys: int = 1
    ) -> sql.Write:
        """Insert rows, or replace what is there; the first `keys` columns are the key."""
        ...

    def update(
        self, table: str, columns: tuple[str, ...], rows: Sequence[Row], keys: int = 1
    ) -> sql.Write:
        """Replace what is there; the first `keys` columns are the key."""
        ...

    def delete(self, table: str, keys: Sequence[str], rows: Sequence[Row]) -> sql.Write:
        """Delete the rows with these keys."""
        ...

    def forget(self, execute: Execute, before: datetime) -> int:
        """Drop some of the answers kept since before a moment; how many."""
        ...


class SetBased:
    """One statement for each question and each table: for a single PostgreSQL."""

    insert = staticmethod(sql.insert)
    upsert = staticmethod(sql.upsert)
    update = staticmethod(sql.update)
    delete = staticmethod(sql.delete)

    def locks(self, products: Collection[int]) -> sql.Write:
        """See `Strategy`."""
        return [(sql.LOCK_STOCK, [list(products)])]

    def found(
        self,
        asked: Collection[Asked],
        everything: Collection[Asked],
        now: datetime,
        warehouses: Collection[int],
    ) -> sql.Write:
        """See `Strategy`."""
        places = columns_of(asked, 3) + (columns_of(everything, 3) if everything else [])
        statement = sql.found(everything=bool(everything))
        return [(statement, [*places, now, list(warehouses)])]

    def known_answers(self, keys: Collection[KeyPart]) -> sql.Write:
        """See `Strategy`."""
        return [(sql.KNOWN_ANSWERS, r.columns_of(keys))]

    def reversed(self, movements: Collection[tuple[int, int]]) -> sql.Write:
        """See `Strategy`."""
        return [(sql.REVERSED, r.columns_of(movements))]

    def queue_heads(self, heads: Collection[tuple[int, int, int | None]]) -> sql.Write:
        """See `Strategy`."""
        return [(sql.QUEUE_HEADS, r.columns_of(heads))]

    def on_hand_as_of(self, wanted: Sequence[tuple[int, int, datetime]]) -> sql.Write:
        """See `Strategy`."""
        return [(sql.ON_HAND_AS_OF, r.columns_of(wanted))]

    def inbounds(self, places: Collection[tuple[int, int]]) -> sql.Write:
        """See `Strategy`."""
        return [(sql.INBOUNDS, r.columns_of(places))]

    def inbound_totals(self, products: Collection[int]) -> sql.Write:
        """See `Strategy`."""
        statement = sql.rows_of("product_stock", INBOUND_TOTAL_COLUMNS, "product_id")
        return [(statement, [list(products)])]

    def settings(self, places: Collection[tuple[int, int]]) -> sql.Write:
        """See `Strategy`."""
        wanted = r.SETTINGS_COLUMNS
        return [(sql.rows_at("stock_settings", wanted, wanted[:2]), r.columns_of(places))]

    def with_history(self, products: Collection[int]) -> sql.Write:
        """See `Strategy`."""
        return [(sql.PRODUCTS_WITH_HISTORY, [list(products)])]

    def holding(self, warehouses: Collection[int]) -> sql.Write:
        """See `Strategy`."""
        return [(sql.WAREHOUSES_HOLDING, [list(warehouses)])]

    def ledger(self, rows: LedgerRows) -> sql.Write:
        """See `Strategy`; one statement, whatever it writes."""
        holds = r.RESERVATION_COLUMNS
        return sql.together(
            [
                *sql.insert("movements", r.MOVEMENT_COLUMNS, rows.movements),
                *sql.insert_levels(rows.new_levels),
                *sql.update("levels", r.LEVEL_COLUMNS, rows.levels, 2),
                *sql.delete("reservations", holds[:3], rows.closed),
                *sql.insert("reservations", holds, rows.opened),
                *sql.update("reservations", holds, rows.changed, 3),
                *sql.update("product_stock", r.TOTAL_COLUMNS, rows.totals),
                *sql.insert("daily_sales", sql.SALES_COLUMNS, rows.sales, sql.ADDING_SALES),
                *sql.insert("idempotency_keys", sql.ANSWER_COLUMNS, rows.answers),
            ]
        )

    def copies(
        self, products: Sequence[int], copied: Mapping[int, tuple[bool, int | None]]
    ) -> sql.Write:
        """See `Strategy`."""
        return [(sql.COPY_INTO_LEVELS, [list(products)])]

    def forget(self, execute: Execute, before: datetime) -> int:
        """See `Strategy`."""
        return execute(sql.FORGET_ANSWERS, (before,)).rowcount


def columns_of(rows: Iterable[Row], width: int) -> list[list[Any]]:
    """Rows turned into columns, also where there are none."""
    return r.columns_of(rows) or [[] for _ in range(width)]
