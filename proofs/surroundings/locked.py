"""Somebody else holds what a command needs: it waits a moment, then is told so; reads go on.

On SQLite another process holds the one write lock. On PostgreSQL another session holds a product's
row, or a whole table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import psycopg

from proofs.ground import Ground, Kind
from proofs.result import Result
from proofs.surroundings.trial import Promise, endure

PATIENCE_S = 5
"""The longest that a command waits by itself."""

A_MOMENT = Promise(commands=(), within_s=10)
"""What lasts less than the patience of a command only slows it."""

TOLD = Promise(commands=("busy",), within_s=12)
"""One that waits behind another waits for both."""


def run(ground: Ground, what: str, lasts_s: float, promise: Promise) -> Result:
    """`what`: file, row or table."""
    result = Result(f"a {what} locked by another for {lasts_s:g} s: {ground.kind}")
    server = ground.serve()
    endure(result, ground, server, locked(ground, what), promise, lasts_s=lasts_s, products=2)
    return result


def locked(ground: Ground, what: str) -> AbstractContextManager[None]:
    """The file, the first product's row, or the table of levels is held meanwhile."""
    if ground.kind is Kind.sqlite:
        return file_locked(ground.url.removeprefix("sqlite:///"))
    statement: psycopg.sql.SQL = _HOLDING[what]
    return session_holding(ground.url, statement)


@contextmanager
def file_locked(path: str) -> Iterator[None]:
    """Another connection writes to a SQLite database, and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def session_holding(url: str, statement: psycopg.sql.SQL) -> Iterator[None]:
    """Another session holds what a statement takes."""
    with psycopg.connect(url) as other:
        other.execute(statement)
        yield
        other.rollback()


_HOLDING = {
    "row": psycopg.sql.SQL("SELECT 1 FROM product_stock ORDER BY product_id LIMIT 1 FOR UPDATE"),
    "table": psycopg.sql.SQL("LOCK TABLE levels IN SHARE ROW EXCLUSIVE MODE"),
}
