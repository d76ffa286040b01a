"""A file's rows as records: values read, documents' lines gathered, nothing there twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from onhand.files.cells import BadCell, Cell, is_blank
from onhand.files.columns import Column
from onhand.files.formats.raw import RawRow
from onhand.files.importing.header import Header
from onhand.files.tables.table import Fault, Record, Row, Taking

__all__ = ["MOST_ROWS_OF_RECORD", "Read", "Seen", "records_of"]

MOST_ROWS_OF_RECORD = 10_000


class Read(NamedTuple):
    """A record as it was read, and what is wrong with it as far as its cells tell."""

    record: Record
    faults: Sequence[Fault]


class Seen:
    """The names that a file has had, on disk where they are many: memory stays the same."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("BEGIN")
        self._database.execute("CREATE TABLE seen (name BLOB PRIMARY KEY, at INT) WITHOUT ROWID")
        self._database.execute("CREATE TABLE equals (row BLOB PRIMARY KEY, n INT) WITHOUT ROWID")

    def close(self) -> None:
        """Forget them."""
        self._database.close()

    def first(self, name: tuple[Any, ...], row: int) -> int | None:
        """The row where a name was first; None, and it is kept, where that is here."""
        digest = _digest(name)
        kept = self._database.execute(
            "INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, row)
        ).rowcount
        if kept:
            return None
        (at,) = self._database.execute("SELECT at FROM seen WHERE name = ?", (digest,)).fetchone()
        return int(at)

    def before(self, values: Mapping[str, Any]) -> int:
        """How many rows with the same values there were before this one."""
        (before,) = self._database.execute(
            "INSERT INTO equals VALUES (?, 0) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n",
            (_digest(sorted(values.items())),),
        ).fetchone()
        return int(before)


def _digest(of: object) -> bytes:
    return blake2b(repr(of).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def records_of(
    taking: Taking, header: Header, rows: Iterator[RawRow], seen: Seen
) -> Iterator[Read]:
    """The records of a file, in its order."""
    if not taking.groups_by:
        for raw in rows:
            row, faults = _row(header, raw, ())
            if taking.has_equals:
                row = row._replace(nth=seen.before(row.values))
            _name(taking, row, faults, seen)
            yield Read((row,), faults)
        return
    gathered: list[Row] = []
    wrong: list[Fault] = []
    for raw in rows:
        is_later = bool(gathered) and _belongs(taking, header, raw, gathered[0])
        is_full = len(gathered) == MOST_ROWS_OF_RECORD
        if is_later and is_full and taking.names_row:
            text = f"A document has up to {MOST_ROWS_OF_RECORD:,} rows, and this is one more"
            wrong.append(Fault(raw.number, taking.names_row[0], text))
            continue
        if gathered and (not is_later or is_full):
            yield _gathered(taking, gathered, wrong, seen)
            gathered, wrong, is_later = [], [], False
        row, faults = _row(header, raw, taking.head if is_later else ())
        if is_later:
            row = _with_head(taking, gathered[0], row, faults)
        gathered.append(row)
        wrong += faults
    if gathered:
        yield _gathered(taking, gathered, wrong, seen)


def _gathered(taking: Taking, rows: list[Row], faults: list[Fault], seen: Seen) -> Read:
    _name(taking, rows[0], faults, seen)
    return Read(tuple(rows), faults)


def _row(header: Header, raw: RawRow, may_be_blank: Sequence[str]) -> tuple[Row, list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    cells = raw.cells
    for place, column in header.places:
        cell = cells[place] if place < len(cells) else None
        try:
            values[column.name] = _value(column, cell, column.name in may_be_blank)
        except BadCell as bad:
            faults.append(Fault(raw.number, column.name, bad.reason))
            values[column.name] = None
    return Row(raw.number, values), faults


def _value(column: Column, cell: Cell, may_be_blank: bool) -> Any:
    if is_blank(cell):
        if column.is_filled and not may_be_blank:
            raise BadCell(f"Must be given: {column.kind.expected}")
        return None
    return column.kind.read(cell)


def _belongs(taking: Taking, header: Header, raw: RawRow, first: Row) -> bool:
    """Whether a row is one more of the record that has begun."""
    for place, column in header.places:
        if column.name in taking.groups_by:
            cell = raw.cells[place] if place < len(raw.cells) else None
            try:
                value = None if is_blank(cell) else column.kind.read(cell)
            except BadCell:
                return False
            if value != first.values[column.name]:
                return False
    return True


def _with_head(taking: Taking, first: Row, row: Row, faults: list[Fault]) -> Row:
    """A later row of a document, with the document's own columns as its first row has them."""
    values = dict(row.values)
    wrong = {fault.column for fault in faults}
    for name in taking.head:
        if name in values and values[name] is not None and values[name] != first.values[name]:
            faults.append(
                Fault(row.number, name, f"Differs from row {first.number:,}, of the same document")
            )
        if name in values and name not in wrong:
            values[name] = first.values[name]
    return Row(row.number, values)


def _name(taking: Taking, row: Row, faults: list[Fault], seen: Seen) -> None:
    if not taking.names_row:
        return
    name = tuple(_compared(row.values.get(column)) for column in taking.names_row)
    if all(part is None for part in name):
        return
    at = seen.first(name, row.number)
    if at is not None:
        text = f"Is in row {at:,} already"
        if taking.groups_by:
            text += ": the rows of one document stand together"
        faults.append(Fault(row.number, taking.names_row[-1], text))


def _compared(value: Any) -> Any:
    return value.strip().casefold() if isinstance(value, str) else value
