"""Each paper in German: its heads, its figures, and long words that fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from onhand.api.on_paper import counts as variance
from onhand.core.counts import Count
from onhand.core.purchase_orders import Receipt, ReceiptLine
from onhand.core.sales_orders import OrderLine
from onhand.core.transfers import TransferLine
from onhand.ledger.counts import SheetLine
from onhand.printing.contents import Column, Head, Report
from onhand.printing.counts import count_sheet
from onhand.printing.purchasing import purchase_order, receipt
from onhand.printing.reports import report
from onhand.printing.sales import packing_slip, pick_list, sales_order
from onhand.printing.sheets import MARGIN, Sheet, Span
from onhand.printing.speech import ENGLISH, GERMAN, Speech
from onhand.printing.transfers import transfer_note
from tests.api.test_reports_on_paper import LISTS
from tests.support.papers import (
    COMPANY,
    HEAD,
    NOW,
    SITES,
    english_in,
    items_of,
    order_on_paper,
    pages_of,
    read_back,
    sales_order_on_paper,
    shipment_of,
    text_of,
    transfer_on_paper,
)

RECEIPT = Receipt(2, "DN-2025-0815", NOW, "key:till", 7, "Pallet 2 was wet.", reversed_at=NOW)


def bought(paper: str, speech: Speech) -> bytes:
    return purchase_order(order_on_paper(state="pending"), COMPANY, paper, speech)


def delivered(paper: str, speech: Speech) -> bytes:
    lines = (ReceiptLine(1, 2, 1, 1_007, 2, "Wet", 0),)
    found = order_on_paper(receipts=(RECEIPT,), receipt_lines=lines)
    return receipt(found, RECEIPT, COMPANY, paper, speech)


def sold(paper: str, speech: Speech) -> bytes:
    lines = (OrderLine(1, 101, 1_209), OrderLine(2, 102, 11))
    return sales_order(sales_order_on_paper(2, lines=lines), COMPANY, paper, speech)


def packed(paper: str, speech: Speech) -> bytes:
    shipment = shipment_of(2, (1, 1, 6), (2, 2, 1_011))
    found = sales_order_on_paper(history=(shipment,))
    return packing_slip(found, shipment, COMPANY, paper, speech)


def picked(paper: str, speech: Speech) -> bytes:
    return pick_list(sales_order_on_paper(), NOW, COMPANY, paper, speech)


def nothing_picked(paper: str, speech: Speech) -> bytes:
    found = sales_order_on_paper(state="draft", sources=(), holds={})
    return pick_list(found, NOW, COMPANY, paper, speech)


def moved(paper: str, speech: Speech) -> bytes:
    lines = (TransferLine(1, 101, 1_010, received=8, lost=1, damaged=1), TransferLine(2, 102, 5, 2))
    found = transfer_on_paper(lines=lines, state="partially_received")
    return transfer_note(replace(found, warehouses={1: SITES[1]}), COMPANY, paper, speech)


def counted(paper: str, speech: Speech) -> bytes:
    lines = [
        SheetLine(n, id, it.sku, it.name, it.barcode, it.unit, is_recount=n == 1, is_counted=n == 2)
        for n, (id, it) in enumerate(items_of(3).items(), 1)
    ]
    count = Count(id=5, state="posted", **HEAD, warehouse_id=1, scope="products", started_at=NOW)
    return count_sheet(count, lines, SITES[1], "Ann", COMPANY, paper, speech)


def wide(heads: Sequence[Head[Any]], paper: str, speech: Speech) -> bytes:
    """A report under these heads, of figures as wide as they usually get."""
    columns = [
        Column(it.title, ["1.234.567" if it.is_figures else "∙" * 40], it.is_figures, it.most)
        for it in heads
    ]
    return report(Report(speech.words.stock_movements, NOW, columns, None), COMPANY, paper, speech)


PAPERS: dict[str, tuple[Callable[[str, Speech], bytes], tuple[str, ...]]] = {
    "purchase order": (
        bought,
        (
            *("Bestellung", "Nr. 12", "LIEFERANT", "LIEFERN AN", "EINZELHEITEN", "BEMERKUNGEN"),
            *("NICHT FREIGEGEBEN", "Wartet auf Freigabe", "04.03.2026", "18.03.2026"),
            "# SKU Ihre SKU Bezeichnung Menge Einheit Preis Betrag",
            "1 SKU-001 NL-1 Desk lamp 10 piece 849,50 8.495,00",
            "Summe 51.002,50 USD",
        ),
    ),
    "receipt": (
        delivered,
        (
            *("Wareneingang", "Nr. 2 zur Bestellung 12", "STORNIERT", "04.03.2026, 16:45 UTC"),
            "# SKU SKU des Lieferanten Bezeichnung Einheit Bestellt Angekommen Abgelehnt Grund",
            "piece 10 1.007 2 Wet",
        ),
    ),
    "sales order": (
        sold,
        (
            *("Auftragsbestätigung", "Nr. 9", "KUNDE", "Bestätigt", "Gewünscht bis"),
            "# SKU Bezeichnung Barcode Einheit Menge Wartet",
            "piece 1.209 2",
        ),
    ),
    "packing slip": (
        packed,
        (
            *("Packzettel", "Nr. 2 zum Auftrag 9", "Sendungsnummer", "04.03.2026, 16:45 UTC"),
            "# SKU Bezeichnung Barcode Einheit Aus Bestellt Gepackt",
            "Склад Восток 11 1.011",
        ),
    ),
    "pick list": (
        picked,
        (
            *("Pickliste", "Auftrag Nr. 9", "Entnommen: Name, Datum", "Geprüft: Name, Datum"),
            "# SKU Bezeichnung Barcode Einheit Wartet auf Ware Entnehmen",
        ),
    ),
    "empty pick list": (
        nothing_picked,
        ("Für diesen Auftrag ist nichts reserviert: es gibt nichts zu entnehmen.", "Entwurf"),
    ),
    "transfer note": (
        moved,
        (
            *("Umlagerungsschein", "Nr. 7", "VON", "NACH", "Lager 2", "Teilweise geliefert"),
            *("Übergeben: Name, Datum", "Spediteur", "Erhalten: Name, Datum"),
            "Einheit Gesendet Angekommen Verloren Beschädigt Unterwegs",
            "piece 1.010 8 1 1 1.000",
        ),
    ),
    "count sheet": (
        counted,
        (
            *("Zählliste", "Nr. 5", "GEZÄHLT IN", "GEBUCHT", "Gezählt von", "Datum und Uhrzeit"),
            "# SKU Bezeichnung Barcode Einheit Gezählt",
            *("piece nachzählen", "piece gezählt"),
        ),
    ),
}


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("kind", PAPERS)
def test_a_paper_speaks_german(kind: str, paper: str) -> None:
    printed, expected = PAPERS[kind]
    pdf = printed(paper, GERMAN)
    text = text_of(pdf)
    for told in expected:
        assert told in text, told
    own = text.replace("Main Warehouse", "").replace("Pallet 2 was wet.", "")
    assert not english_in(own)
    assert str(read_back(pdf).root_object["/Lang"]) == "de"


@pytest.mark.parametrize("kind", PAPERS)
def test_a_paper_speaks_english_to_who_says_so(kind: str) -> None:
    printed, _ = PAPERS[kind]
    assert english_in(text_of(printed("a4", ENGLISH)))


LISTED = {it.name: it.heads for it in LISTS} | {"variance": variance.variance_heads}


@pytest.mark.parametrize("speech", [ENGLISH, GERMAN], ids=["en", "de"])
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", LISTED)
def test_no_word_of_a_head_is_broken_and_no_column_leaves_the_paper(
    name: str, paper: str, speech: Speech, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[float] = []
    spans = Sheet.spans

    def watched(sheet: Sheet, *parts: float, **options: Any) -> list[Span]:
        found = spans(sheet, *parts, **options)
        ends.append(found[-1].x + found[-1].width - (sheet.paper.width - MARGIN))
        return found

    monkeypatch.setattr(Sheet, "spans", watched)
    heads = LISTED[name](speech)
    shown = set(pages_of(wide(heads, paper, speech))[0].split())
    for head in heads:
        assert set(head.title.split()) <= shown, head.title
    assert max(ends) < 0.1


def test_a_report_tells_in_german_what_it_has_not() -> None:
    none = Report("Wert", NOW, [Column("Wert", [])], 0)
    assert "Es gibt nichts zu zeigen." in text_of(report(none, COMPANY, "a4", GERMAN))
    one = Report("Wert", NOW, [Column("Wert", ["漢"])], 1_234)
    text = text_of(report(one, COMPANY, "a4", GERMAN))
    assert "Gezeigt werden die ersten 1 Zeile von 1.234." in text
    assert "◊ steht für Zeichen, die der Schrift dieses Papiers fehlen: U+6F22" in text
