"""Purchase orders as they go to a supplier, and receipts as they are filed with the delivery."""

from __future__ import annotations

from collections.abc import Sequence

from onhand.core import purchase_orders as p
from onhand.core.purchase_orders import PurchaseOrderLine, Receipt
from onhand.ledger.purchasing import OrderOnPaper
from onhand.printing import documents as d
from onhand.printing.contents import Column, Facts
from onhand.printing.sheets import LEAD, MM, Line, Sheet
from onhand.printing.speech import Speech
from onhand.printing.tables import table

_REASON_MOST = 45 * MM


def purchase_order(found: OrderOnPaper, company: str, paper: str, speech: Speech) -> bytes:
    """An order as a PDF; `company` is who orders: name and address, a line each."""
    order, lines = found.order, found.order.lines
    words, figures = speech.words, speech.figures
    number, mark = words.number.format(number=order.id), words.marks.get(order.state)
    told = _subject(found, words.purchase_order, number, mark)
    sheet = d.begun(told, company, paper, speech)
    due = [line.expected_date or order.expected_date for line in lines]
    days = {*due}
    facts = (
        (words.date, figures.day(order.sent_at or order.created_at)),
        (words.reference, order.reference),
        (words.expected, speech.day(due[0]) if len(days) == 1 else None),
        (words.payment, found.supplier.payment_terms),
        (words.currency, order.currency),
        (words.status, words.states[order.state]),
    )
    _parties(sheet, found, facts)
    prices = figures.amounts([line.price for line in lines], order.currency)
    sums = [p.total_of([line]) for line in lines]
    *sums_told, total = figures.amounts([*sums, order.total], order.currency)
    columns = _items(found, lines, words.your_sku, speech)
    if len(days) > 1:
        columns.append(
            Column(words.expected, [speech.day(day) or "" for day in due], is_figures=True)
        )
    columns += (
        d.counted(words.quantity, (line.quantity for line in lines), speech),
        _units(found, lines, speech),
        Column(words.price, prices, is_figures=True),
        Column(words.amount, sums_told, is_figures=True),
    )
    table(sheet, columns)
    whole = sheet.spans(sheet.width, right=(0,))
    sum_told = words.total.format(currency=order.currency, amount=total)
    sheet.row(whole, [[Line(sum_told, LEAD)]], above=8, below=8)
    d.notes(sheet, order.notes)
    return sheet.printed()


def receipt(
    found: OrderOnPaper, receipt: Receipt, company: str, paper: str, speech: Speech
) -> bytes:
    """One of an order's receipts as a PDF, in the same form."""
    order, words = found.order, speech.words
    mark = None if receipt.reversed_at is None else words.reversed
    number = words.receipt_number.format(number=receipt.number, order=order.id)
    sheet = d.begun(_subject(found, words.receipt, number, mark), company, paper, speech)
    facts = (
        (words.delivery, receipt.delivery_reference),
        (words.received_at, speech.moment(receipt.received_at)),
        (words.received_by, receipt.received_by),
        (words.reversed_at, speech.moment(receipt.reversed_at)),
        (words.reference, order.reference),
    )
    _parties(sheet, found, facts)
    came = [it for it in order.receipt_lines if it.receipt == receipt.number]
    of_order = {line.number: line for line in order.lines}
    lines = [of_order[it.line] for it in came]
    columns = [
        *_items(found, lines, words.suppliers_sku, speech),
        _units(found, lines, speech),
        d.counted(words.ordered, (line.quantity for line in lines), speech),
        d.counted(words.received, (it.received for it in came), speech),
        d.counted(words.rejected, (it.rejected for it in came), speech),
    ]
    if any(it.reason for it in came):
        columns.append(Column(words.reason, [it.reason or "" for it in came], most=_REASON_MOST))
    table(sheet, columns)
    d.notes(sheet, receipt.notes)
    return sheet.printed()


def _subject(found: OrderOnPaper, heading: str, number: str, mark: str | None) -> d.Subject:
    order, house = found.order, found.warehouse.attributes.name
    return d.Subject(heading, number, found.supplier.name, house, order.updated_at, mark)


def _parties(sheet: Sheet, found: OrderOnPaper, facts: Facts) -> None:
    """Who delivers, where to, and what else there is to know."""
    supplier, warehouse, speech = found.supplier, found.warehouse, sheet.about.speech
    from_whom = (supplier.address, supplier.email, supplier.phone)
    blocks = (
        d.block(speech.words.to_supplier, supplier.name, from_whom),
        d.site(speech.words.ship_to, warehouse.id, warehouse, speech),
    )
    d.parties(sheet, blocks, facts)


def _items(
    found: OrderOnPaper, lines: Sequence[PurchaseOrderLine], theirs_is: str, speech: Speech
) -> list[Column]:
    """The columns that say what each line is about; the supplier's SKUs under the head given."""
    words = speech.words
    items = [found.items[line.product_id] for line in lines]
    theirs = [item.supplier_sku or "" for item in items]
    columns = [
        Column("#", [str(line.number) for line in lines], is_figures=True),
        Column(words.sku, [item.sku for item in items], most=d.SKU_MOST),
        Column(words.description, [item.name for item in items]),
    ]
    if any(theirs):
        columns.insert(2, Column(theirs_is, theirs, most=d.SKU_MOST))
    return columns


def _units(found: OrderOnPaper, lines: Sequence[PurchaseOrderLine], speech: Speech) -> Column:
    units = [found.items[line.product_id].unit for line in lines]
    return Column(speech.words.unit, units, most=d.UNIT_MOST)
