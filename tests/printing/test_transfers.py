"""Transfer notes, read back by a parser that is not the printer's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onhand.core.transfers import TransferLine
from onhand.ledger.on_paper import DocumentOnPaper
from onhand.printing.speech import ENGLISH
from onhand.printing.transfers import transfer_note
from tests.support.papers import COMPANY, SITES, frames_of, pages_of, text_of, transfer_on_paper


def printed(found: DocumentOnPaper) -> bytes:
    return transfer_note(found, COMPANY, "a4", ENGLISH)


def test_a_driver_reads_all_there_is_to_know() -> None:
    pdf = printed(transfer_on_paper())
    text = text_of(pdf)
    for told in (
        *("Transfer note", "No. 7", *COMPANY.splitlines(), "Truck 4", "Ring twice."),
        *("FROM", "Main Warehouse", "1 Pier Road", "TO", "Склад Восток", "Улица 5"),
        *("4 Mar 2026, 16:45 UTC", "18 Mar 2026", "key:ann", "Shipped", "1 / 1"),
        "# SKU Description Barcode Unit Sent Received",
        "1 SKU-001 Desk lamp 4006000000001 piece 10",
        "3 SKU-003 Кофемолка ручная 4006000000003 piece 12",
        *("Handed over: name, date", "Carrier", "Received: name, date"),
    ):
        assert told in text, told
    assert frames_of(pdf) == 3, "a place for each line to write what arrives"


def test_what_arrived_is_told_in_its_place() -> None:
    lines = (TransferLine(1, 101, 10, received=8, lost=1, damaged=1), TransferLine(2, 102, 5, 2))
    pdf = printed(transfer_on_paper(lines=lines, state="partially_received"))
    text = text_of(pdf)
    assert "Sent Received Lost Damaged In transit" in text
    assert "Desk lamp 4006000000001 piece 10 8 1 1 0" in text
    assert "Καφετιέρα εσπρέσο piece 5 2 0 0 3" in text
    assert frames_of(pdf) == 0


@pytest.mark.parametrize(("state", "mark"), [("draft", "DRAFT"), ("cancelled", "CANCELLED")])
def test_one_that_has_not_left_says_so_on_every_page(state: str, mark: str) -> None:
    pages = pages_of(printed(transfer_on_paper(60, state=state, shipped_at=None)))
    assert len(pages) > 1
    assert all(mark in page for page in pages)
    assert ("Carrier" in pages[-1]) == (state == "draft")


def test_a_warehouse_that_the_reader_may_not_know_of_is_a_number() -> None:
    text = text_of(printed(replace(transfer_on_paper(), warehouses={1: SITES[1]})))
    assert "Warehouse 2" in text
    assert "Склад Восток" not in text


def test_the_lines_to_sign_on_stay_together() -> None:
    for count in range(20, 40):
        pages = pages_of(printed(transfer_on_paper(count, notes="note\n" * 3)))
        assert sum("Handed over" in page and "Received: name" in page for page in pages) == 1
