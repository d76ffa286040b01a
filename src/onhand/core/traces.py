"""Traces: what each step of a document leaves behind, by what its event tells.

    movements   what the step moved, one by one: the ledger has exactly these at its moment
    figures     what it adds to the document's own rows: they are the sum of all its steps
    book        what the document says was on hand at an earlier moment: the ledger says the same

The rules decide a step, its event, its rows and its movements in one go, so `verify` can hold the
four against each other. Nothing here fails on an event that somebody falsified: what it does not
tell is 0, and so is missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from onhand.core import counts, purchase_orders, sales_orders, transfers
from onhand.core.documents import DocumentKind, Event
from onhand.core.movements import MovementType

Figures = Counter[str]
"""Amounts by what they are of, in words."""


class Moved(NamedTuple):
    """One movement of a step: a signed quantity, in units."""

    product_id: int
    warehouse_id: int
    movement_type: MovementType
    quantity: int


def _no_book(document: Any) -> Mapping[int, int]:
    return {}


@dataclass(frozen=True, slots=True)
class Traces:
    """One kind of document: what a step of it moved and adds to it, and what its rows say.

    `book`: units on hand, by product, that its movements started from.
    """

    moved: Callable[[Any, Event], Iterator[Moved]]
    told: Callable[[Event], Figures]
    kept: Callable[[Any], Figures]
    book: Callable[[Any], Mapping[int, int]] = _no_book


def _lines(event: Event) -> list[Mapping[str, Any]]:
    lines = event.data.get("lines")
    if not isinstance(lines, list):
        return []
    return [line for line in lines if isinstance(line, dict)]


def _of_lines(document: Any, event: Event) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """What an event tells of each of the document's lines, with the line's product."""
    products = {line.number: line.product_id for line in document.lines}
    for told in _lines(event):
        product_id = products.get(_number(told, "line"))
        if product_id is not None:
            yield product_id, told


def _number(told: Mapping[str, Any], name: str) -> int:
    number = told.get(name)
    return number if isinstance(number, int) else 0


# Transfers


def _moved_by_transfer(transfer: transfers.Transfer, event: Event) -> Iterator[Moved]:
    if event.name == "ship":
        source = transfer.from_warehouse_id
        for line in transfer.lines:
            yield Moved(line.product_id, source, MovementType.TRANSFER, -line.quantity)
    for product_id, told in _of_lines(transfer, event) if event.name == "receive" else ():
        place = (product_id, transfer.to_warehouse_id)
        gone = [_number(told, "lost"), _number(told, "damaged")]
        arrived = _number(told, "received") + sum(gone)
        yield Moved(*place, MovementType.TRANSFER, arrived)
        for units in gone:
            if units:
                yield Moved(*place, MovementType.ADJUSTMENT, -units)


_OF_ARRIVALS = ("received", "lost", "damaged")


def _told_of_transfer(event: Event) -> Figures:
    found = Figures()
    for told in _lines(event) if event.name == "receive" else ():
        for what in _OF_ARRIVALS:
            found[f"units of line {_number(told, 'line')} {what}"] += _number(told, what)
    return found


def _kept_of_transfer(transfer: transfers.Transfer) -> Figures:
    return Figures(
        {
            f"units of line {line.number} {what}": getattr(line, what)
            for line in transfer.lines
            for what in _OF_ARRIVALS
        }
    )


# Purchase orders


def _moved_by_purchase_order(order: purchase_orders.PurchaseOrder, event: Event) -> Iterator[Moved]:
    came: list[tuple[int, int]] = []
    if event.name == "receive":
        came = [(product, _number(told, "received")) for product, told in _of_lines(order, event)]
    elif event.name == "reverse":
        products = {line.number: line.product_id for line in order.lines}
        back = [it for it in order.receipt_lines if it.receipt == _number(event.data, "receipt")]
        came = [(products[it.line], -it.received) for it in back if it.line in products]
    for product_id, units in came:
        if units:
            yield Moved(product_id, order.warehouse_id, MovementType.IN, units)


def _told_of_purchase_order(event: Event) -> Figures:
    found, receipt = Figures(), _number(event.data, "receipt")
    if event.name == "reverse":
        found[f"reversals of receipt {receipt}"] = 1
    for told in _lines(event) if event.name == "receive" else ():
        line = _number(told, "line")
        for what in ("received", "rejected"):
            found[f"units of line {line} {what} with receipt {receipt}"] += _number(told, what)
    return found


def _kept_of_purchase_order(order: purchase_orders.PurchaseOrder) -> Figures:
    found = Figures()
    for receipt in order.receipts:
        found[f"reversals of receipt {receipt.number}"] += receipt.reversed_at is not None
    for it in order.receipt_lines:
        for what in ("received", "rejected"):
            found[f"units of line {it.line} {what} with receipt {it.receipt}"] += getattr(it, what)
    return found


# Sales orders


def _moved_by_sales_order(order: sales_orders.SalesOrder, event: Event) -> Iterator[Moved]:
    if event.name not in ("ship", "return"):
        return
    for product_id, told in _of_lines(order, event):
        place = (product_id, _number(told, "warehouse_id"))
        units = _number(told, "quantity")
        if event.name == "ship":
            yield Moved(*place, MovementType.OUT, -units)
            continue
        yield Moved(*place, MovementType.IN, units)
        if not told.get("restocked"):
            yield Moved(*place, MovementType.ADJUSTMENT, -units)


def _told_of_sales_order(event: Event) -> Figures:
    found = Figures()
    if event.name in ("ship", "return"):
        found["shipments" if event.name == "ship" else "returns"] = 1
        for told in _lines(event):
            what = f"units of line {_number(told, 'line')}"
            if event.name == "ship":
                what += f" shipped from warehouse {_number(told, 'warehouse_id')}"
            else:
                what += " returned"
            found[what] += _number(told, "quantity")
    return found


def _kept_of_sales_order(order: sales_orders.SalesOrder) -> Figures:
    found = Figures({"shipments": order.shipments, "returns": order.returns})
    for source in order.sources:
        what = f"units of line {source.line} shipped from warehouse {source.warehouse_id}"
        found[what] += source.shipped
    for line in order.lines:
        found[f"units of line {line.number} returned"] += line.returned
    return found


# Counts


def _moved_by_count(count: counts.Count, event: Event) -> Iterator[Moved]:
    for line in count.lines if event.name == "approve" else ():
        if line.counted is not None:
            variance = line.counted - (line.book or 0)
            yield Moved(line.product_id, count.warehouse_id, MovementType.COUNT, variance)


_DIFFERING = "lines that differ"


def _told_of_count(event: Event) -> Figures:
    if event.name == "record":
        return Figures({"entries": _number(event.data, "lines")})
    if event.name == "approve":
        return Figures({_DIFFERING: _number(event.data, "differing")})
    return Figures()


def _kept_of_count(count: counts.Count) -> Figures:
    differing = sum(line.book not in (None, line.counted) for line in count.lines)
    return Figures({"entries": len(count.entries), _DIFFERING: differing})


def _book_of_count(count: counts.Count) -> Mapping[int, int]:
    return {line.product_id: line.book for line in count.lines if line.book is not None}


TRACES: Mapping[DocumentKind, Traces] = {
    DocumentKind.PURCHASE_ORDER: Traces(
        _moved_by_purchase_order, _told_of_purchase_order, _kept_of_purchase_order
    ),
    DocumentKind.SALES_ORDER: Traces(
        _moved_by_sales_order, _told_of_sales_order, _kept_of_sales_order
    ),
    DocumentKind.TRANSFER: Traces(_moved_by_transfer, _told_of_transfer, _kept_of_transfer),
    DocumentKind.COUNT: Traces(_moved_by_count, _told_of_count, _kept_of_count, _book_of_count),
}
"""Of each kind of document that moves stock."""
