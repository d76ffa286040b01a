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
from onhand.printing.contents import Column
from onhand.printing.figures import NOTHING
from onhand.printing.sheets import LEAD, QUIET, Line, Sheet
from onhand.printing.speech import Speech
from onhand.printing.tables import TICKED, table


@dataclass(frozen=True, slots=True)
class _Taken:
    """Units of a line that were, or are to be, taken from a warehouse."""

    number: int
    product_id: int
    warehouse_id: int
    units: int
    waiting: int = 0


def sales_order(found: DocumentOnPaper, company: str, paper: str, speech: Speech) -> bytes:
    """An order as a PDF: a confirmation of what is promised, and what has become of it."""
    order, words = _order(found), speech.words
    mark = words.marks.get(order.state)
    heading = words.sales_order if mark else words.order_confirmation
    told = _subject(found, heading, words.number.format(number=order.id), mark)
    sheet = d.begun(told, company, paper, speech)
    facts = (
        (words.date, speech.day(order.created_at)),
        (words.reference, order.reference),
        (words.requested, speech.day(order.requested_date)),
        (words.ships_from, _named(found, (it.warehouse_id for it in order.sources), speech)),
        (words.status, words.states[order.state]),
    )
    d.parties(sheet, [_customer(order, speech)], facts)
    lines = order.lines
    quantities = d.counted(words.quantity, (line.quantity for line in lines), speech)
    table(sheet, [*d.items(found, lines, speech), quantities, *_became(found, order, speech)])
    d.notes(sheet, order.notes)
    return sheet.printed()


def packing_slip(
    found: DocumentOnPaper, shipment: Event, company: str, paper: str, speech: Speech
) -> bytes:
    """What is packed with one of an order's shipments, as a PDF."""
    order, told, words = _order(found), shipment.data, speech.words
    number = words.shipment_number.format(number=told["shipment"], order=order.id)
    sheet = d.begun(_subject(found, words.packing_slip, number, None), company, paper, speech)
    of_line = {line.number: line for line in order.lines}
    packed = [
        _Taken(it["line"], of_line[it["line"]].product_id, it["warehouse_id"], it["quantity"])
        for it in told["lines"]
        if it["line"] in of_line
    ]
    facts = (
        (words.shipped_at, speech.moment(datetime.fromisoformat(told["at"]))),
        (words.tracking, told["reference"]),
        (words.shipped_from, _named(found, (it.warehouse_id for it in packed), speech)),
        (words.order, order.reference),
        (words.ordered_on, speech.day(order.created_at)),
        (words.packed_by, shipment.actor),
    )
    d.parties(sheet, [_customer(order, speech)], facts)
    columns = [Column("", [""] * len(packed), frame=TICKED), *d.items(found, packed, speech)]
    if len({it.warehouse_id for it in packed}) > 1:
        taken_from = [_name(found, it.warehouse_id, speech) for it in packed]
        columns.append(Column(words.packed_from, taken_from))
    columns += (
        d.counted(words.ordered, (of_line[it.number].quantity for it in packed), speech),
        d.counted(words.packed, (it.units for it in packed), speech),
    )
    table(sheet, columns)
    return sheet.printed()


def pick_list(
    found: DocumentOnPaper, now: datetime, company: str, paper: str, speech: Speech
) -> bytes:
    """What an order holds as a PDF, warehouse by warehouse: what to take, and a box to tick."""
    order, words = _order(found), speech.words
    number = words.pick_list_number.format(order=order.id)
    sheet = d.begun(_subject(found, words.pick_list, number, None, now), company, paper, speech)
    facts = (
        (words.as_of, speech.moment(now)),
        (words.reference, order.reference),
        (words.requested, speech.day(order.requested_date)),
        (words.status, words.states[order.state]),
    )
    d.parties(sheet, [_customer(order, speech)], facts)
    to_take = _held(found, order)
    for warehouse_id, lines in sorted(to_take.items()):
        _site(sheet, found, warehouse_id)
        columns = [Column("", [""] * len(lines), frame=TICKED), *d.items(found, lines, speech)]
        if any(it.waiting for it in lines):
            waiting = (it.waiting for it in lines)
            columns.append(d.counted(words.waiting_for_stock, waiting, speech))
        table(sheet, [*columns, d.counted(words.take, (it.units for it in lines), speech)])
        sheet.skip(18)
    if not to_take:
        sheet.row(sheet.spans(sheet.width), [[Line(words.nothing_held)]])
    d.notes(sheet, order.notes)
    if to_take:
        d.signatures(sheet, words.picked_by, words.checked_by)
    return sheet.printed()


def _order(found: DocumentOnPaper) -> SalesOrder:
    assert isinstance(found.view.document, SalesOrder)
    return found.view.document


def _subject(
    found: DocumentOnPaper,
    heading: str,
    number: str,
    mark: str | None,
    moment: datetime | None = None,
) -> d.Subject:
    order = _order(found)
    sites = [it.warehouse_id for it in order.sources] or [order.warehouse_id or 0]
    site = found.warehouses.get(sites[0])
    house = site.attributes.name if site else ""
    return d.Subject(heading, number, order.customer or "", house, moment or order.updated_at, mark)


def _customer(order: SalesOrder, speech: Speech) -> list[Line]:
    return d.block(speech.words.customer, order.customer or NOTHING)


def _site(sheet: Sheet, found: DocumentOnPaper, warehouse_id: int) -> None:
    """Where what follows is to be taken from; it stands on no page without it."""
    sheet.keep(6 * LEAD.leading)
    site = found.warehouses.get(warehouse_id)
    lines = [Line(_name(found, warehouse_id, sheet.about.speech), LEAD)]
    if site is not None and site.attributes.address:
        lines.append(Line(site.attributes.address, QUIET))
    sheet.row(sheet.spans(sheet.width), [lines], below=6)


def _name(found: DocumentOnPaper, warehouse_id: int, speech: Speech) -> str:
    site = found.warehouses.get(warehouse_id)
    return speech.site(warehouse_id) if site is None else site.attributes.name


def _named(found: DocumentOnPaper, warehouse_ids: Iterable[int], speech: Speech) -> str | None:
    return ", ".join(_name(found, it, speech) for it in sorted({*warehouse_ids})) or None


def _became(found: DocumentOnPaper, order: SalesOrder, speech: Speech) -> list[Column]:
    """What became of the lines, where there is something to tell."""
    words = speech.words
    shipped, waiting = order.shipped(), dict.fromkeys(order.shipped(), 0)
    for source, (_, backordered) in _shares(found, order):
        waiting[source.line] += backordered
    given_up = order.state in (s.CANCELLED, s.CLOSED)

    def cancelled(line: OrderLine) -> int:
        return line.quantity - shipped[line.number] if given_up else 0

    told: Sequence[tuple[str, list[int]]] = (
        (words.waiting, [waiting[line.number] for line in order.lines]),
        (words.shipped, [shipped[line.number] for line in order.lines]),
        (words.returned, [line.returned for line in order.lines]),
        (words.cancelled, [cancelled(line) for line in order.lines]),
    )
    return [d.counted(title, units, speech) for title, units in told if any(units)]


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
