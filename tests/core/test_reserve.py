"""Reserving and releasing: what an order holds nobody else gets."""

from __future__ import annotations

import pytest

from tests.support.stock import Stock, facts, refusal, stocked


@pytest.fixture
def stock() -> Stock:
    """Ten on hand."""
    return stocked(10)


def test_reserving_raises_reserved_and_lowers_available(stock: Stock) -> None:
    result = stock.reserve(5, notes="Reserved for order #789")
    assert facts(result, "reserved", "allocated", "backordered") == {
        "reserved": 5,
        "allocated": 5,
        "backordered": 0,
    }
    assert stock.level == (10, 5, 0)
    assert stock.entries[-1] == ("reserved", 5)
    assert stock.last["notes"] == "Reserved for order #789"


def test_more_than_is_available_is_refused_with_the_figures(stock: Stock) -> None:
    stock.reserve(5)
    message = "quantity: Insufficient stock available. Available: 5, Requested: 10"
    assert refusal(stock.reserve(10, order=790)) == message
    assert stock.level == (10, 5, 0)


def test_all_that_is_available_may_be_reserved(stock: Stock) -> None:
    stock.reserve(10)
    assert stock.level == (10, 10, 0)
    assert refusal(stock.reserve(1, order=790)).endswith("Available: 0, Requested: 1")


def test_reserving_again_adds_to_the_order_s_reservation(stock: Stock) -> None:
    first = facts(stock.reserve(2))["reservation"]["id"]
    second = facts(stock.reserve(3))["reservation"]["id"]
    assert first == second
    assert stock.queue == [(789, 5, 0)]
    assert stock.entries[1:] == [("reserved", 2), ("reserved", 3)]


def test_one_order_may_hold_stock_in_several_warehouses(stock: Stock) -> None:
    east = stock.warehouse()
    stock.adjust(4, at=east)
    stock.reserve(2)
    stock.reserve(3, at=east)
    assert (stock.level_at(1), stock.level_at(east)) == ((10, 2, 0), (4, 3, 0))


def test_an_archived_product_is_not_reserved_any_more(stock: Stock) -> None:
    stock.reserve(1)
    stock.change(is_active=False)
    assert refusal(stock.reserve(1)).startswith("product_id: ")
    stock.release(1)
    assert stock.level == (10, 0, 0)


def test_the_specification_s_release_gives_three_of_five_back(stock: Stock) -> None:
    stock.reserve(5)
    result = stock.release(3, reason="Order partially cancelled")
    assert facts(result) == {"released": 3, "released_backordered": 0, "still_held": 2}
    assert stock.level == (10, 2, 0)
    assert stock.entries[-1] == ("released", -3)
    assert stock.last["reason"] == "Order partially cancelled"


def test_a_reservation_released_whole_is_closed(stock: Stock) -> None:
    stock.reserve(5)
    stock.release(5)
    assert stock.queue == []


def test_no_more_is_released_than_the_order_holds(stock: Stock) -> None:
    stock.reserve(5)
    stock.reserve(5, order=790)
    assert refusal(stock.release(6)).startswith("quantity: ")
    assert refusal(stock.release(1, order=791)).startswith("quantity: ")
    assert stock.level == (10, 10, 0)


def test_a_reservation_made_anew_is_another_one(stock: Stock) -> None:
    first = facts(stock.reserve(1))["reservation"]["id"]
    stock.reserve(1, order=790)
    stock.release(1)
    again = facts(stock.reserve(1))["reservation"]["id"]
    assert again > first
    assert [order for order, *_ in stock.queue] == [790, 789]
