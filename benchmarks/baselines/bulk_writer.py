"""The straightforward bulk writer: a prepared statement per command, 1,000 commands a transaction.

PostgreSQL: psycopg's `executemany` (pipelined) of the one-statement forms. Each chunk first locks
its levels in order, or two writers would deadlock; within a chunk commands are grouped by kind.
SQLite: one transaction per chunk, WAL, `synchronous=FULL`, the statements one after another.

In process, without HTTP and JSON, which favours this side; and it answers nothing per command: one
that its guard refuses simply writes no row.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from benchmarks.baselines.ledger import WAREHOUSE

Command = dict[str, Any]
CHUNK = 1_000
SQLITE_SCHEMA = Path(__file__).with_name("ledger_sqlite.sql")

LOCK = (
    "SELECT FROM level WHERE warehouse_id = 1 AND product_id = ANY(%s)"
    " ORDER BY product_id FOR UPDATE"
)
RECORD = """
    INSERT INTO movement (product_id, warehouse_id, entry_number, movement_type, quantity, on_hand,
                          reserved, order_id, reason, created_by, created_at)
"""
POSTGRESQL: dict[str, LiteralString] = {
    "reserve": f"""
        WITH changed AS (
            UPDATE level
               SET reserved = reserved + %(quantity)s, entry_number = entry_number + 1,
                   last_movement_at = now()
             WHERE product_id = %(product_id)s AND warehouse_id = 1
               AND on_hand - reserved >= %(quantity)s
            RETURNING product_id, warehouse_id, on_hand, reserved, entry_number
        ), held AS (
            INSERT INTO reservation (product_id, warehouse_id, order_id, allocated, created_at)
            SELECT product_id, warehouse_id, %(order_id)s::bigint, %(quantity)s::bigint, now()
              FROM changed
            ON CONFLICT (product_id, warehouse_id, order_id)
            DO UPDATE SET allocated = reservation.allocated + excluded.allocated
        )
        {RECORD}
        SELECT product_id, warehouse_id, entry_number, 'reserved', %(quantity)s::bigint, on_hand,
               reserved, %(order_id)s::bigint, NULL, 'bulk', now() FROM changed
    """,
    "release": f"""
        WITH held AS (
            UPDATE reservation SET allocated = allocated - %(quantity)s
             WHERE product_id = %(product_id)s AND warehouse_id = 1 AND order_id = %(order_id)s
               AND allocated >= %(quantity)s
            RETURNING product_id, warehouse_id
        ), changed AS (
            UPDATE level
               SET reserved = reserved - %(quantity)s, entry_number = entry_number + 1,
                   last_movement_at = now()
              FROM held
             WHERE level.product_id = held.product_id AND level.warehouse_id = held.warehouse_id
            RETURNING level.product_id, level.warehouse_id, on_hand, reserved, entry_number
        )
        {RECORD}
        SELECT product_id, warehouse_id, entry_number, 'released', -%(quantity)s::bigint, on_hand,
               reserved, %(order_id)s::bigint, %(reason)s::text, 'bulk', now() FROM changed
    """,
    "adjust": f"""
        WITH changed AS (
            UPDATE level
               SET on_hand = on_hand + %(quantity)s, entry_number = entry_number + 1,
                   last_movement_at = now()
             WHERE product_id = %(product_id)s AND warehouse_id = 1
               AND on_hand + %(quantity)s >= reserved
            RETURNING product_id, warehouse_id, on_hand, reserved, entry_number
        )
        {RECORD}
        SELECT product_id, warehouse_id, entry_number, 'adjustment', %(quantity)s::bigint, on_hand,
               reserved, NULL, %(reason)s::text, 'bulk', now() FROM changed
    """,
}

SQLITE_LEVEL = {
    "reserve": "UPDATE level SET reserved = reserved + :quantity, entry_number = entry_number + 1,"
    " last_movement_at = :now WHERE product_id = :product_id AND warehouse_id = 1"
    " AND on_hand - reserved >= :quantity RETURNING on_hand, reserved, entry_number",
    "release": "UPDATE level SET reserved = reserved - :quantity, entry_number = entry_number + 1,"
    " last_movement_at = :now WHERE product_id = :product_id AND warehouse_id = 1"
    " RETURNING on_hand, reserved, entry_number",
    "adjust": "UPDATE level SET on_hand = on_hand + :quantity, entry_number = entry_number + 1,"
    " last_movement_at = :now WHERE product_id = :product_id AND warehouse_id = 1"
    " AND on_hand + :quantity >= reserved RETURNING on_hand, reserved, entry_number",
}
SQLITE_RESERVATION = {
    "reserve": "INSERT INTO reservation (product_id, warehouse_id, order_id, allocated, created_at)"
    " VALUES (:product_id, 1, :order_id, :quantity, :now) ON CONFLICT DO UPDATE"
    " SET allocated = allocated + excluded.allocated",
    "release": "UPDATE reservation SET allocated = allocated - :quantity"
    " WHERE product_id = :product_id AND warehouse_id = 1 AND order_id = :order_id"
    " AND allocated >= :quantity",
}
MOVEMENT_TYPE = {"reserve": "reserved", "release": "released", "adjust": "adjustment"}


class PostgresqlWriter:
    """`clients` threads with a connection each; psycopg lets go of the GIL while it waits."""

    def __init__(self, url: str, clients: int) -> None:
        self._url, self._clients = url, clients

    def __enter__(self) -> PostgresqlWriter:
        with ExitStack() as stack:
            self._threads = stack.enter_context(ThreadPoolExecutor(self._clients))
            self._connections = [
                stack.enter_context(psycopg.connect(self._url, prepare_threshold=0))
                for _ in range(self._clients)
            ]
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def write(self, bodies: Sequence[Sequence[Command]]) -> None:
        """Write each body, dealt out to the clients."""
        hands = [bodies[number :: self._clients] for number in range(self._clients)]
        list(self._threads.map(self._write_hand, self._connections, hands))

    def _write_hand(
        self, connection: psycopg.Connection[Any], bodies: Sequence[Sequence[Command]]
    ) -> None:
        for body in bodies:
            for chunk in _chunks(body):
                with connection.transaction(), connection.cursor() as cursor:
                    cursor.execute(LOCK, [sorted({one["product_id"] for one in chunk})])
                    for kind, statement in POSTGRESQL.items():
                        alike = [one for one in chunk if one["type"] == kind]
                        if alike:
                            cursor.executemany(statement, alike)


class SqliteWriter:
    """One connection: SQLite has one writer, so that more clients would only wait in line."""

    def __init__(self, path: Path, products: int, on_hand: int) -> None:
        self._path, self._products, self._on_hand = path, products, on_hand

    def __enter__(self) -> SqliteWriter:
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(SQLITE_SCHEMA.read_text())
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT INTO level (product_id, warehouse_id, on_hand) VALUES (?, ?, ?)",
            ((number, WAREHOUSE, self._on_hand) for number in range(1, self._products + 1)),
        )
        self._connection.execute("COMMIT")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def write(self, bodies: Sequence[Sequence[Command]]) -> None:
        """Write each body, one after another."""
        with closing(self._connection.cursor()) as cursor:
            for body in bodies:
                for chunk in _chunks(body):
                    cursor.execute("BEGIN IMMEDIATE")
                    for command in chunk:
                        _write_one(cursor, command)
                    cursor.execute("COMMIT")


def _write_one(cursor: sqlite3.Cursor, command: Command) -> None:
    kind = command["type"]
    now = datetime.datetime.now(datetime.UTC).isoformat()
    values = command | {"now": now}
    if kind == "release" and cursor.execute(SQLITE_RESERVATION[kind], values).rowcount == 0:
        return
    level = cursor.execute(SQLITE_LEVEL[kind], values).fetchone()
    if level is None:
        return
    if kind == "reserve":
        cursor.execute(SQLITE_RESERVATION[kind], values)
    on_hand, reserved, entry_number = level
    sign = -1 if kind == "release" else 1
    cursor.execute(
        RECORD + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'bulk', ?)",
        [
            command["product_id"],
            WAREHOUSE,
            entry_number,
            MOVEMENT_TYPE[kind],
            sign * command["quantity"],
            on_hand,
            reserved,
            command.get("order_id"),
            command.get("reason"),
            now,
        ],
    )


def _chunks(body: Sequence[Command]) -> Iterator[Sequence[Command]]:
    for start in range(0, len(body), CHUNK):
        yield body[start : start + CHUNK]
