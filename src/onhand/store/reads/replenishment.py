"""Replenishment lists: what is low, what is out, what to order.

Which products are on a list, the database itself keeps as a column with a partial index, so a page
costs what stands on it. Each line's sales are summed from `daily_sales`, for the lines of the page
alone, over at most `SALES_WINDOW_DAYS` days. Narrowed to a warehouse, a list looks at the levels
there: a product that never was in a warehouse is not short in it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    and_,
    cast,
    func,
    literal,
    select,
    text,
    true,
)

from onhand.core.replenishment import SALES_WINDOW_DAYS
from onhand.ledger.reads import Listing, PageRequest, StockLine
from onhand.store.reads.source import AnyRow, AnySelect, Source
from onhand.store.reads.terms import cut, sort_terms
from onhand.store.schema import daily_sales, levels, product_stock, products

_STOCK = product_stock.c
SORTS: dict[str, ColumnElement[Any]] = {
    "product_id": _STOCK.product_id,
    "name": products.c.name,
    "sku": products.c.sku_key,
    "quantity_on_hand": _STOCK.on_hand,
    "reorder_point": _STOCK.reorder_point,
}
_NULLABLE = frozenset({"reorder_point"})


def _lines(quantities: Any) -> AnySelect:
    return select(
        _STOCK.product_id,
        products.c.name,
        products.c.sku,
        quantities.on_hand,
        quantities.reserved,
        quantities.backordered,
        _STOCK.on_order,
        _STOCK.reorder_point,
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
_IN_A_WAREHOUSE = _lines(levels.c).select_from(
    levels.join(product_stock, _STOCK.product_id == levels.c.product_id).join(
        products, products.c.id == levels.c.product_id
    )
)
_TRACKED = and_(_STOCK.track_inventory == true(), _STOCK.is_active == true())


def low_stock(
    source: Source, page: PageRequest, warehouse_id: int | None, now: datetime
) -> Listing[StockLine]:
    """Tracked, active products whose on hand is at or below their reorder point."""
    if warehouse_id is None:
        return _everywhere(source, "is_low", page, now)
    here = levels.c.on_hand <= _STOCK.reorder_point
    return _in_warehouse(source, "is_low", here, page, warehouse_id, now)


def out_of_stock(
    source: Source, page: PageRequest, warehouse_id: int | None, now: datetime
) -> Listing[StockLine]:
    """Tracked, active products with nothing available."""
    if warehouse_id is None:
        return _everywhere(source, "is_out", page, now)
    here = levels.c.on_hand - levels.c.reserved <= 0
    return _in_warehouse(source, "is_out", here, page, warehouse_id, now)


def to_reorder(source: Source, page: PageRequest, now: datetime) -> Listing[StockLine]:
    """Tracked, active products whose on hand or inventory position is at or below the point."""
    return _everywhere(source, "is_to_reorder", page, now)


def _everywhere(source: Source, flag: str, page: PageRequest, now: datetime) -> Listing[StockLine]:
    # As text: SQLite would be asked for `is_low = 1`, which its partial index does not answer.
    found = _EVERYWHERE.where(text(f"product_stock.{flag}"))
    return _listing(source, (flag, None), found, SORTS, page, now)


def _in_warehouse(
    source: Source,
    flag: str,
    here: ColumnElement[bool],
    page: PageRequest,
    warehouse_id: int,
    now: datetime,
) -> Listing[StockLine]:
    found = _IN_A_WAREHOUSE.where(levels.c.warehouse_id == warehouse_id, _TRACKED, here)
    sorts = SORTS | {"product_id": levels.c.product_id, "quantity_on_hand": levels.c.on_hand}
    return _listing(source, (flag, warehouse_id), found, sorts, page, now)


def _listing(
    source: Source,
    question: tuple[str, int | None],
    found: AnySelect,
    sorts: dict[str, ColumnElement[Any]],
    page: PageRequest,
    now: datetime,
) -> Listing[StockLine]:
    today = now.date()
    window_start = today - timedelta(days=SALES_WINDOW_DAYS - 1)
    terms = sort_terms(page, sorts, default="product_id", nullable=_NULLABLE)
    # The page is cut first, so that sales are summed for its lines only.
    lines = cut(found.order_by(*terms), page).subquery("lines")
    sold = daily_sales.c.product_id == lines.c.product_id
    if question[1] is not None:
        sold = and_(sold, daily_sales.c.warehouse_id == question[1])
    units = (
        select(func.sum(daily_sales.c.quantity))
        .where(sold, daily_sales.c.day >= literal(window_start, Date))
        .where(daily_sales.c.day <= literal(today, Date))
    )
    first_day = select(func.min(daily_sales.c.day)).where(sold)
    names = {sort: "on_hand" if sort == "quantity_on_hand" else sort for sort in sorts}
    outer = {sort: lines.c["sku_key" if name == "sku" else name] for sort, name in names.items()}
    statement = select(
        *(column for column in lines.c if column.name != "sku_key"),
        cast(func.coalesce(units.scalar_subquery(), 0), BigInteger),
        first_day.scalar_subquery(),
    ).order_by(*sort_terms(page, outer, default="product_id", nullable=_NULLABLE))

    def shaped(row: AnyRow) -> StockLine:
        return StockLine(*[*row[:14], _days_of_sales(row[14], today)])

    return source.listing(question, found, page, shaped, statement)


def _days_of_sales(first_day: date | None, today: date) -> int:
    """Over how many days the sales were made: the window, or since the first sale if less."""
    if first_day is None:
        return 1
    return max(1, min(SALES_WINDOW_DAYS, (today - first_day).days + 1))
