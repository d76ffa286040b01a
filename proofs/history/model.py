"""One product by the rules, one operation after the other: what every history is held against.

Written from the specification, in small: on hand and each order's hold, on a few shelves (its
warehouses, counted from 0). `carried_out` is a function of a state and an ask, and all values can
be compared and hashed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

Holds = tuple[tuple[int, int], ...]
Levels = tuple[tuple[int, int], ...]


class Shelf(NamedTuple):
    """A product in one warehouse: units on hand, and (order, units) of each hold, by order."""

    on_hand: int = 0
    holds: Holds = ()

    @property
    def reserved(self) -> int:
        """Units that orders hold."""
        return sum(units for _, units in self.holds)


State = tuple[Shelf, ...]
"""A product's shelves."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One operation on a product. `to` is the shelf that a transfer goes to.

    `reserve`, `release`, `adjust`, `ship` (an order), `count` and `transfer` change it; `levels`
    reads each shelf, `totals` their sums.
    """

    verb: str
    shelf: int = 0
    quantity: int = 0
    order: int = 0
    to: int = 0

    @property
    def reads(self) -> bool:
        """Whether it can change nothing."""
        return self.verb in ("levels", "totals")


class Done(NamedTuple):
    """Carried out: the level after it, and what else its answer says: the order's hold after it,
    the units released for it, the quantity before a count, the level that a transfer went to."""

    on_hand: int
    reserved: int
    besides: tuple[int, ...] = ()


class Refused(NamedTuple):
    """Nothing was changed, and why: the field at fault and the words."""

    field: str
    words: str


class Read(NamedTuple):
    """On hand and reserved of each shelf, or of all together."""

    levels: Levels


Answer = Done | Refused | Read

NEGATIVE = Refused("quantity", "Stock quantity cannot be negative")
BELOW_RESERVED = Refused("reserved_quantity", "Reserved quantity cannot exceed stock quantity")


def opened(on_hand: int, shelves: int = 2) -> State:
    """A new product, all of it on the first shelf."""
    return Shelf(on_hand), *(Shelf() for _ in range(shelves - 1))


def carried_out(state: State, ask: Ask) -> tuple[State, Answer]:
    """The state after an ask, and its answer."""
    if ask.verb == "levels":
        return state, Read(tuple((shelf.on_hand, shelf.reserved) for shelf in state))
    if ask.verb == "totals":
        on_hand = sum(shelf.on_hand for shelf in state)
        return state, Read(((on_hand, sum(shelf.reserved for shelf in state)),))
    if ask.verb == "transfer":
        return _transfer(state, ask)
    shelf, answer = _COMMANDS[ask.verb](state[ask.shelf], ask)
    if isinstance(answer, Refused):
        return state, answer
    return _put(state, ask.shelf, shelf), answer


def _put(state: State, place: int, shelf: Shelf) -> State:
    return *state[:place], shelf, *state[place + 1 :]


def _reserve(shelf: Shelf, ask: Ask) -> tuple[Shelf, Answer]:
    reserved = shelf.reserved
    available = shelf.on_hand - reserved
    if ask.quantity > available:
        return shelf, _insufficient(available, ask.quantity)
    held = _held(shelf.holds, ask.order) + ask.quantity
    after = Shelf(shelf.on_hand, _holding(shelf.holds, ask.order, held))
    return after, Done(shelf.on_hand, reserved + ask.quantity, (held,))


def _release(shelf: Shelf, ask: Ask) -> tuple[Shelf, Answer]:
    held = _held(shelf.holds, ask.order)
    if ask.quantity > held:
        words = f"Order {ask.order} does not hold that much here. Held: {held}"
        return shelf, Refused("quantity", f"{words}, Requested: {ask.quantity}")
    left = held - ask.quantity
    after = Shelf(shelf.on_hand, _holding(shelf.holds, ask.order, left))
    return after, Done(shelf.on_hand, after.reserved, (left,))


def _adjust(shelf: Shelf, ask: Ask) -> tuple[Shelf, Answer]:
    on_hand, reserved = shelf.on_hand + ask.quantity, shelf.reserved
    if on_hand < 0:
        return shelf, NEGATIVE
    if on_hand < reserved:
        return shelf, BELOW_RESERVED
    return Shelf(on_hand, shelf.holds), Done(on_hand, reserved)


def _ship(shelf: Shelf, ask: Ask) -> tuple[Shelf, Answer]:
    held = _held(shelf.holds, ask.order)
    released = min(held, ask.quantity)
    available = shelf.on_hand - shelf.reserved + released
    if ask.quantity > available:
        return shelf, _insufficient(available, ask.quantity)
    on_hand = shelf.on_hand - ask.quantity
    after = Shelf(on_hand, _holding(shelf.holds, ask.order, held - released))
    return after, Done(on_hand, after.reserved, (released,))


def _count(shelf: Shelf, ask: Ask) -> tuple[Shelf, Answer]:
    reserved = shelf.reserved
    if ask.quantity < reserved:
        return shelf, BELOW_RESERVED
    return Shelf(ask.quantity, shelf.holds), Done(ask.quantity, reserved, (shelf.on_hand,))


def _transfer(state: State, ask: Ask) -> tuple[State, Answer]:
    source, target = state[ask.shelf], state[ask.to]
    reserved = source.reserved
    available = source.on_hand - reserved
    if ask.quantity > available:
        return state, _insufficient(available, ask.quantity)
    source = Shelf(source.on_hand - ask.quantity, source.holds)
    target = Shelf(target.on_hand + ask.quantity, target.holds)
    after = _put(_put(state, ask.shelf, source), ask.to, target)
    return after, Done(source.on_hand, reserved, (target.on_hand, target.reserved))


_COMMANDS = {
    "reserve": _reserve,
    "release": _release,
    "adjust": _adjust,
    "ship": _ship,
    "count": _count,
}


def _insufficient(available: int, requested: int) -> Refused:
    words = f"Insufficient stock available. Available: {available}, Requested: {requested}"
    return Refused("quantity", words)


def _held(holds: Holds, order: int) -> int:
    return next((units for holder, units in holds if holder == order), 0)


def _holding(holds: Holds, order: int, units: int) -> Holds:
    others = [hold for hold in holds if hold[0] != order]
    return tuple(sorted([*others, (order, units)] if units else others))
