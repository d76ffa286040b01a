"""decide: a batch of requests and a snapshot in, everything to be written out.

Each request is answered by itself: one's rejection never touches its neighbours. Within the batch a
command sees what those before it did. Nothing is read but the snapshot, nothing is changed but the
draft, and the same arguments give the same decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from onhand.core import (
    catalog_rules,
    count_rules,
    purchase_order_rules,
    sales_order_rules,
    stock_rules,
    stock_settings_rules,
    suppliers,
    transfer_rules,
)
from onhand.core import commands as c
from onhand.core.documents import Document, DocumentCommand, DocumentKey, Event, Inbound
from onhand.core.draft import Draft
from onhand.core.events import Notice, in_order
from onhand.core.levels import Level, StockKey
from onhand.core.movements import Movement, MovementType, Origin
from onhand.core.products import Product
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.reservations import Reservation
from onhand.core.snapshot import ProductTotals, Snapshot
from onhand.core.stock_notices import stock_notices
from onhand.core.stock_rules import Accepted, Result
from onhand.core.stock_settings import StockSettings
from onhand.core.terms import Terms, TermsKey
from onhand.core.warehouse_limits import limit_fault, limit_fault_of_all, limit_fault_of_document
from onhand.core.warehouses import Warehouse


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request: an answer per command.

    An atomic request with a rejection changed nothing: it then holds the answers up to and with the
    rejected one, the last.
    """

    results: tuple[Result, ...]
    applied: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What to answer, and what to write in one commit.

    Levels, reservations (None: closed), products' totals, products (None: deleted), warehouses,
    documents, suppliers' terms and stock settings (None: removed) and what is inbound are as they
    stand after the batch. `removed_levels` are empty ones that go with their settings. `events` are
    documents' steps, `notices` all else that is told and is no movement.
    `daily_sales` are units shipped per product, warehouse and UTC day, to add to what is
    there.
    """

    outcomes: tuple[Outcome, ...]
    movements: tuple[Movement, ...]
    levels: Mapping[StockKey, Level]
    reservations: Mapping[tuple[StockKey, int], Reservation | None]
    totals: Mapping[int, ProductTotals]
    daily_sales: Mapping[tuple[int, int, date], int]
    products: Mapping[int, Product | None]
    warehouses: Mapping[int, Warehouse]
    documents: Mapping[DocumentKey, Document]
    inbounds: Mapping[StockKey, Inbound]
    inbound_totals: Mapping[int, int]
    events: Sequence[Event]
    notices: Sequence[Notice]
    terms: Mapping[TermsKey, Terms | None]
    settings: Mapping[StockKey, StockSettings | None]
    removed_levels: Sequence[StockKey]

    @property
    def event_count(self) -> int:
        """How many numbers its events take, movements among them."""
        return len(self.movements) + len(self.events) + len(self.notices)

    @property
    def told(self) -> Sequence[Event | Notice]:
        """The events that are no movements, in the order in which they are numbered."""
        return in_order((*self.events, *self.notices))

    def numbered(self, numbers: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
        """Each movement's number and each event's, out of as many rising ones, in one order."""
        if not self.events and not self.notices:
            return numbers, ()
        of_movements: list[int] = []
        of_events: list[int] = []
        left = iter(numbers)
        for event in self.told:
            while len(of_movements) < event.after:
                of_movements.append(next(left))
            of_events.append(next(left))
        return [*of_movements, *left], of_events

    @property
    def writes_nothing(self) -> bool:
        """Whether there is nothing to commit."""
        return not (
            self.levels or self.reservations or self.products or self.warehouses or self.documents
        )


def decide(requests: Sequence[c.Request], snapshot: Snapshot, now: datetime) -> Decision:
    """Decide a batch at the moment `now` (UTC, aware)."""
    draft = Draft(snapshot, now)
    outcomes = tuple(
        # What is tried sees the stock as it is stored, and nobody sees what it would have changed.
        _carry_out(Draft(snapshot, now) if request.dry_run else draft, request)
        for request in requests
    )
    levels = dict(draft.changed_levels())
    settings = stock_settings_rules.changed_settings(draft)
    removed_levels = stock_settings_rules.settle_levels(draft, settings, levels)
    totals = _changed_totals(snapshot, levels)
    draft.notices += list(stock_notices(draft, totals))
    return Decision(
        outcomes=outcomes,
        movements=_told_apart(draft, requests, outcomes),
        levels=levels,
        reservations=_changed_reservations(draft),
        totals=totals,
        daily_sales=_daily_sales(draft.movements),
        products=_changed_products(draft),
        warehouses={
            warehouse_id: warehouse
            for warehouse_id, warehouse in draft.warehouses.items()
            if warehouse is not snapshot.warehouses.get(warehouse_id)
        },
        documents={
            key: document
            for key, document in draft.documents.items()
            if document is not snapshot.documents.get(key)
        },
        inbounds=(inbounds := _changed_inbounds(draft)),
        inbound_totals=_changed_inbound_totals(snapshot, inbounds),
        events=draft.events,
        notices=draft.notices,
        terms=_changed_terms(draft),
        settings=settings,
        removed_levels=removed_levels,
    )


def _told_apart(
    draft: Draft, requests: Sequence[c.Request], outcomes: Sequence[Outcome]
) -> tuple[Movement, ...]:
    """The entries, of which those that only refer to a document are of no moment of its steps.

    A client may give any document as a reference. What it wrote in the very batch in which the
    document took a step stands a microsecond earlier, so that a document's own movements are told
    by its reference and the moments of its steps.
    """
    if not draft.events:
        return tuple(draft.movements)
    stepped = {(event.key.kind.value, event.key.id) for event in draft.events}
    by_steps: set[int] = set()
    for request, outcome in zip(requests, outcomes, strict=True):
        if outcome.applied:
            for command, result in zip(request.commands, outcome.results, strict=True):
                if isinstance(result, Accepted) and _is_of_document(command):
                    by_steps.update(range(*result.movements))
    return tuple(
        movement._replace(created_at=draft.now - _JUST)
        if place not in by_steps
        and (movement.origin.reference_type, movement.origin.reference_id) in stepped
        else movement
        for place, movement in enumerate(draft.movements)
    )


def _is_of_document(command: c.Command) -> bool:
    if isinstance(command, c.TransferStock):
        return command.in_transit
    return isinstance(command, DocumentCommand)


def _carry_out(draft: Draft, request: c.Request) -> Outcome:
    if not request.atomic or len(request.commands) == 1:
        return Outcome(tuple(_answer(draft, command) for command in request.commands))
    results: list[Result] = []
    draft.begin_group()
    for command in request.commands:
        result = _answer(draft, command)
        results.append(result)
        if isinstance(result, Rejected):
            draft.end_group(keep=False)
            return Outcome(tuple(results), applied=False)
    draft.end_group(keep=True)
    return Outcome(tuple(results))


def _answer(draft: Draft, command: c.Command) -> Result:
    at_level = _AT_LEVEL.get(type(command))
    if at_level is not None:
        return _answer_at_level(draft, command, at_level)
    if isinstance(command, DocumentCommand):
        return _answer_of_document(draft, command)
    match command:
        case c.CreateProduct():
            return _fault_of_time(draft, command.origin) or catalog_rules.create_product(
                draft, command
            )
        case c.UpdateProduct():
            return catalog_rules.update_product(draft, command)
        case c.RemoveProduct():
            return catalog_rules.remove_product(draft, command)
        case c.CreateWarehouse():
            return limit_fault_of_all(
                command.origin, "warehouse_id"
            ) or catalog_rules.create_warehouse(draft, command)
        case c.UpdateWarehouse():
            return limit_fault_of_all(
                command.origin, "warehouse_id"
            ) or catalog_rules.update_warehouse(draft, command)
        case c.SetStockSettings():
            return limit_fault(
                command.origin, command.warehouse_id
            ) or stock_settings_rules.set_stock_settings(draft, command)
        case c.RemoveStockSettings():
            return limit_fault(
                command.origin, command.warehouse_id
            ) or stock_settings_rules.remove_stock_settings(draft, command)
        case c.TransferStock():
            return (
                catalog_rules.product_fault(draft, command.product_id)
                or limit_fault(command.origin, command.from_warehouse_id, "from_warehouse_id")
                or limit_fault(command.origin, command.to_warehouse_id, "to_warehouse_id")
                or catalog_rules.warehouse_fault(
                    draft, command.from_warehouse_id, "from_warehouse_id"
                )
                or catalog_rules.warehouse_fault(draft, command.to_warehouse_id, "to_warehouse_id")
                or _fault_of_time(draft, command.origin)
                or _transfer(draft, command)
            )
        case c.ReverseMovement():
            for movement in command.movements:
                fault = (
                    limit_fault(command.origin, movement.key.warehouse_id)
                    or catalog_rules.product_fault(draft, movement.key.product_id)
                    or catalog_rules.warehouse_fault(draft, movement.key.warehouse_id)
                )
                if fault is not None:
                    return fault
            return _fault_of_time(draft, command.origin) or stock_rules.reverse(draft, command)
    raise TypeError(f"no rule for {type(command).__name__}")


def _answer_at_level(draft: Draft, command: Any, rule: _RuleAtLevel) -> Result:
    fault = catalog_rules.product_fault(draft, command.product_id)
    if fault is not None:
        return fault
    key = draft.key(command.product_id, command.warehouse_id)
    fault = (
        limit_fault(command.origin, key.warehouse_id)
        or catalog_rules.warehouse_fault(draft, key.warehouse_id)
        or _fault_of_time(draft, command.origin)
    )
    return fault if fault is not None else rule(draft, key, command)


def _transfer(draft: Draft, command: c.TransferStock) -> Result:
    if command.in_transit:
        return _whole_or_not(draft, command, transfer_rules.send_stock)
    return stock_rules.transfer(draft, command)


def _answer_of_document(draft: Draft, command: DocumentCommand) -> Result:
    fault = limit_fault_of_document(draft, command) or _fault_of_time(draft, command.origin)
    if fault is not None:
        return fault
    return _whole_or_not(draft, command, _OF_DOCUMENTS[type(command)])


def _whole_or_not(draft: Draft, command: Any, rule: Callable[[Draft, Any], Result]) -> Result:
    """A document's step is taken whole, or not at all."""
    if draft.in_group:
        # A rejection takes the whole group back.
        return rule(draft, command)
    draft.begin_group()
    result = rule(draft, command)
    draft.end_group(keep=not isinstance(result, Rejected))
    return result


def _ship(draft: Draft, key: StockKey, command: c.ShipStock) -> Result:
    facts = {"shipped": command.quantity}
    return stock_rules.ship(draft, key, command.quantity, command.order_id, command.origin, facts)


def _expire(draft: Draft, key: StockKey, command: c.ExpireReservations) -> Result:
    return stock_rules.expire(draft, key)


_RuleAtLevel = Callable[[Draft, StockKey, Any], Result]

_AT_LEVEL: Mapping[type[c.Command], _RuleAtLevel] = {
    c.ReserveStock: stock_rules.reserve,
    c.ReleaseStock: stock_rules.release,
    c.AdjustStock: stock_rules.adjust,
    c.ReceiveStock: stock_rules.receive,
    c.ShipStock: _ship,
    c.CountStock: stock_rules.count,
    c.RescheduleReservation: stock_rules.reschedule,
    c.ExpireReservations: _expire,
}
"""The commands about one product in one warehouse, and their rules."""

_OF_DOCUMENTS: Mapping[type[DocumentCommand], Callable[[Draft, Any], Result]] = {
    **purchase_order_rules.RULES,
    **suppliers.RULES,
    **transfer_rules.RULES,
    **count_rules.RULES,
    **sales_order_rules.RULES,
}


def _fault_of_time(draft: Draft, origin: Origin) -> Rejected | None:
    occurred_at = origin.occurred_at
    if occurred_at is None or occurred_at <= draft.now:
        return None
    return Rejected(
        RejectionCode.OCCURRED_IN_FUTURE, {"occurred_at": occurred_at, "now": draft.now}
    )


def _changed_reservations(draft: Draft) -> dict[tuple[StockKey, int], Reservation | None]:
    changed: dict[tuple[StockKey, int], Reservation | None] = {}
    for key, holds in draft.holds.items():
        before = draft.snapshot.reservations.get(key)
        if before is not None:
            for order_id in before.keys() - holds.keys():
                changed[key, order_id] = None
        for order_id, reservation in holds.items():
            if before is None or reservation != before.get(order_id):
                changed[key, order_id] = reservation
    return changed


def _changed_totals(
    snapshot: Snapshot, levels: Mapping[StockKey, Level]
) -> dict[int, ProductTotals]:
    changed: dict[int, ProductTotals] = {}
    several: set[int] = set()
    for key, level in levels.items():
        product_id = key[0]
        before = snapshot.levels.get(key, _EMPTY)
        on_hand = level.on_hand - before.on_hand
        reserved = level.reserved - before.reserved
        backordered = level.backordered - before.backordered
        if not (on_hand or reserved or backordered):
            continue
        totals = changed.get(product_id)
        if totals is None:
            totals = snapshot.totals.get(product_id, _NOTHING)
        else:
            several.add(product_id)
        changed[product_id] = ProductTotals(
            totals.on_hand + on_hand, totals.reserved + reserved, totals.backordered + backordered
        )
    # A transfer leaves them as they were.
    for product_id in several:
        if changed[product_id] == snapshot.totals.get(product_id, _NOTHING):
            del changed[product_id]
    return changed


def _changed_inbounds(draft: Draft) -> dict[StockKey, Inbound]:
    stored = draft.snapshot.inbounds
    return {
        key: inbound
        for key, inbound in draft.inbounds.items()
        if inbound != stored.get(key, _NONE_INBOUND)
    }


def _changed_inbound_totals(
    snapshot: Snapshot, inbounds: Mapping[StockKey, Inbound]
) -> dict[int, int]:
    changed: dict[int, int] = {}
    for key, inbound in inbounds.items():
        product_id = key[0]
        if product_id not in changed:
            changed[product_id] = snapshot.inbound_totals.get(product_id, 0)
        changed[product_id] += inbound.total - snapshot.inbounds.get(key, _NONE_INBOUND).total
    return changed


def _changed_terms(draft: Draft) -> dict[TermsKey, Terms | None]:
    before = draft.snapshot.terms
    removed = before.keys() - draft.terms.keys()
    changed = {key: terms for key, terms in draft.terms.items() if terms != before.get(key)}
    return {**dict.fromkeys(removed), **changed}


_NONE_INBOUND = Inbound()
_NOTHING = ProductTotals()
_EMPTY = Level()
_JUST = timedelta(microseconds=1)


def _daily_sales(movements: Iterable[Movement]) -> dict[tuple[int, int, date], int]:
    sales: dict[tuple[int, int, date], int] = {}
    for movement in movements:
        if movement.movement_type is MovementType.OUT:
            at = (movement.product_id, movement.warehouse_id, movement.occurred_at.date())
            sales[at] = sales.get(at, 0) - movement.quantity
    return sales


def _changed_products(draft: Draft) -> dict[int, Product | None]:
    changed: dict[int, Product | None] = {
        product_id: product
        for product_id, product in draft.products.items()
        if product is not draft.snapshot.products.get(product_id)
    }
    for product_id in draft.removed:
        changed[product_id] = None
    return changed


__all__ = ["Accepted", "Decision", "Outcome", "decide"]
