"""What the stock is worth, product by product and in all."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from onhand.api import fields as f
from onhand.api.catalogue.product_bodies import Amount
from onhand.api.operations import Call, Endpoint, Operation, Shape, page
from onhand.api.queries import PageMeta, Paging, page_meta, page_request, sorting
from onhand.api.reporting.activity import PATH, TAG
from onhand.api.wire import Reply
from onhand.ledger.access import Permission
from onhand.ledger.reports import StockValueFilter, StockValueLine, ValueTotal

Sort = Annotated[
    str,
    sorting("product_id", "name", "sku", "quantity_on_hand", "cost_price", "value"),
]


class StockValueQuery(Paging, kw_only=True):
    """Which page, in which order; `warehouse_id` looks at that warehouse alone."""

    warehouse_id: f.WarehouseId | None = None
    sort: Sort | None = None


class StockValueLineData(Struct, kw_only=True):
    """A product with something on hand; `value` null: it has no cost price."""

    product_id: int
    name: str
    sku: str
    quantity_on_hand: int
    cost_price: Amount | None
    value: Amount | None
    currency: str


class StockValueTotal(Struct, kw_only=True):
    """All products of one currency, on this page or not. Those without a cost price, which
    `unpriced_products` tells, are in all but `value`.
    """

    currency: str
    products: int
    unpriced_products: int
    quantity_on_hand: int
    value: Amount


class StockValueMeta(PageMeta, kw_only=True):
    """Where the page stands, and what all of it adds up to."""

    totals: list[StockValueTotal]


async def report_stock_value(call: Call) -> Reply:
    """A page of what is on hand, and what it is worth."""
    query = call.query(StockValueQuery)
    which = StockValueFilter(query.warehouse_id)
    found = await call.read(lambda reads: reads.stock_value(which, page_request(query, query.sort)))
    at = page_meta(query, found.total)
    meta = StockValueMeta(
        current_page=at.current_page,
        per_page=at.per_page,
        total=at.total,
        last_page=at.last_page,
        totals=[_total(total) for total in found.totals],
    )
    return page([_line(line) for line in found.rows], meta)


def _line(line: StockValueLine) -> StockValueLineData:
    cost = line.cost_price
    return StockValueLineData(
        product_id=line.product_id,
        name=line.name,
        sku=line.sku,
        quantity_on_hand=line.on_hand,
        cost_price=cost,
        value=None if cost is None else f.plain(f.EXACT.multiply(cost, line.on_hand)),
        currency=line.currency,
    )


def _total(total: ValueTotal) -> StockValueTotal:
    return StockValueTotal(
        currency=total.currency,
        products=total.products,
        unpriced_products=total.unpriced,
        quantity_on_hand=total.on_hand,
        value=total.value,
    )


_EXAMPLE = {
    "data": [
        {
            "product_id": 123,
            "name": "Premium Laptop",
            "sku": "LAPTOP-001",
            "quantity_on_hand": 18,
            "cost_price": 899.5,
            "value": 16191,
            "currency": "USD",
        }
    ],
    "meta": {
        "current_page": 1,
        "per_page": 50,
        "total": 1,
        "last_page": 1,
        "totals": [
            {
                "currency": "USD",
                "products": 1,
                "unpriced_products": 0,
                "quantity_on_hand": 18,
                "value": 16191,
            }
        ],
    },
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/stock-value",
            "report_stock_value",
            "Report what the stock is worth",
            "Products with something on hand, each at its cost price, and in `meta` what all of"
            " them are worth, per currency. Products without a cost price are listed and counted.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(list[StockValueLineData], meta=StockValueMeta)},
            query=StockValueQuery,
            answer_example=_EXAMPLE,
        ),
        report_stock_value,
    ),
)
