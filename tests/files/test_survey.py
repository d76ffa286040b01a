"""The survey tells products, opening stock and counts; the buyer fills gaps before they open."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.files.buyer import Buyer
from onhand.files.problems import WrongOption
from onhand.files.records import Chunk, Correction, Line, Return, Sale
from onhand.files.sales_file import SalesFile
from onhand.files.survey import Survey, survey
from tests.files.sales_texts import REAL_FILE, needs_real_file, read, row, text_of, write


def survey_rows(tmp_path: Path, *rows: str) -> Survey:
    return survey(read(write(tmp_path / "sales.csv", text_of(rows))))


def test_name_and_price_are_the_last_that_a_sale_told(tmp_path: Path) -> None:
    seen = survey_rows(
        tmp_path,
        row(sku="11111a", description="OLD NAME", price="1"),
        row(sku="11111A", description="NEW NAME", price="2"),
        row(sku="11111A", description="", price="3"),
        row(invoice="C1", sku="11111A", description="RETURNED", quantity="-1", price="1.5"),
        row(sku="11111A", description="damaged", quantity="-1", price="0"),
        row(invoice="C2", sku="22222", description="CAME BACK", quantity="-1", price="7"),
        row(sku="33333", description="found", quantity="1", price="0"),
    )
    told = {sku: (product.name, product.unit_price) for sku, product in seen.products.items()}
    assert told == {
        "11111A": ("NEW NAME", Decimal(3)),
        "22222": ("CAME BACK", Decimal(7)),
        "33333": ("33333", None),
    }


def test_counts_and_times(tmp_path: Path) -> None:
    seen = survey_rows(
        tmp_path,
        row(time="2010-01-02 08:00:00"),
        row(time="2010-01-01 08:00:00"),
        row(invoice="C1", quantity="-2"),
        row(quantity="-3", price="0", time="2011-01-01 08:00:00"),
        row(quantity="4", price="0"),
        row(sku="POST"),
        row(sku="POST"),
        row(quantity="x"),
    )
    assert (seen.sales, seen.returns, seen.corrections, seen.problems) == (2, 1, 2, 3)
    assert seen.problems_by_kind == {"no_goods": 2, "unreadable_quantity": 1}
    assert seen.first_at == datetime(2009, 12, 1, 7, 45, tzinfo=UTC)
    assert seen.last_at == datetime(2011, 1, 1, 8, tzinfo=UTC)
    assert seen.last_line == 9
    [product] = seen.products.values()
    assert (product.units_sold, product.units_returned) == (24, 2)
    assert (product.units_found, product.units_lost) == (4, 3)
    assert (product.first_seen, product.last_seen) == (seen.first_at, seen.last_at)


def test_opening_stock_is_the_deepest_deficit_in_line_order(tmp_path: Path) -> None:
    seen = survey_rows(
        tmp_path,
        row(quantity="10"),
        row(invoice="C1", quantity="-4"),
        row(quantity="-3", price="0"),
        row(quantity="2"),
        row(quantity="100", price="0"),
        row(quantity="90"),
    )
    [product] = seen.products.values()
    assert product.opening_stock == 11  # -10, -6, -9, -11, +89, -1
    assert product.final_stock == 10


AT = datetime(2010, 1, 1, tzinfo=UTC)
QUANTITY = st.integers(1, 40)
SKU = st.sampled_from(["10001", "10002"])
LINES = st.lists(
    st.one_of(
        st.builds(lambda sku, n: Sale(2, "1", sku, "", n, Decimal(1), AT), SKU, QUANTITY),
        st.builds(lambda sku, n: Return(2, "C1", sku, "", n, Decimal(1), AT), SKU, QUANTITY),
        st.builds(
            lambda sku, n: Correction(2, "1", sku, "x", n, AT),
            SKU,
            st.integers(-40, 40).filter(bool),
        ),
    ),
    max_size=40,
)


def change_of(line: Line) -> int:
    return -line.quantity if isinstance(line, Sale) else line.quantity


@given(lines=LINES)
def test_opening_stock_is_enough_and_no_more(lines: list[Line]) -> None:
    seen = survey([Chunk(2, 2, lines, [], "", "", 0)])
    for sku, product in seen.products.items():
        stock = lowest = product.opening_stock
        for line in lines:
            if line.sku == sku:
                stock += change_of(line)
                lowest = min(lowest, stock)
        assert lowest >= 0
        assert lowest == 0 or product.opening_stock == 0
        assert stock == product.final_stock


@given(lines=LINES, start=st.integers(0, 30), cover_days=st.integers(1, 60))
def test_a_buyer_keeps_stock_above_zero_and_buys_only_at_need(
    lines: list[Line], start: int, cover_days: int
) -> None:
    seen = survey([Chunk(2, 2, lines, [], "", "", 0)])
    buyer = Buyer(seen, cover_days=cover_days, on_hand={"10001": start})
    stock = {"10001": start, "10002": 0}
    for line in lines:
        bought = buyer.before(line)
        short = -(stock[line.sku] + change_of(line))
        if short > 0:
            product = seen.products[line.sku]
            lot = product.average_daily_demand(AT) * cover_days
            assert bought >= short
            assert bought == short or bought - 1 < lot <= bought
        else:
            assert bought == 0
        stock[line.sku] += bought + change_of(line)
        assert stock[line.sku] == buyer.on_hand(line.sku) >= 0


def test_a_buyer_covers_at_least_a_day(tmp_path: Path) -> None:
    with pytest.raises(WrongOption, match="Cover days"):
        Buyer(survey_rows(tmp_path, row()), cover_days=0)


@needs_real_file
def test_the_real_file_s_first_lines() -> None:
    with SalesFile.open(REAL_FILE) as file:
        chunks = [chunk for _ in range(2) if (chunk := file.next_chunk())]
    seen = survey(chunks)
    assert seen.last_line == 20_001
    assert (seen.sales, seen.returns, seen.corrections) == (19_374, 502, 47)
    assert seen.problems_by_kind == {"no_goods": 77}
    assert seen.products["85048"].name == "15CM CHRISTMAS GLASS BALL 20 LIGHTS"
    assert seen.first_at == datetime(2009, 12, 1, 7, 45, tzinfo=UTC)


@needs_real_file
def test_the_real_file_in_whole() -> None:
    """The counts that the data's own description states."""
    with SalesFile.open(REAL_FILE) as file:
        seen = survey(file)
        assert file.bytes_read == file.size_bytes
    assert (seen.sales, seen.returns, seen.corrections) == (1_014_945, 17_973, 5_938)
    assert seen.problems_by_kind == {"no_goods": 5_991}
    assert seen.last_line == 1_044_848
    assert len(seen.products) == 5_070
