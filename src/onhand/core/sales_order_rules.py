"""The rules of sales orders: each takes a draft and one command, and answers.

A step is taken whole or not at all: what a rule has posted is taken back when it answers no. So the
lines at fault are found while the others are reserved, and all of them are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from onhand.core import sales_orders as s
from onhand.core.catalog_rules import product_fault, warehouse_fault
from onhand.core.document_rules import (
    found,
    line_faults,
    more_than_open,
    no_line,
    record,
    referring_to,
)
from onhand.core.documents import DocumentCommand, DocumentKind
from onhand.core.draft import Draft
from onhand.core.levels import MAX_QUANTITY, StockKey
from onhand.core.movements import MovementType, Origin
from onhand.core.rejections import Rejected, RejectionCode, lines_refused
from onhand.core.sales_orders import LIFE_CYCLE, OrderLine, Preference, SalesOrder
from onhand.core.sales_sourcing import Sourcing, places_of, view_of
from onhand.core.stock_rules import Accepted, Result, insufficient, too_large

Fault = tuple[int, Rejected]
"""A line's place, from 0, and why it is refused."""


def draft_sales_order(draft: Draft, command: s.DraftSalesOrder) -> Result:
    """Write a new order, and confirm it at once where that is asked."""
    lines = _lines_after((), command.lines, is_draft=True)
    if isinstance(lines, Rejected):
        return lines
    order = SalesOrder(
        id=next(draft.snapshot.new_ids.documents[DocumentKind.SALES_ORDER]),
        state=s.DRAFT,
        version=0,
        created_by=command.origin.actor,
        created_at=draft.now,
        updated_at=draft.now,
        lines=lines,
        preferences=_preferences(command.preferences),
        **command.fields,
    )
    fault = _fault_of_names(draft, order)
    if fault is not None:
        return fault
    start = len(draft.movements)
    order = record(draft, None, order, "draft", command.origin)
    if command.confirm:
        return _confirm(draft, order, command)
    return _accepted(draft, order, start)


def change_sales_order(draft: Draft, command: s.ChangeSalesOrder) -> Result:
    """Write an order anew; what it holds follows."""
    order = found(draft, command, SalesOrder, LIFE_CYCLE, "change")
    if isinstance(order, Rejected):
        return order
    changes = dict(command.changes)
    if "preferences" in changes:
        changes["preferences"] = _preferences(changes["preferences"])
    if "lines" in changes:
        lines = _lines_after(order.lines, changes["lines"], is_draft=not order.is_open)
        if isinstance(lines, Rejected):
            return lines
        changes["lines"] = lines
    changed = replace(order, **changes)
    fault = _fault_of_names(draft, changed)
    if fault is not None:
        return fault
    start = len(draft.movements)
    if not order.is_open:
        changed = record(draft, order, changed, "change", command.origin)
        return _accepted(draft, changed, start)
    sourcing = Sourcing(draft, changed, referring_to(order, command.origin))
    fault = _follow(sourcing, order, changed, command.candidates)
    if fault is not None:
        return fault
    changed = _state_of(replace(changed, sources=sourcing.finish()))
    changed = record(draft, order, changed, "change", command.origin, sourcing.told)
    return _accepted(draft, changed, start)


def confirm_sales_order(draft: Draft, command: s.ConfirmSalesOrder) -> Result:
    """Reserve all of an order, or nothing."""
    order = found(draft, command, SalesOrder, LIFE_CYCLE, "confirm")
    if isinstance(order, Rejected):
        return order
    fault = _fault_of_names(draft, order)
    return fault if fault is not None else _confirm(draft, order, command)


def ship_sales_order(draft: Draft, command: s.ShipSalesOrder) -> Result:
    """Send off what is allocated, or some of it."""
    order = found(draft, command, SalesOrder, LIFE_CYCLE, "ship")
    if isinstance(order, Rejected):
        return order
    start = len(draft.movements)
    sourcing = Sourcing(draft, order, referring_to(order, command.origin))
    lines = {line.number: line for line in order.lines}
    given = command.lines
    if given is None:
        given = tuple(map(s.LineShipped, lines))
    faults: list[Fault] = []
    for place, leaving in enumerate(given):
        line = lines.get(leaving.number)
        if line is None:
            faults.append((place, no_line(leaving.number, lines)))
            continue
        shippable = sourcing.shippable(line, command.warehouse_id)
        units = leaving.quantity
        if units is None:
            units = shippable
        elif units > sourcing.open(line):
            faults.append(
                (place, more_than_open("quantity", line.number, sourcing.open(line), units))
            )
            continue
        elif units > shippable:
            faults.append((place, insufficient(shippable, units)))
            continue
        sourcing.ship(line, units, command.warehouse_id)
    if faults:
        return lines_refused(faults)
    if not sourcing.shipped:
        return Rejected(RejectionCode.NOTHING_TO_SHIP)
    number = order.shipments + 1
    shipped = _state_of(replace(order, shipments=number, sources=sourcing.finish()))
    told = {"shipment": number, "lines": sourcing.shipped, **_told(draft, command.origin)}
    shipped = record(draft, order, shipped, "ship", command.origin, told)
    return _accepted(draft, shipped, start)


def cancel_sales_order(draft: Draft, command: s.CancelSalesOrder) -> Result:
    """Give up what has not been shipped."""
    return _end(draft, command, "cancel", s.CANCELLED)


def close_sales_order(draft: Draft, command: s.CloseSalesOrder) -> Result:
    """Be done with an order."""
    return _end(draft, command, "close", s.CLOSED)


def return_sales_order(draft: Draft, command: s.ReturnSalesOrder) -> Result:
    """Take units back in.

    Those written off come in and leave again: so a loss is seen where all losses are, among the
    adjustments.
    """
    order = found(draft, command, SalesOrder, LIFE_CYCLE, "return")
    if isinstance(order, Rejected):
        return order
    start = len(draft.movements)
    lines = {line.number: line for line in order.lines}
    shipped = order.shipped()
    faults: list[Fault] = []
    told = []
    for place, back in enumerate(command.lines):
        line = lines.get(back.number)
        if line is None:
            faults.append((place, no_line(back.number, lines)))
            continue
        may_return = shipped[line.number] - line.returned
        if back.quantity > may_return:
            facts = {"line": line.number, "left": may_return, "requested": back.quantity}
            faults.append((place, Rejected(RejectionCode.MORE_THAN_SHIPPED, facts)))
            continue
        warehouse_id = back.warehouse_id or places_of(order.sources, line.number)[0]
        fault = _come_in(draft, order, line, back, warehouse_id, command.origin)
        if fault is not None:
            faults.append((place, fault))
            continue
        lines[line.number] = replace(line, returned=line.returned + back.quantity)
        told.append(
            {
                "line": line.number,
                "warehouse_id": warehouse_id,
                "quantity": back.quantity,
                "restocked": back.restock,
                "reason": back.reason or command.origin.reason,
            }
        )
    if faults:
        return lines_refused(faults)
    number = order.returns + 1
    returned = replace(order, returns=number, lines=tuple(lines.values()))
    data = {"return": number, "lines": told, **_told(draft, command.origin)}
    returned = record(draft, order, returned, "return", command.origin, data)
    return _accepted(draft, returned, start)


def _confirm(draft: Draft, order: SalesOrder, command: s.SalesOrderCommand) -> Result:
    start = len(draft.movements)
    sourcing = Sourcing(draft, order, referring_to(order, command.origin))
    fault = line_faults(
        sourcing.reserve(line, line.quantity, order.places(line, command.candidates))
        for line in order.lines
    )
    if fault is not None:
        return fault
    confirmed = replace(order, state=s.CONFIRMED, sources=sourcing.finish())
    confirmed = record(draft, order, confirmed, "confirm", command.origin, sourcing.told)
    return _accepted(draft, confirmed, start)


def _follow(
    sourcing: Sourcing, before: SalesOrder, after: SalesOrder, candidates: Sequence[int]
) -> Rejected | None:
    """Bring what an order holds to what its lines say now.

    All that is given up is released before anything is reserved: units may change lines. A line
    that shall come from another warehouse is sourced anew.
    """
    old, shipped = {line.number: line for line in before.lines}, before.shipped()
    kept = {line.number for line in after.lines}
    for number, line in old.items():
        if number not in kept:
            if shipped[number]:
                facts = {"field": "lines", "line": number, "shipped": shipped[number]}
                return Rejected(RejectionCode.BELOW_SHIPPED, facts)
            sourcing.release(line, sourcing.open(line))
    faults: list[Fault] = []
    missing: dict[int, int] = {}
    for place, line in enumerate(after.lines):
        was, gone = old.get(line.number), shipped.get(line.number, 0)
        if line.quantity < gone:
            facts = {"field": "quantity", "line": line.number, "shipped": gone}
            faults.append((place, Rejected(RejectionCode.BELOW_SHIPPED, facts)))
            continue
        wanted = line.quantity - gone
        if was is not None:
            site = line.warehouse_id or after.warehouse_id
            moved = site is not None and site != (was.warehouse_id or before.warehouse_id)
            held = sourcing.open(was)
            sourcing.release(was, held if moved else max(0, held - wanted))
        missing[place] = wanted - sourcing.open(line)
    for place, units in missing.items():
        line = after.lines[place]
        fault = sourcing.reserve(line, units, after.places(line, candidates)) if units else None
        if fault is not None:
            faults.append((place, fault))
    return lines_refused(sorted(faults, key=lambda it: it[0])) if faults else None


def _end(draft: Draft, command: s.SalesOrderCommand, event: str, state: str) -> Result:
    order = found(draft, command, SalesOrder, LIFE_CYCLE, event)
    if isinstance(order, Rejected):
        return order
    start = len(draft.movements)
    sourcing = Sourcing(draft, order, referring_to(order, command.origin))
    for line in order.lines:
        sourcing.release(line, sourcing.open(line))
    ended = replace(order, state=state, sources=sourcing.finish())
    ended = record(draft, order, ended, event, command.origin, sourcing.told)
    return _accepted(draft, ended, start)


def _come_in(
    draft: Draft,
    order: SalesOrder,
    line: OrderLine,
    back: s.LineReturned,
    warehouse_id: int,
    origin: Origin,
) -> Rejected | None:
    fault = product_fault(draft, line.product_id) or warehouse_fault(draft, warehouse_id)
    if fault is not None:
        return fault
    key = StockKey(line.product_id, warehouse_id)
    level = draft.level(key)
    if level.on_hand + back.quantity > MAX_QUANTITY:
        return too_large(level.on_hand, back.quantity)
    told = referring_to(order, replace(origin, reason=back.reason or origin.reason))
    draft.post(key, MovementType.IN, back.quantity, told, order_id=order.order_id)
    if not back.restock:
        why = replace(told, reason=f"Returned, written off: {told.reason}")
        draft.post(key, MovementType.ADJUSTMENT, -back.quantity, why, order_id=order.order_id)
    draft.allocate_arrivals(key, told)
    return None


def _told(draft: Draft, origin: Origin) -> dict[str, Any]:
    """What an event says of when things moved, and of the paper that came with them."""
    return {"at": (origin.occurred_at or draft.now).isoformat(), "reference": origin.reference}


def _state_of(order: SalesOrder) -> SalesOrder:
    """An open order in the state that its shipments make."""
    if all(source.shipped == 0 for source in order.sources):
        return order
    is_done = not any(source.open for source in order.sources)
    return replace(order, state=s.SHIPPED if is_done else s.PARTIALLY_SHIPPED)


def _accepted(draft: Draft, order: SalesOrder, start: int) -> Accepted:
    facts = {"document": order, "view": view_of(draft, order)}
    return Accepted(movements=(start, len(draft.movements)), facts=facts)


def _fault_of_names(draft: Draft, order: SalesOrder) -> Rejected | None:
    """Why what an order names cannot be taken, or None."""
    if order.warehouse_id is not None:
        fault = warehouse_fault(draft, order.warehouse_id)
        if fault is not None:
            return fault
    for place, preference in enumerate(order.preferences):
        field = f"warehouse_priority.{place}"
        if preference.warehouse_id not in draft.warehouse_activity:
            return warehouse_fault(draft, preference.warehouse_id, field)
    return line_faults(
        product_fault(draft, line.product_id)
        or (None if line.warehouse_id is None else warehouse_fault(draft, line.warehouse_id))
        for line in order.lines
    )


def _lines_after(
    lines: Iterable[OrderLine], given: Iterable[s.LineGiven], *, is_draft: bool
) -> tuple[OrderLine, ...] | Rejected:
    """The lines that somebody writes, over those that are there."""
    old = {line.number: line for line in lines}
    next_number = max(old, default=0) + 1
    written: dict[int, OrderLine] = {}
    faults: list[Fault] = []
    for place, new in enumerate(given):
        if new.number is None and "product_id" not in new.fields:
            faults.append((place, Rejected(RejectionCode.PRODUCT_MISSING)))
            continue
        if new.number is None:
            written[next_number] = OrderLine(next_number, **new.fields)
            next_number += 1
            continue
        line = old.get(new.number)
        if line is None:
            faults.append((place, no_line(new.number, old)))
        elif new.number in written:
            faults.append((place, Rejected(RejectionCode.LINE_TWICE, {"line": new.number})))
        elif not is_draft and new.fields.get("product_id", line.product_id) != line.product_id:
            facts = {"line": new.number, "product_id": line.product_id}
            faults.append((place, Rejected(RejectionCode.PRODUCT_STAYS, facts)))
        else:
            written[new.number] = replace(line, **new.fields)
    return lines_refused(faults) if faults else tuple(written.values())


def _preferences(warehouse_ids: Iterable[int]) -> tuple[Preference, ...]:
    return tuple(Preference(number, it) for number, it in enumerate(warehouse_ids, 1))


RULES: Mapping[type[DocumentCommand], Callable[[Draft, Any], Result]] = {
    s.DraftSalesOrder: draft_sales_order,
    s.ChangeSalesOrder: change_sales_order,
    s.ConfirmSalesOrder: confirm_sales_order,
    s.ShipSalesOrder: ship_sales_order,
    s.CancelSalesOrder: cancel_sales_order,
    s.CloseSalesOrder: close_sales_order,
    s.ReturnSalesOrder: return_sales_order,
}
"""The commands about sales orders, and their rules."""
