"""What a step left behind is told by its event, also where somebody falsified that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onhand.core import commands as c
from onhand.core import transfers as t
from onhand.core.documents import DocumentKey, DocumentKind, Event
from onhand.core.movements import MovementType, Origin
from onhand.core.traces import TRACES, Moved
from tests.support.stock import facts, stocked
from tests.support.stores import START

ORIGIN = Origin("clerk")
FALSE = [{}, {"lines": "7"}, {"lines": [7, {}, {"line": "x"}, {"line": 9, "received": 1}]}]


def sent() -> t.Transfer:
    return t.Transfer(
        id=1,
        state="shipped",
        version=2,
        created_by="clerk",
        created_at=START,
        updated_at=START,
        from_warehouse_id=1,
        to_warehouse_id=2,
        lines=(t.TransferLine(1, 7, 5),),
    )


def received(data: dict[str, Any]) -> Event:
    key = DocumentKey(DocumentKind.TRANSFER, 1)
    return Event(key, 3, "receive", "shipped", "received", START, "clerk", None, data)


def test_each_movement_of_a_step_is_told() -> None:
    told = {"line": 1, "received": 2, "lost": 1, "damaged": 2}
    moved = list(TRACES[DocumentKind.TRANSFER].moved(sent(), received({"lines": [told]})))
    assert moved == [
        Moved(7, 2, MovementType.TRANSFER, 5),
        Moved(7, 2, MovementType.ADJUSTMENT, -1),
        Moved(7, 2, MovementType.ADJUSTMENT, -2),
    ]


@pytest.mark.parametrize("data", FALSE)
def test_what_a_falsified_event_does_not_tell_is_nothing(data: dict[str, Any]) -> None:
    for traces in TRACES.values():
        for name in ("receive", "reverse", "ship", "return", "record", "approve"):
            event = replace(received(data), name=name)
            assert sum(traces.told(event).values()) <= 1
    assert list(TRACES[DocumentKind.TRANSFER].moved(sent(), received(data))) == []


def test_who_refers_to_a_document_in_the_batch_of_its_step_is_of_another_moment() -> None:
    stock = stocked(50)
    east = stock.warehouse()
    line = t.LineGiven(stock.product, 5)
    draft = t.DraftTransfer(
        origin=ORIGIN, from_warehouse_id=1, to_warehouse_id=east, lines=(line,), ship=True
    )
    refers = Origin("client", reference_type="transfer", reference_id=2)
    before = c.ReceiveStock(stock.product, 1, 2, refers)
    after = c.TransferStock(stock.product, 1, east, 3, refers)
    sends = c.TransferStock(stock.product, 1, east, 4, refers, in_transit=True)
    assert facts(stock.do(before, draft, after, sends)[1])["document"].id == 2
    moments = {
        (entry["quantity"], entry["created_by"]): entry["created_at"] < stock.clock.now
        for entry in stock.contents.movements
    }
    assert moments == {
        (50, "tester"): False,
        (2, "client"): True,
        (-5, "clerk"): False,
        (-3, "client"): True,
        (3, "client"): True,
        (-4, "client"): False,
    }
