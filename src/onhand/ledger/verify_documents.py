"""Verify documents: their histories, and what they say of stock against what is kept of it.

Each document tells by `claims` what it says of stock in its present state, and by `flaws` where it
contradicts itself; so a new kind is held against the stock once it has these two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from onhand.core.documents import Claim, Document, DocumentKey, DocumentKind, Event, Inbound
from onhand.core.kinds import LIFE_CYCLES
from onhand.core.levels import StockKey
from onhand.core.life_cycles import LifeCycle
from onhand.ledger.differences import Difference, Stream
from onhand.ledger.ports import Proof

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
        for document in proof.documents(kind):
            yield from _of_no_document(events, document.id)
            yield from _check_history(document, list(events.of(document.id)), life_cycle)
            for what, expected, found in document.flaws():
                yield Difference(None, what, expected, found, document=document.key)
            said += [(claim.product_id, (document.key, claim)) for claim in document.claims()]
        yield from _of_no_document(events, None)


def _of_no_document(events: Stream[Event], before: int | None) -> Iterator[Difference]:
    while events.next_key is not None and (before is None or events.next_key < before):
        _, event = next(events)
        what = f"document of its event {event.version}"
        yield Difference(None, what, "one", "none", document=event.key)


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
