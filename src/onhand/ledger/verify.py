"""Verify: recompute every level from the ledger, and tell each difference in words.

What is stored of each product is held against its `Books`. What is checked:

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
    totals        a product's are the sums of its levels'; units sold by day are those of its `out`
                  entries; what lists and rules go by is what the product says
    daily totals  what the physical entries add up to, by day, warehouse and type, and what changes
                  of cost prices do, up to where they have been moved on
    seals         each fits its movement and the seal before it; none is missing after the
                  first; a level's is that of its last entry
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from onhand.core.levels import Level, StockKey
from onhand.core.movements import MovementType
from onhand.core.reservations import order_named, sales_order_of
from onhand.core.snapshot import ProductTotals
from onhand.ledger.books import PROGRESS_EVERY, Books, Progress, Sales, Tally, books_of
from onhand.ledger.differences import Difference
from onhand.ledger.ports import Proof, Repeated, Watched
from onhand.ledger.verify_documents import Said, check_documents, check_inbounds
from onhand.ledger.verify_totals import Recount

__all__ = ["PROGRESS_EVERY", "verify"]

_OPPOSITE = {
    MovementType.RESERVED: MovementType.RELEASED,
    MovementType.RELEASED: MovementType.RESERVED,
}


def verify(
    proof: Proof,
    progress: Progress | None = None,
    seal_key: bytes = b"",
    *,
    is_whole: bool = True,
) -> Iterator[Difference]:
    """Every difference between what is stored and what the ledger says; none when all is well.

    `progress` is told, now and then, how many movements have been looked at. `seal_key` is what
    seals were made with. Where the proof is not of the whole, nothing is said of daily totals.
    """
    recount = Recount(proof) if is_whole else None
    said: list[Said] = []
    yield from check_documents(proof, said)
    for books in books_of(proof, said, progress, seal_key, recount):
        product_id = books.product_id
        yield from books.faults
        yield from _check_levels(books.tallies, books.levels)
        yield from _check_holds(books)
        yield from _check_totals(product_id, books.levels.values(), books.totals)
        yield from check_inbounds(product_id, books.claimed, books.inbounds, books.inbound_total)
        if not books.faults:
            yield from _check_sales(product_id, books.sold, books.sales)
        yield from _check_repeated(product_id, books.said, books.repeated)
        for key, level in books.watched.items():
            yield from _check_repeated(product_id, level.said, level.repeated, key.warehouse_id)
    yield from check_reversals(proof)
    if recount is not None:
        yield from recount.differences()


def _check_levels(
    tallies: dict[StockKey, Tally], stored: dict[StockKey, Level]
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


def _check_holds(books: Books) -> Iterator[Difference]:
    tallies, stored, claimed = books.tallies, books.levels, books.claimed
    allocated = dict.fromkeys(stored, 0)
    backordered = dict.fromkeys(stored, 0)
    for key, hold in books.holds:
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


def _check_sales(product_id: int, sold: Sales, stored: Sales) -> Iterator[Difference]:
    for warehouse_id, day in sorted(sold.keys() | stored.keys()):
        expected, found = (sales.get((warehouse_id, day), 0) for sales in (sold, stored))
        if expected != found:
            yield Difference(product_id, f"units sold on {day}", expected, found, warehouse_id)


def _check_repeated(
    product_id: int,
    said: Repeated | Watched | None,
    repeated: Repeated | Watched | None,
    warehouse_id: int | None = None,
) -> Iterator[Difference]:
    for what, expected, found in differing(said, repeated):
        yield Difference(product_id, what, expected, found, warehouse_id)


def differing(
    said: Repeated | Watched | None, repeated: Repeated | Watched | None
) -> Iterator[tuple[str, object, object]]:
    """What is repeated wrongly for lists: its name, what the product says, what stands there."""
    if said is None or said == repeated:
        return
    for name, expected in said._asdict().items():
        found = None if repeated is None else getattr(repeated, name)
        if expected != found:
            yield f"{name}, as lists go by it", expected, found


def check_reversals(proof: Proof) -> Iterator[Difference]:
    """Every reversal that is not the exact opposite of a movement of its level."""
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


_NO_ENTRIES = Tally()
_NO_LEVEL = Level()
