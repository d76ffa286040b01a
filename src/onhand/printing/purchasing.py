"""Purchase orders as they go to a supplier, and receipts as they are filed with the delivery."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from onhand.core import purchase_orders as p
from onhand.core.purchase_orders import PurchaseOrderLine, Receipt
from onhand.core.suppliers import Supplier
from onhand.core.warehouses import Warehouse
from onhand.ledger.purchasing import OrderOnPaper
from onhand.printing import figures
from onhand.printing.sheets import (
    BODY,
    HEADING,
    LABEL,
    LEAD,
    MARK,
    MM,
    PAPERS,
    QUIET,
    STRONG,
    About,
    Line,
    Sheet,
)
from onhand.printing.tables import GAP, Column, table

MARKS = {p.DRAFT: "DRAFT", p.PENDING: "NOT APPROVED", p.CANCELLED: "CANCELLED"}
"""What stands across an order that is not in force, by its state."""

REVERSED = "REVERSED"

_SKU_MOST = 32 * MM
_UNIT_MOST = 18 * MM
_REASON_MOST = 45 * MM

Facts = Iterable[tuple[str, str | None]]
"""Names and values; a value of None is left out."""


def purchase_order(found: OrderOnPaper, company: str, paper: str) -> bytes:
    """An order as a PDF; `company` is who orders: name and address, a line each."""
    order, lines = found.order, found.order.lines
    sheet = _begun(
        found, company, paper, "Purchase order", f"No. {order.id}", MARKS.get(order.state)
    )
    due = [line.expected_date or order.expected_date for line in lines]
    days = {*due}
    facts = (
        ("Date", figures.day(order.sent_at or order.created_at)),
        ("Reference", order.reference),
        ("Expected", _told(due[0]) if len(days) == 1 else None),
        ("Payment", found.supplier.payment_terms),
        ("Currency", order.currency),
        ("Status", order.state.replace("_", " ").capitalize()),
    )
    _parties(sheet, found.supplier, found.warehouse, facts)
    prices = figures.amounts([line.price for line in lines], order.currency)
    sums = [p.total_of([line]) for line in lines]
    *sums_told, total = figures.amounts([*sums, order.total], order.currency)
    columns = _items(found, lines, "Your SKU")
    if len(days) > 1:
        columns.append(Column("Expected", [_told(day) or "" for day in due], is_figures=True))
    columns += (
        _counted("Quantity", (line.quantity for line in lines)),
        _units(found, lines),
        Column("Price", prices, is_figures=True),
        Column("Amount", sums_told, is_figures=True),
    )
    table(sheet, columns)
    whole = sheet.spans(sheet.width, right=(0,))
    sheet.row(whole, [[Line(f"Total {order.currency} {total}", LEAD)]], above=8, below=8)
    _notes(sheet, order.notes)
    return sheet.printed()


def receipt(found: OrderOnPaper, receipt: Receipt, company: str, paper: str) -> bytes:
    """One of an order's receipts as a PDF, in the same form."""
    order = found.order
    mark = None if receipt.reversed_at is None else REVERSED
    number = f"No. {receipt.number} of purchase order {order.id}"
    sheet = _begun(found, company, paper, "Goods receipt", number, mark)
    facts = (
        ("Delivery", receipt.delivery_reference),
        ("Received", figures.moment(receipt.received_at)),
        ("Received by", receipt.received_by),
        ("Reversed", None if receipt.reversed_at is None else figures.moment(receipt.reversed_at)),
        ("Reference", order.reference),
    )
    _parties(sheet, found.supplier, found.warehouse, facts)
    came = [it for it in order.receipt_lines if it.receipt == receipt.number]
    of_order = {line.number: line for line in order.lines}
    lines = [of_order[it.line] for it in came]
    columns = [
        *_items(found, lines, "Supplier's SKU"),
        _units(found, lines),
        _counted("Ordered", (line.quantity for line in lines)),
        _counted("Received", (it.received for it in came)),
        _counted("Rejected", (it.rejected for it in came)),
    ]
    if any(it.reason for it in came):
        columns.append(Column("Reason", [it.reason or "" for it in came], most=_REASON_MOST))
    table(sheet, columns)
    _notes(sheet, receipt.notes)
    return sheet.printed()


def _begun(
    found: OrderOnPaper, company: str, paper: str, heading: str, number: str, mark: str | None
) -> Sheet:
    """A sheet with who it is from and what it is."""
    us = [line.strip() for line in company.splitlines() if line.strip()]
    title = f"{heading} {number} · {found.supplier.name}"
    author = us[0] if us else found.warehouse.attributes.name
    sheet = Sheet(PAPERS[paper], About(title, author, found.order.updated_at, mark))
    half = sheet.width / 2 - 4 * MM
    ours = [Line(line, LEAD if place == 0 else BODY) for place, line in enumerate(us)]
    what = [Line(heading, HEADING), Line(number, LEAD)]
    if mark is not None:
        what.append(Line(mark, MARK))
    sheet.row(sheet.spans(half, half, gap=8 * MM, right=(1,)), [ours, what], below=12)
    sheet.rule()
    return sheet


def _parties(sheet: Sheet, supplier: Supplier, warehouse: Warehouse, facts: Facts) -> None:
    """Who delivers, where to, and what else there is to know."""
    party, name = 48 * MM, 23 * MM
    spans = sheet.spans(party, party, name, sheet.width - 2 * party - name - 3 * GAP, gap=GAP)
    names, values = [Line("DETAILS", LABEL)], [Line("", LABEL)]
    for fact, value in facts:
        if value is not None:
            lines = sheet.broken([Line(value)], spans[-1].width)
            values += lines
            names += [Line(fact, QUIET), *(Line("", QUIET) for _ in lines[1:])]
    site = warehouse.attributes
    from_whom = (supplier.address, supplier.email, supplier.phone)
    cells = (
        _block("SUPPLIER", supplier.name, from_whom),
        _block("SHIP TO", site.name, (site.address,)),
        names,
        values,
    )
    sheet.row(spans, cells, above=10, below=16)


def _block(label: str, name: str, more: Iterable[str | None]) -> list[Line]:
    told = [Line(text) for text in more if text]
    return [Line(label, LABEL), Line(name, STRONG), *told]


def _items(found: OrderOnPaper, lines: Sequence[PurchaseOrderLine], theirs_is: str) -> list[Column]:
    """The columns that say what each line is about; the supplier's SKUs under the head given."""
    items = [found.items[line.product_id] for line in lines]
    theirs = [item.supplier_sku or "" for item in items]
    columns = [
        Column("#", [str(line.number) for line in lines], is_figures=True),
        Column("SKU", [item.sku for item in items], most=_SKU_MOST),
        Column("Description", [item.name for item in items]),
    ]
    if any(theirs):
        columns.insert(2, Column(theirs_is, theirs, most=_SKU_MOST))
    return columns


def _units(found: OrderOnPaper, lines: Sequence[PurchaseOrderLine]) -> Column:
    return Column("Unit", [found.items[line.product_id].unit for line in lines], most=_UNIT_MOST)


def _counted(title: str, units: Iterable[int]) -> Column:
    return Column(title, [figures.quantity(count) for count in units], is_figures=True)


def _notes(sheet: Sheet, notes: str | None) -> None:
    if notes and notes.strip():
        sheet.row(sheet.spans(sheet.width), [[Line("NOTES", LABEL), Line(notes)]], above=6)


def _told(day: date | None) -> str | None:
    return None if day is None else figures.day(day)
