"""Transfers in transit: nothing is made or lost on the way but what is written off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from onhand.core import transfers as t
from onhand.core.movements import Origin
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.stock_rules import Result
from tests.support.ledger_contents import problems
from tests.support.stock import Stock, facts, stocked

EAST = 2


@pytest.fixture
def stock() -> Iterator[Stock]:
    """Ten in warehouse 1, and a second warehouse; no invariant is broken in the end."""
    stock = stocked(10)
    assert stock.warehouse() == EAST
    yield stock
    assert not problems(stock.contents)


def origin(reason: str | None = None) -> Origin:
    return Origin("clerk", reason)


def drafted(stock: Stock, *quantities: int, ship: bool = False) -> Result:
    lines = tuple(t.LineGiven(stock.product, quantity) for quantity in quantities)
    return stock.do(
        t.DraftTransfer(
            origin=origin(), from_warehouse_id=1, to_warehouse_id=EAST, lines=lines, ship=ship
        )
    )[0]


def shipped(stock: Stock, *quantities: int) -> t.Transfer:
    return document(drafted(stock, *quantities, ship=True))


def received(stock: Stock, transfer: t.Transfer, *lines: t.LineReceived) -> Result:
    command = t.ReceiveTransfer(origin=origin(), id=transfer.id, lines=lines or None)
    return stock.do(command)[0]


def document(result: Result) -> t.Transfer:
    found: t.Transfer = facts(result)["document"]
    return found


def in_transit(stock: Stock) -> int:
    return sum(row["in_transit"] for row in stock.contents.inbounds)


def test_a_draft_moves_nothing(stock: Stock) -> None:
    assert document(drafted(stock, 4)).state == "draft"
    assert (stock.level_at(1), stock.level_at(EAST), in_transit(stock)) == (
        (10, 0, 0),
        (0, 0, 0),
        0,
    )


def test_what_is_shipped_is_in_no_warehouse_until_it_arrives(stock: Stock) -> None:
    transfer = shipped(stock, 4)
    assert (stock.level_at(1)[0], stock.level_at(EAST)[0], in_transit(stock)) == (6, 0, 4)
    assert document(received(stock, transfer)).state == "received"
    assert (stock.level_at(1)[0], stock.level_at(EAST)[0], in_transit(stock)) == (6, 4, 0)


def test_it_arrives_in_parts(stock: Stock) -> None:
    transfer = shipped(stock, 4)
    assert document(received(stock, transfer, t.LineReceived(1, 3))).state == "partially_received"
    assert (stock.level_at(EAST)[0], in_transit(stock)) == (3, 1)
    assert document(received(stock, transfer)).state == "received"
    assert (stock.level_at(EAST)[0], in_transit(stock)) == (4, 0)


def test_what_is_lost_or_damaged_is_written_off_with_its_reason(stock: Stock) -> None:
    transfer = shipped(stock, 4)
    received(stock, transfer, t.LineReceived(1, 1, 2, 1, "Pallet fell over"))
    assert stock.level_at(EAST) == (1, 0, 0)
    entries = [m for m in stock.contents.movements if m["warehouse_id"] == EAST]
    assert [(m["movement_type"], m["quantity"], m["reason"]) for m in entries] == [
        ("transfer", 4, None),
        ("adjustment", -2, "Lost in transit: Pallet fell over"),
        ("adjustment", -1, "Damaged in transit: Pallet fell over"),
    ]
    assert {(m["reference_type"], m["reference_id"]) for m in entries} == {
        ("transfer", transfer.id)
    }


def test_a_loss_needs_a_reason(stock: Stock) -> None:
    transfer = shipped(stock, 4)
    result = received(stock, transfer, t.LineReceived(1, 1, lost=1))
    assert faults(result) == {"lines.0.reason": "Say why: units are written off"}


def test_what_is_lost_serves_no_backorder(stock: Stock) -> None:
    other = stock.another(5, allow_backorder=True)
    other.reserve(3, order=7, at=EAST)
    command = t.DraftTransfer(
        origin=origin(),
        from_warehouse_id=1,
        to_warehouse_id=EAST,
        lines=(t.LineGiven(other.product, 4),),
        ship=True,
    )
    transfer = document(other.do(command)[0])
    received(other, transfer, t.LineReceived(1, 2, 2, 0, "Gone"))
    assert other.level_at(EAST) == (2, 2, 1)


def test_every_line_that_is_short_is_named(stock: Stock) -> None:
    result = drafted(stock, 6, 5, 7, ship=True)
    assert faults(result) == {
        "lines.1.quantity": "Insufficient stock available. Available: 4, Requested: 5",
        "lines.2.quantity": "Insufficient stock available. Available: 4, Requested: 7",
    }
    assert stock.level == (10, 0, 0)
    assert not stock.contents.documents["transfers"]


def test_no_more_arrives_than_is_in_transit(stock: Stock) -> None:
    transfer = shipped(stock, 4)
    result = received(stock, transfer, t.LineReceived(1, 3), t.LineReceived(1, 2))
    assert faults(result) == {
        "lines.1.received": "More than is open on line 1. Open: 1, Requested: 2"
    }
    assert in_transit(stock) == 4


def test_a_line_that_is_not_there_is_named(stock: Stock) -> None:
    result = received(stock, shipped(stock, 4), t.LineReceived(2, 1))
    assert faults(result) == {"lines.0.line": "There is no line 2. Lines: 1 to 1"}


def test_a_draft_is_written_anew(stock: Stock) -> None:
    transfer = document(drafted(stock, 4, 5))
    lines = (t.LineGiven(stock.product, 3),)
    command = t.ChangeTransfer(
        origin=origin(), id=transfer.id, changes={"notes": "Less", "lines": lines}
    )
    changed = document(stock.do(command)[0])
    assert [(line.number, line.quantity) for line in changed.lines] == [(1, 3)]
    assert (changed.notes, changed.version) == ("Less", 2)


def test_a_draft_is_given_up(stock: Stock) -> None:
    transfer = document(drafted(stock, 4))
    cancelled = stock.do(t.CancelTransfer(origin=origin("Not needed"), id=transfer.id))[0]
    assert document(cancelled).state == "cancelled"
    steps = [e for e in stock.contents.events if e["kind"] == "transfer"]
    history = [(e["name"], e["to_state"], e["reason"]) for e in steps]
    assert history == [("draft", "draft", None), ("cancel", "cancelled", "Not needed")]


def test_what_the_table_does_not_have_is_refused_with_what_is_possible(stock: Stock) -> None:
    transfer = shipped(stock, 4)
    result = stock.do(t.ShipTransfer(origin=origin(), id=transfer.id))[0]
    assert faults(result) == {
        "state": 'Transfer 1 is shipped: "ship" is not possible. Possible now: receive'
    }


def test_another_version_than_was_looked_at_is_refused(stock: Stock) -> None:
    transfer = document(drafted(stock, 4))
    result = stock.do(t.ShipTransfer(origin=origin(), id=transfer.id, if_version=7))[0]
    assert isinstance(result, Rejected)
    assert result.code is RejectionCode.STALE_VERSION


def test_two_steps_in_one_batch_see_each_other(stock: Stock) -> None:
    transfer = document(drafted(stock, 4))
    ship = t.ShipTransfer(origin=origin(), id=transfer.id)
    first, second = stock.do(ship, ship)
    assert document(first).state == "shipped"
    assert isinstance(second, Rejected)
    assert in_transit(stock) == 4


def faults(result: Result) -> dict[str, Any]:
    assert isinstance(result, Rejected)
    return dict(result.faults)
