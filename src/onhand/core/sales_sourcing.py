"""Sourcing: where a sales order's units come from, reserved, released and shipped.

`taken` decides, and looks at nothing but numbers; `Sourcing` does it, over one order and one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from onhand.core.catalog_rules import warehouse_fault
from onhand.core.documents import Event
from onhand.core.draft import Draft
from onhand.core.levels import MAX_QUANTITY, StockKey
from onhand.core.movements import MovementType, Origin
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.reservations import Reservation
from onhand.core.sales_orders import OrderLine, SalesOrder, Source
from onhand.core.stock_rules import insufficient, ship, too_large

Held = tuple[int, int]
"""Units allocated, and units backordered."""


def taken(
    units: int, available: Mapping[int, int], *, split: bool, may_wait: bool
) -> dict[int, Held] | None:
    """From which warehouses so many units are taken; None: they cannot be.

    `available` units per warehouse, the preferred one first. What is missing waits at the first.
    """
    first = next(iter(available))
    if not split:
        place = next((it for it, there in available.items() if there >= units), None)
        if place is not None:
            return {place: (units, 0)}
        there = available[first]
        return {first: (there, units - there)} if may_wait else None
    found: dict[int, Held] = {}
    left = units
    for place, there in available.items():
        allocated = min(left, there)
        if allocated:
            found[place] = (allocated, 0)
            left -= allocated
    if left:
        if not may_wait:
            return None
        found[first] = (found.get(first, (0, 0))[0], left)
    return found


class Sourcing:
    """An order's sources at work. What was done is told in plain values, for the order's event.

    What becomes available by it goes to the order's own lines first, then to other backorders:
    `finish` serves these, and tells the sources as they are then.
    """

    def __init__(self, draft: Draft, order: SalesOrder, told: Origin) -> None:
        """Work on an order; `told` is the origin of the movements."""
        self._draft = draft
        self._order_id = order.order_id
        self._split = order.split
        self._told = told
        self._freed: dict[StockKey, None] = {}
        self._last_number = max((source.number for source in order.sources), default=0)
        self._of_lines: dict[int, list[Source]] = {}
        for source in order.sources:
            self._of_lines.setdefault(source.line, []).append(source)
        self.reserved: list[dict[str, int]] = []
        self.released: list[dict[str, int]] = []
        self.shipped: list[dict[str, int]] = []

    def reserve(self, line: OrderLine, units: int, places: Sequence[int]) -> Rejected | None:
        """Hold units for a line at the first places that fit, or say why that cannot be."""
        draft = self._draft
        rules = draft.rules[line.product_id]
        if not rules.is_active:
            return Rejected(RejectionCode.PRODUCT_ARCHIVED, {"product_id": line.product_id})
        usable = [place for place in places if draft.warehouse_activity.get(place)]
        if not usable:
            return warehouse_fault(draft, places[0])
        available = {
            place: draft.level(StockKey(line.product_id, place)).available for place in usable
        }
        may_wait = line.allow_backorder and rules.allow_backorder
        found = taken(units, available, split=self._split, may_wait=may_wait)
        if found is None:
            there = available.values()
            return insufficient(sum(there) if self._split else max(there), units)
        for place, (allocated, backordered) in found.items():
            key = StockKey(line.product_id, place)
            level = draft.level(key)
            if level.backordered + backordered > MAX_QUANTITY:
                return too_large(level.backordered, units)
            draft.hold(key, self._order_id, allocated, backordered, None)
            if allocated:
                self._post(key, MovementType.RESERVED, allocated)
            self._add(line.number, place, allocated + backordered)
            self.reserved.append(
                {
                    "line": line.number,
                    "warehouse_id": place,
                    "allocated": allocated,
                    "backordered": backordered,
                }
            )
        return None

    def release(self, line: OrderLine, units: int) -> None:
        """Give back open units of a line: those that wait first, the last source first."""
        sources = self._of_lines.get(line.number, [])
        for waiting in (True, False):
            for place in reversed(range(len(sources))):
                source = sources[place]
                key = StockKey(line.product_id, source.warehouse_id)
                hold = self._hold(key)
                if hold is None or not units:
                    continue
                going = min(units, source.open, hold.backordered if waiting else hold.allocated)
                if not going:
                    continue
                self._draft.let_go(key, hold, 0 if waiting else going, going if waiting else 0)
                if not waiting:
                    self._post(key, MovementType.RELEASED, -going)
                    self._freed[key] = None
                units -= going
                sources[place] = replace(source, quantity=source.quantity - going)
                self.released.append(
                    {"line": line.number, "warehouse_id": key.warehouse_id, "quantity": going}
                )
        assert not units, "an order's open units are held"

    def shippable(self, line: OrderLine, warehouse_id: int | None) -> int:
        """Units of a line that are allocated, in one warehouse or in all."""
        units = 0
        for source in self._of_lines.get(line.number, ()):
            if warehouse_id in (None, source.warehouse_id):
                hold = self._hold(StockKey(line.product_id, source.warehouse_id))
                units += 0 if hold is None else min(source.open, hold.allocated)
        return units

    def ship(self, line: OrderLine, units: int, warehouse_id: int | None) -> None:
        """Send off so many units of a line; no more than are `shippable`."""
        sources = self._of_lines.get(line.number, [])
        for place, source in enumerate(sources):
            key = StockKey(line.product_id, source.warehouse_id)
            hold = self._hold(key)
            if warehouse_id not in (None, source.warehouse_id) or hold is None:
                continue
            going = min(units, source.open, hold.allocated)
            if not going:
                continue
            ship(self._draft, key, going, self._order_id, self._told, {})
            units -= going
            sources[place] = replace(source, shipped=source.shipped + going)
            self.shipped.append(
                {"line": line.number, "warehouse_id": key.warehouse_id, "quantity": going}
            )

    def open(self, line: OrderLine) -> int:
        """Units of a line that have not left."""
        return sum(source.open for source in self._of_lines.get(line.number, ()))

    def finish(self) -> tuple[Source, ...]:
        """Serve others with what came free; the sources, without those that are none any more."""
        for key in self._freed:
            self._draft.allocate_arrivals(key, self._told)
        return tuple(
            source for sources in self._of_lines.values() for source in sources if source.quantity
        )

    @property
    def told(self) -> dict[str, Any]:
        """What was reserved and released."""
        return {
            name: rows
            for name, rows in (("reserved", self.reserved), ("released", self.released))
            if rows
        }

    def _hold(self, key: StockKey) -> Reservation | None:
        self._draft.level(key)
        return self._draft.holds[key].get(self._order_id)

    def _post(self, key: StockKey, movement_type: MovementType, quantity: int) -> None:
        self._draft.post(key, movement_type, quantity, self._told, order_id=self._order_id)

    def _add(self, line: int, warehouse_id: int, units: int) -> None:
        sources = self._of_lines.setdefault(line, [])
        for place, source in enumerate(sources):
            if source.warehouse_id == warehouse_id:
                sources[place] = replace(source, quantity=source.quantity + units)
                return
        self._last_number += 1
        sources.append(Source(self._last_number, line, warehouse_id, units))


@dataclass(frozen=True, slots=True)
class SalesOrderView:
    """An order as people look at it: with what it holds where, and the step it just took."""

    order: SalesOrder
    holds: Mapping[StockKey, Held]
    step: Event | None = None

    def shares(self) -> dict[int, Held]:
        """What of each source, by its number, is allocated and what waits.

        Lines of one product share what is held at a level: the first ones have it first.
        """
        products = {line.number: line.product_id for line in self.order.lines}
        left = {key: allocated for key, (allocated, _) in self.holds.items()}
        found: dict[int, Held] = {}
        for source in sorted(self.order.sources, key=lambda it: (it.line, it.number)):
            key = StockKey(products[source.line], source.warehouse_id)
            allocated = min(source.open, left.get(key, 0))
            if allocated:
                left[key] -= allocated
            found[source.number] = (allocated, source.open - allocated)
        return found


def view_of(draft: Draft, order: SalesOrder) -> SalesOrderView:
    """An order as its last step left it."""
    products = {line.number: line.product_id for line in order.lines}
    holds: dict[StockKey, Held] = {}
    for source in order.sources:
        key = StockKey(products[source.line], source.warehouse_id)
        draft.level(key)
        hold = draft.holds[key].get(order.order_id)
        if hold is not None:
            holds[key] = (hold.allocated, hold.backordered)
    return SalesOrderView(order, holds, draft.events[-1])


def places_of(sources: Iterable[Source], line: int) -> list[int]:
    """The warehouses that units of a line have left from."""
    return [source.warehouse_id for source in sources if source.line == line and source.shipped]
