"""Physical counts: what was found is what is there."""

from __future__ import annotations

from datetime import timedelta

from onhand.core.levels import MAX_QUANTITY
from tests.support.stock import facts, refusal, stocked

RESERVED = "reserved_quantity: Reserved quantity cannot exceed stock quantity"


def test_the_specification_s_example_finds_three_more() -> None:
    stock = stocked(45)
    result = stock.count(48, notes="Monthly inventory count")
    assert facts(result) == {
        "counted_quantity": 48,
        "previous_quantity": 45,
        "discrepancy": 3,
        "last_counted_at": stock.clock.now,
    }
    assert stock.level == (48, 0, 0)
    assert stock.entries[-1] == ("count", 3)
    assert stock.last["notes"] == "Monthly inventory count"


def test_fewer_units_found_are_a_negative_discrepancy() -> None:
    stock = stocked(45)
    assert facts(stock.count(40), "discrepancy") == {"discrepancy": -5}
    assert stock.entries[-1] == ("count", -5)


def test_a_count_that_finds_no_difference_is_an_entry_too() -> None:
    stock = stocked(45)
    stock.count(45)
    assert stock.entries == [("in", 45), ("count", 0)]


def test_a_product_never_seen_before_may_be_counted() -> None:
    stock = stocked()
    stock.count(0)
    assert stock.entries == [("count", 0)]
    assert stock.level == (0, 0, 0)


def test_only_a_count_changes_when_stock_was_last_counted() -> None:
    stock = stocked(45)
    stock.wait(days=1)
    stock.count(45)
    counted = stock.clock.now
    stock.wait(days=1)
    stock.adjust(1)
    (level,) = stock.contents.levels
    assert level["last_counted_at"] == counted
    assert level["last_movement_at"] == counted + timedelta(days=1)


def test_a_count_reported_later_was_counted_when_it_happened() -> None:
    stock = stocked(45)
    stock.wait(days=2)
    happened = stock.clock.now - timedelta(days=1)
    assert facts(stock.count(44, occurred_at=happened))["last_counted_at"] == happened


def test_less_than_orders_hold_is_refused() -> None:
    stock = stocked(10)
    stock.reserve(6)
    assert refusal(stock.count(5)) == RESERVED
    assert stock.level == (10, 6, 0)
    stock.count(6)
    assert stock.level == (6, 6, 0)


def test_a_shortfall_may_be_taken_from_the_newest_reservations() -> None:
    stock = stocked(10)
    for order, quantity in ((1, 4), (2, 3), (3, 2)):
        stock.reserve(quantity, order=order)
    result = stock.count(6, deallocate=True)
    hit = [{"order_id": 3, "quantity": 2}, {"order_id": 2, "quantity": 1}]
    assert facts(result)["deallocated"] == hit
    assert stock.queue == [(1, 4, 0), (2, 2, 1), (3, 0, 2)]
    assert stock.level == (6, 6, 3)
    assert stock.entries[-3:] == [("released", -2), ("released", -1), ("count", -4)]


def test_what_was_deallocated_is_served_first_to_the_oldest() -> None:
    stock = stocked(10)
    stock.reserve(6, order=1)
    stock.reserve(4, order=2)
    stock.count(2, deallocate=True)
    assert stock.queue == [(1, 2, 4), (2, 0, 4)]
    stock.count(9)
    assert stock.queue == [(1, 6, 0), (2, 3, 1)]


def test_a_count_without_shortfall_deallocates_nothing() -> None:
    stock = stocked(10)
    stock.reserve(6)
    assert "deallocated" not in facts(stock.count(7, deallocate=True))
    assert stock.queue == [(789, 6, 0)]


def test_a_count_of_nothing_deallocates_everything() -> None:
    stock = stocked(10)
    stock.reserve(6)
    stock.count(0, deallocate=True)
    assert stock.level == (0, 0, 6)


def test_more_than_a_quantity_can_be_is_refused() -> None:
    stock = stocked(10)
    assert refusal(stock.count(MAX_QUANTITY + 1)).startswith("quantity: ")
    stock.count(MAX_QUANTITY)
    assert stock.level == (MAX_QUANTITY, 0, 0)
