"""Any list as a table on paper, read back by a parser that is not the printer's."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from onhand.printing.contents import Column, Head, Report, columns
from onhand.printing.figures import Value
from onhand.printing.reports import report
from onhand.printing.speech import ENGLISH
from tests.support.papers import COMPANY, NOW, pages_of, read_back, text_of

Row = tuple[str, str, int | None]
HEADS: tuple[Head[Row], ...] = (
    Head("SKU", lambda it: it[0], most=90),
    Head("Product", lambda it: it[1]),
    Head("On hand", lambda it: it[2], is_figures=True),
)
FACTS = (("Warehouse", "All"), ("Sorted by", None))


def rows_of(count: int) -> list[Row]:
    return [(f"SKU-{n}", f"Product {n}", 1_000 + n) for n in range(count)]


def told(rows: list[Row], **fields: Any) -> Report:
    given: dict[str, Any] = {"total": len(rows), "facts": FACTS} | fields
    return Report("Low stock", NOW, columns(HEADS, rows, ENGLISH.figures), **given)


def test_it_says_what_was_asked_and_when() -> None:
    pdf = report(told(rows_of(2), sums=[("Estimated cost", "75.00 EUR")]), COMPANY, "a4", ENGLISH)
    text = text_of(pdf)
    for it in (
        *("Fjord Lamps AS", "Low stock", "4 Mar 2026, 16:45 UTC", "WAREHOUSE\nAll"),
        *("ESTIMATED COST\n75.00 EUR", "SKU Product On hand", "SKU-1 Product 1 1,001", "2 rows"),
    ):
        assert it in text, it
    assert "SORTED BY" not in text
    assert "Shown" not in text
    about = read_back(pdf).metadata
    assert about is not None
    assert about.title == "Low stock · 4 Mar 2026, 16:45 UTC"
    assert (about.author, about.creation_date) == ("Fjord Lamps AS", NOW)


def test_it_lies_on_its_side() -> None:
    for paper, points in (("a4", (842, 595)), ("letter", (792, 612))):
        box = read_back(report(told(rows_of(1)), COMPANY, paper, ENGLISH)).pages[0].mediabox
        assert (round(box.width), round(box.height)) == points


def test_every_page_has_the_head_its_title_and_its_number() -> None:
    pages = pages_of(report(told(rows_of(300)), COMPANY, "a4", ENGLISH))
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        assert "SKU Product On hand" in page
        assert f"{number} / {len(pages)}" in page
    assert all("Low stock · 4 Mar 2026, 16:45 UTC" in page for page in pages[1:])
    found = re.findall(r"^SKU-(\d+) ", "\n".join(pages), re.MULTILINE)
    assert list(map(int, found)) == list(range(300))


@pytest.mark.parametrize(
    ("total", "words"),
    [(5_000, "Shown are the first 60 rows of 5,000."), (None, "first 60 rows; there are more.")],
)
def test_what_is_cut_says_so_above_and_below(total: int | None, words: str) -> None:
    pages = pages_of(report(told(rows_of(60), total=total), COMPANY, "a4", ENGLISH))
    assert words in pages[0]
    assert words in pages[-1]


def test_nothing_is_told_in_words() -> None:
    assert ENGLISH.words.nothing in text_of(report(told([]), "", "a4", ENGLISH))


def test_values_are_told_as_people_read_them() -> None:
    values: list[Value] = ["a", 1_200, Decimal("1234.50"), NOW, date(2026, 3, 4), None]
    assert [ENGLISH.figures.told(value) for value in values] == [
        *("a", "1,200", "1,234.50", "4 Mar 2026, 16:45 UTC", "4 Mar 2026", "–")
    ]


def test_nothing_is_cut_off_however_large_and_long() -> None:
    most = f"-{2**53:,}"
    figures = [Column(f"A long head {n}", [most] * 3, is_figures=True) for n in range(7)]
    texts = [Column("Name", ["W" * 255] * 3), Column("Why", ["why " * 90] * 3, most=150)]
    text = text_of(report(Report("Wide", NOW, [*texts, *figures], 3), COMPANY, "letter", ENGLISH))
    assert text.count(most) == 21
    assert text.count("W") >= 3 * 255
    assert text.count("why") == 3 * 90


def test_what_people_write_is_never_markup() -> None:
    name = "<b>Bold</b> & \\n{{ 7*7 }} %PDF-1.4 )Tj"
    pdf = report(told([("S", name, None)], facts=(("Warehouse", name),)), name, "a4", ENGLISH)
    assert " ".join(text_of(pdf).split()).count(name) == 3
