"""The rules of stock: each function takes a draft and one command, and answers.

A rule checks everything before it changes anything, so that a rejection leaves the draft as it was.
An `Accepted` carries, in `facts`, what the command's answer says on top of the level after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from onhand.core import commands as c
from onhand.core.draft import Draft
from onhand.core.levels import MAX_QUANTITY, Level, StockKey
from onhand.core.movements import MovementType, Origin
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.reservations import Reservation, order_told, sales_order_of
from onhand.core.snapshot import orders_named


class Accepted(NamedTuple):
    """The answer to a command that was carried out.

    `on_hand` and `reserved` are the level's after it. `movements` says which of the decision's
    entries it wrote: from the first position up to, not including, the second.
    """

    key: StockKey | None = None
    on_hand: int = 0
    reserved: int = 0
    movements: tuple[int, int] = (0, 0)
    facts: Mapping[str, Any] = MappingProxyType({})


Result = Accepted | Rejected


def adjust(draft: Draft, key: StockKey, command: c.AdjustStock) -> Result:
    """Change on hand by a signed quantity; negative with an order's open reservation, ship it."""
    quantity = command.quantity
    if quantity == 0:
        return Rejected(RejectionCode.QUANTITY_ZERO)
    level = draft.level(key)
    facts = {"adjustment": quantity}
    if quantity < 0:
        order_id = _order_to_ship(draft, key, command)
        if order_id is not None:
            return ship(draft, key, -quantity, order_id, command.origin, facts)
    start = len(draft.movements)
    fault = _fault_of_change(level, quantity)
    if fault is not None:
        return fault
    draft.post(key, MovementType.ADJUSTMENT, quantity, command.origin, order_id=command.order_id)
    draft.allocate_arrivals(key, command.origin)
    return _accepted(draft, key, level, start, facts)


def receive(draft: Draft, key: StockKey, command: c.ReceiveStock) -> Result:
    """Add what came in, then serve the backorders that wait for it."""
    level = draft.level(key)
    start = len(draft.movements)
    fault = _fault_of_change(level, command.quantity)
    if fault is not None:
        return fault
    draft.post(key, MovementType.IN, command.quantity, command.origin, order_id=command.order_id)
    draft.allocate_arrivals(key, command.origin)
    return _accepted(draft, key, level, start, {"received": command.quantity})


def ship(
    draft: Draft,
    key: StockKey,
    quantity: int,
    order_id: int | None,
    origin: Origin,
    facts: Mapping[str, Any],
) -> Result:
    """Take `quantity` > 0 out: what the order holds first, the rest from what is available."""
    level = draft.level(key)
    start = len(draft.movements)
    reservation = draft.holds[key].get(order_id) if order_id is not None else None
    held = min(quantity, reservation.allocated) if reservation is not None else 0
    if quantity - held > level.available:
        return insufficient(level.available + held, quantity)
    if reservation is not None:
        backordered = min(quantity - held, reservation.backordered)
        if held:
            draft.post(key, MovementType.RELEASED, -held, origin, order_id=order_id)
        draft.let_go(key, reservation, held, backordered)
    draft.post(key, MovementType.OUT, -quantity, origin, order_id=order_id)
    return _accepted(draft, key, level, start, {**facts, "released": held})


def reserve(draft: Draft, key: StockKey, command: c.ReserveStock) -> Result:
    """Hold units for an order; what is missing is backordered where the product allows it."""
    rules = draft.rules[key.product_id]
    if not rules.is_active:
        return Rejected(RejectionCode.PRODUCT_ARCHIVED, {"product_id": key.product_id})
    if command.expires_at is not None and command.expires_at <= draft.now:
        return Rejected(
            RejectionCode.EXPIRES_IN_PAST, {"expires_at": command.expires_at, "now": draft.now}
        )
    level = draft.level(key)
    start = len(draft.movements)
    allocated = min(command.quantity, level.available)
    backordered = command.quantity - allocated
    if backordered and not rules.allow_backorder:
        return insufficient(level.available, command.quantity)
    if level.backordered + backordered > MAX_QUANTITY:
        return too_large(level.backordered, command.quantity)
    reservation = draft.hold(key, command.order_id, allocated, backordered, command.expires_at)
    if allocated:
        draft.post(key, MovementType.RESERVED, allocated, command.origin, order_id=command.order_id)
    facts = {
        "reserved": command.quantity,
        "allocated": allocated,
        "backordered": backordered,
        "reservation": _described(reservation),
    }
    return _accepted(draft, key, level, start, facts)


def release(draft: Draft, key: StockKey, command: c.ReleaseStock) -> Result:
    """Give back what an order holds: backordered units first, then allocated ones."""
    level = draft.level(key)
    start = len(draft.movements)
    reservation = draft.holds[key].get(command.order_id)
    held = reservation.held if reservation is not None else 0
    if reservation is None or command.quantity > held:
        return _release_exceeds(command.order_id, held, command.quantity)
    backordered = min(command.quantity, reservation.backordered)
    allocated = command.quantity - backordered
    draft.let_go(key, reservation, allocated, backordered)
    if allocated:
        draft.post(
            key, MovementType.RELEASED, -allocated, command.origin, order_id=command.order_id
        )
        draft.allocate_arrivals(key, command.origin)
    facts = {
        "released": command.quantity,
        "released_backordered": backordered,
        "still_held": held - command.quantity,
    }
    return _accepted(draft, key, level, start, facts)


def count(draft: Draft, key: StockKey, command: c.CountStock) -> Result:
    """Set on hand to what was found; the difference is posted, even when it is none."""
    level = draft.level(key)
    start = len(draft.movements)
    counted = command.counted_quantity
    if counted > MAX_QUANTITY:
        return too_large(level.on_hand, counted)
    shortfall = level.reserved - counted
    if shortfall > 0 and command.on_shortfall is c.OnShortfall.REJECT:
        return Rejected(
            RejectionCode.RESERVED_EXCEEDS_ON_HAND, {"reserved": level.reserved, "counted": counted}
        )
    facts: dict[str, Any] = {
        "counted_quantity": counted,
        "previous_quantity": level.on_hand,
        "discrepancy": counted - level.on_hand,
    }
    if shortfall > 0:
        facts["deallocated"] = deallocate(draft, key, shortfall, command.origin)
    draft.post(key, MovementType.COUNT, counted - level.on_hand, command.origin)
    level.last_counted_at = level.last_movement_at
    draft.allocate_arrivals(key, command.origin)
    facts["last_counted_at"] = level.last_counted_at
    return _accepted(draft, key, level, start, facts)


def transfer(draft: Draft, command: c.TransferStock) -> Result:
    """Move available units between two warehouses in one step; the total stays the same."""
    if command.from_warehouse_id == command.to_warehouse_id:
        return Rejected(RejectionCode.SAME_WAREHOUSE, {"warehouse_id": command.to_warehouse_id})
    source = StockKey(command.product_id, command.from_warehouse_id)
    target = StockKey(command.product_id, command.to_warehouse_id)
    return _move(draft, source, target, command.quantity, command.origin, (None, None))


def reverse(draft: Draft, command: c.ReverseMovement) -> Result:
    """Mend a movement by its opposite; a transfer by both of its halves at once."""
    first = command.movements[0]
    fault = _fault_of_sales_order(first.order_id)
    if fault is not None:
        return fault
    for movement in command.movements:
        if movement.document is not None:
            facts = {"movement_id": movement.id, "document": movement.document}
            return Rejected(RejectionCode.WRITTEN_BY_DOCUMENT, facts)
        if movement.id in draft.reversed_ids:
            return Rejected(RejectionCode.ALREADY_REVERSED, {"movement_id": movement.id})
        if movement.quantity == 0:
            return Rejected(RejectionCode.NOTHING_TO_REVERSE, {"movement_id": movement.id})
    if first.movement_type is MovementType.TRANSFER:
        came, went = sorted(command.movements, key=lambda movement: -movement.quantity)
        result = _move(draft, came.key, went.key, came.quantity, command.origin, (came.id, went.id))
    elif first.movement_type is MovementType.RESERVED:
        result = _unreserve(
            draft, first.key, first.id, first.quantity, first.order_id, command.origin
        )
    elif first.movement_type is MovementType.RELEASED:
        result = _reserve_again(
            draft, first.key, first.id, -first.quantity, first.order_id, command.origin
        )
    else:
        level = draft.level(first.key)
        start = len(draft.movements)
        fault = _fault_of_change(level, -first.quantity)
        if fault is not None:
            return fault
        draft.post(
            first.key,
            first.movement_type,
            -first.quantity,
            command.origin,
            order_id=first.order_id,
            reverses_id=first.id,
        )
        draft.allocate_arrivals(first.key, command.origin)
        result = _accepted(draft, first.key, level, start, {"reversed": first.id})
    if isinstance(result, Accepted):
        draft.reversed_ids.update(movement.id for movement in command.movements)
    return result


def reschedule(draft: Draft, key: StockKey, command: c.RescheduleReservation) -> Result:
    """Give an open reservation another end, or none."""
    fault = _fault_of_sales_order(command.order_id)
    if fault is not None:
        return fault
    if command.expires_at is not None and command.expires_at <= draft.now:
        return Rejected(
            RejectionCode.EXPIRES_IN_PAST, {"expires_at": command.expires_at, "now": draft.now}
        )
    level = draft.level(key)
    start = len(draft.movements)
    reservation = draft.holds[key].get(command.order_id)
    if reservation is None or reservation.id != command.reservation_id:
        return Rejected(RejectionCode.RESERVATION_NOT_FOUND)
    reservation.expires_at = command.expires_at
    return _accepted(draft, key, level, start, {"reservation": _described(reservation)})


def expire(draft: Draft, key: StockKey) -> Result:
    """Release what has expired here: looking at a level does."""
    start = len(draft.movements)
    return _accepted(draft, key, draft.level(key), start, {})


def _order_to_ship(draft: Draft, key: StockKey, command: c.AdjustStock) -> int | None:
    if command.order_id is not None:
        return command.order_id
    holds = draft.holds[key]
    return next((order_id for order_id in orders_named(command.origin) if order_id in holds), None)


def deallocate(
    draft: Draft, key: StockKey, shortfall: int, origin: Origin
) -> list[dict[str, int | None]]:
    """Turn the newest allocations into backorders until `shortfall` units are free."""
    level = draft.levels[key]
    hit: list[dict[str, int | None]] = []
    for reservation in sorted(draft.holds[key].values(), key=lambda hold: -hold.id):
        quantity = min(shortfall, reservation.allocated)
        if quantity:
            reservation.allocated -= quantity
            reservation.backordered += quantity
            level.backordered += quantity
            draft.post(key, MovementType.RELEASED, -quantity, origin, order_id=reservation.order_id)
            hit.append({**order_told(reservation.order_id), "quantity": quantity})
            shortfall -= quantity
        if not shortfall:
            break
    return hit


def _move(
    draft: Draft,
    source: StockKey,
    target: StockKey,
    quantity: int,
    origin: Origin,
    reverses: tuple[int | None, int | None],
) -> Result:
    from_level, to_level = draft.level(source), draft.level(target)
    start = len(draft.movements)
    if quantity > from_level.available:
        return insufficient(from_level.available, quantity)
    if to_level.on_hand + quantity > MAX_QUANTITY:
        return too_large(to_level.on_hand, quantity)
    transfer_id = next(draft.snapshot.new_ids.transfers)
    # Both halves carry one moment, so that no moment sees the units twice or nowhere.
    moments = [
        at for at in (from_level.last_movement_at, to_level.last_movement_at) if at is not None
    ]
    moment = max(moments, default=None)
    for key, change, reverses_id in (
        (source, -quantity, reverses[0]),
        (target, quantity, reverses[1]),
    ):
        draft.post(
            key,
            MovementType.TRANSFER,
            change,
            origin,
            transfer_id=transfer_id,
            reverses_id=reverses_id,
            not_before=moment,
        )
    draft.allocate_arrivals(target, origin)
    facts = {
        "quantity": quantity,
        "transfer_id": transfer_id,
        "from": level_described(source, from_level),
        "to": level_described(target, to_level),
    }
    if reverses[0] is not None:
        facts["reversed"] = reverses[0]
    return _accepted(draft, source, from_level, start, facts)


def _unreserve(
    draft: Draft,
    key: StockKey,
    movement_id: int,
    quantity: int,
    order_id: int | None,
    origin: Origin,
) -> Result:
    level = draft.level(key)
    start = len(draft.movements)
    reservation = draft.holds[key].get(order_id) if order_id is not None else None
    held = reservation.allocated if reservation is not None else 0
    if reservation is None or quantity > held:
        return _release_exceeds(order_id, held, quantity)
    draft.let_go(key, reservation, quantity, 0)
    draft.post(
        key, MovementType.RELEASED, -quantity, origin, order_id=order_id, reverses_id=movement_id
    )
    draft.allocate_arrivals(key, origin)
    return _accepted(draft, key, level, start, {"reversed": movement_id})


def _reserve_again(
    draft: Draft,
    key: StockKey,
    movement_id: int,
    quantity: int,
    order_id: int | None,
    origin: Origin,
) -> Result:
    level = draft.level(key)
    start = len(draft.movements)
    if order_id is None or quantity > level.available:
        return insufficient(level.available, quantity)
    draft.hold(key, order_id, quantity, 0, None)
    draft.post(
        key, MovementType.RESERVED, quantity, origin, order_id=order_id, reverses_id=movement_id
    )
    return _accepted(draft, key, level, start, {"reversed": movement_id})


def _fault_of_sales_order(order_id: int | None) -> Rejected | None:
    """Why nobody but its sales order changes a hold or mends a movement, or None."""
    sales_order_id = sales_order_of(order_id)
    if sales_order_id is None:
        return None
    return Rejected(RejectionCode.HELD_BY_SALES_ORDER, {"sales_order_id": sales_order_id})


def _fault_of_change(level: Level, quantity: int) -> Rejected | None:
    """Why on hand cannot change by `quantity`, or None."""
    if level.on_hand + quantity < 0:
        return Rejected(
            RejectionCode.NEGATIVE_STOCK, {"on_hand": level.on_hand, "requested": quantity}
        )
    if level.on_hand + quantity < level.reserved:
        return Rejected(
            RejectionCode.RESERVED_EXCEEDS_ON_HAND,
            {"on_hand": level.on_hand, "reserved": level.reserved, "requested": quantity},
        )
    if level.on_hand + quantity > MAX_QUANTITY:
        return too_large(level.on_hand, quantity)
    return None


def insufficient(available: int, requested: int) -> Rejected:
    """More is asked for than is available."""
    facts = {"available": available, "requested": requested}
    return Rejected(RejectionCode.INSUFFICIENT_AVAILABLE, facts)


def too_large(on_hand: int, requested: int) -> Rejected:
    """A quantity would pass MAX_QUANTITY."""
    facts = {"limit": MAX_QUANTITY, "on_hand": on_hand, "requested": requested}
    return Rejected(RejectionCode.QUANTITY_TOO_LARGE, facts)


def _release_exceeds(order_id: int | None, held: int, requested: int) -> Rejected:
    facts = {"order_id": order_id, "held": held, "requested": requested}
    return Rejected(RejectionCode.RELEASE_EXCEEDS_HELD, facts)


def _described(reservation: Reservation) -> dict[str, Any]:
    return {
        "id": reservation.id,
        "order_id": reservation.order_id,
        "allocated": reservation.allocated,
        "backordered": reservation.backordered,
        "expires_at": reservation.expires_at,
    }


def level_described(key: StockKey, level: Level) -> dict[str, int]:
    """One side of a transfer, as its answer tells it."""
    return {
        "warehouse_id": key.warehouse_id,
        "quantity_on_hand": level.on_hand,
        "quantity_reserved": level.reserved,
        "quantity_available": level.available,
    }


def _accepted(
    draft: Draft, key: StockKey, level: Level, start: int, facts: Mapping[str, Any]
) -> Accepted:
    return Accepted(key, level.on_hand, level.reserved, (start, len(draft.movements)), facts)
