"""What to order, on paper: what is low, what is out, and the reorder report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from onhand.api import fields as f
from onhand.api.on_paper.lists import SKU, Found, ListOnPaper, order, site_names, where
from onhand.api.operations import BASE, Call
from onhand.api.queries import page_request
from onhand.api.stock import reports
from onhand.api.stock.reports import LowStockLine, OutOfStockLine, ReorderLine, StockListQuery
from onhand.ledger.access import Permission
from onhand.ledger.listings import Listing
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import StockLine
from onhand.printing.contents import Head
from onhand.printing.speech import Speech

Row = TypeVar("Row")


def _stock_list(
    listed: Callable[[Reads, StockListQuery, datetime], Listing[StockLine]],
    shown: Callable[[StockLine], Row],
    sums: Callable[[Sequence[Row], Speech], Sequence[tuple[str, str]]] = lambda *_: (),
) -> Callable[[Call, StockListQuery, datetime, Speech], Awaitable[Found[Row]]]:
    """How a list of replenishment is read."""

    async def find(call: Call, query: StockListQuery, now: datetime, speech: Speech) -> Found[Row]:
        def ask(reads: Reads) -> tuple[Listing[StockLine], dict[int, str]]:
            return listed(reads, query, now), site_names(reads)

        listing, names = await call.read(ask)
        rows = [shown(line) for line in listing.rows]
        facts = (
            where(call, names, query.warehouse_id, speech),
            order(query.sort, speech.words),
        )
        return Found(rows, listing.total, facts, sums(rows, speech))

    return find


def _cost(rows: Sequence[ReorderLine], speech: Speech) -> Sequence[tuple[str, str]]:
    """What all of it costs, by currency: sums of different ones would mean nothing."""
    costs: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.estimated_cost is not None:
            costs[row.currency] = f.EXACT.add(costs[row.currency], row.estimated_cost)
    told = [f"{speech.figures.money(costs[it], it)}" for it in sorted(costs)]
    return [(speech.words.estimated_cost, " · ".join(told))] if told else []


def _low(speech: Speech) -> Sequence[Head[LowStockLine]]:
    words = speech.words
    return (
        Head(words.sku, lambda it: it.sku, most=SKU),
        Head(words.product, lambda it: it.name),
        Head(words.on_hand, lambda it: it.quantity_on_hand, is_figures=True),
        Head(words.reorder_point, lambda it: it.reorder_point, is_figures=True),
        Head(words.reorder_quantity, lambda it: it.reorder_quantity, is_figures=True),
        Head(words.suggested_order, lambda it: it.suggested_order, is_figures=True),
    )


def _out(speech: Speech) -> Sequence[Head[OutOfStockLine]]:
    words = speech.words
    return (
        Head(words.sku, lambda it: it.sku, most=SKU),
        Head(words.product, lambda it: it.name),
        Head(words.on_hand, lambda it: it.quantity_on_hand, is_figures=True),
        Head(words.reserved, lambda it: it.quantity_reserved, is_figures=True),
        Head(words.backordered, lambda it: it.backordered, is_figures=True),
        Head(words.reorder_point, lambda it: it.reorder_point, is_figures=True),
        Head(words.suggested_order, lambda it: it.suggested_order, is_figures=True),
    )


def _reorder(speech: Speech) -> Sequence[Head[ReorderLine]]:
    words, figures = speech.words, speech.figures
    return (
        Head(words.sku, lambda it: it.sku, most=SKU),
        Head(words.product, lambda it: it.name),
        Head(words.on_hand, lambda it: it.quantity_on_hand, is_figures=True),
        Head(words.on_order, lambda it: it.quantity_on_order, is_figures=True),
        Head(words.position, lambda it: it.inventory_position, is_figures=True),
        Head(words.reorder_point, lambda it: it.reorder_point, is_figures=True),
        Head(words.sold_a_day, lambda it: it.average_daily_sales, is_figures=True),
        Head(words.days_of_cover, lambda it: it.days_of_cover, is_figures=True),
        Head(words.supplier, lambda it: it.supplier, most=110),
        Head(words.to_order, lambda it: it.order_quantity, is_figures=True),
        Head(
            words.estimated_cost,
            lambda it: figures.money(it.estimated_cost, it.currency),
            is_figures=True,
        ),
    )


_INVENTORY = f"{BASE}/inventory"
_READ = Permission.STOCK_READ

LISTS = (
    ListOnPaper(
        path=f"{_INVENTORY}/low-stock",
        operation_id="print_low_stock",
        summary="Print what is low",
        title=lambda words: words.low_stock,
        description="What is at or below its reorder point.",
        tag=reports.TAG,
        needs=_READ,
        query=StockListQuery,
        name="low-stock",
        heads=_low,
        find=_stock_list(
            lambda reads, query, _: reads.low_stock(
                page_request(query, query.sort), query.warehouse_id
            ),
            reports.low,
        ),
    ),
    ListOnPaper(
        path=f"{_INVENTORY}/out-of-stock",
        operation_id="print_out_of_stock",
        summary="Print what is out of stock",
        title=lambda words: words.out_of_stock,
        description="Products of which nothing is available.",
        tag=reports.TAG,
        needs=_READ,
        query=StockListQuery,
        name="out-of-stock",
        heads=_out,
        find=_stock_list(
            lambda reads, query, _: reads.out_of_stock(
                page_request(query, query.sort), query.warehouse_id
            ),
            reports.out,
        ),
    ),
    ListOnPaper(
        path=f"{_INVENTORY}/reorder-report",
        operation_id="print_reorder_report",
        summary="Print what to order",
        title=lambda words: words.reorder_report,
        description="The reorder report, with what it costs by currency.",
        tag=reports.TAG,
        needs=_READ,
        query=StockListQuery,
        name="reorder-report",
        heads=_reorder,
        find=_stock_list(
            lambda reads, query, now: reads.to_reorder(
                page_request(query, query.sort), now, query.warehouse_id
            ),
            reports.to_order,
            _cost,
        ),
    ),
)
ENDPOINTS = tuple(it.endpoint for it in LISTS)
