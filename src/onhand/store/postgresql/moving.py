"""Moving a shop in: every row of a SQLite file, into an empty database, and compared afterwards.

One transaction holds it: what is not whole and the same is not there. Rows are streamed, a few
thousand at a time, by COPY. Then both databases are read once more, in the same order, and each row
that PostgreSQL has is written as SQLite keeps it, by the functions that the SQLite store writes
with, and held against what the file has: by another way than it came.

The file is locked meanwhile, as by a server that writes to it, and left as it is.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import BigInteger, Boolean, Date, Integer, LargeBinary, String, Table

from onhand.store.backup import MoveRefused
from onhand.store.backup_files import Advance
from onhand.store.columns import (
    MONEY_SCALE,
    Derived,
    Moment,
    Money,
    Whole,
    from_microseconds,
    to_microseconds,
)
from onhand.store.engine import Database, sqlite_connect
from onhand.store.errors import faults_translated
from onhand.store.lock_file import database_lock
from onhand.store.migrate import State, migrate, state
from onhand.store.schema import SEEDED, SEQUENCES, metadata

ROWS_AT_A_TIME = 5_000

Convert = Callable[[Any], Any]
Row = tuple[Any, ...]

_encode = msgspec.json.Encoder().encode


class Moved(NamedTuple):
    """A table that was moved: how many rows, and the SHA-256 of all of them as SQLite has them."""

    table: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class _Column:
    """How a column's values go to PostgreSQL, and back again."""

    name: str
    type: str
    to_postgresql: Convert | None = None
    to_sqlite: Convert | None = None


def move(source: Database, target: Database, advance: Advance) -> list[Moved]:
    """Move all of a shop. Raises `MoveRefused` and the ledger's faults; then nothing is there."""
    if source.kind != "sqlite" or target.kind != "postgresql":
        raise MoveRefused(
            "A shop is moved from SQLite to PostgreSQL:"
            " --from sqlite:///onhand.db --to postgresql://user:password@host/name"
        )
    found = state(source)
    if found is not State.CURRENT:
        raise MoveRefused(
            f"There is no shop of this version in {source}: it is {found}."
            " `onhand serve` brings an older one up to date"
        )
    lock = database_lock(source.file).acquire()
    try:
        if state(target) not in (State.EMPTY, State.CURRENT):
            raise MoveRefused(f"{target} is not empty: make a new database (createdb)")
        migrate(target)
        with (
            closing(sqlite_connect(source.file, read_only=True)) as reading,
            faults_translated(),
            psycopg.connect(target.conninfo, options="-c timezone=UTC") as writing,
        ):
            reading.execute("BEGIN")
            return _Move(reading, writing, advance).all()
    finally:
        lock.release()


class _Move:
    """The move within both transactions."""

    def __init__(
        self, reading: sqlite3.Connection, writing: psycopg.Connection[Any], advance: Advance
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._advance = advance
        self._tables = metadata.sorted_tables  # what is named stands before what names it
        self._done = 0
        # Every row is written once and compared once.
        self._total = 2 * sum(self._count(table) for table in self._tables)

    def all(self) -> list[Moved]:
        """Every table, then what ids come from, then the comparison."""
        self._require_empty()
        indexes = self._drop_indexes()
        for table in self._tables:
            self._copy(table)
        for definition in indexes:
            self._writing.execute(definition.encode())
        self._set_sequences()
        # Before anybody asks for it, have the database look at what is there.
        self._writing.execute("ANALYZE")
        return [self._compared(table) for table in self._tables]

    def _count(self, table: Table) -> int:
        [count] = self._reading.execute(f"SELECT count(*) FROM {table.name}").fetchone()
        return int(count)

    def _require_empty(self) -> None:
        """Nobody else writes from here on, and nobody has written but the migrations."""
        names = sql.SQL(", ").join(sql.Identifier(table.name) for table in self._tables)
        self._writing.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(names))
        for table in self._tables:
            query = sql.SQL("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 2) AS first_ones")
            found = self._writing.execute(query.format(sql.Identifier(table.name))).fetchone()
            if found != ((1,) if table in SEEDED else (0,)):
                raise MoveRefused(
                    f"The database to move to is not empty: there are rows in {table.name}."
                    " Make a new one (createdb)"
                )
        for table in SEEDED:
            self._writing.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))

    def _drop_indexes(self) -> list[str]:
        """Drop all but the keys, for speed; gives what makes them anew when all rows are there."""
        self._writing.execute("SET LOCAL maintenance_work_mem = '256MB'")
        found = self._writing.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename = ANY (%s) AND NOT EXISTS (SELECT 1 FROM pg_constraint"
            " WHERE conindid = format('%%I.%%I', schemaname, indexname)::regclass)",
            ([table.name for table in self._tables],),
        ).fetchall()
        for name, _ in found:
            self._writing.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        return [definition for _, definition in found]

    def _copy(self, table: Table) -> None:
        columns = _columns_of(table)
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
        into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
            sql.Identifier(table.name), names
        )
        convert = _converting([column.to_postgresql for column in columns])
        row: Row = ()
        try:
            with self._writing.cursor().copy(into) as copy:
                copy.set_types([column.type for column in columns])
                for rows in self._rows(table, columns):
                    for row in rows:
                        copy.write_row(convert(row))
                    self._went_on(len(rows))
        except psycopg.errors.Error as error:
            if not isinstance(error, psycopg.DataError) or error.diag.context is None:
                raise
            # It is told of some rows later; the context names the row and the column.
            raise MoveRefused(
                f"PostgreSQL cannot keep what is in {table.name} ({error.diag.context}):"
                f" {error.diag.message_primary}"
            ) from error
        except (TypeError, ValueError, OverflowError) as error:
            key = dict(zip(_key_of(table), row, strict=False))
            raise MoveRefused(
                f"What {table.name} has at {key} is not of its columns' types: {error}"
            ) from error

    def _set_sequences(self) -> None:
        last_ids = dict(self._reading.execute("SELECT name, last_id FROM id_counters"))
        for name in SEQUENCES:
            if last_ids.get(name):
                self._writing.execute("SELECT setval(%s, %s)", (name, last_ids[name]))
        for table in self._tables:
            column = table.autoincrement_column
            if column is None:
                continue
            query = sql.SQL("SELECT setval(pg_get_serial_sequence(%s, %s), max({0})) FROM {1}")
            self._writing.execute(
                query.format(sql.Identifier(column.name), sql.Identifier(table.name)),
                (table.name, column.name),
            )

    def _compared(self, table: Table) -> Moved:
        columns = _columns_of(table)
        digest, count = hashlib.sha256(), 0
        there = self._rows_there(table, columns)
        for rows in self._rows(table, columns):
            copied = next(there, [])
            if rows != copied:
                self._refuse(table, rows, copied)
            digest.update(_encode(rows))
            count += len(rows)
            self._went_on(len(rows))
        more = next(there, [])
        if more:
            self._refuse(table, [], more)
        return Moved(table.name, count, digest.hexdigest())

    def _refuse(self, table: Table, rows: Sequence[Row], copied: Sequence[Row]) -> None:
        width = len(_key_of(table))
        first = next(
            (one or other for one, other in _side_by_side(rows, copied) if one != other), ()
        )
        raise MoveRefused(
            f"What came to PostgreSQL differs from the file in {table.name}, first at"
            f" {dict(zip(_key_of(table), first[:width], strict=True))}; nothing was moved"
        )

    def _rows(self, table: Table, columns: Sequence[_Column]) -> Iterator[list[Row]]:
        names = ", ".join(column.name for column in columns)
        keys = ", ".join(_key_of(table))
        found = self._reading.execute(f"SELECT {names} FROM {table.name} ORDER BY {keys}")
        while rows := found.fetchmany(ROWS_AT_A_TIME):
            yield rows

    def _rows_there(self, table: Table, columns: Sequence[_Column]) -> Iterator[list[Row]]:
        """A table's rows on PostgreSQL, as SQLite keeps them, in SQLite's order."""
        types = {column.name: column.type for column in columns}
        keys = [
            sql.SQL('{} COLLATE "C"' if types[name] == "text" else "{}").format(
                sql.Identifier(name)
            )
            for name in _key_of(table)
        ]
        query = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
            sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
            sql.Identifier(table.name),
            sql.SQL(", ").join(keys),
        )
        convert = _converting([column.to_sqlite for column in columns])
        with self._writing.cursor("moving", binary=True) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(ROWS_AT_A_TIME):
                yield [convert(row) for row in rows]

    def _went_on(self, rows: int) -> None:
        self._done += rows
        self._advance(self._done, self._total)


def _columns_of(table: Table) -> list[_Column]:
    """A table's columns that are written, its key first."""
    key = _key_of(table)
    written = [column for column in table.columns if not isinstance(column.computed, Derived)]
    written.sort(key=lambda column: key.index(column.name) if column.name in key else len(key))
    return [_column(column.name, column.type) for column in written]


def _key_of(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


def _column(name: str, kind: object) -> _Column:
    match kind:
        case Moment():
            return _Column(name, "timestamptz", from_microseconds, to_microseconds)
        case Money():
            return _Column(name, "numeric", _money, _money_units)
        case Whole():
            return _Column(name, "numeric", Decimal, lambda number: str(int(number)))
        case Boolean():
            return _Column(name, "bool", bool, int)
        case Date():
            return _Column(name, "date", date.fromisoformat, date.isoformat)
        case BigInteger():
            return _Column(name, "int8")
        case Integer():
            return _Column(name, "int4")
        case String():
            return _Column(name, "text")
        case LargeBinary():
            return _Column(name, "bytea", None, bytes)
    raise AssertionError(f"nobody knows how {name}, a {kind!r}, is moved")


def _money(units: int) -> Decimal:
    return Decimal(units).scaleb(-MONEY_SCALE)


def _money_units(amount: Decimal) -> int:
    return int(amount.scaleb(MONEY_SCALE))


def _converting(converts: Sequence[Convert | None]) -> Callable[[Sequence[Any]], Row]:
    """What converts the columns of a row that need it; NULL stays as it is."""
    places = [(place, convert) for place, convert in enumerate(converts) if convert is not None]

    def convert(row: Sequence[Any]) -> Row:
        values = list(row)
        for place, made in places:
            if values[place] is not None:
                values[place] = made(values[place])
        return tuple(values)

    return convert


def _side_by_side(rows: Sequence[Row], copied: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Rows of both sides by position; () where one has no more."""
    for place in range(max(len(rows), len(copied))):
        yield (
            rows[place] if place < len(rows) else (),
            copied[place] if place < len(copied) else (),
        )
