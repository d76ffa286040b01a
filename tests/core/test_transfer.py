"""Transfers: stock changes its place, never its sum."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onhand.core.commands import Request, TransferStock
from onhand.core.decide import decide
from onhand.core.levels import MAX_QUANTITY, Level, StockKey
from onhand.core.movements import Origin
from onhand.core.products import ProductRules
from onhand.core.snapshot import NewIds, ProductTotals, Snapshot
from tests.support.stock import Stock, facts, refusal, stocked
from tests.support.stores import START

EAST = 2


@pytest.fixture
def stock() -> Stock:
    """Ten in warehouse 1, and a second warehouse."""
    stock = stocked(10)
    assert stock.warehouse() == EAST
    return stock


def test_what_leaves_one_warehouse_is_in_the_other(stock: Stock) -> None:
    result = stock.transfer(4, 1, EAST, notes="Rebalancing inventory")
    assert (stock.level_at(1), stock.level_at(EAST)) == ((6, 0, 0), (4, 0, 0))
    told = facts(result)
    assert told["quantity"] == 4
    assert (told["from"]["quantity_on_hand"], told["to"]["quantity_on_hand"]) == (6, 4)


def test_a_transfer_is_two_entries_with_one_number_and_one_moment(stock: Stock) -> None:
    stock.transfer(4, 1, EAST)
    went, came = stock.contents.movements[-2:]
    assert (went["quantity"], came["quantity"]) == (-4, 4)
    assert went["movement_type"] == came["movement_type"] == "transfer"
    assert went["transfer_id"] == came["transfer_id"] is not None
    assert went["occurred_at"] == came["occurred_at"]


def test_a_transfer_leaves_a_products_totals_as_they_are() -> None:
    snapshot = Snapshot(
        rules={1: ProductRules(True, False, True, None)},
        totals={1: ProductTotals(10, 0, 0)},
        levels={StockKey(1, 1): Level(10, 0, 0, 1, START)},
        warehouse_activity={1: True, EAST: True},
        new_ids=NewIds(transfers=iter([1])),
    )
    transfer = TransferStock(1, 1, EAST, 4, Origin("clerk"))
    decision = decide([Request((transfer,))], snapshot, START)
    assert len(decision.levels) == 2
    assert decision.totals == {}


def test_each_transfer_has_a_number_of_its_own(stock: Stock) -> None:
    first = facts(stock.transfer(1, 1, EAST))["transfer_id"]
    assert facts(stock.transfer(1, EAST, 1))["transfer_id"] > first


def test_only_available_stock_is_transferred(stock: Stock) -> None:
    stock.reserve(7)
    message = "quantity: Insufficient stock available. Available: 3, Requested: 4"
    assert refusal(stock.transfer(4, 1, EAST)) == message
    stock.transfer(3, 1, EAST)
    assert stock.level_at(1) == (7, 7, 0)


def test_from_and_to_must_differ(stock: Stock) -> None:
    assert refusal(stock.transfer(1, 1, 1)).startswith("to_warehouse_id: ")


def test_the_warehouse_that_does_not_exist_is_the_field_at_fault(stock: Stock) -> None:
    assert refusal(stock.transfer(1, 9, 1)).startswith("from_warehouse_id: ")
    assert refusal(stock.transfer(1, 1, 9)).startswith("to_warehouse_id: ")


def test_arrivals_serve_backorders_of_that_warehouse() -> None:
    stock = stocked(10, allow_backorder=True)
    stock.warehouse()
    stock.reserve(3, at=EAST)
    stock.transfer(5, 1, EAST)
    assert stock.level_at(EAST) == (5, 3, 0)


def test_both_halves_wait_for_the_later_of_both_ledgers(stock: Stock) -> None:
    began = stock.clock.now
    stock.wait(hours=2)
    stock.adjust(1, at=EAST)
    stock.wait(hours=1)
    reported = began + timedelta(hours=1)
    stock.transfer(4, 1, EAST, occurred_at=reported)
    went, came = stock.contents.movements[-2:]
    assert went["occurred_at"] == came["occurred_at"] == began + timedelta(hours=2)
    assert went["reported_at"] == came["reported_at"] == reported


def test_a_warehouse_never_holds_more_than_a_quantity_can_be(stock: Stock) -> None:
    stock.adjust(MAX_QUANTITY - 2, at=EAST)
    assert refusal(stock.transfer(3, 1, EAST)).startswith("quantity: ")
    stock.transfer(2, 1, EAST)
    assert stock.level_at(EAST) == (MAX_QUANTITY, 0, 0)
