"""Reports over days on paper: what happened, what the stock is worth, how good the book was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from onhand.api.on_paper.lists import (
    SKU,
    Found,
    ListOnPaper,
    money,
    order,
    site,
    site_names,
    where,
)
from onhand.api.operations import Call
from onhand.api.reporting import activity, count_accuracy, stock_value
from onhand.api.reporting.activity import ActivityDayData, ActivityQuery
from onhand.api.reporting.count_accuracy import CountAccuracyLine, CountAccuracyQuery
from onhand.api.reporting.stock_value import StockValueLineData, StockValueQuery
from onhand.ledger.access import Permission
from onhand.printing import figures
from onhand.printing.contents import Head, told

_DAYS: Sequence[Head[ActivityDayData]] = (
    Head("Day", lambda it: it.day, most=80),
    Head("In", lambda it: it.units_in, is_figures=True),
    Head("Out", lambda it: it.units_out, is_figures=True),
    Head("Transferred in", lambda it: it.transferred_in, is_figures=True),
    Head("Transferred out", lambda it: it.transferred_out, is_figures=True),
    Head("Movements", lambda it: it.movements, is_figures=True),
    Head("On hand", lambda it: it.quantity_on_hand, is_figures=True),
    Head("Value", lambda it: _values(it) or None, is_figures=True),
)


def _values(day: ActivityDayData) -> str:
    return " · ".join(f"{money(it.value, it.currency)}" for it in day.values)


async def _find_activity(call: Call, query: ActivityQuery, now: datetime) -> Found[ActivityDayData]:
    rows, meta = await activity.activity_of(call, query)
    names = await call.read(site_names)
    facts = (
        where(call, names, query.warehouse_id),
        ("From", figures.day(meta.since)),
        ("To", figures.day(meta.until)),
        ("Complete", None if meta.is_complete else "No: some of it is still being added"),
    )
    sums = (
        ("Units in", told(sum(day.units_in for day in rows))),
        ("Units out", told(sum(day.units_out for day in rows))),
    )
    return Found(rows, len(rows), facts, sums)


_WORTH: Sequence[Head[StockValueLineData]] = (
    Head("SKU", lambda it: it.sku, most=SKU),
    Head("Product", lambda it: it.name),
    Head("On hand", lambda it: it.quantity_on_hand, is_figures=True),
    Head("Cost price", lambda it: money(it.cost_price, it.currency), is_figures=True),
    Head("Value", lambda it: money(it.value, it.currency), is_figures=True),
)


async def _find_value(
    call: Call, query: StockValueQuery, now: datetime
) -> Found[StockValueLineData]:
    rows, meta = await stock_value.stock_value_of(call, query)
    names = await call.read(site_names)
    unpriced = sum(it.unpriced_products for it in meta.totals)
    sums = [
        ("Value", " · ".join(f"{money(it.value, it.currency)}" for it in meta.totals) or "–"),
        ("Units", told(sum(it.quantity_on_hand for it in meta.totals))),
        ("Without a cost price", told(unpriced)),
    ]
    facts = (where(call, names, query.warehouse_id), order(query.sort))
    return Found(rows, meta.total, facts, sums)


Counted = tuple[CountAccuracyLine, str]
"""A count, and what its warehouse is called."""

_ACCURATE: Sequence[Head[Counted]] = (
    Head("Count", lambda it: str(it[0].count_id), is_figures=True),
    Head("Warehouse", lambda it: it[1], most=150),
    Head("Reference", lambda it: it[0].reference),
    Head("Posted", lambda it: it[0].posted_at, most=110),
    Head("Records", lambda it: it[0].records_counted, is_figures=True),
    Head("Accurate", lambda it: it[0].records_within_tolerance, is_figures=True),
    Head("%", lambda it: it[0].record_accuracy_percent, is_figures=True),
    Head("Units over", lambda it: it[0].units_over, is_figures=True),
    Head("Units under", lambda it: it[0].units_under, is_figures=True),
)


async def _find_accuracy(call: Call, query: CountAccuracyQuery, now: datetime) -> Found[Counted]:
    rows, meta = await count_accuracy.count_accuracy_of(call, query)
    names = await call.read(site_names)
    of_all = meta.totals
    percent = of_all.record_accuracy_percent
    tolerance = f"{query.tolerance_percent or 0} % or {figures.quantity(query.tolerance_units)}"
    facts = (
        where(call, names, query.warehouse_id),
        ("From", None if query.since is None else figures.day(query.since)),
        ("To", None if query.until is None else figures.day(query.until)),
        ("Accurate within", tolerance),
    )
    sums = (
        ("Records", told(of_all.records_counted)),
        ("Record accuracy", "–" if percent is None else f"{told(percent)} %"),
        ("Units over", told(of_all.units_over)),
        ("Units under", told(of_all.units_under)),
    )
    counted = [(row, site(names, row.warehouse_id)) for row in rows]
    return Found(counted, meta.total, facts, sums)


LISTS = (
    ListOnPaper(
        path=f"{activity.PATH}/activity",
        operation_id="print_activity",
        summary="Print what happened by day",
        title="Activity by day",
        description="Units in and out by day, and what was on hand at each day's end.",
        tag=activity.TAG,
        needs=Permission.STOCK_READ,
        query=ActivityQuery,
        name="activity",
        heads=_DAYS,
        find=_find_activity,
    ),
    ListOnPaper(
        path=f"{activity.PATH}/stock-value",
        operation_id="print_stock_value",
        summary="Print what the stock is worth",
        title="Value of the stock",
        description="What is on hand, and what it is worth at cost prices, in all by currency.",
        tag=activity.TAG,
        needs=Permission.STOCK_READ,
        query=StockValueQuery,
        name="stock-value",
        heads=_WORTH,
        find=_find_value,
    ),
    ListOnPaper(
        path=f"{activity.PATH}/count-accuracy",
        operation_id="print_count_accuracy",
        summary="Print how good the book was",
        title="Accuracy of counts",
        description="Counts that were posted, each with its record accuracy, and all together.",
        tag=activity.TAG,
        needs=Permission.COUNTS_REVIEW,
        query=CountAccuracyQuery,
        name="count-accuracy",
        heads=_ACCURATE,
        find=_find_accuracy,
    ),
)
ENDPOINTS = tuple(it.endpoint for it in LISTS)
