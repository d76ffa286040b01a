"""Tables in each format: what is written is read again, by us and by others' libraries."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from arro3.io import read_parquet
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from onhand.files.cells import SheetFault
from onhand.files.formats import xlsx_file
from onhand.files.formats.raw import TableOptions
from onhand.files.formats.writing import Format
from onhand.files.problems import TooManyRows, WrongOption
from tests.files.tables_of import COLUMNS, raw_rows, read_again, written

CONTROL = "".join(map(chr, [*range(32), 127]))
PRINTED = st.characters(codec="utf-8", exclude_characters=CONTROL)
ONE_LINE = st.text(PRINTED, min_size=1, max_size=64).map(str.strip).filter(bool)
SEVERAL_LINES = st.text(PRINTED | st.sampled_from("\r\n\t'=\"x_;,"), max_size=60)
CODES = st.text("ABC;\" '=x", min_size=1, max_size=8).map(str.strip).filter(bool)
ROWS = st.lists(
    st.tuples(
        ONE_LINE,
        st.none() | SEVERAL_LINES,
        st.none() | st.integers(-(2**53), 2**53),
        st.none() | st.decimals(0, 10**14 - 1, places=4),
        st.none() | st.booleans(),
        st.none() | st.dates(),
        st.none() | st.datetimes(timezones=st.just(UTC)),
        st.none() | st.lists(CODES, min_size=1, max_size=3).map("\n".join),
    ),
    max_size=4,
)


def check_again(how: Format, rows: list[Any], factory: pytest.TempPathFactory) -> None:
    path = factory.getbasetemp() / f"again.{how.value}"
    path.write_bytes(written(how, COLUMNS, rows))
    expected = [(*row[:7], None if row[7] is None else tuple(row[7].split("\n"))) for row in rows]
    assert read_again(path, COLUMNS) == expected


@pytest.mark.parametrize("how", [Format.CSV, Format.XLSX])
@settings(max_examples=40)
@given(rows=ROWS)
def test_what_is_written_is_read_again(
    how: Format, rows: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_again(how, rows, tmp_path_factory)


@settings(max_examples=8)  # each reading is a process
@given(rows=ROWS)
def test_parquet_is_read_again(rows: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    check_again(Format.PARQUET, rows, tmp_path_factory)


ROW = ("=1+1", "two\r\nlines", 2**53, Decimal("12.5"), True, date(2025, 1, 15))
MOMENT = datetime(2025, 1, 15, 16, 45, 0, 5, tzinfo=UTC)


def test_csv_is_plain_and_harmless() -> None:
    text = written(Format.CSV, COLUMNS, [(*ROW, MOMENT, "MAIN\nA;B")]).decode()
    header, row = csv.reader(io.StringIO(text, newline=""))
    assert header == [column.name for column in COLUMNS]
    assert row[:6] == ["'=1+1", "two\r\nlines", str(2**53), "12.5", "true", "2025-01-15"]
    assert row[6:] == ["2025-01-15T16:45:00.000005Z", 'MAIN;"A;B"']


def test_moments_may_be_the_microseconds_that_a_database_keeps() -> None:
    kept = 1_736_959_500_000_005
    for how in Format:
        assert written(how, COLUMNS[6:7], [(kept,)]) != b""
    text = written(Format.CSV, COLUMNS[6:7], [(kept,), (MOMENT,)]).decode()
    assert text.splitlines()[1:] == ["2025-01-15T16:45:00.000005Z"] * 2


def test_a_workbook_holds_texts_and_numbers_and_no_formula() -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(written(Format.XLSX, COLUMNS, [(*ROW, MOMENT, "MAIN")]))
    )
    sheet = book.worksheets[0]
    cells = [sheet.cell(2, column) for column in range(1, 9)]
    assert [cell.data_type for cell in cells] == ["s", "s", "s", "n", "b", "d", "s", "s"]
    assert cells[0].value == "'=1+1"
    # More digits than a spreadsheet keeps stay a text.
    assert cells[2].value == str(2**53)
    assert cells[3].value == 12.5
    assert sheet.title == "products"
    assert sheet.freeze_panes == "A2"


def test_parquet_has_types_and_texts_as_they_are() -> None:
    content = written(Format.PARQUET, COLUMNS, [(*ROW, MOMENT, "MAIN")])
    reader = read_parquet(io.BytesIO(content))
    types = {field.name: str(field.type) for field in map(reader.schema.field, range(8))}
    assert "Decimal128(18, 4)" in types["price"]
    assert 'Timestamp(µs, "UTC")' in types["moment"]
    [batch] = list(reader)
    assert batch.column(0).to_pylist() == ["=1+1"]
    assert batch.column(3).to_pylist() == [Decimal("12.5000")]


def test_more_rows_than_a_sheet_has_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "MOST_ROWS", 3)
    assert written(Format.XLSX, COLUMNS[2:3], [(1,), (2,)])
    with pytest.raises(TooManyRows, match="a sheet holds 3 rows"):
        written(Format.XLSX, COLUMNS[2:3], [(1,), (2,), (3,)])


@pytest.mark.parametrize("how", Format)
def test_a_fault_of_the_rows_comes_out_as_it_is(how: Format) -> None:
    def rows() -> Any:
        yield (1,)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        written(how, COLUMNS[2:3], rows())


# Workbooks of others


def saved(book: openpyxl.Workbook, path: Path) -> Path:
    book.save(path)
    return path


def test_formulas_errors_and_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b", "c"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, '="x"', None, "text")
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.merge_range(2, 0, 4, 0, "North")
        sheet.merge_range(2, 1, 2, 2, 7)
        sheet.write_row(3, 1, [1, 2])
        sheet.write_row(4, 1, [3, 4])
    header, rows = raw_rows(path)
    assert header == ["a", "b", "c"]
    assert rows[0].cells == [2, "text", SheetFault("the error #DIV/0!")]
    assert [row.cells for row in rows[1:]] == [["North", 7, 7], ["North", 1, 2], ["North", 3, 4]]
    assert [row.number for row in rows] == [2, 3, 4, 5]


def test_a_formula_never_worked_out_is_no_blank(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a"])
    book.worksheets[0].append(["=1+1"])
    _, [row] = raw_rows(saved(book, tmp_path / "book.xlsx"))
    assert row.cells == [
        SheetFault("a formula whose value is not kept: open it in a spreadsheet, and save it")
    ]


def test_days_moments_gaps_and_rich_texts(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with Workbook(path, {"default_date_format": "dd/mm/yy"}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b", "c"])
        sheet.write_datetime(4, 0, datetime(2025, 1, 15))  # noqa: DTZ001
        sheet.write_datetime(4, 2, datetime(2025, 1, 15, 16, 45, 0, 250_000))  # noqa: DTZ001
        sheet.write_rich_string(5, 1, "plain ", bold, "bold")
        sheet.write_boolean(6, 0, True)
        sheet.write_blank(6, 1, None, bold)
    _, rows = raw_rows(path)
    assert rows[0].cells == [
        date(2025, 1, 15),
        None,
        datetime(2025, 1, 15, 16, 45, 0, 250_000, tzinfo=UTC),
    ]
    assert [(row.number, list(row.cells)) for row in rows[1:]] == [
        (6, [None, "plain bold"]),
        (7, [True, None]),
    ]


def test_a_macs_calendar_begins_in_1904(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with Workbook(path, {"date_1904": True, "default_date_format": "d.m.yyyy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["day", datetime(2025, 1, 15)])  # noqa: DTZ001
    assert raw_rows(path)[1][0].cells == [date(2025, 1, 15)]


def test_the_first_sheet_that_is_shown_or_the_one_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["hidden"])
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("Stock & co").append(["shown"])
    path = saved(book, tmp_path / "book.xlsx")
    assert raw_rows(path)[0] == ["shown"]
    assert raw_rows(path, TableOptions(sheet="Sheet"))[0] == ["hidden"]
    with pytest.raises(WrongOption, match="none called 'No'; there are 'Sheet', 'Stock & co'"):
        raw_rows(path, TableOptions(sheet="No"))


def test_the_strict_form_and_prefixed_names(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a", "b"])
    book.worksheets[0].append(["x", 1])
    saved(book, tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(path, "w") as strict:
        for part in plain.namelist():
            text = plain.read(part).decode()
            text = text.replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/",
                "http://purl.oclc.org/ooxml/officeDocument/",
            ).replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
            strict.writestr(part, text)
    header, rows = raw_rows(path)
    assert (header, [row.cells for row in rows]) == (["a", "b"], [["x", 1]])
