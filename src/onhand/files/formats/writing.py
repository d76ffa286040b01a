"""Writing a table in one of the formats, row by row, in memory that does not grow with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, BinaryIO

from onhand.files.columns import Column
from onhand.files.formats.csv_file import write_csv
from onhand.files.formats.parquet_file import write_parquet
from onhand.files.formats.xlsx_file import write_xlsx

__all__ = ["MEDIA_TYPES", "Format", "write"]


class Format(StrEnum):
    """What a table may be written as; the name is the file's suffix."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


MEDIA_TYPES: Mapping[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PARQUET: "application/vnd.apache.parquet",
}

Rows = Iterable[Sequence[Any]]
_Writer = Callable[[str, Sequence[Column], Rows, BinaryIO], None]
_WRITERS: Mapping[Format, _Writer] = {
    Format.CSV: write_csv,
    Format.XLSX: write_xlsx,
    Format.PARQUET: write_parquet,
}


def write(how: Format, name: str, columns: Sequence[Column], rows: Rows, out: BinaryIO) -> None:
    """Write a table called `name`; each row has a value per column, None for nothing.

    Raises FileProblem: LibraryMissing, or TooManyRows where the format has no room for all.
    """
    _WRITERS[how](name, columns, rows, out)
