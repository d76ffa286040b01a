"""Purchase orders as they go to a supplier, and receipts as they are filed with the delivery."""

from __future__ import annotations

from collections.abc import Sequence

from onhand.core import purchase_orders as p
from onhand.core.purchase_orders import PurchaseOrderLine, Receipt
from onhand.ledger.purchasing import OrderOnPaper
from onhand.printing import documents as d
from onhand.printing import figures
from onhand.printing.contents import Column, Facts
from onhand.printing.sheets import LEAD, MM, Line, Sheet
from onhand.printing.tables import table

MARKS = {p.DRAFT: "DRAFT", p.PENDING: "NOT APPROVED", p.CANCELLED: "CANCELLED"}
"""What stands across an order that is not in force, by its state."""

REVERSED = "REVERSED"

_REASON_MOST = 45 * MM


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
        ("Expected", d.day(due[0]) if len(days) == 1 else None),
        ("Payment", found.supplier.payment_terms),
        ("Currency", order.currency),
        ("Status", d.state(order.state)),
    )
    _parties(sheet, found, facts)
    prices = figures.amounts([line.price for line in lines], order.currency)
    sums = [p.total_of([line]) for line in lines]
    *sums_told, total = figures.amounts([*sums, order.total], order.currency)
    columns = _items(found, lines, "Your SKU")
    if len(days) > 1:
        columns.append(Column("Expected", [d.day(day) or "" for day in due], is_figures=True))
    columns += (
        d.counted("Quantity", (line.quantity for line in lines)),
        _units(found, lines),
        Column("Price", prices, is_figures=True),
        Column("Amount", sums_told, is_figures=True),
    )
    table(sheet, columns)
    whole = sheet.spans(sheet.width, right=(0,))
    sheet.row(whole, [[Line(f"Total {order.currency} {total}", LEAD)]], above=8, below=8)
    d.notes(sheet, order.notes)
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
    _parties(sheet, found, facts)
    came = [it for it in order.receipt_lines if it.receipt == receipt.number]
    of_order = {line.number: line for line in order.lines}
    lines = [of_order[it.line] for it in came]
    columns = [
        *_items(found, lines, "Supplier's SKU"),
        _units(found, lines),
        d.counted("Ordered", (line.quantity for line in lines)),
        d.counted("Received", (it.received for it in came)),
        d.counted("Rejected", (it.rejected for it in came)),
    ]
    if any(it.reason for it in came):
        columns.append(Column("Reason", [it.reason or "" for it in came], most=_REASON_MOST))
    table(sheet, columns)
    d.notes(sheet, receipt.notes)
    return sheet.printed()


def _begun(
    found: OrderOnPaper, company: str, paper: str, heading: str, number: str, mark: str | None
) -> Sheet:
    order, house = found.order, found.warehouse.attributes.name
    subject = d.Subject(heading, number, found.supplier.name, house, order.updated_at, mark)
    return d.begun(subject, company, paper)


def _parties(sheet: Sheet, found: OrderOnPaper, facts: Facts) -> None:
    """Who delivers, where to, and what else there is to know."""
    supplier, warehouse = found.supplier, found.warehouse
    from_whom = (supplier.address, supplier.email, supplier.phone)
    blocks = (
        d.block("SUPPLIER", supplier.name, from_whom),
        d.site("SHIP TO", warehouse.id, warehouse),
    )
    d.parties(sheet, blocks, facts)


def _items(found: OrderOnPaper, lines: Sequence[PurchaseOrderLine], theirs_is: str) -> list[Column]:
    """The columns that say what each line is about; the supplier's SKUs under the head given."""
    items = [found.items[line.product_id] for line in lines]
    theirs = [item.supplier_sku or "" for item in items]
    columns = [
        Column("#", [str(line.number) for line in lines], is_figures=True),
        Column("SKU", [item.sku for item in items], most=d.SKU_MOST),
        Column("Description", [item.name for item in items]),
    ]
    if any(theirs):
        columns.insert(2, Column(theirs_is, theirs, most=d.SKU_MOST))
    return columns


def _units(found: OrderOnPaper, lines: Sequence[PurchaseOrderLine]) -> Column:
    return Column("Unit", [found.items[line.product_id].unit for line in lines], most=d.UNIT_MOST)
