"""Documents to print, and PDFs read back by a parser of its own."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pypdf import PdfReader

from onhand.core.counts import Count
from onhand.core.documents import Document, DocumentKey, DocumentKind, Event
from onhand.core.levels import StockKey
from onhand.core.purchase_orders import PurchaseOrder, PurchaseOrderLine, total_of
from onhand.core.sales_orders import OrderLine, SalesOrder, Source
from onhand.core.suppliers import Supplier
from onhand.core.transfers import Transfer, TransferLine
from onhand.core.warehouses import Warehouse, WarehouseAttributes
from onhand.ledger.counts import SheetLine
from onhand.ledger.documents import DocumentView
from onhand.ledger.on_paper import DocumentOnPaper, Item
from onhand.ledger.purchasing import OrderedItem, OrderOnPaper
from onhand.printing import counts, reports, sales, transfers
from onhand.printing.contents import Column, Report
from onhand.printing.speech import ENGLISH, GERMAN, Speech

NOW = datetime(2026, 3, 4, 16, 45, tzinfo=UTC)
COMPANY = "Fjord Lamps AS\nKaigaten 12\n5015 Bergen"
HEAD: dict[str, Any] = {"version": 4, "created_by": "key:ann", "created_at": NOW, "updated_at": NOW}
NAMES = ("Desk lamp", "Καφετιέρα εσπρέσο", "Кофемолка ручная", "Žluťoučký kůň", "Crème brûlée set")

SITES = {
    number: Warehouse(number, site, 1, NOW, NOW)
    for number, site in (
        (1, WarehouseAttributes("Main Warehouse", "MAIN", address="1 Pier Road\nNewark NJ")),
        (2, WarehouseAttributes("Склад Восток", "EAST", address="Улица 5")),
    )
}


def order_on_paper(count: int = 5, **fields: Any) -> OrderOnPaper:
    """A sent order of so many lines, of 10, 11, … units at 849.50, 849.75, …"""
    own = fields.pop("lines", None) or tuple(
        PurchaseOrderLine(
            number=n,
            product_id=100 + n,
            quantity=9 + n,
            price=Decimal("849.25") + n * Decimal("0.25"),
            expected_date=date(2026, 3, 18),
        )
        for n in range(1, count + 1)
    )
    items = fields.pop("items", None) or {
        line.product_id: OrderedItem(
            sku=f"SKU-{line.number:03}",
            name=NAMES[(line.number - 1) % len(NAMES)],
            unit="piece",
            supplier_sku=f"NL-{line.number}" if line.number % 2 else None,
        )
        for line in own
    }
    order = PurchaseOrder(
        id=12,
        state="sent",
        **HEAD,
        supplier_id=1,
        warehouse_id=1,
        currency="USD",
        total=total_of(own),
        reference="Spring",
        notes="Deliver to gate 3.\nBefore noon.",
        sent_at=NOW,
        lines=own,
    )
    supplier = Supplier(
        id=1,
        state="approved",
        **HEAD,
        code="NORTH",
        code_key="north",
        name="Northern Lights Ltd",
        email="orders@northern-lights.example",
        phone="+47 22 00 00 00",
        address="Storgata 1\n0155 Oslo",
        payment_terms="30 days net",
        currency="USD",
    )
    return OrderOnPaper(replace(order, **fields), supplier, SITES[1], items)


def transfer_on_paper(count: int = 3, **fields: Any) -> DocumentOnPaper:
    """A shipped transfer of so many lines, of 10, 11, … units, from the first site to the other."""
    lines = fields.pop("lines", None) or tuple(
        TransferLine(n, 100 + n, 9 + n) for n in range(1, count + 1)
    )
    transfer = Transfer(
        id=7,
        state="shipped",
        **HEAD,
        from_warehouse_id=1,
        to_warehouse_id=2,
        reference="Truck 4",
        notes="Ring twice.",
        expected_date=date(2026, 3, 18),
        shipped_at=NOW,
        lines=lines,
    )
    return on_paper(replace(transfer, **fields), len(lines))


def sales_order_on_paper(count: int = 3, **fields: Any) -> DocumentOnPaper:
    """A confirmed order of so many lines, of 10, 11, … units; odd ones come from the first site,
    the others from the second; of each 2 units wait.
    """
    numbers = range(1, count + 1)
    holds = {StockKey(100 + n, 2 - n % 2): (7 + n, 2) for n in numbers}
    holds = fields.pop("holds", holds)
    history = fields.pop("history", ())
    order = SalesOrder(
        id=9,
        state="confirmed",
        **HEAD,
        customer="Jane Roe",
        reference="WEB-1001",
        notes="Leave at the door.",
        requested_date=date(2026, 3, 18),
        lines=tuple(OrderLine(n, 100 + n, 9 + n) for n in numbers),
        sources=tuple(Source(n, n, 2 - n % 2, 9 + n) for n in numbers),
    )
    return on_paper(replace(order, **fields), count, history, holds)


def shipment_of(number: int, *lines: tuple[int, int, int]) -> Event:
    """A shipment: units of a line from a warehouse."""
    told = [dict(zip(("line", "warehouse_id", "quantity"), it, strict=True)) for it in lines]
    data = {"shipment": number, "at": NOW.isoformat(), "reference": "1Z999", "lines": told}
    key = DocumentKey(DocumentKind.SALES_ORDER, 9)
    return Event(key, 5, "ship", "confirmed", "partially_shipped", NOW, "key:ann", None, data)


def on_paper(
    document: Document,
    count: int,
    history: Sequence[Event] = (),
    holds: Mapping[StockKey, tuple[int, int]] | None = None,
) -> DocumentOnPaper:
    """A document whose lines are of the first `count` products."""
    return DocumentOnPaper(DocumentView(document, history, holds or {}), items_of(count), SITES)


def items_of(count: int) -> dict[int, Item]:
    """What the first products are called, by id; every other one has a barcode."""
    return {
        100 + n: Item(
            f"SKU-{n:03}", NAMES[(n - 1) % len(NAMES)], "piece", f"4006{n:09}" if n % 2 else None
        )
        for n in range(1, count + 1)
    }


def read_back(pdf: bytes) -> PdfReader:
    """A PDF as another program reads it."""
    return PdfReader(io.BytesIO(pdf), strict=True)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in read_back(pdf).pages]


def text_of(pdf: bytes) -> str:
    """All of a PDF's text."""
    return "\n".join(pages_of(pdf))


def frames_of(pdf: bytes) -> int:
    """How many frames there are to fill in by hand."""
    contents = (page.get_contents() for page in read_back(pdf).pages)
    return sum(len(re.findall(rb"\bre\b", it.get_data())) for it in contents if it is not None)


def words_of(speech: Speech) -> Mapping[str, str]:
    """Every word of a language, by its name."""
    told: dict[str, str] = {}
    for field in fields(speech.words):
        value = getattr(speech.words, field.name)
        own = {field.name: value} if isinstance(value, str) else value
        told |= {
            name if own is not value else f"{field.name}.{name}": it for name, it in own.items()
        }
    return told


def english_in(text: str) -> list[str]:
    """Words of the English catalogue that are none of the German one, where a text has them."""
    german = " ".join(words_of(GERMAN).values())
    only = {it for it in words_of(ENGLISH).values() if "{" not in it and it not in german}
    return [it for it in only if re.search(rf"(?m)(^|[\s(]){re.escape(it)}($|[\s,.:;)])", text)]


def print_long(paper: str, count: int) -> bytes:
    """A paper of so many lines; a report of ten columns."""
    if paper == "transfer":
        return transfers.transfer_note(transfer_on_paper(count), COMPANY, "a4", ENGLISH)
    if paper == "pick list":
        return sales.pick_list(sales_order_on_paper(count), NOW, COMPANY, "a4", ENGLISH)
    if paper == "count sheet":
        lines = [
            SheetLine(place, id, it.sku, it.name, it.barcode, it.unit, False, False)
            for place, (id, it) in enumerate(items_of(count).items(), 1)
        ]
        count_ = Count(id=5, state="counting", **HEAD, warehouse_id=1, scope="products")
        return counts.count_sheet(count_, lines, SITES[1], None, COMPANY, "a4", ENGLISH)
    columns = [Column(f"Text {n}", [f"{NAMES[n]} {i}" for i in range(count)]) for n in range(5)]
    columns += [
        Column(f"Figures {n}", [f"{i * 7:,}" for i in range(count)], is_figures=True)
        for n in range(5)
    ]
    return reports.report(Report("Everything", NOW, columns, count), COMPANY, "a4", ENGLISH)
