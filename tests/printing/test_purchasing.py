"""Purchase orders and receipts on paper, read back by a parser that is not the printer's."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from onhand.core.purchase_orders import PurchaseOrderLine, Receipt, ReceiptLine, total_of
from onhand.ledger.purchasing import OrderedItem, OrderOnPaper
from onhand.printing import purchasing
from onhand.printing.speech import ENGLISH
from tests.support.papers import COMPANY, NAMES, NOW, order_on_paper, pages_of, read_back, text_of

HEAD = "# SKU Your SKU Description Quantity Unit Price Amount"


def printed(found: OrderOnPaper, company: str = COMPANY, paper: str = "a4") -> bytes:
    return purchasing.purchase_order(found, company, paper, ENGLISH)


def with_items(*names: str) -> OrderOnPaper:
    items = {101 + n: OrderedItem(f"SKU-{n}", name, "piece", None) for n, name in enumerate(names)}
    return order_on_paper(len(names), items=items)


def test_a_supplier_reads_all_there_is_to_know() -> None:
    text = text_of(printed(order_on_paper()))
    for told in (
        *("Purchase order", "No. 12", *COMPANY.splitlines()),
        *("Northern Lights Ltd", "Storgata 1", "0155 Oslo", "orders@northern-lights.example"),
        *("+47 22 00 00 00", "Main Warehouse", "1 Pier Road", "Newark NJ"),
        *("4 Mar 2026", "18 Mar 2026", "Spring", "30 days net", "Sent"),
        *("1 SKU-001 NL-1 Desk lamp 10 piece 849.50 8,495.00", "Total USD 51,002.50"),
        *("2 SKU-002 Καφετιέρα εσπρέσο 11 piece 849.75 9,347.25", "3 SKU-003 NL-3 Кофемолка"),
        *("Žluťoučký kůň", "Crème brûlée set", "Deliver to gate 3.\nBefore noon.", "1 / 1"),
    ):
        assert told in text, told


def test_500_lines_are_all_there_once_under_a_head_on_every_page() -> None:
    found = order_on_paper(500)
    pages = pages_of(printed(found))
    assert len(pages) > 9
    for number, page in enumerate(pages, start=1):
        assert page.splitlines().count(HEAD) == 1, number
        assert page.splitlines().count(f"{number} / {len(pages)}") == 1
    assert all("Purchase order No. 12 · Northern Lights Ltd" in page for page in pages[1:])
    rows = re.findall(r"^(\d+) SKU-(\d+) ", "\n".join(pages), re.MULTILINE)
    assert [(int(number), int(sku)) for number, sku in rows] == [(n, n) for n in range(1, 501)]
    assert f"Total USD {found.order.total:,.2f}" in pages[-1]


@pytest.mark.parametrize(
    ("state", "mark"),
    [("draft", "DRAFT"), ("pending", "NOT APPROVED"), ("cancelled", "CANCELLED")],
)
def test_an_order_that_is_not_in_force_says_so_on_every_page(state: str, mark: str) -> None:
    pages = pages_of(printed(order_on_paper(60, state=state)))
    assert len(pages) > 1
    assert all(mark in page for page in pages)


@pytest.mark.parametrize("state", ["approved", "sent", "partially_received", "completed"])
def test_an_order_in_force_bears_no_mark(state: str) -> None:
    text = text_of(printed(order_on_paper(state=state)))
    assert state.replace("_", " ").capitalize() in text
    assert not any(mark in text for mark in ENGLISH.words.marks.values())


def test_the_same_order_gives_the_same_bytes_whoever_prints_beside_it() -> None:
    orders = [order_on_paper(n, notes=chr(0x410 + n) * n) for n in range(1, 25)]
    alone = [printed(found) for found in orders]
    with ThreadPoolExecutor(8) as many:
        assert list(many.map(printed, orders * 2)) == alone * 2
    later = order_on_paper(1, notes=orders[0].order.notes, updated_at=NOW + timedelta(days=1))
    assert printed(later) != alone[0]


def test_the_file_says_what_it_is_and_brings_its_fonts() -> None:
    pdf = read_back(printed(order_on_paper()))
    about = pdf.metadata
    assert about is not None
    assert about.title == "Purchase order No. 12 · Northern Lights Ltd"
    assert about.author == "Fjord Lamps AS"
    assert about.creation_date == NOW
    fonts = pdf.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    names = {font.get_object()["/BaseFont"] for font in fonts}
    assert len(names) > 1
    assert all("SourceSansPro" in name for name in names)
    assert all("/FontFile2" in font.get_object()["/FontDescriptor"] for font in fonts)


@pytest.mark.parametrize(("paper", "points"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_it_fits_the_paper(paper: str, points: tuple[int, int]) -> None:
    box = read_back(printed(order_on_paper(), paper=paper)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == points


def test_without_a_company_the_warehouse_stands_for_it() -> None:
    about = read_back(printed(order_on_paper(), company="")).metadata
    assert about is not None
    assert about.author == "Main Warehouse"


def test_what_people_write_is_never_markup() -> None:
    names = ("<b>Bold</b> & <font color=red>", "#panic() *x* $y$", "\\n{{ 7*7 }} %PDF-1.4 )Tj")
    text = text_of(printed(with_items(*names)))
    assert all(name in text for name in names)


def test_what_the_font_lacks_is_told() -> None:
    pdf = printed(with_items("漢字 lamp", "e\u0301t\u00e9 \u200b\u200fmarks", "𝔘 \u0645\U0001f600"))
    text = text_of(pdf)
    assert "◊◊ lamp" in text
    assert "été marks" in text
    assert "◊ stands for what this document's font does not have: U+0645, U+5B57, U+6F22" in text
    assert "U+1D518, U+1F600" in text
    assert "◊" not in text_of(printed(with_items(*NAMES)))


def test_days_that_differ_have_a_column() -> None:
    found = order_on_paper(3)
    one, *others = found.order.lines
    lines = (replace(one, expected_date=date(2026, 4, 1)), *others)
    found = replace(found, order=replace(found.order, lines=lines))
    text = text_of(printed(found))
    assert "1 SKU-001 NL-1 Desk lamp 1 Apr 2026 10 piece" in text
    assert "Expected" in text


def test_nothing_is_cut_off_however_long() -> None:
    most = Decimal("49999999999999.9999")
    lines = (
        PurchaseOrderLine(1, 101, 2**53, Decimal("0.0001")),
        PurchaseOrderLine(2, 102, 1, most),
    )
    items = {
        101: OrderedItem("S" * 64, "W" * 255, "U" * 32, "T" * 64),
        102: OrderedItem("S-2", "word " * 51, "kg", None),
    }
    found = order_on_paper(lines=lines, items=items, notes="note\n" * 300)
    text = text_of(printed(found))
    for letter, count in {"S": 65, "W": 255, "U": 32, "T": 64}.items():
        assert sum(map(len, re.findall(rf"\b{letter}+\b", text))) >= count, letter
    assert "9,007,199,254,740,992" in text
    assert f"{most:,.4f}" in text
    assert f"{total_of(lines):,.4f}" in text
    assert text.count("word") == 51
    assert text.count("note") == 300


RECEIPT = Receipt(2, "DN-2025-0815", NOW, "key:till", 7, "Pallet 2 was wet.")


def received(reason: str = "Screens are cracked", receipt: Receipt = RECEIPT) -> bytes:
    lines = (
        ReceiptLine(1, 1, 1, 3, 0, None, 0),
        ReceiptLine(2, 2, 1, 7, 2, reason, 0),
        ReceiptLine(3, 2, 3, 1_012, 0, None, 0),
    )
    other = replace(RECEIPT, number=1, delivery_reference="DN-1")
    found = order_on_paper(receipts=(other, receipt), receipt_lines=lines)
    return purchasing.receipt(found, receipt, COMPANY, "a4", ENGLISH)


def test_a_receipt_tells_what_came_and_what_did_not() -> None:
    text = text_of(received())
    for told in (
        *("Goods receipt", "No. 2 of purchase order 12", "DN-2025-0815", "4 Mar 2026, 16:45 UTC"),
        *("key:till", "Northern Lights Ltd", "Main Warehouse", "Pallet 2 was wet."),
        "# SKU Supplier's SKU Description Unit Ordered Received Rejected Reason",
        "1 SKU-001 NL-1 Desk lamp piece 10 7 2 Screens are cracked",
        "3 SKU-003 NL-3 Кофемолка ручная piece 12 1,012 0",
    ):
        assert told in text, told
    assert "SKU-002" not in text
    assert "REVERSED" not in text


def test_a_reversed_receipt_says_so() -> None:
    text = text_of(received(receipt=replace(RECEIPT, reversed_at=NOW + timedelta(days=1))))
    assert "REVERSED" in text
    assert "5 Mar 2026, 16:45 UTC" in text


def test_a_reason_longer_than_a_page_goes_on_on_the_next() -> None:
    pages = pages_of(received(reason="why " * 500))
    assert len(pages) > 1
    assert "\n".join(pages).count("why") == 500
    assert all("Supplier's SKU" in page for page in pages)


def test_a_server_that_prints_nothing_loads_nothing_to_print_with() -> None:
    code = "import onhand.app, sys; sys.exit('reportlab' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
