"""Daily totals over SQL: what is kept of them, and what a span of the feed's numbers adds up to.

A span is one walk through the movements by number, their products' prices of today beside them, and
one look-up per product for what has become of its price since. Prices are read before changes: a
change that is in a price that was read is then among those that are found.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    bindparam,
    cast,
    func,
    or_,
    select,
    type_coerce,
)

from onhand.core.changes import Changes
from onhand.core.daily_totals import (
    COST_SCALE,
    LevelTotals,
    Price,
    Standing,
    Standings,
    Total,
    Totals,
    TotalsKey,
    added,
    price_changes,
    standings_after,
)
from onhand.core.events import PRODUCT_UPDATED
from onhand.core.movements import RESERVING
from onhand.ledger.daily_totals import MOST_PRICES, SPAN
from onhand.ledger.reports import Activity, ActivityFilter, activity_of
from onhand.store.events import changes_from
from onhand.store.json_text import from_json
from onhand.store.reads.each_level import of_each_level
from onhand.store.reads.source import AnySelect, Source
from onhand.store.schema import daily_totals, events, levels, movements, products, totals_position

AT_A_TIME = 1_000
"""Products whose changes are asked for in one statement."""

_DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()

POSITION = select(totals_position.c.number, totals_position.c.standing)
TOTALS = select(daily_totals)
_SINCE = TOTALS.where(daily_totals.c.day >= bindparam("since", type_=Date))
_NEWEST_MOVEMENT, _NEWEST_EVENT = select(func.max(movements.c.id)), select(func.max(events.c.id))
_ABOUT_PRICES = (
    events.c.type == PRODUCT_UPDATED,
    or_(events.c.changes.like('%"cost_price"%'), events.c.changes.like('%"currency"%')),
)
_CHANGE = select(events.c.subject_id, events.c.id, events.c.at, events.c.changes).where(
    events.c.kind == "product", *_ABOUT_PRICES
)
PRICE_CHANGES = _CHANGE.order_by(events.c.subject_id, events.c.version)
PRICES = select(products.c.id, products.c.cost_price, products.c.currency).order_by(products.c.id)
_CHANGED_IN_SPAN = (
    select(events.c.id, events.c.subject_id)
    .where(events.c.id > bindparam("after"), events.c.id <= bindparam("end"), *_ABOUT_PRICES)
    .order_by(events.c.id)
    .limit(MOST_PRICES + 1)
)
_CHANGES_SINCE = _CHANGE.where(
    events.c.subject_id.in_(bindparam("product_ids", expanding=True)),
    events.c.id > bindparam("after"),
).order_by(events.c.id)


class Position(NamedTuple):
    """How far the totals are, and what is on hand by then."""

    number: int
    standings: Standings


def position_from(row: Sequence[Any] | None) -> Position:
    """The row of `totals_position`."""
    if row is None:
        return Position(0, {})
    kept = {(at, currency): Standing(*rest) for at, currency, *rest in from_json(row[1])}
    return Position(row[0], kept)


def standing_text(standings: Standings) -> str:
    """What is on hand, as `totals_position` keeps it."""
    return json.dumps([[*place, *standings[place]] for place in sorted(standings)])


def totals_from(rows: Sequence[Sequence[Any]]) -> Totals:
    """Rows of `daily_totals`."""
    return {TotalsKey(*row[:4]): Total(*row[4:]) for row in rows}


def of_span(source: Source, after: int, end: int) -> tuple[Totals, int]:
    """What came after a number, up to another, which is nearer where too many prices changed."""
    changed = source.rows(_CHANGED_IN_SPAN, {"after": after, "end": end})
    if len(changed) > MOST_PRICES:
        end = changed[MOST_PRICES - 1][0]
    rows = source.rows(_moved(on_sqlite=source.on_sqlite), {"after": after, "end": end})
    repriced = {row[1] for row in changed if row[0] <= end}
    prices = {
        row[0]: Price(row[1], row[2])
        for row in source.rows(_prices(on_sqlite=source.on_sqlite), {"ids": sorted(repriced)})
    }
    told = _told_since(source, after, {row[0] for row in rows} | repriced)
    # Those whose price has not changed since need neither their order nor what was there before.
    steady: dict[tuple[Any, ...], Total] = {}
    others = []
    on_sqlite = source.on_sqlite
    for row in rows:
        product_id, warehouse_id, _, kind, quantity, moment, cost, currency = row
        if product_id in told:
            prices[product_id] = Price(cost, currency)
            others.append(row)
            continue
        day = moment // _DAY_US if on_sqlite else moment
        total = steady.get((day, warehouse_id, kind, currency))
        if total is None:
            total = steady[day, warehouse_id, kind, currency] = Total()
        total.count(quantity, cost)
    totals = {
        TotalsKey(date.fromordinal(_EPOCH + day) if on_sqlite else day, *rest): total
        for (day, *rest), total in steady.items()
    }
    changing = {
        product_id: (prices[product_id], price_changes(prices[product_id], changes))
        for product_id, changes in told.items()
    }
    levels_here: dict[tuple[int, int], LevelTotals] = {}
    for product_id in sorted(repriced & changing.keys()):
        for warehouse_id, on_hand in _on_hand(source, product_id, after):
            levels_here[product_id, warehouse_id] = LevelTotals(
                totals, warehouse_id, *changing[product_id], on_hand
            )
    for product_id, warehouse_id, number, kind, quantity, moment, *_ in others:
        at = (product_id, warehouse_id)
        if at not in levels_here:
            levels_here[at] = LevelTotals(totals, warehouse_id, *changing[product_id])
        day = date.fromordinal(_EPOCH + moment // _DAY_US) if on_sqlite else moment
        levels_here[at].take(number, kind, quantity, day)
    for level in levels_here.values():
        level.pass_by(end)
    return totals, end


def activity(source: Source, which: ActivityFilter) -> Activity:
    """What happened by day: what is kept, and what was recorded since, or a span of it."""
    statements = [POSITION, _SINCE, _NEWEST_MOVEMENT, _NEWEST_EVENT]
    at, rows, *newest = source.of_one_moment(statements, {"since": which.since})
    position, totals = position_from(at[0] if at else None), totals_from(rows)
    last = max(found[0][0] or 0 for found in newest)
    end = min(last, position.number + SPAN)
    standings = position.standings
    if end > position.number:
        more, end = of_span(source, position.number, end)
        added(totals, more)
        standings = standings_after(standings, more)
    return Activity(activity_of(which, standings, totals), is_complete=end >= last)


def _told_since(
    source: Source, after: int, product_ids: Collection[int]
) -> Mapping[int, Sequence[tuple[int, date, Changes]]]:
    """What changed of some products' prices after a number, by number, of those where any did."""
    told: dict[int, list[tuple[int, date, Changes]]] = defaultdict(list)
    ids = sorted(product_ids)
    for start in range(0, len(ids), AT_A_TIME):
        asked = {"after": after, "product_ids": ids[start : start + AT_A_TIME]}
        for product_id, number, at, changes in source.rows(_CHANGES_SINCE, asked):
            told[product_id].append((number, at.date(), changes_from(changes)))
    return told


def _on_hand(source: Source, product_id: int, after: int) -> list[tuple[int, int]]:
    """What the product's levels had on hand after the last movement up to a number."""
    statement = _left(on_sqlite=source.on_sqlite)
    rows = source.rows(statement, {"product_id": product_id, "after": after})
    return [(warehouse_id, on_hand) for warehouse_id, on_hand in rows]


@lru_cache
def _left(*, on_sqlite: bool) -> AnySelect:
    known = movements.c.id <= bindparam("after")
    newest = (movements.c.occurred_at.desc(), movements.c.id.desc())
    joined, found = of_each_level([known], newest, 1, on_sqlite=on_sqlite)
    return (
        select(levels.c.warehouse_id, found.on_hand)
        .select_from(joined)
        .where(levels.c.product_id == bindparam("product_id"))
    )


@lru_cache
def _moved(*, on_sqlite: bool) -> AnySelect:
    moved = movements.c
    day: ColumnElement[Any] = cast(func.timezone("UTC", moved.occurred_at), Date)
    if on_sqlite:
        day = type_coerce(moved.occurred_at, BigInteger)
    return (
        select(
            moved.product_id,
            moved.warehouse_id,
            moved.id,
            moved.movement_type,
            moved.quantity,
            day,
            _cost(on_sqlite=on_sqlite),
            products.c.currency,
        )
        .select_from(movements.join(products, products.c.id == moved.product_id))
        # As an expression: an index of types would be walked for most of the ledger.
        .where(
            moved.id > bindparam("after"),
            moved.id <= bindparam("end"),
            (moved.movement_type + "").not_in([kind.value for kind in RESERVING]),
        )
        .order_by(moved.id)
    )


@lru_cache
def _prices(*, on_sqlite: bool) -> AnySelect:
    return select(products.c.id, _cost(on_sqlite=on_sqlite), products.c.currency).where(
        products.c.id.in_(bindparam("ids", expanding=True))
    )


def _cost(*, on_sqlite: bool) -> ColumnElement[int]:
    """A cost price in ten-thousandths, without a Decimal in between."""
    if on_sqlite:
        return func.coalesce(type_coerce(products.c.cost_price, BigInteger), 0)
    return cast(func.coalesce(products.c.cost_price, 0) * 10**COST_SCALE, BigInteger)
