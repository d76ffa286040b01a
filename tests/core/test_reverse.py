"""Reversals: a mistake is mended by its opposite, once, and never by changing what was written."""

from __future__ import annotations

from typing import Any

import pytest

from onhand.core.commands import ReverseMovement
from onhand.core.movements import Origin
from tests.support.stock import Stock, past, refusal, stocked


@pytest.fixture
def stock() -> Stock:
    """Ten on hand."""
    return stocked(10)


def last(stock: Stock, count: int = 1) -> list[dict[str, Any]]:
    """The last entries that were written."""
    return stock.contents.movements[-count:]


@pytest.mark.parametrize("quantity", [4, -4])
def test_an_adjustment_is_mended_by_its_opposite(stock: Stock, quantity: int) -> None:
    stock.adjust(quantity)
    (wrong,) = last(stock)
    stock.reverse(wrong, reason="Typed wrongly")
    assert stock.level == (10, 0, 0)
    (mended,) = last(stock)
    assert mended["movement_type"] == "adjustment"
    assert mended["quantity"] == -quantity
    assert mended["reverses_id"] == wrong["id"]
    assert mended["reason"] == "Typed wrongly"


def test_what_was_written_first_stays_as_it_was(stock: Stock) -> None:
    stock.adjust(4)
    (wrong,) = last(stock)
    stock.reverse(wrong)
    assert wrong in stock.contents.movements


def test_an_entry_is_reversed_only_once(stock: Stock) -> None:
    stock.adjust(4)
    (wrong,) = last(stock)
    stock.reverse(wrong)
    assert refusal(stock.reverse(wrong)).startswith("id: ")
    assert stock.level == (10, 0, 0)


def test_a_reversal_may_itself_be_reversed(stock: Stock) -> None:
    stock.adjust(4)
    stock.reverse(*last(stock))
    stock.reverse(*last(stock))
    assert stock.level == (14, 0, 0)


def test_a_receipt_that_is_gone_already_cannot_be_reversed(stock: Stock) -> None:
    stock.receive(5)
    (came,) = last(stock)
    stock.ship(12)
    message = "quantity: Stock quantity cannot be negative"
    assert refusal(stock.reverse(came)) == message
    assert stock.level == (3, 0, 0)


def test_what_orders_hold_is_not_reversed_away(stock: Stock) -> None:
    stock.receive(5)
    (came,) = last(stock)
    stock.reserve(12)
    assert refusal(stock.reverse(came)).startswith("reserved_quantity: ")


def test_a_shipment_reversed_is_back_and_no_longer_sold(stock: Stock) -> None:
    stock.ship(4)
    stock.reverse(*last(stock))
    assert stock.level == (10, 0, 0)
    assert sum(row["quantity"] for row in stock.contents.daily_sales) == 0


def test_a_count_is_reversed_like_any_entry(stock: Stock) -> None:
    stock.count(7)
    stock.reverse(*last(stock))
    assert stock.level == (10, 0, 0)


def test_a_count_that_found_no_difference_has_nothing_to_reverse(stock: Stock) -> None:
    stock.count(10)
    assert refusal(stock.reverse(*last(stock))).startswith("id: ")


def test_a_transfer_is_reversed_as_a_whole(stock: Stock) -> None:
    east = stock.warehouse()
    stock.transfer(4, 1, east)
    went, came = last(stock, 2)
    stock.reverse(went, came)
    assert (stock.level_at(1), stock.level_at(east)) == ((10, 0, 0), (0, 0, 0))
    back, home = last(stock, 2)
    assert (back["quantity"], back["reverses_id"]) == (-4, came["id"])
    assert (home["quantity"], home["reverses_id"]) == (4, went["id"])
    assert refusal(stock.reverse(went, came)).startswith("id: ")


def test_a_transfer_whose_units_are_held_there_cannot_be_reversed(stock: Stock) -> None:
    east = stock.warehouse()
    stock.transfer(4, 1, east)
    halves = last(stock, 2)
    stock.reserve(3, at=east)
    message = "quantity: Insufficient stock available. Available: 1, Requested: 4"
    assert refusal(stock.reverse(*halves)) == message


def test_a_reservation_reversed_is_released(stock: Stock) -> None:
    stock.reserve(3)
    stock.reserve(2)
    stock.reverse(*last(stock))
    assert stock.queue == [(789, 3, 0)]
    assert stock.entries[-1] == ("released", -2)


def test_a_reservation_that_has_shipped_cannot_be_reversed(stock: Stock) -> None:
    stock.reserve(3)
    (held,) = last(stock)
    stock.ship(2, order=789)
    assert refusal(stock.reverse(held)).startswith("quantity: ")


def test_a_release_reversed_is_held_again(stock: Stock) -> None:
    stock.reserve(3)
    stock.release(3)
    stock.reverse(*last(stock))
    assert stock.queue == [(789, 3, 0)]
    assert stock.entries[-1] == ("reserved", 3)


def test_a_release_is_not_reversed_when_others_have_the_units(stock: Stock) -> None:
    stock.reserve(3)
    stock.release(3)
    (released,) = last(stock)
    stock.reserve(9, order=790)
    message = "quantity: Insufficient stock available. Available: 1, Requested: 3"
    assert refusal(stock.reverse(released)) == message


def test_one_entry_named_twice_in_a_batch_is_reversed_once(stock: Stock) -> None:
    stock.adjust(4)
    reversal = ReverseMovement(past(last(stock)), Origin("tester"))
    _, second = stock.do(reversal, reversal)
    assert refusal(second).startswith("id: ")
    assert stock.level == (10, 0, 0)
