"""A plain model of the contract: what the ledger must say, in loops a person can follow.

Written from the specification, not from the code. One `Shelf` per product and warehouse, with its
holds in the order they were made and its entries in the order they were written; one method per
command, which answers `Accepted` or `Refused`. Where the specification gives no words for a refusal
the message is None: any will do.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

LARGEST = 2**53
NEGATIVE = "Stock quantity cannot be negative"
BELOW_RESERVED = "Reserved quantity cannot exceed stock quantity"
NOT_TRACKED = "Inventory is not tracked for this product"


@dataclass(frozen=True)
class Accepted:
    """Carried out: the level after it, and what the command's answer says besides."""

    on_hand: int
    reserved: int
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """Nothing was changed: the field at fault, and the words where the specification gives them."""

    field: str
    message: str | None = None


Said = Accepted | Refused


@dataclass
class Hold:
    """What one order holds on a shelf; a later hold has a greater number."""

    order: int
    number: int
    allocated: int = 0
    backordered: int = 0
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a shelf's ledger."""

    type: str
    quantity: int
    on_hand: int
    reserved: int
    order: int | None
    occurred_at: datetime
    reported_at: datetime | None
    reverses: tuple[tuple[int, int], int] | None = None


@dataclass
class Shelf:
    """The stock of one product in one warehouse."""

    on_hand: int = 0
    holds: list[Hold] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    last_counted_at: datetime | None = None

    @property
    def reserved(self) -> int:
        return sum(hold.allocated for hold in self.holds)

    @property
    def backordered(self) -> int:
        return sum(hold.backordered for hold in self.holds)

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def quantities(self) -> tuple[int, int, int]:
        """On hand, reserved and backordered."""
        return self.on_hand, self.reserved, self.backordered

    def of(self, order: int | None) -> Hold | None:
        """What an order holds here."""
        return next((hold for hold in self.holds if hold.order == order), None)


@dataclass
class Item:
    """A product, as far as stock goes."""

    tracked: bool = True
    backorders: bool = False
    active: bool = True
    default_warehouse: int | None = None


Place = tuple[int, int]


class Model:
    """All shelves, and a moment that is now."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.items: dict[int, Item] = {}
        self.warehouses: dict[int, bool] = {1: True}
        self.shelves: dict[Place, Shelf] = {}
        self.transfers: list[tuple[tuple[Place, int], tuple[Place, int]]] = []
        self.sales: dict[tuple[int, int, date], int] = {}
        self._happened: datetime | None = None
        self._holds_made = 0

    # Time and groups

    def at(self, now: datetime) -> None:
        """It is now this moment: what has expired by it is released, on every shelf."""
        self.now = now
        for shelf in self.shelves.values():
            self._release_expired(shelf)

    def _release_expired(self, shelf: Shelf) -> None:
        gone = [h for h in shelf.holds if h.expires_at is not None and h.expires_at <= self.now]
        gone.sort(key=lambda hold: (hold.expires_at, shelf.holds.index(hold)))
        for hold in gone:
            shelf.holds.remove(hold)
        # The entries tell reserved as it falls, one expired hold after the other.
        still = sum(hold.allocated for hold in gone)
        for hold in gone:
            still -= hold.allocated
            self._happened = hold.expires_at
            if hold.allocated:
                self._enter(shelf, "released", -hold.allocated, hold.order, reserved_more=still)
        if gone:
            self._serve_backorders(shelf)
        self._happened = None

    @contextmanager
    def all_or_none(self) -> Iterator[list[Said]]:
        """Answers appended to the list; if one is refused, all is as it was."""
        before = copy.deepcopy(self.__dict__)
        answers: list[Said] = []
        yield answers
        if any(isinstance(answer, Refused) for answer in answers):
            self.__dict__ = before

    # Products

    def add_product(
        self,
        product: int,
        item: Item,
        on_hand: int = 0,
        reserved: int = 0,
        warehouse: int | None = None,
    ) -> None:
        """A new product; what it has already is its first entries. Order 0 holds its reserved."""
        self.items[product] = item
        shelf = self._shelf(product, warehouse)
        self._happened = None
        if on_hand:
            self._enter(shelf, "in", on_hand, None)
        if reserved:
            self._hold(shelf, 0).allocated += reserved
            self._enter(shelf, "reserved", reserved, 0)

    def change_product(self, product: int, **changes: Any) -> Said:
        """Other attributes; what orders hold must stay tracked."""
        held = any(shelf.holds for place, shelf in self.shelves.items() if place[0] == product)
        if changes.get("default_warehouse") is not None:
            fault = self._fault_of_warehouse(changes["default_warehouse"], "default_warehouse_id")
            if fault:
                return fault
        if changes.get("tracked") is False and self.items[product].tracked and held:
            return Refused("track_inventory")
        for name, value in changes.items():
            setattr(self.items[product], name, value)
        return Accepted(0, 0)

    # Commands

    def adjust(
        self,
        product: int,
        warehouse: int | None,
        quantity: int,
        *,
        order: int | None = None,
        reason: str = "",
        reference: str = "",
        happened: datetime | None = None,
    ) -> Said:
        fault = self._fault(product, warehouse, happened)
        if fault:
            return fault
        if quantity == 0:
            return Refused("quantity")
        shelf = self._shelf(product, warehouse)
        if quantity < 0:
            named = [int(n) for n in re.findall(r"#([0-9]+)", f"{reason}\n{reference}")]
            held = [n for n in named if shelf.of(n)]
            ships_for = order if order is not None else held[0] if held else None
            if ships_for is not None:
                return self._ship(shelf, -quantity, ships_for)
        fault = self._fault_of_change(shelf, quantity)
        if fault:
            return fault
        self._enter(shelf, "adjustment", quantity, order)
        self._serve_backorders(shelf)
        return self._accepted(shelf, adjustment=quantity)

    def receive(
        self,
        product: int,
        warehouse: int | None,
        quantity: int,
        *,
        order: int | None = None,
        happened: datetime | None = None,
    ) -> Said:
        fault = self._fault(product, warehouse, happened)
        if fault:
            return fault
        shelf = self._shelf(product, warehouse)
        fault = self._fault_of_change(shelf, quantity)
        if fault:
            return fault
        self._enter(shelf, "in", quantity, order)
        self._serve_backorders(shelf)
        return self._accepted(shelf, received=quantity)

    def ship(
        self,
        product: int,
        warehouse: int | None,
        quantity: int,
        *,
        order: int | None = None,
        happened: datetime | None = None,
    ) -> Said:
        fault = self._fault(product, warehouse, happened)
        if fault:
            return fault
        return self._ship(self._shelf(product, warehouse), quantity, order)

    def reserve(
        self,
        product: int,
        warehouse: int | None,
        quantity: int,
        order: int,
        *,
        expires_at: datetime | None = None,
        happened: datetime | None = None,
    ) -> Said:
        fault = self._fault(product, warehouse, happened)
        if fault:
            return fault
        if not self.items[product].active:
            return Refused("product_id")
        if expires_at is not None and expires_at <= self.now:
            return Refused("expires_at")
        shelf = self._shelf(product, warehouse)
        if quantity > shelf.available and not self.items[product].backorders:
            return self._insufficient(shelf.available, quantity)
        allocated = min(quantity, shelf.available)
        hold = self._hold(shelf, order)
        hold.allocated += allocated
        hold.backordered += quantity - allocated
        hold.expires_at = expires_at or hold.expires_at
        if allocated:
            self._enter(shelf, "reserved", allocated, order)
        return self._accepted(shelf, allocated=allocated, backordered=quantity - allocated)

    def release(
        self,
        product: int,
        warehouse: int | None,
        quantity: int,
        order: int,
        *,
        happened: datetime | None = None,
    ) -> Said:
        fault = self._fault(product, warehouse, happened)
        if fault:
            return fault
        shelf = self._shelf(product, warehouse)
        hold = shelf.of(order)
        if hold is None or quantity > hold.allocated + hold.backordered:
            return Refused("quantity")
        never_came = min(quantity, hold.backordered)
        hold.backordered -= never_came
        self._give_back(shelf, hold, quantity - never_came)
        self._serve_backorders(shelf)
        return self._accepted(shelf, released=quantity, released_backordered=never_came)

    def count(
        self,
        product: int,
        warehouse: int | None,
        counted: int,
        *,
        deallocate: bool = False,
        happened: datetime | None = None,
    ) -> Said:
        fault = self._fault(product, warehouse, happened)
        if fault:
            return fault
        if counted > LARGEST:
            return Refused("quantity")
        shelf = self._shelf(product, warehouse)
        if counted < shelf.reserved and not deallocate:
            return Refused("reserved_quantity", BELOW_RESERVED)
        previous = shelf.on_hand
        hit: list[dict[str, int]] = []
        for hold in reversed(shelf.holds):
            taken = min(hold.allocated, shelf.reserved - counted)
            if taken > 0:
                hold.allocated -= taken
                hold.backordered += taken
                hit.append({"order_id": hold.order, "quantity": taken})
                self._enter(shelf, "released", -taken, hold.order)
        self._enter(shelf, "count", counted - previous, None)
        shelf.last_counted_at = shelf.entries[-1].occurred_at
        self._serve_backorders(shelf)
        facts = {
            "counted_quantity": counted,
            "previous_quantity": previous,
            "discrepancy": counted - previous,
        }
        return self._accepted(shelf, **facts, **({"deallocated": hit} if hit else {}))

    def transfer(
        self,
        product: int,
        source: int,
        target: int,
        quantity: int,
        *,
        happened: datetime | None = None,
    ) -> Said:
        fault = (
            self._fault_of_product(product)
            or self._fault_of_warehouse(source, "from_warehouse_id")
            or self._fault_of_warehouse(target, "to_warehouse_id")
            or self._fault_of_time(happened)
        )
        if fault:
            return fault
        if source == target:
            return Refused("to_warehouse_id")
        return self._move(product, source, target, quantity)

    def reverse(self, place: Place, number: int, *, happened: datetime | None = None) -> Said:
        """Mend entry `number` (from 1) of a shelf by its opposite."""
        product, _ = place
        pair = next((pair for pair in self.transfers if (place, number) in pair), None)
        mended = pair or ((place, number),)
        fault: Refused | None = None
        for (_, where), _ in mended:
            fault = fault or self._fault_of_product(product) or self._fault_of_warehouse(where)
        fault = fault or self._fault_of_time(happened)
        if fault:
            return fault
        already = {entry.reverses for shelf in self.shelves.values() for entry in shelf.entries}
        entry = self.shelves[place].entries[number - 1]
        if already & set(mended) or entry.quantity == 0:
            return Refused("id")
        if pair:
            (source, _), (target, _) = pair
            return self._move(product, target[1], source[1], abs(entry.quantity), pair)
        shelf = self._shelf(*place)
        mends = (place, number)
        if entry.type == "reserved":
            hold = shelf.of(entry.order)
            if hold is None or hold.allocated < entry.quantity:
                return Refused("quantity")
            self._give_back(shelf, hold, entry.quantity, mends)
        elif entry.type == "released":
            if -entry.quantity > shelf.available:
                return self._insufficient(shelf.available, -entry.quantity)
            assert entry.order is not None
            self._hold(shelf, entry.order).allocated -= entry.quantity
            self._enter(shelf, "reserved", -entry.quantity, entry.order, mends)
        else:
            fault = self._fault_of_change(shelf, -entry.quantity)
            if fault:
                return fault
            self._enter(shelf, entry.type, -entry.quantity, entry.order, mends)
        self._serve_backorders(shelf)
        return self._accepted(shelf)

    def extend(
        self, product: int, warehouse: int, order: int, number: int | None, until: datetime | None
    ) -> Said:
        """Give the reservation that an order had as its hold `number` another end, or none."""
        fault = self._fault(product, warehouse, None)
        if fault:
            return fault
        if until is not None and until <= self.now:
            return Refused("expires_at")
        shelf = self._shelf(product, warehouse)
        hold = shelf.of(order)
        if hold is None or hold.number != number:
            return Refused("id")
        hold.expires_at = until
        return self._accepted(shelf)

    # What every command goes through

    def _fault(
        self, product: int, warehouse: int | None, happened: datetime | None
    ) -> Refused | None:
        return (
            self._fault_of_product(product)
            or self._fault_of_warehouse(self._warehouse(product, warehouse))
            or self._fault_of_time(happened)
        )

    def _fault_of_product(self, product: int) -> Refused | None:
        if product not in self.items:
            return Refused("product_id")
        if not self.items[product].tracked:
            return Refused("product_id", NOT_TRACKED)
        return None

    def _fault_of_warehouse(self, warehouse: int, name: str = "warehouse_id") -> Refused | None:
        return None if self.warehouses.get(warehouse) else Refused(name)

    def _fault_of_time(self, happened: datetime | None) -> Refused | None:
        if happened is not None and happened > self.now:
            return Refused("occurred_at")
        self._happened = happened
        return None

    def _warehouse(self, product: int, warehouse: int | None) -> int:
        return warehouse or self.items[product].default_warehouse or 1

    def _shelf(self, product: int, warehouse: int | None) -> Shelf:
        place = (product, self._warehouse(product, warehouse))
        return self.shelves.setdefault(place, Shelf())

    def _fault_of_change(self, shelf: Shelf, quantity: int) -> Refused | None:
        if shelf.on_hand + quantity < 0:
            return Refused("quantity", NEGATIVE)
        if shelf.on_hand + quantity < shelf.reserved:
            return Refused("reserved_quantity", BELOW_RESERVED)
        if shelf.on_hand + quantity > LARGEST:
            return Refused("quantity")
        return None

    def _insufficient(self, available: int, requested: int) -> Refused:
        words = f"Insufficient stock available. Available: {available}, Requested: {requested}"
        return Refused("quantity", words)

    def _hold(self, shelf: Shelf, order: int) -> Hold:
        """What the order holds here already, or a hold of nothing at the queue's end."""
        hold = shelf.of(order)
        if hold is None:
            self._holds_made += 1
            hold = Hold(order, self._holds_made)
            shelf.holds.append(hold)
        return hold

    def _ship(self, shelf: Shelf, quantity: int, order: int | None) -> Said:
        hold = shelf.of(order) if order is not None else None
        from_hold = min(quantity, hold.allocated) if hold else 0
        if quantity - from_hold > shelf.available:
            return self._insufficient(shelf.available + from_hold, quantity)
        if hold:
            self._give_back(shelf, hold, from_hold)
        self._enter(shelf, "out", -quantity, order)
        return self._accepted(shelf, released=from_hold)

    def _move(
        self,
        product: int,
        source: int,
        target: int,
        quantity: int,
        mends: tuple[tuple[Place, int], tuple[Place, int]] | None = None,
    ) -> Said:
        left, arrived = self._shelf(product, source), self._shelf(product, target)
        if quantity > left.available:
            return self._insufficient(left.available, quantity)
        if arrived.on_hand + quantity > LARGEST:
            return Refused("quantity")
        # One moment for both halves: neither shelf's entries go back in time.
        moments = [s.entries[-1].occurred_at for s in (left, arrived) if s.entries]
        moment = max([*moments, self._happened or self.now])
        self._enter(left, "transfer", -quantity, None, mends and mends[1], moment=moment)
        self._enter(arrived, "transfer", quantity, None, mends and mends[0], moment=moment)
        went = ((product, source), len(left.entries))
        came = ((product, target), len(arrived.entries))
        self.transfers.append((went, came))
        self._serve_backorders(arrived)
        return self._accepted(left, quantity=quantity)

    def _give_back(
        self,
        shelf: Shelf,
        hold: Hold,
        quantity: int,
        mends: tuple[Place, int] | None = None,
    ) -> None:
        hold.allocated -= quantity
        if not hold.allocated and not hold.backordered:
            shelf.holds.remove(hold)
        if quantity:
            self._enter(shelf, "released", -quantity, hold.order, mends)

    def _serve_backorders(self, shelf: Shelf) -> None:
        for hold in shelf.holds:
            served = min(hold.backordered, shelf.available)
            if served:
                hold.backordered -= served
                hold.allocated += served
                self._enter(shelf, "reserved", served, hold.order)

    def _enter(
        self,
        shelf: Shelf,
        kind: str,
        quantity: int,
        order: int | None,
        reverses: tuple[Place, int] | None = None,
        *,
        moment: datetime | None = None,
        reserved_more: int = 0,
    ) -> None:
        if kind not in ("reserved", "released"):
            shelf.on_hand += quantity
        occurred_at = moment or self._happened or self.now
        if shelf.entries:
            occurred_at = max(occurred_at, shelf.entries[-1].occurred_at)
        reported_at = self._happened if self._happened not in (None, occurred_at) else None
        reserved = shelf.reserved + reserved_more
        shelf.entries.append(
            Entry(
                kind,
                quantity,
                shelf.on_hand,
                reserved,
                order,
                occurred_at,
                reported_at,
                reverses,
            )
        )
        if kind == "out":
            place = next(place for place, kept in self.shelves.items() if kept is shelf)
            day = (*place, occurred_at.date())
            self.sales[day] = self.sales.get(day, 0) - quantity

    def _accepted(self, shelf: Shelf, **facts: Any) -> Accepted:
        return Accepted(shelf.on_hand, shelf.reserved, facts)
