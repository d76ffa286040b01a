"""Sales orders as customers get them, what is packed with a shipment, and what is to be picked.

A sales order keeps no prices: none are printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from onhand.core import sales_orders as s
from onhand.core.documents import Event
from onhand.core.sales_orders import OrderLine, SalesOrder, Source
from onhand.core.sales_sourcing import SalesOrderView
from onhand.ledger.on_paper import DocumentOnPaper
from onhand.printing import documents as d
from onhand.printing import figures
from onhand.printing.contents import Column
from onhand.printing.sheets import LEAD, QUIET, Line, Sheet
from onhand.printing.tables import TICKED, table

MARKS = {s.DRAFT: "DRAFT", s.CANCELLED: "CANCELLED"}
"""What stands across an order that promises nothing, by its state."""

NOTHING_HELD = "Nothing is held for this order: there is nothing to pick."


@dataclass(frozen=True, slots=True)
class _Taken:
    """Units of a line that were, or are to be, taken from a warehouse."""

    number: int
    product_id: int
    warehouse_id: int
    units: int
    waiting: int = 0


def sales_order(found: DocumentOnPaper, company: str, paper: str) -> bytes:
    """An order as a PDF: a confirmation of what is promised, and what has become of it."""
    order = _order(found)
    mark = MARKS.get(order.state)
    heading = "Sales order" if mark else "Order confirmation"
    sheet = _begun(found, company, paper, heading, f"No. {order.id}", mark)
    facts = (
        ("Date", figures.day(order.created_at)),
        ("Reference", order.reference),
        ("Requested", d.day(order.requested_date)),
        ("Ships from", _named(found, (source.warehouse_id for source in order.sources))),
        ("Status", d.state(order.state)),
    )
    d.parties(sheet, [_customer(order)], facts)
    lines = order.lines
    columns = [*d.items(found, lines), d.counted("Quantity", (line.quantity for line in lines))]
    table(sheet, [*columns, *_became(found, order)])
    d.notes(sheet, order.notes)
    return sheet.printed()


def packing_slip(found: DocumentOnPaper, shipment: Event, company: str, paper: str) -> bytes:
    """What is packed with one of an order's shipments, as a PDF."""
    order, told = _order(found), shipment.data
    number = f"No. {told['shipment']} of sales order {order.id}"
    sheet = _begun(found, company, paper, "Packing slip", number, None)
    of_line = {line.number: line for line in order.lines}
    packed = [
        _Taken(it["line"], of_line[it["line"]].product_id, it["warehouse_id"], it["quantity"])
        for it in told["lines"]
        if it["line"] in of_line
    ]
    facts = (
        ("Shipped", figures.moment(datetime.fromisoformat(told["at"]))),
        ("Tracking", told["reference"]),
        ("Shipped from", _named(found, (it.warehouse_id for it in packed))),
        ("Order", order.reference),
        ("Ordered", figures.day(order.created_at)),
        ("Packed by", shipment.actor),
    )
    d.parties(sheet, [_customer(order)], facts)
    columns = [Column("", [""] * len(packed), frame=TICKED), *d.items(found, packed)]
    if len({it.warehouse_id for it in packed}) > 1:
        columns.append(Column("From", [_name(found, it.warehouse_id) for it in packed]))
    columns += (
        d.counted("Ordered", (of_line[it.number].quantity for it in packed)),
        d.counted("Packed", (it.units for it in packed)),
    )
    table(sheet, columns)
    return sheet.printed()


def pick_list(found: DocumentOnPaper, now: datetime, company: str, paper: str) -> bytes:
    """What an order holds as a PDF, warehouse by warehouse: what to take, and a box to tick."""
    order = _order(found)
    number = f"Sales order No. {order.id}"
    sheet = _begun(found, company, paper, "Pick list", number, None, now)
    facts = (
        ("As of", figures.moment(now)),
        ("Reference", order.reference),
        ("Requested", d.day(order.requested_date)),
        ("Status", d.state(order.state)),
    )
    d.parties(sheet, [_customer(order)], facts)
    to_take = _held(found, order)
    for warehouse_id, lines in sorted(to_take.items()):
        _site(sheet, found, warehouse_id)
        columns = [Column("", [""] * len(lines), frame=TICKED), *d.items(found, lines)]
        if any(it.waiting for it in lines):
            columns.append(d.counted("Waiting for stock", (it.waiting for it in lines)))
        table(sheet, [*columns, d.counted("Take", (it.units for it in lines))])
        sheet.skip(18)
    if not to_take:
        sheet.row(sheet.spans(sheet.width), [[Line(NOTHING_HELD)]])
    d.notes(sheet, order.notes)
    if to_take:
        d.signatures(sheet, "Picked: name, date", "Checked: name, date")
    return sheet.printed()


def _order(found: DocumentOnPaper) -> SalesOrder:
    assert isinstance(found.view.document, SalesOrder)
    return found.view.document


def _begun(
    found: DocumentOnPaper,
    company: str,
    paper: str,
    heading: str,
    number: str,
    mark: str | None,
    moment: datetime | None = None,
) -> Sheet:
    order = _order(found)
    sites = [it.warehouse_id for it in order.sources] or [order.warehouse_id or 0]
    site = found.warehouses.get(sites[0])
    house = site.attributes.name if site else ""
    told = d.Subject(heading, number, order.customer or "", house, moment or order.updated_at, mark)
    return d.begun(told, company, paper)


def _customer(order: SalesOrder) -> list[Line]:
    return d.block("CUSTOMER", order.customer or "–")


def _site(sheet: Sheet, found: DocumentOnPaper, warehouse_id: int) -> None:
    """Where what follows is to be taken from; it stands on no page without it."""
    sheet.keep(6 * LEAD.leading)
    site = found.warehouses.get(warehouse_id)
    lines = [Line(_name(found, warehouse_id), LEAD)]
    if site is not None and site.attributes.address:
        lines.append(Line(site.attributes.address, QUIET))
    sheet.row(sheet.spans(sheet.width), [lines], below=6)


def _name(found: DocumentOnPaper, warehouse_id: int) -> str:
    site = found.warehouses.get(warehouse_id)
    return f"Warehouse {warehouse_id}" if site is None else site.attributes.name


def _named(found: DocumentOnPaper, warehouse_ids: Iterable[int]) -> str | None:
    return ", ".join(_name(found, it) for it in sorted({*warehouse_ids})) or None


def _became(found: DocumentOnPaper, order: SalesOrder) -> list[Column]:
    """What became of the lines, where there is something to tell."""
    shipped, waiting = order.shipped(), dict.fromkeys(order.shipped(), 0)
    for source, (_, backordered) in _shares(found, order):
        waiting[source.line] += backordered
    given_up = order.state in (s.CANCELLED, s.CLOSED)

    def cancelled(line: OrderLine) -> int:
        return line.quantity - shipped[line.number] if given_up else 0

    told: Sequence[tuple[str, list[int]]] = (
        ("Waiting", [waiting[line.number] for line in order.lines]),
        ("Shipped", [shipped[line.number] for line in order.lines]),
        ("Returned", [line.returned for line in order.lines]),
        ("Cancelled", [cancelled(line) for line in order.lines]),
    )
    return [d.counted(title, units) for title, units in told if any(units)]


def _held(found: DocumentOnPaper, order: SalesOrder) -> Mapping[int, list[_Taken]]:
    """What is held for the lines, or waits, by warehouse; in the order of the lines."""
    product_of = {line.number: line.product_id for line in order.lines}
    held: dict[int, list[_Taken]] = defaultdict(list)
    for source, (units, waiting) in _shares(found, order):
        if units:
            product_id = product_of[source.line]
            held[source.warehouse_id].append(
                _Taken(source.line, product_id, source.warehouse_id, units, waiting)
            )
    return held


def _shares(found: DocumentOnPaper, order: SalesOrder) -> Iterable[tuple[Source, tuple[int, int]]]:
    shares = SalesOrderView(order, found.view.holds).shares()
    for source in sorted(order.sources, key=lambda it: (it.line, it.number)):
        yield source, shares[source.number]
