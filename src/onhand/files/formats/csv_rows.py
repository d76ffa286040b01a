"""CSV as rows, plain or compressed by gzip; what stands between the values is found out."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from onhand.files.cells import Cell
from onhand.files.formats.limits import MOST_COLUMNS, MOST_ROWS, Unpacking
from onhand.files.formats.raw import RawRow, TableOptions
from onhand.files.mapping import ReadingOptions
from onhand.files.problems import NotCsv, TooLarge
from onhand.files.source import LineSource

__all__ = ["CsvRows"]

DELIMITERS = (",", ";", "\t", "|")
LINES_AT_A_TIME = 1_000
MOST_LINES_OF_ROW = 20_000
"""Lines of one row, whose texts may hold line ends; beyond it a quotation mark has no match."""

MOST_CHARACTERS_OF_ROW = 1_000_000


class CsvRows:
    """A CSV file."""

    def __init__(self, path: str, options: TableOptions) -> None:
        # Says what is wrong with either.
        ReadingOptions(encoding=options.encoding, delimiter=options.delimiter or ",")
        self.path = path
        self._source = LineSource(path, options.encoding)
        self._unpacking = Unpacking(path)
        self._unpacked = self._began_at = 0
        self._lines_of_row = self._characters_of_row = 0
        self.size_bytes = self._source.size_bytes
        try:
            first = self._take(1)
            delimiter = options.delimiter or _delimiter_of("".join(first))
            self._reader = csv.reader(self._lines(first), delimiter=delimiter, strict=True)
            self._rows = self._numbered()
            self.header = self._header()
        except BaseException:
            self._source.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._source.close()

    @property
    def bytes_read(self) -> int:
        """How many of `size_bytes` have been read."""
        return self._source.bytes_read

    def rows(self) -> Iterator[RawRow]:
        """The rows below the header; blank ones are left out."""
        return self._rows

    def _header(self) -> Sequence[Cell]:
        header = next(self._rows, None)
        if header is None:
            raise NotCsv("is empty; its first line must name the columns", path=self.path)
        if len(header.cells) > MOST_COLUMNS:
            raise TooLarge(
                f"has more than {MOST_COLUMNS} columns", path=self.path, line_number=header.number
            )
        return header.cells

    def _numbered(self) -> Iterator[RawRow]:
        number = 0
        while True:
            self._lines_of_row = self._characters_of_row = 0
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                raise self._endless(f" ({error})") from error
            if cells is None:
                return
            number += 1
            if number > MOST_ROWS:
                raise TooLarge(f"has more than {MOST_ROWS:,} rows", path=self.path)
            if any(cell and not cell.isspace() for cell in cells):
                yield RawRow(number, cells)

    def _lines(self, lines: list[str]) -> Iterator[str]:
        number = 0
        while lines:
            for line in lines:
                number += 1
                if not self._lines_of_row:
                    self._began_at = number
                self._lines_of_row += 1
                self._characters_of_row += len(line)
                if (
                    self._lines_of_row > MOST_LINES_OF_ROW
                    or self._characters_of_row > MOST_CHARACTERS_OF_ROW
                ):
                    raise self._endless("")
                yield line
            lines = self._take(LINES_AT_A_TIME)

    def _endless(self, why: str) -> NotCsv:
        return NotCsv(
            f"the row that begins here cannot be read{why}: a quotation mark in it has no match, or"
            " one within a quoted value is not doubled",
            path=self.path,
            line_number=self._began_at,
        )

    def _take(self, count: int) -> list[str]:
        lines = self._source.take(count)
        self._unpacked += sum(map(len, lines))
        self._unpacking.check(self._source.bytes_read, self._unpacked)
        return lines


def _delimiter_of(line: str) -> str:
    """What most likely stands between the names of the columns."""
    counts = {delimiter: line.count(delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=counts.__getitem__)
    return best if counts[best] else ","
