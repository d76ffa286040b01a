"""Exporting a table into a file: all rows of one moment, in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from onhand.files.formats.writing import Format, write
from onhand.files.tables import TABLES, importable
from onhand.ledger.exports import Exported, What

__all__ = ["export", "write_template"]

TOLD_EVERY = 5_000
"""Rows between two words on how far it is."""


def export(
    what: What,
    exported: Exported,
    how: Format,
    out: BinaryIO,
    on_rows: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a table's rows; `on_rows` hears how many are done, and may end it by raising.

    Raises FileProblem and the store's faults.
    """
    known = {column.name: column for column in TABLES[what].columns}
    columns = [known[name] for name in exported.columns]
    write(how, what.value, columns, _counted(exported.rows, on_rows), out)


def write_template(what: What, how: Format, out: BinaryIO) -> None:
    """Write a file to fill in: the columns that can be imported, and no row. Raises FileProblem."""
    write(how, what.value, importable(what).taken, (), out)


def _counted(rows: Iterable[Sequence[Any]], on_rows: Callable[[int], None]) -> Iterator[Any]:
    done = 0
    for row in rows:
        yield row
        done += 1
        if done % TOLD_EVERY == 0:
            on_rows(done)
    on_rows(done)
