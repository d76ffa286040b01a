"""The contract of stock settings: what is kept of them, and what levels copy of it in the commit.

That each level copies what it should is an invariant, asked after every test (`problems`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from onhand.core import commands as c
from onhand.core.levels import StockKey
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.snapshot import needs_of
from onhand.core.stock_settings import StockSettings
from tests.support.stock import Stock, facts, refusal
from tests.support.stores import START, TESTER, accepted, ask_together


def setting(stock: Stock, at: int, **changes: int | None) -> c.SetStockSettings:
    """A change of the product's settings at a warehouse."""
    return c.SetStockSettings(stock.product, at, changes, TESTER)


def removing(stock: Stock, at: int) -> c.RemoveStockSettings:
    """The end of them."""
    return c.RemoveStockSettings(stock.product, at, TESTER)


def points(stock: Stock) -> dict[int, tuple[bool, int | None]]:
    """What each warehouse's level goes by: whether it is watched, and its reorder point."""
    return {
        row["warehouse_id"]: (row["is_watched"], row["reorder_point"])
        for row in stock.contents.levels
        if row["product_id"] == stock.product
    }


def kept(stock: Stock) -> dict[int, tuple[int | None, int | None]]:
    """Each warehouse's own settings."""
    return {
        row["warehouse_id"]: (row["reorder_point"], row["reorder_quantity"])
        for row in stock.contents.stock_settings
    }


class SettingsContract:
    """What a store keeps of stock settings."""

    def test_settings_come_back_as_they_were_given(self, stock: Stock) -> None:
        east, other = stock.warehouse(), stock.another(sku="OTHER")
        stock.do(setting(stock, east, reorder_point=0, reorder_quantity=2**53))
        stock.do(setting(other, east, reorder_point=9))
        needs = needs_of([c.Request((setting(stock, east), removing(stock, 1)))])
        with stock.store.transaction(needs, (), START) as transaction:
            found = transaction.snapshot.settings
        assert found == {StockKey(stock.product, east): StockSettings(0, 2**53)}

    def test_each_change_is_a_new_version_of_the_product(self, stock: Stock) -> None:
        stock.wait(hours=1)
        told = facts(stock.do(setting(stock, 1, reorder_point=5))[0])
        assert (told["is_new"], told["product"].version) == (True, 2)
        assert told["product"].updated_at == stock.clock.now
        told = facts(stock.do(setting(stock, 1, reorder_quantity=7))[0])
        assert (told["is_new"], told["settings"]) == (False, StockSettings(5, 7))
        told = facts(stock.do(setting(stock, 1, reorder_point=5))[0])
        assert (told["is_new"], told["product"].version) == (False, 3)
        told = facts(stock.do(removing(stock, 1))[0])
        assert (told["settings"], told["product"].version) == (StockSettings(), 4)
        assert stock.contents.products[0]["version"] == 4

    def test_what_a_warehouse_does_not_say_the_product_does(self, stock: Stock) -> None:
        east = stock.warehouse()
        stock.adjust(3, at=east)
        assert points(stock) == {1: (True, None), east: (True, None)}
        stock.do(setting(stock, east, reorder_point=5))
        stock.change(reorder_point=20)
        assert points(stock) == {1: (True, 20), east: (True, 5)}
        stock.do(setting(stock, east, reorder_point=None, reorder_quantity=6))
        assert points(stock)[east] == (True, 20)
        stock.do(setting(stock, east, reorder_quantity=None))
        assert kept(stock) == {}
        stock.change(reorder_point=None, name="Another")
        assert points(stock) == {1: (True, None), east: (True, None)}

    @pytest.mark.parametrize("name", ["is_active", "track_inventory"])
    def test_what_is_not_in_use_is_not_watched(self, stock: Stock, name: str) -> None:
        stock.do(setting(stock, 1, reorder_point=5))
        stock.change(**{name: False})
        assert points(stock) == {1: (False, 5)}
        stock.change(**{name: True, "reorder_point": 8})
        assert points(stock) == {1: (True, 5)}

    def test_a_new_level_goes_by_its_product(self, stock: Stock) -> None:
        east, west = stock.warehouse(), stock.warehouse("WEST")
        other = stock.another(sku="OTHER", reorder_point=4)
        stock.do(
            c.UpdateProduct(stock.product, {"reorder_point": 7}, TESTER),
            *(
                c.ReceiveStock(product, place, 5, TESTER)
                for product in (stock.product, other.product)
                for place in (east, west)
            ),
            c.UpdateProduct(other.product, {"reorder_point": 9}, TESTER),
        )
        assert points(stock) == {1: (True, 7), east: (True, 7), west: (True, 7)}
        assert points(other) == {east: (True, 9), west: (True, 9)}

    def test_a_level_stands_where_there_are_settings(self, stock: Stock) -> None:
        east = stock.warehouse()
        stock.do(setting(stock, east, reorder_point=5))
        assert points(stock)[east] == (True, 5)
        assert stock.contents.level(stock.product, east) == (0, 0, 0)
        stock.do(removing(stock, east))
        assert east not in points(stock)

    def test_a_level_stays_where_there_was_stock(self, stock: Stock) -> None:
        east = stock.warehouse()
        stock.do(setting(stock, east, reorder_point=5))
        stock.adjust(3, at=east)
        stock.adjust(-3, at=east)
        stock.do(removing(stock, east))
        assert points(stock)[east] == (True, None)

    def test_one_batch_sees_it_through(self, stock: Stock) -> None:
        east = stock.warehouse()
        add = c.AdjustStock(stock.product, east, 2, TESTER)
        stock.do(setting(stock, east, reorder_point=5), removing(stock, east))
        assert east not in points(stock)
        stock.do(setting(stock, east, reorder_point=5), add, setting(stock, 1, reorder_point=6))
        assert points(stock) == {1: (True, 6), east: (True, 5)}
        stock.do(removing(stock, 1), removing(stock, east), add)
        assert (points(stock)[east], stock.level_at(east)) == ((True, None), (4, 0, 0))
        west = stock.warehouse("WEST")
        stock.do(setting(stock, west, reorder_point=5))
        add = c.AdjustStock(stock.product, west, 2, TESTER)
        stock.do(removing(stock, west), add, setting(stock, west, reorder_quantity=3))
        assert (kept(stock), stock.level_at(west)) == ({west: (None, 3)}, (2, 0, 0))

    def test_a_backorder_keeps_an_empty_level(self, stock: Stock) -> None:
        stock.change(allow_backorder=True)
        east = stock.warehouse()
        stock.do(setting(stock, east, reorder_point=5))
        stock.reserve(3, at=east)
        stock.do(removing(stock, east))
        assert stock.level_at(east) == (0, 0, 3)

    def test_a_rejected_group_takes_its_settings_back(self, stock: Stock) -> None:
        east = stock.warehouse()
        before = stock.contents
        ask_together(
            stock.store,
            setting(stock, east, reorder_point=5),
            c.AdjustStock(stock.product, None, -11, TESTER),
        )
        assert stock.contents == before

    def test_nothing_expires_where_settings_are_changed(self, stock: Stock) -> None:
        stock.reserve(2, ends_in=timedelta(hours=1))
        stock.wait(hours=2)
        entries = stock.entries
        stock.do(setting(stock, 1, reorder_point=5))
        assert stock.entries == entries

    def test_who_has_settings_is_archived_and_not_deleted(self, stock: Stock) -> None:
        other = stock.another(sku="OTHER")
        (removed,) = stock.do(c.RemoveProduct(other.product, TESTER))
        assert facts(removed)["outcome"] == "deleted"
        third = stock.another(sku="THIRD")
        stock.do(setting(third, 1, reorder_point=5))
        for command in (
            c.RemoveProduct(third.product, TESTER),
            c.UpdateProduct(third.product, {"is_active": True}, TESTER),
            removing(third, 1),
            c.RemoveProduct(third.product, TESTER),
        ):
            (result,) = stock.do(command)
            accepted(result)
        assert [row["id"] for row in stock.contents.products] == [stock.product]
        together = stock.another(sku="FOURTH")
        _, gone = stock.do(
            setting(together, 1, reorder_point=5), c.RemoveProduct(together.product, TESTER)
        )
        assert facts(gone)["outcome"] == "archived"

    def test_whoever_is_not_in_use_is_refused(self, stock: Stock) -> None:
        east = stock.warehouse(is_active=False)
        untracked = stock.another(sku="SERVICE", track_inventory=False)
        archived = stock.another(sku="OLD", is_active=False)
        unknown = Stock(stock.shop, stock.store, 99, stock.clock)
        stale = c.SetStockSettings(stock.product, 1, {"reorder_point": 1}, TESTER, 7)
        expected: list[tuple[Any, str]] = [
            (
                setting(stock, east, reorder_point=1),
                f"warehouse_id: Warehouse {east} is not active",
            ),
            (setting(stock, 99, reorder_point=1), "warehouse_id: Warehouse 99 does not exist"),
            (setting(unknown, 1, reorder_point=1), "product_id: Product 99 does not exist"),
            (setting(untracked, 1, reorder_point=1), "product_id: Inventory is not tracked"),
            (setting(archived, 1, reorder_point=1), "product_id: Product 3 is archived"),
            (stale, "if_match: It was changed meanwhile"),
            (removing(unknown, 1), "product_id: Product 99 does not exist"),
            (removing(stock, 99), "warehouse_id: Warehouse 99 does not exist"),
            (removing(stock, 1), "product_id: Warehouse 1 has no settings of its own"),
        ]
        before = stock.contents
        for (_, said), result in zip(
            expected, stock.do(*(command for command, _ in expected)), strict=True
        ):
            assert refusal(result).startswith(said)
        assert stock.contents == before

    def test_settings_end_whatever_has_become_of_both(self, stock: Stock) -> None:
        east = stock.warehouse()
        stock.do(setting(stock, east, reorder_point=5))
        stock.change(track_inventory=False)
        stock.change(is_active=False)
        accepted(stock.do(c.UpdateWarehouse(east, {"is_active": False}, TESTER))[0])
        accepted(stock.do(removing(stock, east))[0])
        (again,) = stock.do(removing(stock, east))
        assert isinstance(again, Rejected)
        assert again.code is RejectionCode.SETTINGS_NOT_FOUND
