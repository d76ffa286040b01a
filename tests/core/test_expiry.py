"""Expiry: past its moment a reservation holds nothing, whether or not anybody tidied up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onhand.core.draft import EXPIRY_ACTOR
from tests.support.stock import Stock, facts, refusal, stocked

FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def stock() -> Stock:
    """Ten on hand, six of them held for five minutes."""
    stock = stocked(10)
    stock.reserve(6, order=1, ends_in=FIVE_MINUTES)
    return stock


def test_before_its_moment_a_reservation_holds(stock: Stock) -> None:
    stock.wait(minutes=4, seconds=59.999999)
    assert refusal(stock.reserve(5, order=2)).endswith("Available: 4, Requested: 5")


def test_from_its_moment_on_the_stock_is_sold_to_others(stock: Stock) -> None:
    stock.wait(minutes=5)
    stock.reserve(10, order=2)
    assert stock.queue == [(2, 10, 0)]
    assert stock.level == (10, 10, 0)


def test_the_entry_says_why_and_when(stock: Stock) -> None:
    ended = stock.clock.now + FIVE_MINUTES
    stock.wait(hours=1)
    stock.expire()
    entry = stock.last
    assert (entry["movement_type"], entry["quantity"]) == ("released", -6)
    assert (entry["order_id"], entry["reason"]) == (1, "Reservation expired")
    assert entry["created_by"] == EXPIRY_ACTOR
    assert entry["reference_type"] == "reservation"
    assert (entry["occurred_at"], entry["created_at"]) == (ended, stock.clock.now)


@pytest.mark.parametrize("how", ["adjust", "count", "transfer", "ship"])
def test_whatever_touches_the_stock_finds_it_free(stock: Stock, how: str) -> None:
    east = stock.warehouse()
    stock.wait(minutes=6)
    match how:
        case "adjust":
            stock.adjust(-9)
        case "count":
            stock.count(1)
        case "transfer":
            stock.transfer(9, 1, east)
        case "ship":
            stock.ship(9)
    assert stock.level == (1, 0, 0)


def test_an_expired_reservation_cannot_be_shipped_or_released(stock: Stock) -> None:
    stock.wait(minutes=6)
    assert refusal(stock.release(1, order=1)).startswith("quantity: ")
    stock.adjust(-2, "Shipped order #1")
    assert stock.entries[-1] == ("adjustment", -2)


def test_reserving_after_the_end_is_a_new_reservation(stock: Stock) -> None:
    stock.wait(minutes=6)
    stock.reserve(2, order=1)
    assert stock.queue == [(1, 2, 0)]
    stock.wait(days=9)
    assert stock.level == (10, 2, 0)


def test_several_that_expired_go_in_the_order_of_their_moments(stock: Stock) -> None:
    stock.reserve(1, order=2, ends_in=timedelta(minutes=2))
    stock.wait(minutes=6)
    stock.expire()
    released = stock.contents.movements[-2:]
    assert [entry["order_id"] for entry in released] == [2, 1]
    assert released[0]["occurred_at"] < released[1]["occurred_at"]
    assert all(entry["reported_at"] is None for entry in released)
    assert stock.level == (10, 0, 0)


def test_reserving_again_without_an_end_keeps_the_end(stock: Stock) -> None:
    stock.reserve(1, order=1)
    stock.wait(minutes=6)
    stock.expire()
    assert stock.level == (10, 0, 0)


def test_reserving_again_with_an_end_sets_it_for_all(stock: Stock) -> None:
    stock.reserve(1, order=1, ends_in=timedelta(hours=1))
    stock.wait(minutes=6)
    stock.expire()
    assert stock.queue == [(1, 7, 0)]


def test_the_end_may_be_put_off_or_taken_away(stock: Stock) -> None:
    stock.reschedule(1, stock.clock.now + timedelta(hours=1))
    stock.wait(minutes=6)
    stock.expire()
    assert stock.queue == [(1, 6, 0)]
    stock.reschedule(1, None)
    stock.wait(days=400)
    stock.expire()
    assert stock.queue == [(1, 6, 0)]


def test_after_the_end_it_is_too_late_to_put_it_off(stock: Stock) -> None:
    stock.wait(minutes=5)
    late = stock.reschedule(1, stock.clock.now + timedelta(hours=1))
    assert refusal(late).startswith("id: ")
    assert stock.level == (10, 0, 0)


def test_an_end_lies_in_the_future(stock: Stock) -> None:
    assert refusal(stock.reserve(1, ends_in=timedelta(0))).startswith("expires_at: ")
    assert refusal(stock.reschedule(1, stock.clock.now)).startswith("expires_at: ")


def test_backordered_units_expire_too() -> None:
    stock = stocked(2, allow_backorder=True)
    stock.reserve(5, order=1, ends_in=FIVE_MINUTES)
    stock.wait(minutes=6)
    stock.receive(4)
    assert stock.level == (6, 0, 0)


def test_a_clock_set_back_expires_nothing_anew(stock: Stock) -> None:
    stock.wait(minutes=6)
    stock.expire()
    stock.reserve(3, order=3, ends_in=FIVE_MINUTES)
    stock.wait(minutes=-60)
    stock.expire()
    assert facts(stock.reserve(1, order=3))["reservation"]["allocated"] == 4
