"""Rows become sales, returns, corrections or problems, by the table in the module's docstring."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from onhand.files.mapping import ColumnMapping, ReadingOptions
from onhand.files.records import Correction, Problem, Return, Sale
from onhand.files.sales_file import SalesFile
from tests.files.sales_texts import lines_of, problems_of, read, row, text_of, write

AT = datetime(2009, 12, 1, 7, 45, tzinfo=UTC)


def read_rows(tmp_path: Path, *rows: str, **options: object) -> tuple[list[object], list[Problem]]:
    path = write(tmp_path / "sales.csv", text_of(rows))
    chunks = read(path, options=replace(ReadingOptions(), **options))  # type: ignore[arg-type]
    return list(lines_of(chunks)), problems_of(chunks)


def test_each_kind_of_line(tmp_path: Path) -> None:
    lines, problems = read_rows(
        tmp_path,
        row(sku="79323p", description=" PINK LIGHTS "),
        row(invoice="c489449", quantity="-3"),
        row(description="damaged", quantity="-4", price="0"),
        row(description="", quantity="5", price="0.0"),
    )
    assert problems == []
    assert lines == [
        Sale(2, "489434", "79323P", "PINK LIGHTS", 12, Decimal("6.95"), AT),
        Return(3, "c489449", "85048", "GLASS BALL", 3, Decimal("6.95"), AT),
        Correction(4, "489434", "85048", "damaged", -4, AT),
        Correction(5, "489434", "85048", "Stock correction", 5, AT),
    ]
    assert isinstance(lines[0], Sale)
    assert isinstance(lines[2], Correction)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (row(invoice="C1", quantity="-1", price="0"), "free_return"),
        (row(invoice="C1", quantity="1"), "positive_return"),
        (row(invoice="C1", quantity="1", price="0"), "positive_return"),
        (row(quantity="-1"), "negative_sale"),
        (row(quantity="0"), "zero_quantity"),
        (row(quantity="0", price="0"), "zero_quantity"),
        (row(price="-1"), "negative_price"),
        (row(sku="POST"), "no_goods"),
        (row(sku="85048ABC"), "no_goods"),
        (row(sku="٨٥٠٤٨"), "no_goods"),
        (row(sku="  "), "blank_code"),
        (row(invoice=" "), "blank_invoice"),
        (row(invoice="48\x0b9"), "unreadable_invoice"),
        (row(invoice="9" * 101), "unreadable_invoice"),
        (row(quantity="1.5"), "fraction"),
        (row(quantity=""), "unreadable_quantity"),
        (row(quantity="1e3"), "unreadable_quantity"),
        (row(quantity="twelve"), "unreadable_quantity"),
        (row(quantity="１２"), "unreadable_quantity"),
        (row(quantity="9" * 5000), "unreadable_quantity"),
        (row(quantity=str(2**53 + 1)), "quantity_out_of_range"),
        (row(quantity=str(-(2**53) - 1)), "quantity_out_of_range"),
        (row(price=""), "unreadable_price"),
        (row(price="£5"), "unreadable_price"),
        (row(price='"6,95"'), "unreadable_price"),
        (row(price="nan"), "unreadable_price"),
        (row(price="1" + "0" * 12), "price_out_of_range"),
        (row(time=""), "unreadable_time"),
        (row(time="12/1/2009 7:45"), "unreadable_time"),
        (row(time="2009-02-30 07:45:00"), "unreadable_time"),
        (row(time="0001-01-01 00:00:00+23:00"), "unreadable_time"),
        ("489434,85048", "wrong_column_count"),
        (row() + ",more", "wrong_column_count"),
        (row(description='"GLASS BALL'), "wrong_quotes"),
        (row(description='"15" GLASS BALL"'), "wrong_quotes"),
    ],
)
def test_what_cannot_be_used_is_reported_and_reading_goes_on(
    tmp_path: Path, line: str, kind: str
) -> None:
    lines, problems = read_rows(tmp_path, row(), line, row())
    assert [(problem.line_number, problem.kind) for problem in problems] == [(3, kind)]
    assert problems[0].reason[0].isupper()
    assert problems[0].excerpt[:10] == line[:10].replace("\x0b", " ")
    assert [line.line_number for line in lines if isinstance(line, Sale)] == [2, 4]


@pytest.mark.parametrize(
    ("quantity", "units"), [("+7", 7), (" 7 ", 7), ("7.0", 7), ("7.", 7), (str(2**53), 2**53)]
)
def test_whole_quantities(tmp_path: Path, quantity: str, units: int) -> None:
    lines, _ = read_rows(tmp_path, row(quantity=quantity))
    assert [line.quantity for line in lines if isinstance(line, Sale)] == [units]


def test_a_price_is_exact(tmp_path: Path) -> None:
    lines, _ = read_rows(tmp_path, row(price="0.1"), row(price=".005"), row(price="6.950"))
    assert [str(line.unit_price) for line in lines if isinstance(line, Sale)] == [
        "0.1",
        "0.005",
        "6.950",
    ]


def test_times_are_taken_in_the_timezone_given_and_told_in_utc(tmp_path: Path) -> None:
    lines, _ = read_rows(
        tmp_path,
        row(time="2010-07-01 12:00:00"),
        row(time="2010-12-01 12:00"),
        row(time="2010-07-01T12:00:00+02:00"),
        row(time="2010-10-31 01:30:00"),  # the clock is put back: the first of the two
        timezone="Europe/London",
    )
    assert [line.occurred_at.isoformat() for line in lines if isinstance(line, Sale)] == [
        "2010-07-01T11:00:00+00:00",
        "2010-12-01T12:00:00+00:00",
        "2010-07-01T10:00:00+00:00",
        "2010-10-31T00:30:00+00:00",
    ]


def test_times_in_a_format_of_their_own(tmp_path: Path) -> None:
    lines, problems = read_rows(
        tmp_path,
        row(time="12/1/2010 8:26"),
        row(time="2010-12-01 08:26:00"),
        time_format="%m/%d/%Y %H:%M",
    )
    assert [line.occurred_at for line in lines if isinstance(line, Sale)] == [
        datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    ]
    assert [problem.kind for problem in problems] == ["unreadable_time"]


def test_goods_and_returns_by_options(tmp_path: Path) -> None:
    lines, problems = read_rows(
        tmp_path,
        row(sku="lamp-1"),
        row(invoice="ret7", sku="LAMP-1", quantity="-1"),
        row(),
        goods_pattern=r"LAMP-\d+",
        return_prefix="RET",
    )
    assert [type(line) for line in lines] == [Sale, Return]
    assert [problem.kind for problem in problems] == ["no_goods"]


def test_line_ends_within_quotes_keep_their_line_numbers(tmp_path: Path) -> None:
    lines, problems = read_rows(
        tmp_path, row(description='"GLASS\nBALL"'), row(), "", row(quantity="x")
    )
    assert [line.line_number for line in lines if isinstance(line, Sale)] == [2, 4]
    assert isinstance(lines[0], Sale)
    assert lines[0].description == "GLASS\nBALL"
    assert [problem.line_number for problem in problems] == [6]


@pytest.mark.parametrize("chunk_lines", [1, 2, 3, 5000])
def test_an_open_quotation_mark_swallows_no_line(tmp_path: Path, chunk_lines: int) -> None:
    rows = [row(), row(description='"GLASS'), *[row()] * 150, row(description='"BALL')]
    lines, problems = read_rows(tmp_path, *rows, chunk_lines=chunk_lines)
    assert [(problem.line_number, problem.kind) for problem in problems] == [
        (3, "wrong_quotes"),
        (154, "wrong_quotes"),
    ]
    assert len(lines) == 151


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(tmp_path: Path, end: str) -> None:
    path = write(tmp_path / "sales.csv", text_of([row(), row(quantity="x"), row()], end))
    chunks = read(path)
    assert [line.line_number for line in lines_of(chunks)] == [2, 4]
    assert [problem.line_number for problem in problems_of(chunks)] == [3]


def test_columns_by_other_names_in_another_order(tmp_path: Path) -> None:
    content = (
        "Price;InvoiceDate;Quantity;StockCode;Invoice;Description\n"
        "6.95;2010-12-01 08:26:00;6;85123a;536365;HEART; HOLDER\n"
        '6.95;2010-12-01 08:26:00;6;85123a;536365;"HEART; HOLDER"\n'
    )
    mapping = ColumnMapping.parse(
        "invoice=Invoice, sku=stockcode,description=Description,quantity=Quantity,"
        "occurred_at=InvoiceDate,unit_price=Price"
    )
    chunks = read(write(tmp_path / "s.csv", content), mapping, ReadingOptions(delimiter=";"))
    assert [line[2:4] for line in lines_of(chunks)] == [("85123A", "HEART; HOLDER")]
    assert [problem.kind for problem in problems_of(chunks)] == ["wrong_column_count"]


def test_chunks_have_the_lines_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of([row()] * 10))
    chunks = read(path, options=ReadingOptions(chunk_lines=4))
    assert [chunk[:2] for chunk in chunks] == [(2, 5), (6, 9), (10, 11)]
    assert chunks[-1].bytes_read == path.stat().st_size
    with SalesFile.open(path) as file:
        chunk = file.next_chunk(7)
        assert chunk is not None
        assert (chunk.first_line, chunk.last_line) == (2, 7)
        assert file.skip_to(9)
        chunk = file.next_chunk()
        assert chunk is not None
        assert (chunk.first_line, chunk.last_line) == (10, 11)
        assert file.next_chunk() is None
        assert not file.skip_to(12)
