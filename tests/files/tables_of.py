"""Files of tables for tests: rows written in a format, and read again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from onhand.files.columns import Column
from onhand.files.formats.raw import RawRow, TableOptions
from onhand.files.formats.reading import open_table
from onhand.files.formats.writing import Format, write
from onhand.files.tables import kinds as k

COLUMNS = (
    Column("sku", k.SKU, ""),
    Column("description", k.DESCRIPTION, ""),
    Column("quantity", k.SIGNED, ""),
    Column("price", k.MONEY, ""),
    Column("flag", k.FLAG, ""),
    Column("day", k.DAY, ""),
    Column("moment", k.MOMENT, ""),
    Column("codes", k.WAREHOUSES, ""),
)


def written(
    how: Format, columns: Sequence[Column], rows: Iterable[Sequence[Any]], name: str = "products"
) -> bytes:
    """A table as a file."""
    out = io.BytesIO()
    write(how, name, columns, rows, out)
    return out.getvalue()


def raw_rows(path: Path, options: TableOptions | None = None) -> tuple[list[Any], list[RawRow]]:
    """A file's header and rows, as they stand."""
    with open_table(path, options or TableOptions()) as table:
        return list(table.header), list(table.rows())


def read_again(path: Path, columns: Sequence[Column]) -> list[tuple[Any, ...]]:
    """The values that a file's rows stand for; None where a cell is blank."""
    header, rows = raw_rows(path)
    assert header == [column.name for column in columns]
    found = []
    for row in rows:
        cells = [*row.cells, *[None] * (len(columns) - len(row.cells))]
        found.append(
            tuple(
                None if cell is None or cell == "" else column.kind.read(cell)
                for column, cell in zip(columns, cells, strict=True)
            )
        )
    return found


def csv_of(*rows: Sequence[object], delimiter: str = ",") -> bytes:
    """A CSV file, written as plainly as people do."""
    return "".join(delimiter.join(map(str, row)) + "\n" for row in rows).encode()
