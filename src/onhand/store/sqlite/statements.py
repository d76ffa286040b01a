"""Statements: the SQL of this store, run on one connection with a whole batch at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from onhand.store import rows as r
from onhand.store.sqlite import sql
from onhand.store.sqlite.values import bound, encoded

Shape = Callable[[str, tuple[str, ...], sql.Varying], str]
"""Makes the SQL that writes rows of a table."""


class Statements:
    """What a transaction runs; no rows are no statement."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Run on a connection whose transaction has begun."""
        self.execute = connection.execute

    def look_up(
        self,
        columns: tuple[str, ...],
        table: str,
        keys: tuple[str, ...],
        wanted: Sequence[r.Row],
        condition: str = "",
    ) -> Iterable[Any]:
        """The rows with the keys wanted."""
        if not wanted:
            return ()
        varying, arguments = bound(wanted)
        return self.execute(sql.look_up(columns, table, keys, varying) + condition, arguments)

    def all(self, statement: str, given: Sequence[Any]) -> sqlite3.Cursor:
        """What a statement finds for a JSON array of values."""
        return self.execute(statement, (encoded(given),))

    def write(
        self,
        shape: Shape,
        table: str,
        columns: tuple[str, ...],
        rows: Sequence[r.Row],
        ending: str = "",
    ) -> None:
        """Write rows."""
        if rows:
            varying, arguments = bound(rows)
            self.execute(shape(table, columns, varying) + ending, arguments)

    def upsert(
        self, table: str, columns: tuple[str, ...], rows: Sequence[r.Row], keys: int = 1
    ) -> None:
        """Insert rows, or replace what is there; the first `keys` columns are the key."""
        self.write(partial(sql.upsert, keys=keys), table, columns, rows)

    def update(
        self, table: str, columns: tuple[str, ...], rows: Sequence[r.Row], keys: int = 1
    ) -> None:
        """Replace columns of rows that are there."""
        self.write(partial(sql.update, keys=keys), table, columns, rows)

    def delete(self, table: str, keys: tuple[str, ...], rows: Sequence[r.Row]) -> None:
        """Delete the rows with these keys."""
        if rows:
            self.all(sql.delete(table, keys), rows)
