"""What is printed: each document and each report has a way to its PDF."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.papers import text_of
from tests.support.server import OnhandServer
from tests.web.conftest import Open


def kept(page: Page, link: str) -> tuple[str, str]:
    """What a link downloads: the file's name, and its text."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).first.click()
    file = waiting.value
    return file.suggested_filename, text_of(Path(file.path()).read_bytes())


def test_a_sales_order_is_kept_as_a_pdf(visit: Open, shop: OnhandServer) -> None:
    page = visit("/sales-orders/1")
    name, text = kept(page, "PDF")
    assert name == "sales-order-1.pdf"
    assert "No. 1" in text


def test_a_report_is_kept_with_the_filters_that_are_set(visit: Open) -> None:
    page = visit("/reports/movements?type=in&warehouse=1")
    expect(page.get_by_role("table")).to_be_visible()
    name, text = kept(page, "PDF")
    assert name == "stock-movements.pdf"
    assert "MOVEMENT\nIn" in text
    assert "Adjustment" not in text


def test_a_paper_speaks_what_the_app_speaks(visit: Open) -> None:
    page = visit("/reports/movements?type=in&warehouse=1", locale="de-DE")
    expect(page.get_by_role("table")).to_be_visible()
    _, text = kept(page, "PDF")
    assert "BEWEGUNG\nZugang" in text
    assert re.search(r"\d\d\.\d\d\.20\d\d, \d\d:\d\d UTC", text)
    page.goto("/sales-orders/1")
    name, text = kept(page, "PDF")
    assert (name, "Nr. 1" in text) == ("sales-order-1.pdf", True)


@pytest.mark.parametrize(
    "report",
    [
        "reorder",
        "low",
        "out",
        "reservations",
        "as-of",
        "counts-due",
        "suppliers",
        "value",
        "activity",
        "accuracy",
    ],
)
def test_each_report_has_its_pdf(visit: Open, shop: OnhandServer, report: str) -> None:
    page = visit(f"/reports/{report}")
    path = page.get_by_role("link", name="PDF").get_attribute("href")
    assert path
    answer = shop.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
