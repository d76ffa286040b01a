"""Verify: recompute every level from the ledger, and tell each difference in words.

The streams of a `Proof` come in the same order and are merged product by product, so that a ledger
of any length is checked in the memory that its widest product needs, and what documents under way
say of stock. What is checked:

    entries       numbered from 1 without a gap; each follows from the one before and its quantity;
                  0 <= reserved <= on hand; neither moments nor ids go back within a level   I3 I7
    levels        as their last entry left them: quantities, number, moment, last count      I1
    reservations  what each order holds is what its reserved and released entries add up to;
                  a level's reserved and backordered are the sums of its reservations        I2 I5
    transfers     two halves that cancel each other out; a document's rows cancel out what of
                  it is in transit                                                           I4
    documents     their events follow each other through the life cycle to the present state, and
                  add up to their rows; each has at its moment the movements that it tells of
    inbound       what is on order and in transit to a level is what documents say; a product's
                  is the sum of its levels'
    orders        what documents say that an order holds, its reservations hold             I5
    reversals     the exact opposite of a movement of the same product and warehouse
    totals        a product's are the sums of its levels'
    seals         each fits its movement and the seal before it; none is missing after the
                  first; a level's is that of its last entry

After a wrong entry the check goes on from what that entry says, so that one fault is not told again
with every entry that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from onhand.core.documents import DocumentKind
from onhand.core.levels import Level, StockKey
from onhand.core.movements import MovementType
from onhand.core.reservations import Reservation, order_named, sales_order_of
from onhand.core.seals import seal
from onhand.core.snapshot import ProductTotals
from onhand.ledger.differences import Difference, Stream
from onhand.ledger.ports import LedgerEntry, Proof
from onhand.ledger.verify_documents import Claimed, Said, check_documents, check_inbounds

PROGRESS_EVERY = 10_000
Progress = Callable[[int], None]

_RESERVING = frozenset({MovementType.RESERVED, MovementType.RELEASED})
_OPPOSITE = {
    MovementType.RESERVED: MovementType.RELEASED,
    MovementType.RELEASED: MovementType.RESERVED,
}


@dataclass(slots=True)
class _Tally:
    """What the entries of one level have added up to so far."""

    on_hand: int = 0
    reserved: int = 0
    entry_number: int = 0
    last_id: int = 0
    last_at: datetime | None = None
    counted_at: datetime | None = None
    seal: str | None = None
    held: dict[int | None, int] = field(default_factory=dict)


def verify(
    proof: Proof, progress: Progress | None = None, seal_key: bytes = b""
) -> Iterator[Difference]:
    """Every difference between what is stored and what the ledger says; none when all is well.

    `progress` is told, now and then, how many movements have been looked at. `seal_key` is what
    seals were made with.
    """
    said: list[Said] = []
    yield from check_documents(proof, said)
    said.sort(key=itemgetter(0))
    claims = Stream(iter(said))
    entries = Stream((entry[0], entry) for entry in _counted(proof.entries(), progress))
    levels = Stream((key.product_id, (key, level)) for key, level in proof.levels())
    holds = Stream((key.product_id, (key, hold)) for key, hold in proof.reservations())
    totals = Stream(proof.totals())
    inbounds = Stream((key.product_id, (key, inbound)) for key, inbound in proof.inbounds())
    inbound_totals = Stream(proof.inbound_totals())
    streams: list[Stream[Any]]
    streams = [claims, entries, levels, holds, totals, inbounds, inbound_totals]
    while True:
        waiting = [s.next_key for s in streams if s.next_key is not None]
        if not waiting:
            break
        product_id = min(waiting)
        tallies: dict[StockKey, _Tally] = {}
        claimed = Claimed.from_claims(claims.of(product_id))
        yield from _check_entries(product_id, entries.of(product_id), tallies, seal_key, claimed)
        stored = dict(levels.of(product_id))
        yield from _check_levels(tallies, stored)
        yield from _check_holds(tallies, stored, holds.of(product_id), claimed)
        yield from _check_totals(product_id, stored.values(), next(totals.of(product_id), None))
        yield from check_inbounds(
            product_id,
            claimed,
            dict(inbounds.of(product_id)),
            next(inbound_totals.of(product_id), 0),
        )
    yield from _check_reversals(proof)


def _counted(entries: Iterator[LedgerEntry], progress: Progress | None) -> Iterator[LedgerEntry]:
    if progress is None:
        yield from entries
        return
    seen = 0
    for entry in entries:
        yield entry
        seen += 1
        if seen % PROGRESS_EVERY == 0:
            progress(seen)
    progress(seen)


def _check_entries(
    product_id: int,
    entries: Iterator[LedgerEntry],
    tallies: dict[StockKey, _Tally],
    seal_key: bytes,
    claimed: Claimed,
) -> Iterator[Difference]:
    transfers: dict[int, list[LedgerEntry]] = {}
    warehouse_id, tally = 0, _Tally()
    for entry in entries:
        if entry[1] != warehouse_id:
            warehouse_id = entry[1]
            tally = tallies[StockKey(product_id, warehouse_id)] = _Tally()
        yield from _check_entry(entry, tally)
        if entry.seal is not None or tally.seal is not None:
            yield from _check_seal(entry, tally, seal_key)
        transfer_id = entry[9]
        if transfer_id is None:
            continue
        if entry.reference_id == transfer_id and entry.reference_type == DocumentKind.TRANSFER:
            claimed.moved(transfer_id, entry.quantity)
        else:
            halves = transfers.setdefault(transfer_id, [])
            halves.append(entry)
            # Two halves that cancel each other out are done with.
            if len(halves) == 2 and _cancel_out(*halves):
                del transfers[transfer_id]
    for transfer_id, halves in transfers.items():
        net = sum(half.quantity for half in halves)
        yield Difference(
            product_id,
            f"transfer {transfer_id}, as the sum of its {len(halves)} rows"
            f" (two in different warehouses cancel each other out)",
            0,
            net,
            halves[0].warehouse_id,
            halves[0].id,
        )
    for transfer_id, net in claimed.in_transit.items():
        if net:
            what = f"transfer {transfer_id}, as the sum of its rows and what is in transit"
            yield Difference(product_id, what, 0, net)


def _cancel_out(one: LedgerEntry, other: LedgerEntry) -> bool:
    return one.quantity + other.quantity == 0 and one.warehouse_id != other.warehouse_id


def _check_entry(entry: LedgerEntry, tally: _Tally) -> Iterator[Difference]:
    (
        product_id,
        warehouse_id,
        entry_number,
        movement_id,
        movement_type,
        quantity,
        on_hand,
        reserved,
        order_id,
        _transfer_id,
        reverses_id,
        occurred_at,
        *_,
    ) = entry

    def differs(what: str, expected: object, found: object) -> Difference:
        return Difference(product_id, what, expected, found, warehouse_id, movement_id)

    expected_on_hand, expected_reserved = tally.on_hand, tally.reserved
    if movement_type in _RESERVING:
        expected_reserved += quantity
        held = tally.held.get(order_id, 0) + quantity
        if held:
            tally.held[order_id] = held
        else:
            tally.held.pop(order_id, None)
    else:
        expected_on_hand += quantity
    if entry_number != tally.entry_number + 1:
        yield differs("entry number", tally.entry_number + 1, entry_number)
    if on_hand != expected_on_hand:
        yield differs(f"on hand after entry {entry_number}", expected_on_hand, on_hand)
    if reserved != expected_reserved:
        yield differs(f"reserved after entry {entry_number}", expected_reserved, reserved)
    if not 0 <= reserved <= on_hand:
        yield differs("reserved within on hand", f"0 to {on_hand}", reserved)
    if tally.last_at is not None and occurred_at < tally.last_at:
        yield differs(f"moment of entry {entry_number}", f"{tally.last_at} or later", occurred_at)
    if movement_id <= tally.last_id:
        yield differs(f"id of entry {entry_number}", f"more than {tally.last_id}", movement_id)
    tally.on_hand = on_hand
    tally.reserved = reserved
    tally.entry_number = entry_number
    tally.last_id = movement_id
    tally.last_at = occurred_at
    if movement_type is MovementType.COUNT and reverses_id is None:
        tally.counted_at = occurred_at


def _check_seal(entry: LedgerEntry, tally: _Tally, key: bytes) -> Iterator[Difference]:
    expected = seal(tally.seal, entry.movement(), entry.id, key)
    if entry.seal != expected:
        what = f"seal of entry {entry.entry_number}"
        found = entry.seal or "none"
        yield Difference(entry.product_id, what, expected, found, entry.warehouse_id, entry.id)
    tally.seal = entry.seal or tally.seal


def _check_levels(
    tallies: dict[StockKey, _Tally], stored: dict[StockKey, Level]
) -> Iterator[Difference]:
    for key in sorted(tallies.keys() | stored.keys()):
        tally, level = tallies.get(key, _NO_ENTRIES), stored.get(key, _NO_LEVEL)
        for what, expected, found in (
            ("level's on hand", tally.on_hand, level.on_hand),
            ("level's reserved", tally.reserved, level.reserved),
            ("level's entry number", tally.entry_number, level.entry_number),
            ("level's last movement", tally.last_at, level.last_movement_at),
            ("level's last count", tally.counted_at, level.last_counted_at),
            ("level's seal", tally.seal, level.seal),
        ):
            if expected != found:
                yield Difference(key.product_id, what, expected, found, key.warehouse_id)


def _check_holds(
    tallies: dict[StockKey, _Tally],
    stored: dict[StockKey, Level],
    holds: Iterator[tuple[StockKey, Reservation]],
    claimed: Claimed,
) -> Iterator[Difference]:
    allocated = dict.fromkeys(stored, 0)
    backordered = dict.fromkeys(stored, 0)
    for key, hold in holds:
        allocated[key] = allocated.get(key, 0) + hold.allocated
        backordered[key] = backordered.get(key, 0) + hold.backordered
        tally = tallies.get(key)
        held = tally.held.pop(hold.order_id, 0) if tally is not None else 0
        if held != hold.allocated:
            what = f"units allocated to {order_named(hold.order_id)}"
            yield Difference(key.product_id, what, held, hold.allocated, key.warehouse_id)
        # Only a sales order holds under its number; who holds for the shop's own, nobody tells.
        unclaimed = hold.held if sales_order_of(hold.order_id) is None else 0
        units = claimed.held.pop((key, hold.order_id), unclaimed)
        if units != hold.held:
            what = f"units held for {order_named(hold.order_id)}"
            yield Difference(key.product_id, what, units, hold.held, key.warehouse_id)
    for (key, order_id), units in claimed.held.items():
        if units:
            what = f"units held for {order_named(order_id)}"
            yield Difference(key.product_id, what, units, 0, key.warehouse_id)
    for key, tally in tallies.items():
        for held_for, held in tally.held.items():
            what = f"units allocated to {order_named(held_for)}"
            yield Difference(key.product_id, what, held, 0, key.warehouse_id)
    for key in sorted(allocated):
        level = stored.get(key, _NO_LEVEL)
        for what, expected, found in (
            ("level's reserved (its reservations' sum)", allocated[key], level.reserved),
            ("level's backordered", backordered[key], level.backordered),
        ):
            if expected != found:
                yield Difference(key.product_id, what, expected, found, key.warehouse_id)


def _check_totals(
    product_id: int, stored: Collection[Level], totals: ProductTotals | None
) -> Iterator[Difference]:
    found = totals or ProductTotals()
    for what in ("on_hand", "reserved", "backordered"):
        expected = sum(getattr(level, what) for level in stored)
        if getattr(found, what) != expected:
            name = f"product's total {what.replace('_', ' ')}"
            yield Difference(product_id, name, expected, getattr(found, what))


def _check_reversals(proof: Proof) -> Iterator[Difference]:
    for entry, target in proof.reversals():
        what = f"reversal of movement {entry.reverses_id}"
        expected = found = ""
        if target is None:
            expected, found = "a movement of this product", "none"
        elif target[:2] != entry[:2]:
            expected, found = f"warehouse {target.warehouse_id}", f"{entry.warehouse_id}"
        elif entry.quantity != -target.quantity:
            expected, found = f"{-target.quantity} units", f"{entry.quantity}"
        elif entry.movement_type is not _OPPOSITE.get(target.movement_type, target.movement_type):
            expected, found = f"the opposite of {target.movement_type}", f"{entry.movement_type}"
        if expected:
            yield Difference(entry.product_id, what, expected, found, entry.warehouse_id, entry.id)


_NO_ENTRIES = _Tally()
_NO_LEVEL = Level()
