"""Warehouses: the sites, and when one may be closed."""

from __future__ import annotations

from typing import Any

import pytest

from onhand.core import commands as c
from onhand.core.movements import Origin
from onhand.core.stock_rules import Result
from onhand.core.warehouses import WarehouseAttributes
from tests.support.stock import Stock, facts, refusal, stocked
from tests.support.stores import accepted

TESTER = Origin("tester")


@pytest.fixture
def stock() -> Stock:
    """One product, nothing on hand."""
    return stocked()


def change(stock: Stock, warehouse: int, **changes: Any) -> Result:
    return stock.do(c.UpdateWarehouse(warehouse, changes, TESTER))[0]


def test_the_main_warehouse_is_there_from_the_start(stock: Stock) -> None:
    (main,) = stock.contents.warehouses
    told = {name: main[name] for name in ("id", "name", "code", "type", "is_active")}
    expected = {"id": 1, "name": "Main Warehouse", "code": "MAIN", "type": "main"}
    assert told == {**expected, "is_active": True}


def test_a_code_belongs_to_one_warehouse_whatever_its_case(stock: Stock) -> None:
    made = c.CreateWarehouse(WarehouseAttributes("Second", "main"), TESTER)
    assert refusal(stock.do(made)[0]) == "code: Code main is already used by warehouse 1"
    east = stock.warehouse("EAST")
    assert refusal(change(stock, east, code="Main")).startswith("code: ")
    accepted(change(stock, east, code="east"))


def test_a_change_counts_the_version_up(stock: Stock) -> None:
    east = stock.warehouse("EAST")
    assert facts(change(stock, east, name="East Coast"))["warehouse"].version == 2
    stale = c.UpdateWarehouse(east, {"name": "West"}, TESTER, if_version=1)
    assert refusal(stock.do(stale)[0]).startswith("if_match: ")


def test_no_stock_moves_at_a_closed_warehouse(stock: Stock) -> None:
    east = stock.warehouse("EAST")
    change(stock, east, is_active=False)
    assert refusal(stock.adjust(1, at=east)).startswith("warehouse_id: ")
    assert refusal(stock.transfer(1, 1, east)).startswith("to_warehouse_id: ")
    assert refusal(stock.transfer(1, east, 1)).startswith("from_warehouse_id: ")
    change(stock, east, is_active=True)
    accepted(stock.adjust(1, at=east))


def test_a_warehouse_that_holds_stock_is_not_closed(stock: Stock) -> None:
    east = stock.warehouse("EAST")
    stock.adjust(1, at=east)
    assert refusal(change(stock, east, is_active=False)).startswith("is_active: ")
    stock.adjust(-1, at=east)
    accepted(change(stock, east, is_active=False))


def test_a_warehouse_that_owes_backorders_is_not_closed(stock: Stock) -> None:
    east = stock.warehouse("EAST")
    stock.change(allow_backorder=True)
    stock.reserve(1, at=east)
    assert refusal(change(stock, east, is_active=False)).startswith("is_active: ")


def test_stock_that_came_earlier_in_the_batch_keeps_its_warehouse_open(stock: Stock) -> None:
    east = stock.warehouse("EAST")
    came = c.AdjustStock(stock.product, east, 1, TESTER)
    _, closed = stock.do(came, c.UpdateWarehouse(east, {"is_active": False}, TESTER))
    assert refusal(closed).startswith("is_active: ")


def test_a_warehouse_closed_earlier_in_the_batch_takes_no_stock(stock: Stock) -> None:
    east = stock.warehouse("EAST")
    came = c.AdjustStock(stock.product, east, 1, TESTER)
    _, refused = stock.do(c.UpdateWarehouse(east, {"is_active": False}, TESTER), came)
    assert refusal(refused).startswith("warehouse_id: ")


def test_the_default_warehouse_stays_open(stock: Stock) -> None:
    assert refusal(change(stock, 1, is_active=False)).startswith("is_active: ")


def test_no_warehouse_is_above_itself(stock: Stock) -> None:
    east = stock.warehouse("EAST", parent_warehouse_id=1)
    west = stock.warehouse("WEST", parent_warehouse_id=east)
    assert refusal(change(stock, east, parent_warehouse_id=west)).startswith("parent_warehouse_id")
    assert refusal(change(stock, east, parent_warehouse_id=east)).startswith("parent_warehouse_id")
    accepted(change(stock, west, parent_warehouse_id=None))


def test_an_unknown_parent_or_warehouse_is_named(stock: Stock) -> None:
    east = stock.warehouse("EAST")
    unknown = "parent_warehouse_id: Warehouse 9 does not exist"
    assert refusal(change(stock, east, parent_warehouse_id=9)) == unknown
    assert refusal(change(stock, 9, name="X")) == "warehouse_id: Warehouse 9 does not exist"
