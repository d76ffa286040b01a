"""Count sheets: what to look for, and a place to write how many there are; no quantity is told."""

from __future__ import annotations

from collections.abc import Sequence

from onhand.core.counts import Count
from onhand.core.warehouses import Warehouse
from onhand.ledger.counts import SheetLine
from onhand.printing import documents as d
from onhand.printing.contents import Column
from onhand.printing.sheets import MM
from onhand.printing.speech import Speech
from onhand.printing.tables import table
from onhand.printing.words import Words

_TO_WRITE = 28 * MM


def count_sheet(
    count: Count,
    lines: Sequence[SheetLine],
    warehouse: Warehouse | None,
    counter: str | None,
    company: str,
    paper: str,
    speech: Speech,
) -> bytes:
    """A count's sheet as a PDF, of these of its lines; `counter`: whose it is."""
    words = speech.words
    site = warehouse.attributes.name if warehouse else ""
    number, mark = words.number.format(number=count.id), words.marks.get(count.state)
    subject = d.Subject(words.count_sheet, number, site, site, count.updated_at, mark)
    sheet = d.begun(subject, company, paper, speech)
    facts = (
        (words.counter, counter),
        (words.started, speech.moment(count.started_at)),
        (words.reference, count.reference),
        (words.products, speech.figures.quantity(len(lines))),
        (words.status, words.states[count.state]),
    )
    d.parties(sheet, [d.site(words.counted_in, count.warehouse_id, warehouse, speech)], facts)
    columns = [
        Column("#", [str(line.number) for line in lines], is_figures=True),
        Column(words.sku, [line.sku for line in lines], most=d.SKU_MOST),
        Column(words.description, [line.name for line in lines]),
        Column(words.barcode, [line.barcode or "" for line in lines], most=d.SKU_MOST),
        Column(words.unit, [line.unit for line in lines], most=d.UNIT_MOST),
    ]
    if any(line.is_recount or line.is_counted for line in lines):
        columns.append(Column("", [_mark(line, words) for line in lines]))
    table(sheet, [*columns, Column(words.counted, [""] * len(lines), frame=_TO_WRITE)])
    d.signatures(sheet, words.counted_by, words.date_and_time)
    return sheet.printed()


def _mark(line: SheetLine, words: Words) -> str:
    if line.is_counted:
        return words.is_counted
    return words.is_recount if line.is_recount else ""
