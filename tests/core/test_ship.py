"""Shipping: an adjustment below zero that names an order, or the command itself."""

from __future__ import annotations

import pytest

from tests.support.stock import Stock, facts, refusal, stocked


@pytest.fixture
def stock() -> Stock:
    """Ten on hand, five of them held by order 789."""
    stock = stocked(10)
    stock.reserve(5)
    return stock


def test_the_specification_s_example_also_releases_the_reservation(stock: Stock) -> None:
    result = stock.adjust(-2, "Shipped order #789")
    assert facts(result) == {"adjustment": -2, "released": 2}
    assert stock.level == (8, 3, 0)
    assert stock.entries[-2:] == [("released", -2), ("out", -2)]


def test_both_entries_carry_the_order(stock: Stock) -> None:
    stock.adjust(-2, "Shipped order #789")
    assert [entry["order_id"] for entry in stock.contents.movements[-2:]] == [789, 789]


def test_the_order_may_stand_in_the_body_the_reason_or_the_reference(stock: Stock) -> None:
    stock.adjust(-1, "Shipped", order=789)
    stock.adjust(-1, "Shipped order #789")
    stock.adjust(-1, "Shipped", reference="SO#789")
    assert stock.level == (7, 2, 0)
    assert [kind for kind, _ in stock.entries[2:]] == ["released", "out"] * 3


def test_notes_name_no_order(stock: Stock) -> None:
    stock.adjust(-1, "Broken", notes="Not order #789")
    assert stock.entries[-1] == ("adjustment", -1)


def test_the_order_in_the_body_comes_before_those_in_texts(stock: Stock) -> None:
    stock.reserve(3, order=790)
    stock.adjust(-2, "Shipped order #789", order=790)
    assert stock.queue == [(789, 5, 0), (790, 1, 0)]


def test_of_several_orders_named_the_first_with_a_reservation_is_shipped(stock: Stock) -> None:
    stock.adjust(-2, "Orders #12 and #789")
    assert stock.entries[-2:] == [("released", -2), ("out", -2)]


def test_an_order_without_a_reservation_named_in_a_text_ships_nothing(stock: Stock) -> None:
    stock.adjust(-2, "Shipped order #788")
    assert stock.entries[-1] == ("adjustment", -2)


def test_an_order_without_a_reservation_in_the_body_ships_from_what_is_available(
    stock: Stock,
) -> None:
    stock.adjust(-2, "Walk-in", order=12)
    assert stock.entries[-1] == ("out", -2)
    assert refusal(stock.adjust(-4, "Walk-in", order=12)).startswith("quantity: Insufficient")


def test_a_reservation_in_another_warehouse_is_left_alone(stock: Stock) -> None:
    east = stock.warehouse()
    stock.adjust(4, at=east)
    stock.adjust(-1, "Shipped order #789", at=east)
    assert stock.level == (10, 5, 0)
    assert stock.contents.told(stock.product, east)[-1] == ("adjustment", -1)


@pytest.mark.parametrize("order", [2**53 + 1, 10**17 + 3, 2**63 - 1])
def test_long_order_numbers_are_read_from_texts_too(order: int) -> None:
    stock = stocked(10)
    stock.reserve(5, order=order)
    stock.adjust(-2, f"Shipped order #{order}")
    assert stock.queue == [(order, 3, 0)]


def test_a_number_longer_than_any_order_s_is_no_order(stock: Stock) -> None:
    stock.adjust(-2, f"Shipped order #{'7' * 40}")
    stock.adjust(-2, f"Shipped order #{2**63}")
    assert [kind for kind, _ in stock.entries[2:]] == ["adjustment", "adjustment"]


def test_more_than_the_order_holds_is_taken_from_what_is_available(stock: Stock) -> None:
    stock.adjust(-7, "Shipped order #789")
    assert stock.entries[-2:] == [("released", -5), ("out", -7)]
    assert stock.level == (3, 0, 0)


def test_what_other_orders_hold_is_not_shipped(stock: Stock) -> None:
    stock.reserve(4, order=790)
    message = "quantity: Insufficient stock available. Available: 6, Requested: 7"
    assert refusal(stock.adjust(-7, "Shipped order #789")) == message
    assert stock.level == (10, 9, 0)


def test_a_reservation_shipped_whole_is_closed(stock: Stock) -> None:
    stock.ship(5, order=789)
    assert stock.queue == []
    assert stock.level == (5, 0, 0)


def test_shipping_without_an_order_takes_what_is_available(stock: Stock) -> None:
    assert facts(stock.ship(5)) == {"shipped": 5, "released": 0}
    assert stock.entries[-1] == ("out", -5)
    message = "quantity: Insufficient stock available. Available: 0, Requested: 1"
    assert refusal(stock.ship(1)) == message


def test_units_shipped_are_summed_by_the_day_they_left() -> None:
    stock = stocked(10)
    first = stock.clock.now
    stock.ship(1)
    stock.ship(2)
    stock.wait(days=1)
    stock.adjust(-3, order=5)
    stock.adjust(-1, "Broken")
    sales = {row["day"]: row["quantity"] for row in stock.contents.daily_sales}
    assert sales == {first.date(): 3, stock.clock.now.date(): 3}
