"""Exports of reports: the value of the stock as a statement, and those that are worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context
from typing import Any

from sqlalchemy import select

from onhand.core.count_accuracy import Tolerance, accuracy_of
from onhand.ledger.exports import Exported, ExportFilter, What
from onhand.ledger.reports import (
    ActivityDay,
    ActivityFilter,
    CountAccuracyFilter,
    StockValueFilter,
)
from onhand.store.reads import count_accuracy, daily_totals, stock_value
from onhand.store.reads.exports.statement import Columns, Statement
from onhand.store.reads.source import Source
from onhand.store.schema import products, warehouses

USUAL_DAYS = 30
_EXACT = Context(prec=100)
COLUMNS: Mapping[What, Sequence[str]] = {
    What.ACTIVITY: (
        *("day", "units_in", "units_out", "transferred_in", "transferred_out", "movements"),
        *("quantity_on_hand", "currency", "value"),
    ),
    What.COUNT_ACCURACY: (
        *("count_id", "posted_at", "warehouse", "reference", "records_counted"),
        *("records_accurate", "record_accuracy_percent", "units_over", "units_under"),
    ),
}
"""The columns of what no statement answers."""


def stock_value_rows(which: ExportFilter) -> Statement:
    """Products with something on hand, by id; their values are worked out by `valued`."""
    stock = stock_value.stock_of(StockValueFilter(which.warehouse_id, which.within))
    columns: Columns = {
        "sku": products.c.sku,
        "product": products.c.name,
        "quantity_on_hand": stock.c.on_hand,
        "cost_price": products.c.cost_price,
        "value": products.c.cost_price,
        "currency": products.c.currency,
    }
    joined = stock_value.with_products(stock)
    return Statement(columns, joined, joined, [], [stock.c.product_id])


def valued(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The rows of `stock_value_rows` with their values, exact."""
    for sku, name, units, cost, _, currency in rows:
        yield sku, name, units, cost, cost and _EXACT.multiply(cost, units), currency


def activity_rows(source: Source, which: ExportFilter, now: datetime) -> Exported:
    """What happened by day, by default in the last thirty."""
    since, until = _days(which, now)
    asked = ActivityFilter(since, until, which.warehouse_id, which.within)
    rows = [row for day in daily_totals.activity(source, asked).days for row in _of_day(day)]
    return Exported(COLUMNS[What.ACTIVITY], iter(rows), lambda: len(rows))


def count_accuracy_rows(source: Source, which: ExportFilter, now: datetime) -> Exported:
    """Every posted count, the last one first; of those of all time where no day is named."""
    asked = CountAccuracyFilter(
        which.since or datetime.combine(date.min, time(), UTC),
        which.until or now + timedelta(days=1),
        which.warehouse_id,
        which.within,
    )
    codes = {row[0]: row[1] for row in source.rows(select(warehouses.c.id, warehouses.c.code))}
    rows = [
        (
            it.count_id,
            it.posted_at,
            codes[it.warehouse_id],
            it.reference,
            it.records,
            it.within,
            accuracy_of(it.within, it.records),
            it.units_over,
            it.units_under,
        )
        for it in count_accuracy.count_accuracy(source, asked, Tolerance())
    ]
    return Exported(COLUMNS[What.COUNT_ACCURACY], iter(rows), lambda: len(rows))


WORKED_OUT: Mapping[What, Callable[[Source, ExportFilter, datetime], Exported]] = {
    What.ACTIVITY: activity_rows,
    What.COUNT_ACCURACY: count_accuracy_rows,
}


def _of_day(day: ActivityDay) -> Iterator[Sequence[Any]]:
    units: Sequence[int | None] = (
        *(day.units_in, day.units_out, day.transferred_in, day.transferred_out),
        *(day.movements, day.on_hand),
    )
    for currency, value in day.values.items() or [(None, None)]:
        yield (day.day, *units, currency, value)
        units = [None] * len(units)


def _days(which: ExportFilter, now: datetime) -> tuple[date, date]:
    until = now.date()
    if which.until is not None:
        until = min(until, (which.until - timedelta(microseconds=1)).date())
    if which.since is None:
        return date.fromordinal(max(1, until.toordinal() - USUAL_DAYS + 1)), until
    return which.since.date(), until
