"""Sales orders, packing slips and pick lists, read back by a parser that is not the printer's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from onhand.printing.sales import packing_slip, pick_list, sales_order
from onhand.printing.speech import ENGLISH
from tests.support.papers import (
    COMPANY,
    NOW,
    frames_of,
    pages_of,
    sales_order_on_paper,
    shipment_of,
    text_of,
)


def test_a_customer_reads_what_is_promised() -> None:
    text = text_of(sales_order(sales_order_on_paper(), COMPANY, "a4", ENGLISH))
    for told in (
        *("Order confirmation", "No. 9", *COMPANY.splitlines(), "CUSTOMER", "Jane Roe"),
        *("4 Mar 2026", "WEB-1001", "18 Mar 2026", "Confirmed", "Leave at the door."),
        "Main Warehouse, Склад Восток",
        "# SKU Description Barcode Unit Quantity Waiting",
        "1 SKU-001 Desk lamp 4006000000001 piece 10 2",
        "2 SKU-002 Καφετιέρα εσπρέσο piece 11 2",
    ):
        assert told in text, told


def test_what_became_of_it_is_told() -> None:
    found = sales_order_on_paper(2, state="closed", holds={})
    order = found.view.document
    gone = tuple(replace(it, quantity=4, shipped=4) for it in order.sources)  # type: ignore[attr-defined]
    lines = tuple(replace(it, returned=1) for it in order.lines)  # type: ignore[attr-defined]
    found = sales_order_on_paper(2, state="closed", holds={}, sources=gone, lines=lines)
    text = text_of(sales_order(found, COMPANY, "a4", ENGLISH))
    assert "Unit Quantity Shipped Returned Cancelled" in text
    assert "piece 10 4 1 6" in text


@pytest.mark.parametrize(("state", "mark"), [("draft", "DRAFT"), ("cancelled", "CANCELLED")])
def test_one_that_promises_nothing_says_so_on_every_page(state: str, mark: str) -> None:
    found = sales_order_on_paper(60, state=state, sources=(), holds={})
    pages = pages_of(sales_order(found, COMPANY, "a4", ENGLISH))
    assert len(pages) > 1
    assert all(mark in page for page in pages)
    assert "Order confirmation" not in pages[0]


def test_what_was_packed_stands_on_its_slip() -> None:
    shipment = shipment_of(2, (1, 1, 6), (2, 2, 1_011))
    found = sales_order_on_paper(history=(shipment,))
    pdf = packing_slip(found, shipment, COMPANY, "a4", ENGLISH)
    text = text_of(pdf)
    for told in (
        *("Packing slip", "No. 2 of sales order 9", "Jane Roe", "4 Mar 2026, 16:45 UTC", "1Z999"),
        "# SKU Description Barcode Unit From Ordered Packed",
        "1 SKU-001 Desk lamp 4006000000001 piece Main Warehouse 10 6",
        "2 SKU-002 Καφετιέρα εσπρέσο piece Склад Восток 11 1,011",
    ):
        assert told in text, told
    assert "SKU-003" not in text
    assert "Leave at the door." not in text, "an order's notes are the shop's own"
    assert frames_of(pdf) == 2


def test_what_is_held_is_to_be_picked_where_it_lies() -> None:
    now = NOW + timedelta(hours=1)
    pdf = pick_list(sales_order_on_paper(), now, COMPANY, "a4", ENGLISH)
    text = text_of(pdf)
    for told in (
        *("Pick list", "Sales order No. 9", "4 Mar 2026, 17:45 UTC", "1 Pier Road", "Улица 5"),
        "# SKU Description Barcode Unit Waiting for stock Take",
        "1 SKU-001 Desk lamp 4006000000001 piece 2 8",
        "Picked: name, date",
    ):
        assert told in text, told
    first, second = text.index("1 Pier Road"), text.index("Улица 5")
    assert first < text.index("SKU-003") < second < text.index("SKU-002")
    assert frames_of(pdf) == 3


def test_there_may_be_nothing_to_pick() -> None:
    found = sales_order_on_paper(state="draft", sources=(), holds={})
    text = text_of(pick_list(found, NOW, COMPANY, "a4", ENGLISH))
    assert ENGLISH.words.nothing_held in text
    assert "Picked" not in text


def test_a_warehouse_begins_on_no_page_without_its_lines() -> None:
    for count in range(40, 64):
        pages = pages_of(pick_list(sales_order_on_paper(count), NOW, COMPANY, "a4", ENGLISH))
        [page] = [page for page in pages if "Улица 5" in page]
        assert "SKU-002" in page, count


def test_what_people_write_is_never_markup() -> None:
    name = "<b>Jane</b> & (Roe) \\ %PDF \U0001f600"
    pdf = sales_order(sales_order_on_paper(customer=name), COMPANY, "a4", ENGLISH)
    assert "<b>Jane</b> & (Roe) \\ %PDF ◊" in text_of(pdf)
