"""Reading a table row by row, whatever format it is in: that is told by its content.

Every failure is a FileProblem. A row's number is the one that a spreadsheet shows, the header being
row 1 where the file begins with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from onhand.files.cells import Cell

__all__ = ["RawRow", "RawTable", "TableOptions", "open_table"]


class RawRow(NamedTuple):
    """A row as it stands: its number, and its cells, as many as the file has columns or fewer."""

    number: int
    cells: Sequence[Cell]


class RawTable(Protocol):
    """A table being read, a context manager: its header first, then its rows, once."""

    path: str
    header: Sequence[Cell]
    size_bytes: int

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    @property
    def bytes_read(self) -> int:
        """How many of `size_bytes` have been read, roughly."""
        ...

    def rows(self) -> Iterator[RawRow]:
        """The rows below the header; blank ones are left out."""
        ...


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How a file is read; None: found out.

    encoding   of CSV; a byte order mark in the file goes before it
    delimiter  of CSV: the one character between values
    sheet      of a workbook: its name, else the first one that is shown
    """

    encoding: str = "utf-8"
    delimiter: str | None = None
    sheet: str | None = None


def open_table(path: str | PathLike[str], options: TableOptions) -> RawTable:
    """Opens a file by what it begins with."""
    from onhand.files.formats.csv_rows import CsvRows
    from onhand.files.formats.parquet_rows import ParquetRows
    from onhand.files.formats.xlsx_rows import XlsxRows

    start = _start_of(path)
    if start.startswith(b"PK\x03\x04"):
        return XlsxRows(fspath(path), options.sheet)
    if start.startswith(b"PAR1"):
        return ParquetRows(fspath(path))
    return CsvRows(fspath(path), options)


def _start_of(path: str | PathLike[str]) -> bytes:
    try:
        if not Path(path).is_file():
            return b""
        with Path(path).open("rb") as file:
            return file.read(4)
    except (OSError, ValueError):
        return b""  # whoever reads CSV tells what is wrong with the file
