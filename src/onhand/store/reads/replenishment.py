"""Replenishment lists: what is low, what is out, what to order.

Which products are on a list, the database itself keeps as a column with a partial index, so a page
costs what stands on it. Each line's sales are summed from `daily_sales`, for the lines of the page
alone, over at most `SALES_WINDOW_DAYS` days. Narrowed to a warehouse, a list goes by the same
columns of the levels there, and by the reorder points in force: a product that never was in a
warehouse, and has no settings there, is not short in it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from onhand.core.replenishment import SALES_WINDOW_DAYS
from onhand.ledger.listings import Listing, PageRequest, SortKey
from onhand.ledger.stock_views import StockLine
from onhand.store.reads.in_force import own_setting
from onhand.store.reads.purchasing import offer_from, with_offers, with_seller
from onhand.store.reads.source import AnyRow, AnySelect, Source
from onhand.store.reads.terms import sort_terms
from onhand.store.schema import daily_sales, inbounds, levels, product_stock, products

_STOCK = product_stock.c
SORTS: dict[str, ColumnElement[Any]] = {
    "product_id": _STOCK.product_id,
    "name": products.c.name,
    "sku": products.c.sku_key,
    "quantity_on_hand": _STOCK.on_hand,
    "reorder_point": _STOCK.reorder_point,
}
_LINE_COLUMNS = {"quantity_on_hand": "on_hand", "sku": "sku_key"}
_NULLABLE = frozenset({"reorder_point"})


def _lines(quantities: Any) -> AnySelect:
    return select(
        quantities.product_id,
        products.c.name,
        products.c.sku,
        quantities.on_hand,
        quantities.reserved,
        quantities.backordered,
        quantities.reorder_point,
        products.c.reorder_quantity,
        products.c.lead_time_days,
        products.c.safety_stock,
        products.c.cost_price,
        products.c.currency,
        products.c.sku_key,
    )


_EVERYWHERE = _lines(_STOCK).select_from(
    product_stock.join(products, products.c.id == _STOCK.product_id)
)
_HERE = levels.c
_IN_A_WAREHOUSE = _lines(_HERE).select_from(
    levels.join(products, products.c.id == _HERE.product_id)
)
_SORTS_HERE: dict[str, ColumnElement[Any]] = {
    "product_id": _HERE.product_id,
    "quantity_on_hand": _HERE.on_hand,
    "reorder_point": _HERE.reorder_point,
}
_coming = (
    select(inbounds.c.on_order + inbounds.c.in_transit)
    .where(inbounds.c.product_id == _HERE.product_id, inbounds.c.warehouse_id == _HERE.warehouse_id)
    .correlate(levels)
    .scalar_subquery()
)
_position = _HERE.on_hand - _HERE.reserved - _HERE.backordered + func.coalesce(_coming, 0)
_FLAGS_HERE = {"is_low": "is_low", "is_out": "is_out", "is_to_reorder": "is_short"}


def low_stock(
    source: Source, page: PageRequest, warehouse_id: int | None, now: datetime
) -> Listing[StockLine]:
    """Tracked, active products whose on hand is at or below their reorder point."""
    return _listing(source, "is_low", page, warehouse_id, now)


def out_of_stock(
    source: Source, page: PageRequest, warehouse_id: int | None, now: datetime
) -> Listing[StockLine]:
    """Tracked, active products with nothing available."""
    return _listing(source, "is_out", page, warehouse_id, now)


def to_reorder(
    source: Source, page: PageRequest, warehouse_id: int | None, now: datetime
) -> Listing[StockLine]:
    """Tracked, active products whose on hand or inventory position is at or below the point."""
    return _listing(source, "is_to_reorder", page, warehouse_id, now)


def _listing(
    source: Source, flag: str, page: PageRequest, warehouse_id: int | None, now: datetime
) -> Listing[StockLine]:
    today = now.date()
    given = {
        "warehouse_id": warehouse_id,
        "window_start": today - timedelta(days=SALES_WINDOW_DAYS - 1),
        "today": today,
        "per_page": page.per_page,
        "offset": (page.page - 1) * page.per_page,
    }
    in_warehouse = warehouse_id is not None

    def shaped(row: AnyRow) -> StockLine:
        line = StockLine(*[*row[:15], _days_of_sales(row[15], today)])
        if flag == "is_to_reorder":
            return replace(line, expected_date=row[16], offer=offer_from(row[17:]))
        return line

    return source.listing(
        (flag, warehouse_id),
        page,
        _statement(flag, in_warehouse, page.sort),
        levels if in_warehouse else product_stock,
        _wanted(flag, in_warehouse),
        shaped,
        given,
    )


def _wanted(flag: str, in_warehouse: bool) -> list[ColumnElement[bool]]:
    if not in_warehouse:
        # As text: SQLite would be asked for `is_low = 1`, which its partial index does not answer.
        return [literal_column(f"product_stock.{flag}")]
    wanted = [
        _HERE.warehouse_id == bindparam("warehouse_id"),
        literal_column(f"levels.{_FLAGS_HERE[flag]}"),
    ]
    if flag == "is_to_reorder":
        point = _HERE.reorder_point
        wanted.append(or_(_HERE.on_hand <= point, _position <= point))
    return wanted


@lru_cache(256)
def _statement(flag: str, in_warehouse: bool, sort: tuple[SortKey, ...]) -> AnySelect:
    """Built once for each list and order: building takes longer than running."""
    sorts = SORTS | _SORTS_HERE if in_warehouse else SORTS
    found = (_IN_A_WAREHOUSE if in_warehouse else _EVERYWHERE).where(*_wanted(flag, in_warehouse))
    # The page is cut first, so that sales are summed for its lines only.
    lines: FromClause = (
        found.order_by(*sort_terms(sort, sorts, default="product_id", nullable=_NULLABLE))
        .limit(bindparam("per_page"))
        .offset(bindparam("offset"))
        .subquery("lines")
    )
    shown = [column.name for column in lines.c if column.name != "sku_key"]
    to: ColumnElement[int] | None = bindparam("warehouse_id") if in_warehouse else None
    if flag == "is_to_reorder":
        lines = with_seller(lines)
    sold = daily_sales.c.product_id == lines.c.product_id
    coming = inbounds.c.product_id == lines.c.product_id
    told: dict[str, ColumnElement[Any]] = {name: lines.c[name] for name in shown}
    if to is not None:
        coming = and_(coming, inbounds.c.warehouse_id == to)
        sold = and_(sold, daily_sales.c.warehouse_id == to)
        own = own_setting("reorder_quantity", lines.c.product_id, to)
        told["reorder_quantity"] = func.coalesce(own, lines.c.reorder_quantity)
    units = select(func.sum(daily_sales.c.quantity)).where(
        sold,
        daily_sales.c.day >= bindparam("window_start", type_=Date),
        daily_sales.c.day <= bindparam("today", type_=Date),
    )
    first_day = select(func.min(daily_sales.c.day)).where(sold)
    # The lines come sorted, but only this promises it.
    again = {name: lines.c[_LINE_COLUMNS.get(name, name)] for name in sorts}
    statement = select(
        *told.values(),
        *(
            cast(func.coalesce(total.where(coming).scalar_subquery(), 0), BigInteger)
            for total in (
                select(func.sum(inbounds.c.on_order)),
                select(func.sum(inbounds.c.in_transit)),
            )
        ),
        cast(func.coalesce(units.scalar_subquery(), 0), BigInteger),
        first_day.scalar_subquery(),
    )
    if flag == "is_to_reorder":
        statement = with_offers(statement, lines, to)
    return statement.order_by(*sort_terms(sort, again, default="product_id", nullable=_NULLABLE))


def _days_of_sales(first_day: date | None, today: date) -> int:
    """Over how many days the sales were made: the window, or since the first sale if less."""
    if first_day is None:
        return 1
    return max(1, min(SALES_WINDOW_DAYS, (today - first_day).days + 1))
