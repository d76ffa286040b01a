"""Books: all that is stored of one product, beside what its movements and documents add up to.

The streams of a `Proof` come in the same order and are merged product by product, so that a ledger
of any length is looked at in the memory that its widest product needs, and what documents under way
say of stock. What is wrong with the movements themselves is told with the books, as `faults`:
nothing that is worked out from these can be trusted.

After a wrong entry the tally goes on from what that entry says, so that one fault is not told again
with every entry that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from onhand.core.documents import DocumentKind, Inbound
from onhand.core.levels import Level, StockKey
from onhand.core.movements import MovementType
from onhand.core.reservations import Reservation
from onhand.core.seals import seal
from onhand.core.snapshot import ProductTotals
from onhand.ledger.differences import Difference, Stream
from onhand.ledger.ports import LedgerEntry, Proof, Repeated, WatchedLevel
from onhand.ledger.verify_documents import Claimed, Said
from onhand.ledger.verify_totals import Recount, RecountedLevel

PROGRESS_EVERY = 10_000
Progress = Callable[[int], None]

_RESERVING = frozenset({MovementType.RESERVED, MovementType.RELEASED})

Sales = dict[tuple[int, date], int]
"""Units shipped, returns taken off, by warehouse and day."""


@dataclass(slots=True)
class Tally:
    """What the entries of one level have added up to so far; `held` is by order."""

    on_hand: int = 0
    reserved: int = 0
    entry_number: int = 0
    last_id: int = 0
    last_at: datetime | None = None
    counted_at: datetime | None = None
    seal: str | None = None
    held: dict[int | None, int] = field(default_factory=dict)


@dataclass(slots=True)
class Books:
    """One product. `tallies` and `sold` are what its movements say, `claimed` what its documents
    do, `said` what the product itself does, also in `watched`; all else is stored, and follows.
    """

    product_id: int
    tallies: dict[StockKey, Tally] = field(default_factory=dict)
    sold: Sales = field(default_factory=dict)
    claimed: Claimed = field(default_factory=Claimed)
    said: Repeated | None = None
    faults: list[Difference] = field(default_factory=list)
    levels: dict[StockKey, Level] = field(default_factory=dict)
    holds: list[tuple[StockKey, Reservation]] = field(default_factory=list)
    totals: ProductTotals | None = None
    inbounds: dict[StockKey, Inbound] = field(default_factory=dict)
    inbound_total: int = 0
    sales: Sales = field(default_factory=dict)
    repeated: Repeated | None = None
    watched: dict[StockKey, WatchedLevel] = field(default_factory=dict)


def books_of(
    proof: Proof,
    said: list[Said],
    progress: Progress | None = None,
    seal_key: bytes = b"",
    recount: Recount | None = None,
) -> Iterator[Books]:
    """Every product's books, by product. `said` is what all documents say of stock.

    `progress` is told, now and then, how many movements have been looked at. Daily totals, where
    they are asked for, are counted anew meanwhile.
    """
    said.sort(key=itemgetter(0))
    claims = Stream(iter(said))
    entries = Stream((entry[0], entry) for entry in _counted(proof.entries(), progress))
    levels = Stream((key.product_id, (key, level)) for key, level in proof.levels())
    holds = Stream((key.product_id, (key, hold)) for key, hold in proof.reservations())
    totals = Stream(proof.totals())
    inbounds = Stream((key.product_id, (key, inbound)) for key, inbound in proof.inbounds())
    inbound_totals = Stream(proof.inbound_totals())
    sales = Stream(proof.sales())
    repeated = Stream(proof.repeated())
    watched = Stream((key.product_id, (key, level)) for key, level in proof.watched())
    streams: list[Stream[Any]] = [
        *(claims, entries, levels, holds, totals, inbounds, inbound_totals),
        *(sales, repeated, watched),
    ]
    while True:
        waiting = [s.next_key for s in streams if s.next_key is not None]
        if not waiting:
            return
        product_id = min(waiting)
        books = Books(product_id, claimed=Claimed.from_claims(claims.of(product_id)))
        books.faults += _tally(books, entries.of(product_id), seal_key, recount)
        books.levels = dict(levels.of(product_id))
        books.holds = list(holds.of(product_id))
        books.totals = next(totals.of(product_id), None)
        books.inbounds = dict(inbounds.of(product_id))
        books.inbound_total = next(inbound_totals.of(product_id), 0)
        books.sales = {(at, day): units for at, day, units in sales.of(product_id)}
        books.said, books.repeated = next(repeated.of(product_id), (None, None))
        books.watched = dict(watched.of(product_id))
        yield books


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


def _tally(
    books: Books, entries: Iterator[LedgerEntry], seal_key: bytes, recount: Recount | None
) -> Iterator[Difference]:
    product_id, claimed, sold = books.product_id, books.claimed, books.sold
    transfers: dict[int, list[LedgerEntry]] = {}
    warehouse_id, tally = 0, Tally()
    counted: RecountedLevel | None = None
    for entry in entries:
        if entry[1] != warehouse_id:
            warehouse_id = entry[1]
            tally = books.tallies[StockKey(product_id, warehouse_id)] = Tally()
            if counted is not None:
                counted.end()
            if recount is not None:
                counted = recount.level(product_id, warehouse_id)
        yield from _check_entry(entry, tally)
        if counted is not None:
            counted.take(entry)
        if entry.seal is not None or tally.seal is not None:
            yield from _check_seal(entry, tally, seal_key)
        if entry[4] is MovementType.OUT:
            at = (warehouse_id, entry[11].date())
            sold[at] = sold.get(at, 0) - entry[5]
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
    if counted is not None:
        counted.end()
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


def _check_entry(entry: LedgerEntry, tally: Tally) -> Iterator[Difference]:
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


def _check_seal(entry: LedgerEntry, tally: Tally, key: bytes) -> Iterator[Difference]:
    expected = seal(tally.seal, entry.movement(), entry.id, key)
    if entry.seal != expected:
        what = f"seal of entry {entry.entry_number}"
        found = entry.seal or "none"
        yield Difference(entry.product_id, what, expected, found, entry.warehouse_id, entry.id)
    tally.seal = entry.seal or tally.seal
