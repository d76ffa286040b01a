"""Verify holds sales orders against what is reserved for them, and against themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from onhand.core import sales_orders as s
from onhand.core.documents import DocumentKey
from onhand.core.movements import Origin
from onhand.ledger.verify import verify
from onhand.store.memory import MemoryStore
from tests.support.stock import Stock, stocked

CLERK = Origin("clerk", "Told to")
KEY = DocumentKey(s.SalesOrder.kind, 1)
SHIPPED = "Sales order 1: units of line 1 shipped from warehouse 1, by its events"
MOVED = "Sales order 1, product 1, warehouse 1: units moved by its event"


def half_shipped() -> Stock:
    """Order 1 for 6 of which 2 were shipped, and 1 came back."""
    stock = stocked(10)
    line = s.LineGiven(None, {"product_id": stock.product, "quantity": 6})
    stock.do(s.DraftSalesOrder(origin=CLERK, lines=(line,), confirm=True))
    stock.wait(minutes=1)
    stock.do(s.ShipSalesOrder(origin=CLERK, id=1, lines=(s.LineShipped(1, 2),)))
    stock.wait(minutes=1)
    stock.do(s.ReturnSalesOrder(origin=CLERK, id=1, lines=(s.LineReturned(1, 1),)))
    return stock


def told(stock: Stock) -> list[str]:
    with stock.store.proof() as proof:
        return [str(difference) for difference in verify(proof)]


def test_an_order_half_shipped_is_sound() -> None:
    assert told(half_shipped()) == []


def test_an_order_that_waits_is_sound() -> None:
    stock = stocked(1, allow_backorder=True)
    line = s.LineGiven(None, {"product_id": stock.product, "quantity": 6})
    stock.do(s.DraftSalesOrder(origin=CLERK, lines=(line,), confirm=True))
    assert stock.level == (1, 1, 5)
    assert told(stock) == []


@pytest.mark.parametrize(
    ("falsified", "expected"),
    [
        (
            lambda order: {"sources": (replace(order.sources[0], shipped=3),)},
            [
                f"{SHIPPED}: expected 2, found 3",
                "Product 1, warehouse 1: units held for sales order 1: expected 3, found 4",
            ],
        ),
        (
            lambda order: {"sources": ()},
            [
                "Sales order 1: units of line 1 with a source: expected 6, found 0",
                "Sales order 1: units of line 1 returned: expected at most 0, found 1",
                "Sales order 1: state: expected confirmed, found partially_shipped",
                f"{SHIPPED}: expected 2, found 0",
                "Product 1, warehouse 1: units held for sales order 1: expected 0, found 4",
            ],
        ),
        (
            lambda order: {"lines": (replace(order.lines[0], quantity=7, returned=3),)},
            [
                "Sales order 1: units of line 1 with a source: expected 7, found 6",
                "Sales order 1: units of line 1 returned: expected at most 2, found 3",
                "Sales order 1: units of line 1 returned, by its events: expected 1, found 3",
            ],
        ),
        (
            lambda order: {"lines": ()},
            [
                "Sales order 1: line 1 of its sources: expected one, found none",
                "Sales order 1: units of line 1 returned, by its events: expected 1, found 0",
                f"{MOVED} 3 as `out`: expected 0 in 0 movements, found -2 in 1 movement",
                f"{MOVED} 4 as `in`: expected 0 in 0 movements, found 1 in 1 movement",
                "Product 1, warehouse 1: units held for sales order 1: expected 0, found 4",
            ],
        ),
        (
            lambda _: {"state": "shipped"},
            [
                "Sales order 1: state: expected partially_shipped, found shipped",
                "Sales order 1: state: expected partially_shipped, found shipped",
            ],
        ),
    ],
    ids=["shipped more", "no sources", "another line", "no lines", "another state"],
)
def test_what_an_order_says_wrongly_is_named(
    falsified: Callable[[s.SalesOrder], dict[str, Any]], expected: list[str]
) -> None:
    stock = half_shipped()
    assert isinstance(stock.store, MemoryStore)
    documents = stock.store._tables.documents
    order = documents[KEY]
    assert isinstance(order, s.SalesOrder)
    documents[KEY] = replace(order, **falsified(order))
    assert told(stock) == expected
