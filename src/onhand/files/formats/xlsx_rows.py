"""A workbook's sheet as rows, in memory that does not grow with it.

Formulas give the values that the workbook keeps of them; one that was never worked out, and an
error such as #REF!, is a fault of its cell. A merged cell's value holds for all of its rows and
columns. Moments have no zone there, and are taken to be in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import NamedTuple, Self

from onhand.files.cells import Cell, SheetFault, is_blank
from onhand.files.formats.limits import MOST_COLUMNS
from onhand.files.formats.raw import RawRow
from onhand.files.formats.xlsx_package import BLOCK_BYTES, Package, Sheet, decoded, local
from onhand.files.problems import WrongOption, WrongWorkbook

__all__ = ["XlsxRows"]

MOST_CELL = 32_767
"""Characters of a cell, by the format's own rule."""

MOST_MERGED = 10_000

_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]{0,60}ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"'
)
_LONGEST_MERGED = 200
_FIRST_DAY = datetime(1899, 12, 30, tzinfo=UTC)
_FIRST_DAY_OF_MACS = datetime(1904, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_NOT_WORKED_OUT = "a formula whose value is not kept: open it in a spreadsheet, and save it"


class _Area(NamedTuple):
    """Cells that are merged: rows by number, columns from 0."""

    top: int
    bottom: int
    left: int
    right: int


class XlsxRows:
    """A sheet: the one of that name, else the first that is shown."""

    def __init__(self, path: str, sheet: str | None) -> None:
        self.path = path
        self._package = Package(path)
        try:
            self._sheet = self._chosen(sheet)
            self.size_bytes = self._package.size_of(self._sheet.part)
            self._bytes_read = 0
            self._merged = _Merged(self._package, self._sheet)
            self._cells = _Cells(self._package)
            self._rows = self._read()
            header = next(self._rows, None)
            if header is None:
                raise WrongWorkbook(
                    f"has nothing in its sheet {self._sheet.name!r}; its first row must name the"
                    " columns",
                    path=path,
                )
            self.header: Sequence[Cell] = header.cells
        except BaseException:
            self._package.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._package.close()

    @property
    def bytes_read(self) -> int:
        """How much of the sheet has been read."""
        return min(self._bytes_read, self.size_bytes)

    def rows(self) -> Iterator[RawRow]:
        """The rows below the header; blank ones are left out."""
        return self._rows

    def _chosen(self, name: str | None) -> Sheet:
        sheets = self._package.sheets
        for sheet in sheets:
            if sheet.is_shown if name is None else sheet.name == name:
                return sheet
        if name is None:
            raise WrongWorkbook("has no sheet of cells that is shown", path=self.path)
        names = ", ".join(repr(sheet.name) for sheet in sheets)
        raise WrongOption(f"Sheet: there is none called {name!r}; there are {names or 'none'}")

    def _read(self) -> Iterator[RawRow]:
        cells = self._cells
        blocks = self._package.parsed(self._sheet.part, cells.start, cells.end, cells.data)
        while True:
            try:
                next(blocks)
            except StopIteration:
                return
            except (ArithmeticError, IndexError, ValueError) as error:
                what = f"row {cells.number:,} of its sheet is wrong ({error})"
                raise self._package.damaged(what) from error
            for row in cells.taken():
                row = self._merged.filled(row)
                if not all(map(is_blank, row.cells)):
                    yield row
            self._bytes_read += BLOCK_BYTES


class _Cells:
    """Gathers the cells of a sheet's rows."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._texts = package.shared_texts()
        self._date_styles = package.date_styles()
        self._first_day = _FIRST_DAY_OF_MACS if package.counts_from_1904 else _FIRST_DAY
        self._rows: list[RawRow] = []
        self.number = 0
        self._row: list[Cell] = []
        self._type = ""
        self._style = 0
        self._pieces: list[str] = []
        self._length = 0
        self._is_value = self._has_formula = self._is_reading_aid = False

    def taken(self) -> list[RawRow]:
        """The rows that have ended since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = local(tag)
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._is_value = not self._is_reading_aid
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self.number = int(attributes.get("r", self.number + 1))
            self._row = []
        elif name == "rPh":
            self._is_reading_aid = True

    def end(self, tag: str) -> None:
        """An element ends."""
        name = local(tag)
        if name in ("v", "t"):
            self._is_value = False
        elif name == "c":
            self._row[-1] = self._value()
        elif name == "row":
            self._rows.append(RawRow(self.number, self._row))
        elif name == "rPh":
            self._is_reading_aid = False

    def data(self, text: str) -> None:
        """Some text."""
        if self._is_value:
            self._length += len(text)
            if self._length > MOST_CELL:
                raise self._package.damaged(
                    f"a cell of row {self.number:,} has more than {MOST_CELL:,} characters"
                )
            self._pieces.append(text)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = _PLACE.fullmatch(attributes.get("r", ""))
        column = _column(place[1]) if place is not None else len(self._row)
        if column >= MOST_COLUMNS:
            raise self._package.too_large(f"has more than {MOST_COLUMNS} columns")
        self._row += [None] * (column + 1 - len(self._row))
        self._type = attributes.get("t", "n")
        self._style = int(attributes.get("s", 0))
        self._pieces.clear()
        self._length = 0
        self._has_formula = False

    def _value(self) -> Cell:
        text = "".join(self._pieces)
        match self._type:
            case "s":
                return self._texts[int(text)] if text else None
            case "str" | "inlineStr":
                return decoded(text)
            case "b":
                return text == "1"
            case "e":
                return SheetFault(f"the error {text}")
            case "d":
                return datetime.fromisoformat(text)
        if not text:
            return SheetFault(_NOT_WORKED_OUT) if self._has_formula else None
        if self._style in self._date_styles:
            return self._moment(float(text))
        if _WHOLE.fullmatch(text):
            return int(text)
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number

    def _moment(self, days: float) -> date | datetime:
        # Spreadsheets have a 29 February 1900, which never was.
        leap = 1 if days < 60 and not self._package.counts_from_1904 else 0
        moment = self._first_day + timedelta(days=leap, milliseconds=round(days * 86_400_000))
        return moment.date() if days == int(days) else moment


class _Merged:
    """The merged cells of a sheet, which are told behind its rows."""

    def __init__(self, package: Package, sheet: Sheet) -> None:
        self._package = package
        areas: set[_Area] = set()
        rest = b""
        for block in package.blocks(sheet.part):
            text = rest + block
            for found in _MERGED.finditer(text):
                left, top, right, bottom = (part.decode() for part in found.groups())
                areas.add(_Area(int(top), int(bottom), _column(left), _column(right)))
            if len(areas) > MOST_MERGED:
                raise package.too_large(f"has more than {MOST_MERGED:,} merged cells")
            # One that is cut in two is looked for again.
            rest = text[max(text.rfind(b"<"), len(text) - _LONGEST_MERGED, 0) :]
        self._to_come = sorted(areas, reverse=True)
        self._open: list[tuple[_Area, Cell]] = []

    def filled(self, row: RawRow) -> RawRow:
        """A row with the values of the merged cells that reach into it; the rows come in order."""
        if not self._to_come and not self._open:
            return row
        self._open = [it for it in self._open if it[0].bottom >= row.number]
        while self._to_come and self._to_come[-1].top <= row.number:
            area = self._to_come.pop()
            begins_here = area.top == row.number and area.left < len(row.cells)
            self._open.append((area, row.cells[area.left] if begins_here else None))
        if len(self._open) > MOST_COLUMNS:
            raise self._package.damaged("merged cells lie upon each other")
        cells = list(row.cells)
        for area, value in self._open:
            end = min(area.right + 1, MOST_COLUMNS)
            cells += [None] * (end - len(cells))
            cells[area.left : end] = [value] * (end - area.left)
        return RawRow(row.number, cells)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
