"""Needs and Snapshot: what a batch declares that it will read, and what was read for it.

The rules never fetch: `needs_of` names every row that `decide` may look at, a store loads and locks
them all at once, and a row missing from the snapshot does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from onhand.core import commands as c
from onhand.core.documents import (
    PARTNERS,
    Document,
    DocumentCommand,
    DocumentKey,
    DocumentKind,
    Inbound,
    Touch,
)
from onhand.core.levels import Level, StockKey
from onhand.core.movements import MovementType, Origin
from onhand.core.products import Product, ProductRules, sku_key
from onhand.core.reservations import Reservation
from onhand.core.stock_settings import StockSettings
from onhand.core.terms import Terms, TermsKey
from onhand.core.warehouses import DEFAULT_WAREHOUSE_ID, Warehouse

_ORDER_IN_TEXT = re.compile(r"#0*([1-9]\d{0,18})(?!\d)", re.ASCII)
_LAST_ORDER_ID = 2**63 - 1

Place = tuple[int, int | None]
"""A product and a warehouse; None stands for the product's default warehouse."""


@dataclass(slots=True)
class Needs:
    """All that a batch will read, and how many new ids it may use up.

    `new_defaults` are warehouses that a product may have as its default before the batch is done.
    `touches` counts the commands per place, `frees` the units that they may make available there:
    together they bound how much of a queue of backorders can be served. `likely_events` is a guess
    of how many will be written, movements among them. What a document's lines touch, and what its
    `steps` look at, is known once `documents` are loaded and locked: see `declare_documents`. Their
    `partners` come after them. `as_of` are past moments of levels: see `moments_to_look_up`.
    """

    levels: set[Place] = field(default_factory=set)
    touches: dict[Place, int] = field(default_factory=dict)
    frees: dict[Place, int] = field(default_factory=dict)
    orders: set[tuple[int, int | None, int]] = field(default_factory=set)
    all_reservations: set[Place] = field(default_factory=set)
    reversals: set[tuple[int, int]] = field(default_factory=set)
    products: set[int] = field(default_factory=set)
    sku_keys: set[str] = field(default_factory=set)
    warehouses: set[int] = field(default_factory=set)
    all_warehouses: bool = False
    warehouse_holdings: set[int] = field(default_factory=set)
    new_defaults: dict[int, set[int]] = field(default_factory=dict)
    likely_events: int = 0
    new_products: int = 0
    new_warehouses: int = 0
    new_reservations: int = 0
    new_transfers: int = 0
    documents: set[DocumentKey] = field(default_factory=set)
    steps: list[DocumentCommand] = field(default_factory=list)
    new_documents: dict[DocumentKind, int] = field(default_factory=dict)
    as_of: set[tuple[int, int, datetime]] = field(default_factory=set)
    inbounds: set[Place] = field(default_factory=set)
    partners: set[DocumentKey] = field(default_factory=set)
    names: set[tuple[DocumentKind, str]] = field(default_factory=set)
    terms: set[TermsKey] = field(default_factory=set)
    preferences: set[int] = field(default_factory=set)
    settings: set[StockKey] = field(default_factory=set)

    def only_products(self) -> dict[DocumentKey, set[int]]:
        """The documents of which no more is wanted than the lines of some products."""
        found: dict[DocumentKey, set[int]] = {}
        whole: set[DocumentKey] = set()
        for step in self.steps:
            key = DocumentKey(step.kind, step.id or 0)
            only = step.only_products()
            if only is None:
                whole.add(key)
            else:
                found.setdefault(key, set()).update(only)
        return {key: products for key, products in found.items() if key not in whole}

    @property
    def stocked_products(self) -> list[int]:
        """The products to lock, in the order in which every writer locks them."""
        return sorted({product_id for product_id, _ in self.levels} | self.products)


@dataclass(slots=True)
class ProductTotals:
    """A product's quantities summed over its warehouses, in units."""

    on_hand: int = 0
    reserved: int = 0
    backordered: int = 0


@dataclass(slots=True)
class NewIds:
    """Ids set aside for what the batch may create; unused ones are simply skipped."""

    products: Iterator[int] = field(default_factory=lambda: iter(()))
    warehouses: Iterator[int] = field(default_factory=lambda: iter(()))
    reservations: Iterator[int] = field(default_factory=lambda: iter(()))
    transfers: Iterator[int] = field(default_factory=lambda: iter(()))
    documents: dict[DocumentKind, Iterator[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Snapshot:
    """The rows a batch declared, as they stand under its locks.

    `reservations` holds at least the orders named, all that have expired, and, where stock may come
    free at a level that owes backorders, as much of the head of their queue as it could serve.
    `warehouse_activity` tells of each warehouse that exists and is named whether it is active;
    `warehouses` are whole, and all of them, where a batch changes any. `names` tells which
    document has a name, of those that are asked for; `terms` hold those that are named, and the
    preferred ones of the products whose preference may change. `on_hand_as_of` tells of past
    moments, where a level has moved since. `documents_open_at` tells which warehouses are named by
    documents that are not done, and by which kind of them.
    """

    rules: dict[int, ProductRules] = field(default_factory=dict)
    totals: dict[int, ProductTotals] = field(default_factory=dict)
    reorder_points: dict[int, int | None] = field(default_factory=dict)
    levels: dict[StockKey, Level] = field(default_factory=dict)
    reservations: dict[StockKey, dict[int, Reservation]] = field(default_factory=dict)
    reversed_ids: set[int] = field(default_factory=set)
    products: dict[int, Product] = field(default_factory=dict)
    products_with_history: set[int] = field(default_factory=set)
    sku_owners: dict[str, int] = field(default_factory=dict)
    warehouse_activity: dict[int, bool] = field(default_factory=dict)
    warehouses: dict[int, Warehouse] = field(default_factory=dict)
    warehouses_holding: set[int] = field(default_factory=set)
    documents_open_at: dict[int, DocumentKind] = field(default_factory=dict)
    documents: dict[DocumentKey, Document] = field(default_factory=dict)
    inbounds: dict[StockKey, Inbound] = field(default_factory=dict)
    inbound_totals: dict[int, int] = field(default_factory=dict)
    names: dict[tuple[DocumentKind, str], int] = field(default_factory=dict)
    terms: dict[TermsKey, Terms] = field(default_factory=dict)
    settings: dict[StockKey, StockSettings] = field(default_factory=dict)
    on_hand_as_of: dict[tuple[StockKey, datetime], int] = field(default_factory=dict)
    new_ids: NewIds = field(default_factory=NewIds)


def orders_named(origin: Origin) -> list[int]:
    """The order numbers written as `#789` in a change's reason or reference, first one first."""
    return [
        order_id
        for text in (origin.reason, origin.reference)
        if text and "#" in text
        for order_id in map(int, _ORDER_IN_TEXT.findall(text))
        if order_id <= _LAST_ORDER_ID
    ]


def needs_of(requests: Iterable[c.Request]) -> Needs:
    """Declare everything that deciding `requests` will read."""
    needs = Needs()
    for request in requests:
        for command in request.commands:
            _declare(command, needs)
    if needs.new_defaults:
        _declare_new_defaults(needs)
    return needs


def _declare(command: c.Command, needs: Needs) -> None:
    match command:
        case c.ReserveStock():
            _declare_place(needs, command.product_id, command.warehouse_id)
            needs.orders.add((command.product_id, command.warehouse_id, command.order_id))
            needs.new_reservations += 1
        case c.ReleaseStock():
            _declare_place(needs, command.product_id, command.warehouse_id, command.quantity)
            needs.orders.add((command.product_id, command.warehouse_id, command.order_id))
        case c.AdjustStock():
            _declare_place(needs, command.product_id, command.warehouse_id, command.quantity)
            if command.quantity < 0:
                orders = (
                    [command.order_id]
                    if command.order_id is not None
                    else orders_named(command.origin)
                )
                for order_id in orders:
                    needs.orders.add((command.product_id, command.warehouse_id, order_id))
                    needs.likely_events += 1
        case c.ShipStock():
            _declare_place(needs, command.product_id, command.warehouse_id)
            if command.order_id is not None:
                needs.orders.add((command.product_id, command.warehouse_id, command.order_id))
                needs.likely_events += 1
        case c.ReceiveStock():
            _declare_place(needs, command.product_id, command.warehouse_id, command.quantity)
        case c.CountStock():
            _declare_place(
                needs, command.product_id, command.warehouse_id, command.counted_quantity
            )
            if command.on_shortfall is c.OnShortfall.DEALLOCATE:
                needs.all_reservations.add((command.product_id, command.warehouse_id))
        case c.TransferStock():
            _declare_place(needs, command.product_id, command.from_warehouse_id)
            _declare_place(needs, command.product_id, command.to_warehouse_id, command.quantity)
            if command.in_transit:
                _declare_new_document(needs, DocumentKind.TRANSFER)
                needs.inbounds.add((command.product_id, command.to_warehouse_id))
            else:
                needs.new_transfers += 1
        case c.ReverseMovement():
            _declare_reversal(command, needs)
        case c.RescheduleReservation():
            _declare_place(needs, command.product_id, command.warehouse_id)
            needs.orders.add((command.product_id, command.warehouse_id, command.order_id))
        case c.ExpireReservations():
            _declare_place(needs, command.product_id, command.warehouse_id)
        case DocumentCommand():
            _declare_document(command, needs)
        case _:
            _declare_catalog(command, needs)


def declare_documents(needs: Needs, documents: Iterable[Document]) -> None:
    """Declare what the documents of a batch touch, now that they are known and locked."""
    known = {document.key: document for document in documents}
    steps: dict[DocumentKey, list[DocumentCommand]] = {}
    for step in needs.steps:
        key = DocumentKey(step.kind, step.id or 0)
        needs.terms.update(step.terms(known.get(key)))
        steps.setdefault(key, []).append(step)
    for key, document in known.items():
        needs.partners.update(document.partners())
        for touch in document.touches_by(steps[key]):
            _declare_touch(needs, touch)


def _declare_document(command: DocumentCommand, needs: Needs) -> None:
    if command.id is None:
        _declare_new_document(needs, command.kind)
    else:
        keys = needs.partners if command.kind in PARTNERS else needs.documents
        keys.add(DocumentKey(command.kind, command.id))
    needs.likely_events += 1
    needs.steps.append(command)
    needs.partners.update(command.partners())
    needs.names.update((command.kind, name) for name in command.names())
    needs.preferences.update(command.prefers())
    needs.warehouses.update(command.warehouses())
    for touch in command.touches():
        _declare_touch(needs, touch)


def _declare_new_document(needs: Needs, kind: DocumentKind) -> None:
    needs.new_documents[kind] = needs.new_documents.get(kind, 0) + 1


def _declare_touch(needs: Needs, touch: Touch) -> None:
    product_id, warehouse_id, frees, order_id, as_of, all_reservations, reserves = touch
    _declare_place(needs, product_id, warehouse_id, frees)
    needs.inbounds.add((product_id, warehouse_id))
    if order_id is not None:
        needs.orders.add((product_id, warehouse_id, order_id))
        needs.likely_events += 1
    needs.new_reservations += reserves
    if all_reservations:
        needs.all_reservations.add((product_id, warehouse_id))
    if warehouse_id is not None:
        needs.as_of.update((product_id, warehouse_id, moment) for moment in as_of)


def _declare_place(needs: Needs, product_id: int, warehouse_id: int | None, frees: int = 0) -> None:
    place = (product_id, warehouse_id)
    needs.levels.add(place)
    needs.touches[place] = needs.touches.get(place, 0) + 1
    needs.likely_events += 1
    if frees > 0:
        needs.frees[place] = needs.frees.get(place, 0) + frees
    if warehouse_id is not None:
        needs.warehouses.add(warehouse_id)


def _declare_new_defaults(needs: Needs) -> None:
    """Who names no warehouse means another one once a command before has changed the default."""
    for product_id, warehouse_ids in needs.new_defaults.items():
        place: Place = (product_id, None)
        orders = [order_id for p, w, order_id in needs.orders if (p, w) == place]
        for warehouse_id in warehouse_ids if place in needs.levels else ():
            there: Place = (product_id, warehouse_id)
            needs.levels.add(there)
            needs.touches[there] = needs.touches.get(there, 0) + needs.touches[place]
            needs.frees[there] = needs.frees.get(there, 0) + needs.frees.get(place, 0)
            needs.orders.update((*there, order_id) for order_id in orders)
            if place in needs.all_reservations:
                needs.all_reservations.add(there)


def _declare_reversal(command: c.ReverseMovement, needs: Needs) -> None:
    needs.new_transfers += 1
    for movement in command.movements:
        _declare_place(needs, *movement.key, frees=abs(movement.quantity))
        needs.reversals.add((movement.key.product_id, movement.id))
        if movement.order_id is not None:
            needs.orders.add((*movement.key, movement.order_id))
        if movement.movement_type is MovementType.RELEASED:
            needs.new_reservations += 1


def _declare_catalog(command: c.CatalogCommand, needs: Needs) -> None:
    needs.likely_events += 1
    match command:
        case c.CreateProduct():
            needs.sku_keys.add(sku_key(command.attributes.sku))
            needs.new_products += 1
            needs.new_reservations += bool(command.reserved_quantity)
            needs.likely_events += bool(command.stock_quantity) + bool(command.reserved_quantity)
            for warehouse_id in (command.warehouse_id, command.attributes.default_warehouse_id, 1):
                if warehouse_id is not None:
                    needs.warehouses.add(warehouse_id)
        case c.UpdateProduct():
            needs.products.add(command.product_id)
            if "sku" in command.changes:
                needs.sku_keys.add(sku_key(command.changes["sku"]))
            if "default_warehouse_id" in command.changes:
                warehouse_id = command.changes["default_warehouse_id"] or DEFAULT_WAREHOUSE_ID
                needs.warehouses.add(warehouse_id)
                needs.new_defaults.setdefault(command.product_id, set()).add(warehouse_id)
        case c.RemoveProduct():
            needs.products.add(command.product_id)
        case c.CreateWarehouse():
            needs.all_warehouses = True
            needs.new_warehouses += 1
        case c.UpdateWarehouse():
            needs.all_warehouses = True
            if command.changes.get("is_active") is False:
                needs.warehouse_holdings.add(command.warehouse_id)
        case c.SetStockSettings() | c.RemoveStockSettings():
            key = StockKey(command.product_id, command.warehouse_id)
            needs.products.add(key.product_id)
            needs.warehouses.add(key.warehouse_id)
            needs.levels.add(key)
            needs.settings.add(key)


def queues_to_load(
    needs: Needs,
    levels: Mapping[StockKey, Level],
    rules: Mapping[int, ProductRules],
    expired: set[StockKey],
) -> dict[StockKey, int | None]:
    """The levels whose queue of backorders may be served, and how many of its head; None: all.

    Each reservation in a queue waits for a unit at least, and each command takes out one at most.
    """
    bounds: dict[StockKey, int | None] = {}
    if not any(level.backordered for level in levels.values()):
        return bounds
    for (product_id, warehouse_id), touches in needs.touches.items():
        if product_id not in rules:
            continue
        key = resolved(product_id, warehouse_id, rules)
        level = levels.get(key)
        if level is None or not level.backordered:
            continue
        frees = needs.frees.get((product_id, warehouse_id), 0)
        if key in expired:
            bounds[key] = None
        elif key not in bounds:
            bounds[key] = frees + touches
        else:
            bound = bounds[key]
            bounds[key] = None if bound is None else bound + frees + touches
    return bounds


def moments_to_look_up(
    needs: Needs, levels: Mapping[StockKey, Level]
) -> list[tuple[int, int, datetime]]:
    """The past moments for which the ledger must be asked: a level that has not moved since tells
    its own.
    """
    found = []
    for product_id, warehouse_id, moment in needs.as_of:
        level = levels.get(StockKey(product_id, warehouse_id))
        moved_at = None if level is None else level.last_movement_at
        if moved_at is not None and moved_at > moment:
            found.append((product_id, warehouse_id, moment))
    return found


def resolved(
    product_id: int, warehouse_id: int | None, rules: Mapping[int, ProductRules]
) -> StockKey:
    """The level that a known product and perhaps a warehouse name."""
    if warehouse_id is None:
        warehouse_id = rules[product_id].default_warehouse_id or DEFAULT_WAREHOUSE_ID
    return StockKey(product_id, warehouse_id)
