"""Verify holds purchase orders against what is on order, and against their own receipts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from onhand.core.documents import DocumentKey, DocumentKind, Event, Inbound
from onhand.core.movements import MovementType as T
from onhand.core.purchase_orders import PurchaseOrder, PurchaseOrderLine, Receipt, ReceiptLine
from onhand.ledger.verify import verify
from tests.support.listed_proof import HERE, START, ListedProof

KEY = DocumentKey(DocumentKind.PURCHASE_ORDER, 4)


def arrived(receipt: int, **units: int) -> dict[str, Any]:
    """What an event tells of a receipt."""
    return {"receipt": receipt, "lines": [{"line": 1, "reason": None, **units}]}


STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "draft": ("draft", {}),
    "submit": ("pending", {}),
    "approve": ("approved", {}),
    "send": ("sent", {}),
    "receive": ("partially_received", arrived(1, received=12, rejected=2)),
    "receive again": ("completed", arrived(2, received=8, rejected=0)),
    "reverse": ("partially_received", {"receipt": 2}),
}
AT = {step: START + timedelta(hours=hour) for hour, step in enumerate(STEPS)}
LINE = PurchaseOrderLine(1, 7, 20, Decimal("2.50"), received=12, rejected=2, on_order=8)
ORDER = PurchaseOrder(
    id=4,
    state="partially_received",
    version=7,
    created_by="tester",
    created_at=START,
    updated_at=START,
    supplier_id=1,
    warehouse_id=1,
    currency="USD",
    total=Decimal(50),
    over_receipt_percent=10,
    lines=(LINE,),
    receipts=(
        Receipt(1, "DN-1", START, "tester", 3),
        Receipt(2, "DN-2", START, "tester", 4, reversed_at=AT["reverse"]),
    ),
    receipt_lines=(
        ReceiptLine(1, 1, 1, 12, 2, "Broken", None),
        ReceiptLine(2, 2, 1, 8, 0, None, None),
    ),
)


def ledger(order: PurchaseOrder = ORDER) -> ListedProof:
    """Twenty ordered, twelve of them in, two rejected, a second receipt taken back."""
    proof = ListedProof()
    proof.post(HERE, T.IN, 12, document=KEY, at=AT["receive"])
    proof.post(HERE, T.IN, 8, document=KEY, at=AT["receive again"])
    proof.post(HERE, T.IN, -8, document=KEY, at=AT["reverse"])
    proof.papers, proof.steps = [order], list(history())
    proof.inbound[HERE], proof.inbound_sums[7] = Inbound(on_order=8), 8
    return proof


def history() -> Iterator[Event]:
    before = None
    for version, (step, (state, data)) in enumerate(STEPS.items(), 1):
        name = step.removesuffix(" again")
        yield Event(KEY, version, name, before, state, AT[step], "tester", None, data)
        before = state


def told(proof: ListedProof) -> list[str]:
    """The differences, in words."""
    return [str(difference) for difference in verify(proof)]


def test_an_order_half_received_is_sound() -> None:
    assert told(ledger()) == []


def test_what_is_on_order_is_what_orders_still_expect() -> None:
    proof = ledger()
    proof.inbound[HERE], proof.inbound_sums[7] = Inbound(on_order=9), 9
    what = "Product 7, warehouse 1: level's on order"
    assert told(proof) == [f"{what}: expected 8, found 9"]


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"received": 11}, "units of line 1 received: expected 12, found 11"),
        ({"rejected": 0}, "units of line 1 rejected: expected 2, found 0"),
        (
            {"quantity": 10, "on_order": 0},
            "units of line 1 received: expected 11 at most, found 12",
        ),
        ({"quantity": 15}, "units of line 1 on order: expected 3 at most, found 8"),
    ],
)
def test_a_line_that_its_receipts_contradict_is_named(
    changes: dict[str, int], difference: str
) -> None:
    line = replace(LINE, **changes)  # type: ignore[arg-type]
    order = replace(ORDER, lines=(line,), total=line.price * line.quantity)
    assert f"Purchase order 4: {difference}" in told(ledger(order))


def test_a_total_that_its_lines_contradict_is_named() -> None:
    order = replace(ORDER, total=Decimal(49))
    assert told(ledger(order)) == ["Purchase order 4: total: expected 50.00, found 49"]


def test_an_order_that_is_done_has_nothing_on_order() -> None:
    proof = ledger(replace(ORDER, state="cancelled", version=8))
    step = Event(KEY, 8, "cancel", "partially_received", "cancelled", START, "tester", "x")
    proof.steps.append(step)
    assert told(proof) == [
        "Purchase order 4: units of line 1 on order: expected 0 at most, found 8"
    ]
