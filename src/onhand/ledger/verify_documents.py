"""Verify documents: their histories, and what they say of stock against what is kept of it.

Each document tells by `claims` what it says of stock in its present state, and by `flaws` where it
contradicts itself; its kind's `TRACES` say what each of its steps moved and added to it. So a new
kind is held against the stock once it has these three.

Documents, their events and their movements are read by document at the same time, so that however
many there are, one of them is held at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from onhand.core.documents import Claim, Document, DocumentKey, DocumentKind, Event, Inbound
from onhand.core.kinds import LIFE_CYCLES
from onhand.core.levels import StockKey
from onhand.core.life_cycles import LifeCycle
from onhand.core.movements import MovementType
from onhand.core.traces import TRACES, Figures, Traces
from onhand.ledger.differences import Difference, Stream
from onhand.ledger.ports import DocumentMovement, Proof

Value = TypeVar("Value")

Said = tuple[int, tuple[DocumentKey, Claim]]
"""A product, and what a document says of it."""


@dataclass(slots=True)
class Claimed:
    """What all documents say of one product, added up."""

    inbound: dict[StockKey, Inbound] = field(default_factory=dict)
    held: dict[tuple[StockKey, int], int] = field(default_factory=dict)
    in_transit: dict[int, int] = field(default_factory=dict)
    """Units of each transfer in transit; once its movements are added, what does not add up."""

    @classmethod
    def from_claims(cls, claims: Iterable[tuple[DocumentKey, Claim]]) -> Claimed:
        """Add up one product's claims."""
        claimed = cls()
        for document, claim in claims:
            key = StockKey(claim.product_id, claim.warehouse_id)
            inbound = claimed.inbound.setdefault(key, Inbound())
            inbound.on_order += claim.on_order
            inbound.in_transit += claim.in_transit
            if document.kind is DocumentKind.TRANSFER:
                claimed.moved(document.id, claim.in_transit)
            if claim.order_id is not None:
                place = (key, claim.order_id)
                claimed.held[place] = claimed.held.get(place, 0) + claim.held
        return claimed

    def moved(self, transfer_id: int, quantity: int) -> None:
        """Add a movement of a transfer: when all are added, nothing is left."""
        self.in_transit[transfer_id] = self.in_transit.get(transfer_id, 0) + quantity


def check_documents(proof: Proof, said: list[Said]) -> Iterator[Difference]:
    """Every difference within documents; what they say of stock is added to `said`."""
    for kind, life_cycle in LIFE_CYCLES.items():
        events = Stream((event.key.id, event) for event in proof.events(kind))
        moved = Stream((one.document_id, one) for one in proof.document_movements(kind))
        for document in proof.documents(kind):
            yield from _of_no_document(kind, events, moved, document.id)
            history = list(events.of(document.id))
            yield from _check_history(document, history, life_cycle)
            for what, expected, found in document.flaws():
                yield Difference(None, what, expected, found, document=document.key)
            yield from _check_figures(document, history, TRACES[kind])
            yield from _check_moved(document, history, moved.of(document.id), TRACES[kind])
            said += [(claim.product_id, (document.key, claim)) for claim in document.claims()]
        yield from _of_no_document(kind, events, moved, None)


def _of_no_document(
    kind: DocumentKind, events: Stream[Event], moved: Stream[DocumentMovement], before: int | None
) -> Iterator[Difference]:
    for document_id, event in _up_to(events, before):
        what = f"document of its event {event.version}"
        yield Difference(None, what, "one", "none", document=DocumentKey(kind, document_id))
    for document_id, one in _up_to(moved, before):
        # Any other may refer to whatever it likes, as an instant transfer to its own number.
        if one.is_its_own and one.movement_type is not MovementType.TRANSFER:
            what = f"document of its movement {one.id}"
            yield Difference(None, what, "one", "none", document=DocumentKey(kind, document_id))


def _up_to(stream: Stream[Value], before: int | None) -> Iterator[tuple[int, Value]]:
    while stream.next_key is not None and (before is None or stream.next_key < before):
        yield next(stream)


def _check_history(
    document: Document, history: Sequence[Event], life_cycle: LifeCycle
) -> Iterator[Difference]:
    state: str | None = None
    for version, event in enumerate(history, 1):
        way = (event.from_state, event.name, event.to_state)
        for what, expected, found in (
            ("number of event", version, event.version),
            ("state before event", state, event.from_state),
            ("way of event", way if way in life_cycle.branches else "one of its life cycle", way),
        ):
            if expected != found:
                yield Difference(None, f"{what} {version}", expected, found, document=document.key)
        state = event.to_state
    for what, expected, found in (
        ("version", len(history), document.version),
        ("state", state, document.state),
    ):
        if expected != found:
            yield Difference(None, what, expected, found, document=document.key)


def _check_figures(
    document: Document, history: Iterable[Event], traces: Traces
) -> Iterator[Difference]:
    """A document's rows are what its steps have added up to."""
    told, kept = Figures(), traces.kept(document)
    for event in history:
        told.update(traces.told(event))
    for what in sorted(told.keys() | kept.keys()):
        if told[what] != kept[what]:
            yield Difference(
                None, f"{what}, by its events", told[what], kept[what], document=document.key
            )


def _check_moved(
    document: Document,
    history: Iterable[Event],
    movements: Iterable[DocumentMovement],
    traces: Traces,
) -> Iterator[Difference]:
    """At the moments of a document's steps the ledger has the movements that these tell of."""
    expected: dict[_Place, _Sum] = {}
    found: dict[_Place, _Sum] = {}
    steps: dict[datetime, Event] = {}
    for event in history:
        # Of several steps at one moment the last one that moved anything is named.
        steps.setdefault(event.at, event)
        for moved in traces.moved(document, event):
            steps[event.at] = event
            _add(expected, (event.at, *moved[:3]), moved.quantity)
    book = traces.book(document)
    for one in movements:
        at = one.created_at if one.created_at in steps else None
        if at is not None or one.is_its_own:
            place = (at, one.product_id, one.warehouse_id, one.movement_type)
            _add(found, place, one.quantity)
        if at is not None and one.book is not None and one.book != book.get(one.product_id):
            yield Difference(
                one.product_id,
                "units on hand when it was counted",
                one.book,
                book.get(one.product_id),
                one.warehouse_id,
                one.id,
                document.key,
            )
    for place in sorted(expected.keys() | found.keys(), key=_order):
        due, there = expected.get(place, (0, 0)), found.get(place, (0, 0))
        if due != there:
            at, product_id, warehouse_id, movement_type = place
            by = "none of its events" if at is None else f"its event {steps[at].version}"
            yield Difference(
                product_id,
                f"units moved by {by} as `{movement_type}`",
                _told(due),
                _told(there),
                warehouse_id,
                document=document.key,
            )


_Place = tuple[datetime | None, int, int, MovementType]
"""The moment of a step (None: of none), product, warehouse, type."""
_Sum = tuple[int, int]
"""Units, and how many movements of them."""


def _add(sums: dict[_Place, _Sum], place: _Place, quantity: int) -> None:
    units, movements = sums.get(place, (0, 0))
    sums[place] = units + quantity, movements + 1


def _order(place: _Place) -> tuple[object, ...]:
    at, *rest = place
    return (at is not None, at, *rest)


def _told(moved: _Sum) -> str:
    units, movements = moved
    return f"{units} in {movements} movement{'' if movements == 1 else 's'}"


def check_inbounds(
    product_id: int, claimed: Claimed, stored: Mapping[StockKey, Inbound], total: int
) -> Iterator[Difference]:
    """What is kept of units on their way to a product's levels, against what documents say."""
    for key in sorted(claimed.inbound.keys() | stored.keys()):
        expected, found = claimed.inbound.get(key, _NOTHING), stored.get(key, _NOTHING)
        for what in ("on_order", "in_transit"):
            if getattr(expected, what) != getattr(found, what):
                yield Difference(
                    product_id,
                    f"level's {what.replace('_', ' ')}",
                    getattr(expected, what),
                    getattr(found, what),
                    key.warehouse_id,
                )
    summed = sum(inbound.total for inbound in stored.values())
    if summed != total:
        yield Difference(product_id, "product's total inbound", summed, total)


_NOTHING = Inbound()
