"""Reports: what is low, what is out, and what to order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from msgspec import Struct

from onhand.api import fields as f
from onhand.api.catalogue.product_bodies import Amount
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, page
from onhand.api.queries import PageMeta, Paging, page_meta, page_request, sorting
from onhand.api.wire import Reply
from onhand.core import replenishment
from onhand.core.replenishment import Position
from onhand.core.terms import orderable
from onhand.ledger.access import Permission
from onhand.ledger.purchasing import Offer
from onhand.ledger.stock_views import StockLine

TAG = "Replenishment"

Sort = Annotated[
    str,
    sorting("product_id", "name", "sku", "quantity_on_hand", "reorder_point"),
]


class StockListQuery(Paging, kw_only=True):
    """Which page, in which order; `warehouse_id` looks at that warehouse alone, and goes by the
    reorder points and quantities in force there.
    """

    warehouse_id: f.WarehouseId | None = None
    sort: Sort | None = None


class LowStockLine(Struct, kw_only=True):
    """A product at or below its reorder point."""

    product_id: int
    name: str
    sku: str
    quantity_on_hand: int
    reorder_point: int | None
    reorder_quantity: int | None
    suggested_order: int


class OutOfStockLine(Struct, kw_only=True):
    """A product of which nothing is available."""

    product_id: int
    name: str
    sku: str
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    backordered: int
    reorder_point: int | None
    reorder_quantity: int | None
    suggested_order: int


class ReorderLine(Struct, kw_only=True):
    """A product to order, with the figures behind it.

    `supplier` sells it and may get orders: who is marked as preferred, if any is. `order_quantity`
    is the suggested order by its minimum and packs, `estimated_cost` what that costs there.
    `expected_date` is when the first of what is on order is expected.
    """

    product_id: int
    name: str
    sku: str
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    quantity_on_order: int
    quantity_in_transit: int
    backordered: int
    inventory_position: int
    reorder_point: int | None
    reorder_quantity: int | None
    average_daily_sales: Amount
    lead_time_days: int | None
    safety_stock: int | None
    suggested_reorder_point: int
    days_of_cover: Amount | None
    suggested_order: int
    order_quantity: int
    supplier_id: int | None
    supplier: str | None
    expected_date: date | None
    estimated_cost: Amount | None
    currency: str


async def list_low_stock(call: Call) -> Reply:
    """A page of what is at or below its reorder point."""
    query = call.query(StockListQuery)
    listing = await call.read(
        lambda reads: reads.low_stock(page_request(query, query.sort), query.warehouse_id)
    )
    return page([low(line) for line in listing.rows], page_meta(query, listing.total))


async def list_out_of_stock(call: Call) -> Reply:
    """A page of what has nothing available."""
    query = call.query(StockListQuery)
    listing = await call.read(
        lambda reads: reads.out_of_stock(page_request(query, query.sort), query.warehouse_id)
    )
    return page([out(line) for line in listing.rows], page_meta(query, listing.total))


async def report_reorders(call: Call) -> Reply:
    """A page of what to order."""
    query = call.query(StockListQuery)
    now = call.services.clock()
    listing = await call.read(
        lambda reads: reads.to_reorder(page_request(query, query.sort), now, query.warehouse_id)
    )
    return page([to_order(line) for line in listing.rows], page_meta(query, listing.total))


def position(line: StockLine) -> Position:
    """A line's figures as replenishment reckons with them."""
    return Position(
        on_hand=line.on_hand,
        reserved=line.reserved,
        backordered=line.backordered,
        on_order=line.on_order,
        in_transit=line.in_transit,
        reorder_point=line.reorder_point or 0,
        reorder_quantity=line.reorder_quantity,
        average_daily_sales=replenishment.average_daily_sales(line.units_sold, line.sales_days),
        lead_time_days=line.lead_time_days or 0,
        safety_stock=line.safety_stock or 0,
    )


def low(line: StockLine) -> LowStockLine:
    """A line of the low-stock list."""
    return LowStockLine(
        product_id=line.product_id,
        name=line.name,
        sku=line.sku,
        quantity_on_hand=line.on_hand,
        reorder_point=line.reorder_point,
        reorder_quantity=line.reorder_quantity,
        suggested_order=replenishment.suggested_order(position(line)),
    )


def out(line: StockLine) -> OutOfStockLine:
    """A line of the out-of-stock list."""
    return OutOfStockLine(
        product_id=line.product_id,
        name=line.name,
        sku=line.sku,
        quantity_on_hand=line.on_hand,
        quantity_reserved=line.reserved,
        quantity_available=line.on_hand - line.reserved,
        backordered=line.backordered,
        reorder_point=line.reorder_point,
        reorder_quantity=line.reorder_quantity,
        suggested_order=replenishment.suggested_order(position(line)),
    )


def to_order(line: StockLine) -> ReorderLine:
    """A line of the reorder report."""
    figures = position(line)
    suggested = replenishment.suggested_order(figures)
    offer = line.offer
    quantity, price = suggested, line.cost_price
    if offer is not None:
        quantity, price = to_buy(suggested, offer), offer.price
    cost = None if price is None else f.plain(f.EXACT.multiply(price, quantity))
    cover = replenishment.days_of_cover(figures)
    return ReorderLine(
        product_id=line.product_id,
        name=line.name,
        sku=line.sku,
        quantity_on_hand=line.on_hand,
        quantity_reserved=line.reserved,
        quantity_available=line.on_hand - line.reserved,
        quantity_on_order=line.on_order,
        quantity_in_transit=line.in_transit,
        backordered=line.backordered,
        inventory_position=figures.inventory_position,
        reorder_point=line.reorder_point,
        reorder_quantity=line.reorder_quantity,
        average_daily_sales=_short(figures.average_daily_sales),
        lead_time_days=line.lead_time_days,
        safety_stock=line.safety_stock,
        suggested_reorder_point=replenishment.suggested_reorder_point(figures),
        days_of_cover=None if cover is None else _short(cover),
        suggested_order=suggested,
        order_quantity=quantity,
        supplier_id=None if offer is None else offer.supplier_id,
        supplier=None if offer is None else offer.supplier,
        expected_date=line.expected_date,
        estimated_cost=cost,
        currency=line.currency if offer is None else offer.currency,
    )


def to_buy(suggested: int, offer: Offer) -> int:
    """A suggested order by the minimum and packs of who sells it; 0 stays 0."""
    return suggested and orderable(suggested, offer.minimum_order_quantity, offer.pack_size)


def _short(amount: Decimal) -> Decimal:
    return f.plain(amount) if amount else Decimal(0)


_EXAMPLE = {
    "data": [
        {
            "product_id": 123,
            "name": "Premium Laptop",
            "sku": "LAPTOP-001",
            "quantity_on_hand": 18,
            "reorder_point": 20,
            "reorder_quantity": 50,
            "suggested_order": 50,
        }
    ],
    "meta": {"current_page": 1, "per_page": 50, "total": 1, "last_page": 1},
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            f"{BASE}/inventory/low-stock",
            "list_low_stock",
            "List what is low",
            "Tracked, active products whose quantity on hand is at or below their reorder point."
            " With `warehouse_id`: what is on hand there, at or below the reorder point in force"
            " there.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(list[LowStockLine], meta=PageMeta)},
            query=StockListQuery,
            answer_example=_EXAMPLE,
        ),
        list_low_stock,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{BASE}/inventory/out-of-stock",
            "list_out_of_stock",
            "List what is out of stock",
            "Tracked, active products of which nothing is available.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(list[OutOfStockLine], meta=PageMeta)},
            query=StockListQuery,
        ),
        list_out_of_stock,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{BASE}/inventory/reorder-report",
            "report_reorders",
            "Report what to order",
            "Tracked, active products whose quantity on hand, or whose inventory position (on hand"
            " - reserved - backordered + on order), is at or below the reorder point."
            f" `average_daily_sales` looks back {replenishment.SALES_WINDOW_DAYS} days, or to the"
            " first sale; `suggested_reorder_point` is sales x lead time + safety stock. With"
            " `warehouse_id`, all of it is of that warehouse alone, by what is in force there.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(list[ReorderLine], meta=PageMeta)},
            query=StockListQuery,
        ),
        report_reorders,
    ),
)
