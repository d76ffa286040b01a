"""What every store tells of documents: which of them still need a warehouse or a product."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from onhand.core import commands as c
from onhand.core import counts
from onhand.core.commands import Command
from onhand.core.products import ProductAttributes
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.sales_orders import DraftSalesOrder, LineGiven
from onhand.core.stock_rules import Result
from tests.support.stock import Stock
from tests.support.stores import TESTER, accepted, add_warehouse, ask

Drafts = Callable[[int, int], Command]
"""The command that drafts a document about a product and a warehouse."""


def _count(product: int, warehouse: int) -> Command:
    return counts.DraftCount(
        origin=TESTER,
        warehouse_id=warehouse,
        scope=counts.PRODUCTS,
        product_ids=(product,),
        start=False,
    )


def _order(product: int, warehouse: int) -> Command:
    fields = {"warehouse_id": warehouse}
    return DraftSalesOrder(origin=TESTER, lines=_line(product), fields=fields)


def _order_by_line(product: int, warehouse: int) -> Command:
    return DraftSalesOrder(origin=TESTER, lines=_line(product, warehouse_id=warehouse))


def _order_by_preference(product: int, warehouse: int) -> Command:
    return DraftSalesOrder(origin=TESTER, lines=_line(product), preferences=(warehouse,))


def _line(product: int, **fields: int) -> tuple[LineGiven, ...]:
    return (LineGiven(None, {"product_id": product, "quantity": 1, **fields}),)


NAMING_WAREHOUSE = (_count, _order, _order_by_line, _order_by_preference)
NAMING_PRODUCT = (_count, _order)


class DocumentsContract:
    """What a store tells of documents that are not done."""

    @pytest.mark.parametrize("together", [False, True], ids=["later", "in_one_batch"])
    @pytest.mark.parametrize("drafts", NAMING_WAREHOUSE)
    def test_a_warehouse_named_by_an_open_document_stays_open(
        self, stock: Stock, drafts: Drafts, together: bool
    ) -> None:
        warehouse = add_warehouse(stock.store, "EAST")
        draft = drafts(stock.product, warehouse)
        close = c.UpdateWarehouse(warehouse, {"is_active": False}, TESTER)
        made, closed = _asked(stock, draft, close, together)
        assert accepted(made).facts["document"].id == 1
        assert isinstance(closed, Rejected)
        assert closed.code is RejectionCode.WAREHOUSE_NAMED_BY_DOCUMENTS

    @pytest.mark.parametrize("together", [False, True], ids=["later", "in_one_batch"])
    @pytest.mark.parametrize("drafts", NAMING_PRODUCT)
    def test_a_product_named_by_a_document_is_archived_not_deleted(
        self, stock: Stock, drafts: Drafts, together: bool
    ) -> None:
        made = c.CreateProduct(ProductAttributes("BARE", "Bare"), TESTER)
        product = accepted(ask(stock.store, made)[0]).facts["product"].id
        draft = drafts(product, 1)
        made_of_it, removed = _asked(stock, draft, c.RemoveProduct(product, TESTER), together)
        assert accepted(made_of_it).facts["document"].id == 1
        assert accepted(removed).facts["outcome"] == "archived"


def _asked(stock: Stock, first: Command, second: Command, together: bool) -> list[Result]:
    if together:
        return ask(stock.store, first, second)
    return [ask(stock.store, first)[0], ask(stock.store, second)[0]]
