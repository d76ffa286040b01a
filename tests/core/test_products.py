"""Products: who they are, what they open with, and when they go."""

from __future__ import annotations

from typing import Any

from onhand.core import commands as c
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.reservations import OPENING_ORDER_ID
from onhand.core.stock_rules import Result
from tests.support.stock import Stock, facts, refusal, stocked
from tests.support.stores import accepted

TESTER = Origin("tester")


def create(
    stock: Stock,
    sku: str,
    on_hand: int = 0,
    reserved: int = 0,
    at: int | None = None,
    **attributes: Any,
) -> Result:
    made = ProductAttributes(sku, sku, **attributes)
    return stock.do(c.CreateProduct(made, TESTER, on_hand, reserved, at))[0]


def remove(stock: Stock, if_version: int | None = None) -> Result:
    return stock.do(c.RemoveProduct(stock.product, TESTER, if_version))[0]


def test_opening_stock_is_the_first_entry() -> None:
    stock = stocked(100)
    assert stock.entries == [("in", 100)]
    assert stock.level == (100, 0, 0)


def test_opening_reserved_stock_is_held_and_can_be_released() -> None:
    stock = stocked()
    stock.product = accepted(create(stock, "A", 10, 4)).facts["product"].id
    assert stock.entries == [("in", 10), ("reserved", 4)]
    assert stock.level == (10, 4, 0)
    stock.release(4, order=OPENING_ORDER_ID)
    assert stock.level == (10, 0, 0)


def test_a_product_cannot_open_with_more_reserved_than_there_is() -> None:
    message = "reserved_quantity: Reserved quantity cannot exceed stock quantity"
    assert refusal(create(stocked(), "A", 3, 4)) == message


def test_a_product_opens_in_the_warehouse_named_or_its_default_or_the_first() -> None:
    stock = stocked()
    east, west = stock.warehouse("EAST"), stock.warehouse("WEST")
    named = create(stock, "A", 1, at=west, default_warehouse_id=east)
    default = create(stock, "B", 1, default_warehouse_id=east)
    first = create(stock, "C", 1)
    places = [accepted(result).key for result in (named, default, first)]
    assert [place and place.warehouse_id for place in places] == [west, east, 1]


def test_an_untracked_product_opens_with_no_stock() -> None:
    stock = stocked()
    untracked = create(stock, "A", 1, track_inventory=False)
    assert refusal(untracked).startswith("stock_quantity: ")
    accepted(create(stock, "A", track_inventory=False))


def test_a_sku_belongs_to_one_product_whatever_its_case() -> None:
    stock = stocked()
    taken = create(stock, "laptop-001")
    assert refusal(taken) == f"sku: SKU laptop-001 is already used by product {stock.product}"
    other = stock.another(sku="OTHER")
    assert refusal(other.change(sku="Laptop-001")).startswith("sku: ")


def test_a_product_may_change_its_own_sku_s_case() -> None:
    stock = stocked()
    accepted(stock.change(sku="laptop-001"))
    assert stock.contents.products[0]["sku"] == "laptop-001"


def test_a_sku_given_up_is_free_for_another() -> None:
    stock = stocked()
    stock.change(sku="NEW")
    accepted(create(stock, "LAPTOP-001"))


def test_two_that_want_one_sku_in_a_batch_do_not_both_get_it() -> None:
    stock = stocked()
    wanted = c.CreateProduct(ProductAttributes("A", "A"), TESTER)
    first, second = stock.do(wanted, wanted)
    accepted(first)
    assert refusal(second).startswith("sku: ")


def test_a_change_counts_the_version_up_and_an_empty_one_does_not() -> None:
    stock = stocked()
    assert facts(stock.change(name="Laptop"))["product"].version == 2
    assert facts(stock.change(name="Laptop"))["product"].version == 2


def test_a_stale_version_is_refused() -> None:
    stock = stocked()
    stock.change(name="Laptop")
    stale = c.UpdateProduct(stock.product, {"name": "Desk"}, TESTER, if_version=1)
    assert refusal(stock.do(stale)[0]).startswith("if_match: ")
    assert refusal(remove(stock, if_version=1)).startswith("if_match: ")
    accepted(stock.do(c.UpdateProduct(stock.product, {"name": "Desk"}, TESTER, if_version=2))[0])


def test_the_rules_follow_a_change_at_once() -> None:
    stock = stocked(1)
    stock.change(allow_backorder=True)
    assert facts(stock.reserve(3))["backordered"] == 2


def test_a_product_whose_stock_is_held_stays_tracked() -> None:
    stock = stocked(5)
    stock.reserve(2)
    assert refusal(stock.change(track_inventory=False)).startswith("track_inventory: ")
    stock.release(2)
    accepted(stock.change(track_inventory=False))


def test_a_default_warehouse_must_be_open() -> None:
    stock = stocked()
    assert refusal(stock.change(default_warehouse_id=9)).startswith("default_warehouse_id: ")
    assert refusal(create(stock, "A", default_warehouse_id=9)).startswith("default_warehouse_id")


def test_a_product_that_never_moved_is_deleted() -> None:
    stock = stocked()
    assert facts(remove(stock))["outcome"] == "deleted"
    assert stock.contents.products == []
    assert refusal(stock.adjust(1)).startswith("product_id: ")
    accepted(create(stock, "LAPTOP-001"))


def test_a_product_that_moved_is_archived_and_its_history_stays() -> None:
    stock = stocked(5)
    assert facts(remove(stock))["outcome"] == "archived"
    (product,) = stock.contents.products
    assert not product["is_active"]
    assert stock.entries == [("in", 5)]


def test_a_product_that_moves_in_the_same_batch_is_archived() -> None:
    stock = stocked()
    moved = c.AdjustStock(stock.product, None, 1, TESTER)
    _, removed = stock.do(moved, c.RemoveProduct(stock.product, TESTER))
    assert facts(removed)["outcome"] == "archived"


def test_a_product_deleted_earlier_in_the_batch_is_gone() -> None:
    stock = stocked()
    moved = c.AdjustStock(stock.product, None, 1, TESTER)
    _, refused = stock.do(c.RemoveProduct(stock.product, TESTER), moved)
    assert refusal(refused).startswith("product_id: ")
    assert stock.contents.levels == []


def test_unknown_products_are_neither_changed_nor_removed() -> None:
    stock = stocked()
    stock.product = 99
    assert refusal(stock.change(name="X")).startswith("product_id: ")
    assert refusal(remove(stock)).startswith("product_id: ")
