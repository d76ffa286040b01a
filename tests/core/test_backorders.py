"""Backorders: what is promised before it is there, and who gets it when it comes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.stock import Stock, facts, refusal, stocked


@pytest.fixture
def stock() -> Stock:
    """Three on hand of a product that may be backordered."""
    return stocked(3, allow_backorder=True)


def test_what_is_missing_is_backordered(stock: Stock) -> None:
    result = stock.reserve(5)
    assert facts(result, "allocated", "backordered") == {"allocated": 3, "backordered": 2}
    assert stock.level == (3, 3, 2)
    assert stock.entries[-1] == ("reserved", 3)


def test_a_promise_of_nothing_that_is_there_writes_no_entry(stock: Stock) -> None:
    stock.reserve(3)
    entries = stock.entries
    stock.reserve(2, order=790)
    assert stock.entries == entries
    assert stock.queue == [(789, 3, 0), (790, 0, 2)]


def test_arrivals_go_to_the_oldest_backorder_first(stock: Stock) -> None:
    stock.reserve(5, order=1)
    stock.reserve(2, order=2)
    stock.reserve(2, order=3)
    stock.receive(3)
    assert stock.queue == [(1, 5, 0), (2, 1, 1), (3, 0, 2)]
    assert stock.level == (6, 6, 3)


def test_what_is_allocated_on_arrival_is_an_entry_of_its_order(stock: Stock) -> None:
    stock.reserve(5, order=1)
    stock.receive(4, reference="PO-1")
    assert stock.entries[-2:] == [("in", 4), ("reserved", 2)]
    assert stock.last["order_id"] == 1
    assert stock.last["reference"] == "PO-1"
    assert stock.level == (7, 5, 0)


def test_reserving_again_keeps_the_place_in_the_queue(stock: Stock) -> None:
    stock.reserve(4, order=1)
    stock.reserve(1, order=2)
    stock.reserve(1, order=1)
    stock.receive(2)
    assert stock.queue == [(1, 5, 0), (2, 0, 1)]


@pytest.mark.parametrize("how", ["adjust", "receive", "count", "transfer", "release", "return"])
def test_whatever_makes_stock_available_serves_backorders(stock: Stock, how: str) -> None:
    east = stock.warehouse()
    stock.adjust(9, at=east)
    stock.reserve(3, order=1)
    stock.reserve(2, order=2)
    match how:
        case "adjust":
            stock.adjust(2)
        case "receive":
            stock.receive(2)
        case "count":
            stock.count(5)
        case "transfer":
            stock.transfer(2, east, 1)
        case "release":
            stock.release(2, order=1)
        case "return":
            stock.ship(2, order=1)
            shipped = stock.contents.ledger(stock.product)[-1]
            stock.reverse(shipped)
    assert stock.queue[-1] == (2, 2, 0)
    assert stock.level[2] == 0


def test_stock_in_another_warehouse_serves_no_backorder_here(stock: Stock) -> None:
    east = stock.warehouse()
    stock.reserve(5)
    stock.receive(9, at=east)
    assert stock.level == (3, 3, 2)


def test_backordered_units_are_released_before_allocated_ones(stock: Stock) -> None:
    stock.reserve(5)
    result = stock.release(3)
    assert facts(result) == {"released": 3, "released_backordered": 2, "still_held": 2}
    assert stock.entries[-1] == ("released", -1)
    assert stock.level == (3, 2, 0)


def test_releasing_what_never_came_writes_no_entry(stock: Stock) -> None:
    stock.reserve(5)
    entries = stock.entries
    stock.release(2)
    assert stock.entries == entries
    assert stock.level == (3, 3, 0)


def test_an_order_that_is_only_backordered_cannot_ship(stock: Stock) -> None:
    stock.reserve(3, order=1)
    stock.reserve(2, order=2)
    message = "quantity: Insufficient stock available. Available: 0, Requested: 2"
    assert refusal(stock.adjust(-2, order=2)) == message


def test_backorders_wait_even_when_the_product_takes_no_new_ones(stock: Stock) -> None:
    stock.reserve(5)
    stock.change(allow_backorder=False)
    assert refusal(stock.reserve(1, order=790)).endswith("Available: 0, Requested: 1")
    stock.receive(2)
    assert stock.queue == [(789, 5, 0)]


def test_an_expired_hold_goes_to_the_backorder_that_waits(stock: Stock) -> None:
    stock.reserve(3, order=1, ends_in=timedelta(minutes=5))
    stock.reserve(2, order=2)
    stock.wait(minutes=6)
    stock.expire()
    assert stock.queue == [(2, 2, 0)]
    assert stock.entries[-2:] == [("released", -3), ("reserved", 2)]
    assert stock.level == (3, 2, 0)
