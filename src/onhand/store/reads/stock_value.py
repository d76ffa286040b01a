"""What the stock is worth: products with something on hand, and what they add up to per currency.

Both look at every product that has stock, so they cost what the catalogue does, not the ledger: the
value of a product is worked out, and no index is in its order. SQLite's 64 bits hold the values of
nearly all products, as two parts each so that their sums fit as well; the few that they do not hold
are added up outside.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    FromClause,
    Numeric,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    select,
    type_coerce,
)

from onhand.core.daily_totals import amount_of, price_of
from onhand.ledger.listings import PageRequest, SortKey
from onhand.ledger.reports import StockValue, StockValueFilter, StockValueLine, ValueTotal
from onhand.store.reads.source import AnySelect, Source
from onhand.store.reads.terms import cut, sort_terms
from onhand.store.schema import levels, product_stock, products

_PART = 10**9
_MOST = 9e18
_NULLABLE = frozenset({"cost_price", "value"})
_COST = products.c.cost_price


def stock_value(source: Source, which: StockValueFilter, page: PageRequest) -> StockValue:
    """A page of products, and the totals of all of them, of one moment."""
    stock = stock_of(which)
    on_sqlite = source.on_sqlite
    statements = [cut(lines(which, page.sort, stock), page), _totals(stock, on_sqlite=on_sqlite)]
    if on_sqlite:
        statements.append(_too_large(stock))
    rows, sums, *beyond = source.of_one_moment(statements)
    values = {row[0]: int(row[4] or 0) * _PART + int(row[5] or 0) for row in sums}
    for currency, units, cost in beyond[0] if beyond else ():
        values[currency] += units * price_of(cost, currency).cost
    totals = [
        ValueTotal(currency, number, unpriced, int(units), amount_of(values[currency]))
        for currency, number, unpriced, units, *_ in sums
    ]
    return StockValue(
        [StockValueLine(*row) for row in rows], sum(total.products for total in totals), totals
    )


def lines(
    which: StockValueFilter, sort: tuple[SortKey, ...], stock: Subquery | None = None
) -> AnySelect:
    """All products with stock, in an order: by value, say."""
    stock = stock_of(which) if stock is None else stock
    sorts: dict[str, ColumnElement[Any]] = {
        "product_id": stock.c.product_id,
        "name": products.c.name,
        "sku": products.c.sku_key,
        "quantity_on_hand": stock.c.on_hand,
        "cost_price": _COST,
        "value": stock.c.on_hand * type_coerce(_COST, Numeric),
    }
    return (
        select(
            stock.c.product_id,
            products.c.name,
            products.c.sku,
            stock.c.on_hand,
            _COST,
            products.c.currency,
        )
        .select_from(with_products(stock))
        .order_by(*sort_terms(sort, sorts, default="product_id", nullable=_NULLABLE))
    )


def stock_of(which: StockValueFilter) -> Subquery:
    """What there is of each product, where there is something."""
    warehouses = which.within
    if which.warehouse_id is not None:
        warehouses = frozenset({which.warehouse_id})
    if warehouses is None:
        found = select(product_stock.c.product_id, product_stock.c.on_hand)
        return found.where(product_stock.c.on_hand > 0).subquery("stock")
    here = (levels.c.warehouse_id.in_(sorted(warehouses)), levels.c.on_hand > 0)
    if len(warehouses) == 1:
        return select(levels.c.product_id, levels.c.on_hand).where(*here).subquery("stock")
    units = cast(func.sum(levels.c.on_hand), BigInteger)
    return (
        select(levels.c.product_id, units.label("on_hand"))
        .where(*here)
        .group_by(levels.c.product_id)
        .subquery("stock")
    )


def with_products(stock: FromClause) -> FromClause:
    """Products beside what there is of them."""
    return stock.join(products, products.c.id == stock.c.product_id)


def _fits(stock: Subquery) -> ColumnElement[bool]:
    cost = func.coalesce(type_coerce(_COST, BigInteger), 0)
    return cast(stock.c.on_hand, Float) * cost < _MOST


def _totals(stock: Subquery, *, on_sqlite: bool) -> AnySelect:
    high: ColumnElement[Any] = literal(0)
    low: ColumnElement[Any] = func.sum(stock.c.on_hand * type_coerce(_COST, Numeric)) * 10**4
    if on_sqlite:
        value = stock.c.on_hand * type_coerce(_COST, BigInteger)
        fitting = case((_fits(stock), value), else_=0)
        high, low = func.sum(fitting.op("/")(_PART)), func.sum(fitting.op("%")(_PART))
    return (
        select(
            products.c.currency,
            func.count(),
            func.count().filter(_COST.is_(None)),
            func.sum(stock.c.on_hand),
            high,
            low,
        )
        .select_from(with_products(stock))
        .group_by(products.c.currency)
        .order_by(products.c.currency)
    )


def _too_large(stock: Subquery) -> AnySelect:
    found = select(products.c.currency, stock.c.on_hand, _COST)
    return found.select_from(with_products(stock)).where(
        and_(not_(_fits(stock)), _COST.is_not(None))
    )
