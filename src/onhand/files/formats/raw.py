"""Tables as they stand in a file, before anybody asks what their cells mean.

A row's number is the one that a spreadsheet shows, the header being row 1 where the file begins
with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from onhand.files.cells import Cell

__all__ = ["RawRow", "RawTable", "TableOptions"]


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
