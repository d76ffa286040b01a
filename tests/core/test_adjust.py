"""Adjusting stock: what a person may rely on."""

from __future__ import annotations

import pytest

from onhand.core.levels import MAX_QUANTITY
from tests.support.stock import facts, refusal, stocked

NEGATIVE = "quantity: Stock quantity cannot be negative"
RESERVED = "reserved_quantity: Reserved quantity cannot exceed stock quantity"


def test_the_specification_s_example_adds_ten() -> None:
    stock = stocked(45)
    stock.reserve(10)
    result = stock.adjust(10, "Received shipment from supplier", reference="PO-2025-001")
    assert facts(result) == {"adjustment": 10}
    assert stock.level == (55, 10, 0)


def test_an_adjustment_is_one_signed_entry_that_says_why() -> None:
    stock = stocked(10)
    stock.adjust(-3, "Damaged during inspection", reference="DMG-2025-001", notes="Box 4")
    assert stock.entries == [("in", 10), ("adjustment", -3)]
    entry = stock.last
    assert (entry["reason"], entry["reference"]) == ("Damaged during inspection", "DMG-2025-001")
    assert (entry["notes"], entry["created_by"]) == ("Box 4", "tester")
    assert (entry["on_hand"], entry["reserved"]) == (7, 0)


def test_stock_may_fall_to_nothing_and_not_below() -> None:
    stock = stocked(5)
    assert refusal(stock.adjust(-6)) == NEGATIVE
    stock.adjust(-5)
    assert stock.level == (0, 0, 0)
    assert refusal(stock.adjust(-1)) == NEGATIVE


def test_what_orders_hold_cannot_be_adjusted_away() -> None:
    stock = stocked(10)
    stock.reserve(4)
    assert refusal(stock.adjust(-7)) == RESERVED
    stock.adjust(-6)
    assert stock.level == (4, 4, 0)


def test_below_nothing_is_said_before_below_reserved() -> None:
    stock = stocked(10)
    stock.reserve(4)
    assert refusal(stock.adjust(-11)) == NEGATIVE


def test_adjusting_by_nothing_is_refused() -> None:
    assert refusal(stocked(5).adjust(0)).startswith("quantity: ")


def test_a_refused_adjustment_writes_nothing() -> None:
    stock = stocked(5)
    before = stock.contents
    stock.adjust(-6)
    assert stock.contents == before


@pytest.mark.parametrize("on_hand", [0, 1])
def test_stock_grows_to_two_to_the_fifty_three_and_no_further(on_hand: int) -> None:
    stock = stocked(on_hand)
    assert refusal(stock.adjust(MAX_QUANTITY - on_hand + 1)).startswith("quantity: ")
    stock.adjust(MAX_QUANTITY - on_hand)
    assert stock.level == (MAX_QUANTITY, 0, 0)
    stock.adjust(-MAX_QUANTITY)
    assert stock.level == (0, 0, 0)


def test_no_warehouse_means_the_product_s_default_warehouse() -> None:
    stock = stocked()
    east = stock.warehouse()
    stock.change(default_warehouse_id=east)
    stock.adjust(3)
    assert (stock.level_at(1), stock.level_at(east)) == ((0, 0, 0), (3, 0, 0))


def test_without_a_default_no_warehouse_means_warehouse_one() -> None:
    stock = stocked()
    stock.warehouse()
    stock.adjust(3)
    assert stock.level_at(1) == (3, 0, 0)


def test_an_unknown_product_or_warehouse_is_named() -> None:
    stock = stocked(5)
    assert refusal(stock.adjust(1, at=77)) == "warehouse_id: Warehouse 77 does not exist"
    stock.product = 99
    assert refusal(stock.adjust(1)) == "product_id: Product 99 does not exist"


def test_untracked_products_have_no_stock_to_adjust() -> None:
    stock = stocked(track_inventory=False)
    message = "product_id: Inventory is not tracked for this product"
    assert refusal(stock.adjust(1)) == message
