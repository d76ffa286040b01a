"""Count sheets, read back by a parser that is not the printer's."""

from __future__ import annotations

from typing import Any

import pytest

from onhand.core.counts import Count
from onhand.ledger.counts import SheetLine
from onhand.printing.counts import count_sheet
from onhand.printing.speech import ENGLISH
from tests.support.papers import COMPANY, HEAD, NOW, SITES, frames_of, items_of, pages_of, text_of


def lines_of(count: int, **fields: Any) -> list[SheetLine]:
    told = {"is_recount": False, "is_counted": False} | fields
    return [
        SheetLine(place, id, it.sku, it.name, it.barcode, it.unit, **told)
        for place, (id, it) in enumerate(items_of(count).items(), 1)
    ]


def printed(lines: list[SheetLine], counter: str | None = None, state: str = "counting") -> bytes:
    count = Count(
        id=5,
        state=state,
        **HEAD,
        warehouse_id=1,
        scope="products",
        reference="Week 4",
        started_at=NOW,
    )
    return count_sheet(count, lines, SITES[1], counter, COMPANY, "a4", ENGLISH)


def test_a_counter_reads_what_to_look_for() -> None:
    pdf = printed(lines_of(3), "Ann")
    text = text_of(pdf)
    for told in (
        *("Count sheet", "No. 5", "COUNTED AT", "Main Warehouse", "Ann", "Week 4"),
        "# SKU Description Barcode Unit Counted",
        "1 SKU-001 Desk lamp 4006000000001 piece",
        *("Counted by", "Date and time"),
    ):
        assert told in text, told
    assert frames_of(pdf) == 3


def test_what_is_to_be_counted_again_is_marked() -> None:
    again, done = lines_of(1, is_recount=True), lines_of(1, is_counted=True)
    text = text_of(printed([*again, *done]))
    assert "piece count again" in text
    assert "piece counted" in text


@pytest.mark.parametrize("state", ["draft", "posted", "cancelled"])
def test_one_that_is_not_being_counted_says_so_on_every_page(state: str) -> None:
    pages = pages_of(printed(lines_of(60), state=state))
    assert len(pages) > 1
    assert all(state.upper() in page for page in pages)


def test_each_line_has_its_place_under_a_head_on_every_page() -> None:
    pdf = printed(lines_of(200))
    pages = pages_of(pdf)
    assert frames_of(pdf) == 200
    assert all("# SKU Description Barcode Unit Counted" in page for page in pages[:-1])
