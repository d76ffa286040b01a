"""Tables as workbooks: one sheet, its header held in place, texts as texts and never formulas.

XlsxWriter keeps one row in memory and the others in temporary files, and puts the workbook together
at the end. It is loaded when the first one is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from onhand.files.cells import SHEET_DIGITS, Day, Flag, Money, Number, Whole
from onhand.files.columns import Column
from onhand.files.formats.as_text import text_of
from onhand.files.problems import TooManyRows

__all__ = ["write_xlsx"]

MOST_ROWS = 1_048_576
"""Rows of a sheet, the header included."""

FIRST_DAY = date(1900, 3, 1)
"""Before it, spreadsheets count a day that never was."""

_LONGEST_COLUMN = 40


def write_xlsx(
    name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], out: BinaryIO
) -> None:
    """Write a table into a workbook's only sheet."""
    from xlsxwriter import Workbook

    options = {"constant_memory": True, "in_memory": False}
    with Workbook(out, options) as book:
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, min(_LONGEST_COLUMN, len(column.name) + 4))
            sheet.write_string(0, place, column.name, bold)
        writes = [_writing(column, sheet, place, day) for place, column in enumerate(columns)]
        for number, row in enumerate(rows, 1):
            if number >= MOST_ROWS:
                raise TooManyRows(
                    f"a sheet holds {MOST_ROWS:,} rows, and there are more: export CSV or Parquet,"
                    " or fewer rows at a time"
                )
            for write, value in zip(writes, row, strict=True):
                if value is not None:
                    write(number, value)


def _writing(column: Column, sheet: Any, place: int, day: Any) -> Callable[[int, Any], None]:
    """What writes a column's values into a row."""
    text = text_of(column.kind)

    def as_text(row: int, value: Any) -> None:
        sheet.write_string(row, place, text(value))

    def as_number(row: int, value: int | Decimal) -> None:
        # What a spreadsheet would round is a text, digit by digit.
        exact = len(str(value).lstrip("-").replace(".", "")) <= SHEET_DIGITS
        if exact:
            sheet.write_number(row, place, value)
        else:
            as_text(row, value)

    def as_flag(row: int, value: bool) -> None:
        sheet.write_boolean(row, place, value)

    def as_day(row: int, value: date) -> None:
        if value >= FIRST_DAY:
            sheet.write_datetime(row, place, value, day)
        else:
            as_text(row, value)

    kinds: Mapping[type[Any], Callable[[int, Any], None]] = {
        Whole: as_number,
        Number: as_number,
        Money: as_number,
        Flag: as_flag,
        Day: as_day,
    }
    return kinds.get(type(column.kind), as_text)
