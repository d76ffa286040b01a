"""Verify holds documents against the stock: each way in which they can disagree is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from onhand.core.documents import Claim, DocumentKey, DocumentKind, Event, Inbound
from onhand.core.levels import StockKey
from onhand.core.movements import MovementType as T
from onhand.core.transfers import Transfer, TransferLine
from onhand.ledger.verify import verify
from tests.support.listed_proof import HERE, START, THERE, ListedProof

SUM = "as the sum of its rows and what is in transit"
MOVED = "warehouse 1: units moved by"
NOT_SENT = "expected -2 in 1 movement, found 0 in 0 movements"
SENT_UNKNOWN = "expected 0 in 0 movements, found -10 in 1 movement"
KEY = DocumentKey(DocumentKind.TRANSFER, 4)
AT = {name: START + timedelta(hours=hour) for hour, name in enumerate(("draft", "ship", "receive"))}
ARRIVED = {"lines": [{"line": 1, "received": 5, "lost": 1, "damaged": 0, "reason": "Fell"}]}


def ledger() -> ListedProof:
    """Ten units shipped of which six have arrived, one of them lost."""
    proof = ListedProof()
    proof.post(HERE, T.IN, 50)
    proof.post(HERE, T.TRANSFER, -10, transfer_id=4, document=KEY, at=AT["ship"])
    proof.post(THERE, T.TRANSFER, 6, transfer_id=4, document=KEY, at=AT["receive"])
    proof.post(THERE, T.ADJUSTMENT, -1, document=KEY, at=AT["receive"])
    proof.papers = [transfer(TransferLine(1, 7, 10, received=5, lost=1))]
    proof.steps = list(history("draft", "ship", "receive"))
    proof.inbound[THERE] = Inbound(in_transit=4)
    proof.inbound_sums[7] = 4
    return proof


def transfer(*lines: TransferLine, state: str = "partially_received") -> Transfer:
    return Transfer(
        id=4,
        state=state,
        version=3,
        created_by="tester",
        created_at=START,
        updated_at=START,
        from_warehouse_id=HERE.warehouse_id,
        to_warehouse_id=THERE.warehouse_id,
        lines=lines,
    )


def history(*names: str) -> Iterator[Event]:
    states = {"draft": "draft", "ship": "shipped", "receive": "partially_received"}
    before = None
    for version, name in enumerate(names, 1):
        data = ARRIVED if name == "receive" else {}
        yield Event(KEY, version, name, before, states[name], AT[name], "tester", None, data)
        before = states[name]


def told(proof: ListedProof) -> list[str]:
    """The differences, in words."""
    return [str(difference) for difference in verify(proof)]


def test_a_transfer_under_way_is_sound() -> None:
    assert told(ledger()) == []


def test_units_that_never_arrived_are_missed() -> None:
    proof = ledger()
    proof.papers = [transfer(TransferLine(1, 7, 10, received=6, lost=1))]
    assert told(proof) == [
        "Transfer 4: units of line 1 received, by its events: expected 5, found 6",
        f"Product 7: transfer 4, {SUM}: expected 0, found -1",
        "Product 7, warehouse 2: level's in transit: expected 3, found 4",
    ]


def test_a_transfer_whose_movements_are_gone_is_named() -> None:
    proof = ledger()
    proof.papers.append(replace(transfer(TransferLine(1, 8, 2)), id=5, version=2, state="shipped"))
    proof.steps += [
        replace(event, key=DocumentKey(DocumentKind.TRANSFER, 5))
        for event in history("draft", "ship")
    ]
    proof.inbound[StockKey(8, 2)] = Inbound(in_transit=2)
    proof.inbound_sums[8] = 2
    assert told(proof) == [
        f"Transfer 5, product 8, {MOVED} its event 2 as `transfer`: {NOT_SENT}",
        f"Product 8: transfer 5, {SUM}: expected 0, found 2",
    ]


def test_what_is_kept_as_inbound_must_be_what_documents_say() -> None:
    proof = ledger()
    proof.inbound[THERE] = Inbound(on_order=3, in_transit=4)
    assert told(proof) == [
        "Product 7, warehouse 2: level's on order: expected 0, found 3",
        "Product 7: product's total inbound: expected 7, found 4",
    ]


def test_a_total_of_what_is_inbound_must_be_its_levels_sum() -> None:
    proof = ledger()
    proof.inbound_sums = {7: 5, 9: 1}
    assert told(proof) == [
        "Product 7: product's total inbound: expected 4, found 5",
        "Product 9: product's total inbound: expected 0, found 1",
    ]


def test_a_state_that_its_lines_contradict_is_named() -> None:
    proof = ledger()
    proof.papers = [transfer(TransferLine(1, 7, 10, received=5, lost=1), state="received")]
    found = told(proof)
    assert found[:2] == [
        "Transfer 4: state: expected partially_received, found received",
        "Transfer 4: units of line 1 accounted for: expected 10, found 6",
    ]


def test_an_event_that_is_missing_is_named() -> None:
    proof = ledger()
    del proof.steps[1]
    assert told(proof) == [
        "Transfer 4: number of event 2: expected 2, found 3",
        "Transfer 4: state before event 2: expected draft, found shipped",
        "Transfer 4: version: expected 2, found 3",
        f"Transfer 4, product 7, {MOVED} none of its events as `transfer`: {SENT_UNKNOWN}",
    ]


def test_an_event_that_the_life_cycle_does_not_know_is_named() -> None:
    proof = ledger()
    proof.steps[1] = replace(proof.steps[1], name="teleport")
    way = ("draft", "teleport", "shipped")
    assert told(proof) == [
        f"Transfer 4: way of event 2: expected one of its life cycle, found {way}",
        f"Transfer 4, product 7, {MOVED} its event 2 as `transfer`: {SENT_UNKNOWN}",
    ]


def test_events_of_documents_that_are_gone_are_named() -> None:
    proof = ledger()
    for document_id in (1, 9):
        key = DocumentKey(DocumentKind.TRANSFER, document_id)
        proof.steps.append(replace(proof.steps[0], key=key))
    proof.steps.sort(key=lambda event: (event.key, event.version))
    assert told(proof) == [
        "Transfer 1: document of its event 1: expected one, found none",
        "Transfer 9: document of its event 1: expected one, found none",
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Transfer):
    """A document that holds stock for an order."""

    held: int

    def claims(self) -> Iterator[Claim]:
        """One level, one order."""
        yield Claim(HERE.product_id, HERE.warehouse_id, order_id=1, held=self.held)


def ordered(*, claimed: int, held: int) -> list[str]:
    proof = ListedProof()
    proof.post(HERE, T.IN, 50)
    if held:
        proof.post(HERE, T.RESERVED, held, order_id=1)
        proof.hold(HERE, 1, held)
    order = Order(
        id=4,
        state="draft",
        version=1,
        created_by="tester",
        created_at=START,
        updated_at=START,
        from_warehouse_id=1,
        to_warehouse_id=2,
        held=claimed,
    )
    proof.papers, proof.steps = [order], list(history("draft"))
    return told(proof)


def test_what_an_order_holds_is_what_its_document_says() -> None:
    assert ordered(claimed=5, held=5) == ordered(claimed=0, held=0) == []
    what = "Product 7, warehouse 1: units held for order 1"
    assert ordered(claimed=5, held=4) == [f"{what}: expected 5, found 4"]
    assert ordered(claimed=5, held=0) == [f"{what}: expected 5, found 0"]
