"""Purchase orders to print, and PDFs read back by a parser of its own."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pypdf import PdfReader

from onhand.core.purchase_orders import PurchaseOrder, PurchaseOrderLine, total_of
from onhand.core.suppliers import Supplier
from onhand.core.warehouses import Warehouse, WarehouseAttributes
from onhand.ledger.purchasing import OrderedItem, OrderOnPaper

NOW = datetime(2026, 3, 4, 16, 45, tzinfo=UTC)
COMPANY = "Fjord Lamps AS\nKaigaten 12\n5015 Bergen"
NAMES = ("Desk lamp", "Καφετιέρα εσπρέσο", "Кофемолка ручная", "Žluťoučký kůň", "Crème brûlée set")


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
        version=4,
        created_by="key:ann",
        created_at=NOW,
        updated_at=NOW,
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
        version=1,
        created_by="key:ann",
        created_at=NOW,
        updated_at=NOW,
        code="NORTH",
        code_key="north",
        name="Northern Lights Ltd",
        email="orders@northern-lights.example",
        phone="+47 22 00 00 00",
        address="Storgata 1\n0155 Oslo",
        payment_terms="30 days net",
        currency="USD",
    )
    site = WarehouseAttributes("Main Warehouse", "MAIN", address="1 Pier Road\nNewark NJ")
    warehouse = Warehouse(1, site, 1, NOW, NOW)
    return OrderOnPaper(replace(order, **fields), supplier, warehouse, items)


def read_back(pdf: bytes) -> PdfReader:
    """A PDF as another program reads it."""
    return PdfReader(io.BytesIO(pdf), strict=True)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in read_back(pdf).pages]


def text_of(pdf: bytes) -> str:
    """All of a PDF's text."""
    return "\n".join(pages_of(pdf))
