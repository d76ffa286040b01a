"""Reports over days on paper: what happened, what the stock is worth, how good the book was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from onhand.api.on_paper.lists import (
    SKU,
    Found,
    ListOnPaper,
    order,
    site,
    site_names,
    tolerance_of,
    where,
)
from onhand.api.operations import Call
from onhand.api.reporting import activity, count_accuracy, stock_value
from onhand.api.reporting.activity import ActivityDayData, ActivityQuery
from onhand.api.reporting.count_accuracy import CountAccuracyLine, CountAccuracyQuery
from onhand.api.reporting.stock_value import StockValueLineData, StockValueQuery
from onhand.ledger.access import Permission
from onhand.printing.contents import Head
from onhand.printing.figures import NOTHING, Figures
from onhand.printing.speech import Speech


def _days(speech: Speech) -> Sequence[Head[ActivityDayData]]:
    words, figures = speech.words, speech.figures
    return (
        Head(words.day, lambda it: it.day, most=80),
        Head(words.units_in, lambda it: it.units_in, is_figures=True),
        Head(words.units_out, lambda it: it.units_out, is_figures=True),
        Head(words.transferred_in, lambda it: it.transferred_in, is_figures=True),
        Head(words.transferred_out, lambda it: it.transferred_out, is_figures=True),
        Head(words.movements, lambda it: it.movements, is_figures=True),
        Head(words.on_hand, lambda it: it.quantity_on_hand, is_figures=True),
        Head(words.value, lambda it: _values(it, figures) or None, is_figures=True),
    )


def _values(day: ActivityDayData, figures: Figures) -> str:
    return " · ".join(f"{figures.money(it.value, it.currency)}" for it in day.values)


async def _find_activity(
    call: Call, query: ActivityQuery, now: datetime, speech: Speech
) -> Found[ActivityDayData]:
    words, figures = speech.words, speech.figures
    rows, meta = await activity.activity_of(call, query)
    names = await call.read(site_names)
    facts = (
        where(call, names, query.warehouse_id, speech),
        (words.since, figures.day(meta.since)),
        (words.until, figures.day(meta.until)),
        (words.complete, None if meta.is_complete else words.incomplete),
    )
    sums = (
        (words.all_units_in, figures.told(sum(day.units_in for day in rows))),
        (words.all_units_out, figures.told(sum(day.units_out for day in rows))),
    )
    return Found(rows, len(rows), facts, sums)


def _worth(speech: Speech) -> Sequence[Head[StockValueLineData]]:
    words, figures = speech.words, speech.figures
    return (
        Head(words.sku, lambda it: it.sku, most=SKU),
        Head(words.product, lambda it: it.name),
        Head(words.on_hand, lambda it: it.quantity_on_hand, is_figures=True),
        Head(
            words.cost_price, lambda it: figures.money(it.cost_price, it.currency), is_figures=True
        ),
        Head(words.value, lambda it: figures.money(it.value, it.currency), is_figures=True),
    )


async def _find_value(
    call: Call, query: StockValueQuery, now: datetime, speech: Speech
) -> Found[StockValueLineData]:
    words, figures = speech.words, speech.figures
    rows, meta = await stock_value.stock_value_of(call, query)
    names = await call.read(site_names)
    unpriced = sum(it.unpriced_products for it in meta.totals)
    sums = [
        (
            words.value,
            " · ".join(f"{figures.money(it.value, it.currency)}" for it in meta.totals) or NOTHING,
        ),
        (words.units, figures.told(sum(it.quantity_on_hand for it in meta.totals))),
        (words.without_cost_price, figures.told(unpriced)),
    ]
    facts = (where(call, names, query.warehouse_id, speech), order(query.sort, words))
    return Found(rows, meta.total, facts, sums)


Counted = tuple[CountAccuracyLine, str]
"""A count, and what its warehouse is called."""


def _accurate(speech: Speech) -> Sequence[Head[Counted]]:
    words = speech.words
    return (
        Head(words.count, lambda it: str(it[0].count_id), is_figures=True),
        Head(words.warehouse, lambda it: it[1], most=150),
        Head(words.reference, lambda it: it[0].reference),
        Head(words.posted, lambda it: it[0].posted_at, most=110),
        Head(words.records, lambda it: it[0].records_counted, is_figures=True),
        Head(words.accurate, lambda it: it[0].records_within_tolerance, is_figures=True),
        Head("%", lambda it: it[0].record_accuracy_percent, is_figures=True),
        Head(words.units_over, lambda it: it[0].units_over, is_figures=True),
        Head(words.units_under, lambda it: it[0].units_under, is_figures=True),
    )


async def _find_accuracy(
    call: Call, query: CountAccuracyQuery, now: datetime, speech: Speech
) -> Found[Counted]:
    words, figures = speech.words, speech.figures
    rows, meta = await count_accuracy.count_accuracy_of(call, query)
    names = await call.read(site_names)
    of_all = meta.totals
    tolerance = tolerance_of(query.tolerance_percent, query.tolerance_units, speech)
    facts = (
        where(call, names, query.warehouse_id, speech),
        (words.since, speech.day(query.since)),
        (words.until, speech.day(query.until)),
        (words.accurate_within, tolerance),
    )
    sums = (
        (words.records, figures.told(of_all.records_counted)),
        (words.record_accuracy, figures.percent(of_all.record_accuracy_percent)),
        (words.units_over, figures.told(of_all.units_over)),
        (words.units_under, figures.told(of_all.units_under)),
    )
    counted = [(row, site(names, row.warehouse_id, speech)) for row in rows]
    return Found(counted, meta.total, facts, sums)


LISTS = (
    ListOnPaper(
        path=f"{activity.PATH}/activity",
        operation_id="print_activity",
        summary="Print what happened by day",
        title=lambda words: words.activity,
        description="Units in and out by day, and what was on hand at each day's end.",
        tag=activity.TAG,
        needs=Permission.STOCK_READ,
        query=ActivityQuery,
        name="activity",
        heads=_days,
        find=_find_activity,
    ),
    ListOnPaper(
        path=f"{activity.PATH}/stock-value",
        operation_id="print_stock_value",
        summary="Print what the stock is worth",
        title=lambda words: words.stock_value,
        description="What is on hand, and what it is worth at cost prices, in all by currency.",
        tag=activity.TAG,
        needs=Permission.STOCK_READ,
        query=StockValueQuery,
        name="stock-value",
        heads=_worth,
        find=_find_value,
    ),
    ListOnPaper(
        path=f"{activity.PATH}/count-accuracy",
        operation_id="print_count_accuracy",
        summary="Print how good the book was",
        title=lambda words: words.count_accuracy,
        description="Counts that were posted, each with its record accuracy, and all together.",
        tag=activity.TAG,
        needs=Permission.COUNTS_REVIEW,
        query=CountAccuracyQuery,
        name="count-accuracy",
        heads=_accurate,
        find=_find_accuracy,
    ),
)
ENDPOINTS = tuple(it.endpoint for it in LISTS)
