"""What to count: ABC classes by what a warehouse sold, and which of their products are due.

To know a product's class is to know what all of them sold, so this reads every level of the
warehouse, and of each the daily sales of the window: see docs/queries.md for what that costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import (
    CTE,
    BigInteger,
    Date,
    Double,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from onhand.core.count_accuracy import CLASS_SHARES, COUNT_EVERY
from onhand.ledger.counts import PlanLine, PlanQuestion
from onhand.ledger.listings import Listing, PageRequest
from onhand.store.columns import Moment
from onhand.store.reads.source import AnySelect, Source
from onhand.store.schema import daily_sales, levels, product_stock, products

_WAREHOUSE = bindparam("warehouse_id", type_=BigInteger)
_HERE = levels.join(product_stock, product_stock.c.product_id == levels.c.product_id).join(
    products, products.c.id == levels.c.product_id
)
_COUNTABLE = (
    levels.c.warehouse_id == _WAREHOUSE,
    product_stock.c.track_inventory,
    # What is archived and gone needs no looking for.
    or_(product_stock.c.is_active, levels.c.on_hand > 0),
)


def plan(source: Source, question: PlanQuestion, page: PageRequest) -> Listing[PlanLine]:
    """A page of what is due, longest ago first, and what never was counted before that."""
    given = {
        "warehouse_id": question.warehouse_id,
        "sold_since": question.sold_since,
        "today": question.today,
        **{f"before_{name}": moment for name, moment in question.due_before},
        "per_page": page.per_page,
        "offset": (page.page - 1) * page.per_page,
    }
    rows = source.rows(_due(), given)
    if not rows and page.page > 1:
        # Past the end no row is left to tell how many there are.
        first = source.first(_due(), given | {"per_page": 1, "offset": 0})
        return Listing([], 0 if first is None else first[-1])
    return Listing([PlanLine(*row[:-1]) for row in rows], rows[0][-1] if rows else 0)


def of_class(source: Source, question: PlanQuestion, abc_class: str, limit: int) -> Sequence[int]:
    """Up to `limit` products of a class, by SKU."""
    given = {
        "warehouse_id": question.warehouse_id,
        "sold_since": question.sold_since,
        "today": question.today,
        "abc_class": abc_class,
        "limit": limit,
    }
    return [row[0] for row in source.rows(_of_class(), given)]


def of_warehouse(source: Source, warehouse_id: int, limit: int) -> Sequence[int]:
    """Up to `limit` products that a warehouse has or had, by SKU."""
    given = {"warehouse_id": warehouse_id, "limit": limit}
    return [row[0] for row in source.rows(_of_warehouse(), given)]


def _classed() -> CTE:
    sold = (
        select(func.coalesce(func.sum(daily_sales.c.quantity), 0))
        .where(
            daily_sales.c.product_id == levels.c.product_id,
            daily_sales.c.warehouse_id == _WAREHOUSE,
            daily_sales.c.day >= bindparam("sold_since", type_=Date),
            daily_sales.c.day <= bindparam("today", type_=Date),
        )
        .correlate(levels)
        .scalar_subquery()
    )
    price = func.coalesce(products.c.cost_price, products.c.selling_price)
    known = (
        select(
            levels.c.product_id,
            products.c.sku,
            products.c.sku_key,
            products.c.name,
            products.c.currency,
            levels.c.last_counted_at,
            cast(sold, BigInteger).label("units_sold"),
            price.label("price"),
        )
        .select_from(_HERE)
        .where(*_COUNTABLE)
        .cte("known")
        # Else the sum would be worked out anew wherever it is used.
        .prefix_with("MATERIALIZED")
    )
    # Classes need no cents: a double holds any price times any quantity. Returns may outweigh.
    worth = cast(known.c.units_sold, Double) * cast(func.coalesce(known.c.price, 0), Double)
    valued = select(known, case((worth > 0, worth), else_=0.0).label("value")).cte("valued")
    so_far = func.sum(valued.c.value).over(
        order_by=(valued.c.value.desc(), valued.c.product_id), rows=(None, 0)
    )
    ranked = select(
        valued,
        (so_far - valued.c.value).label("before"),
        func.sum(valued.c.value).over().label("total"),
    ).cte("ranked")
    classes = [
        (and_(ranked.c.value > 0, ranked.c.before < share * ranked.c.total), literal(name))
        for name, share in CLASS_SHARES.items()
    ]
    return select(ranked, case(*classes, else_=literal("C")).label("abc_class")).cte("classed")


@lru_cache
def _due() -> AnySelect:
    classed = _classed()
    last = classed.c.last_counted_at
    too_long_ago = [
        and_(classed.c.abc_class == name, last <= bindparam(f"before_{name}", type_=Moment))
        for name in COUNT_EVERY
    ]
    return (
        select(
            classed.c.product_id,
            classed.c.sku,
            classed.c.name,
            classed.c.abc_class,
            classed.c.units_sold,
            classed.c.price,
            classed.c.currency,
            last,
            func.count(literal_column("1")).over(),
        )
        .where(or_(last.is_(None), *too_long_ago))
        .order_by(last.asc().nulls_first(), classed.c.value.desc(), classed.c.product_id)
        .limit(bindparam("per_page"))
        .offset(bindparam("offset"))
    )


@lru_cache
def _of_class() -> AnySelect:
    classed = _classed()
    return (
        select(classed.c.product_id)
        .where(classed.c.abc_class == bindparam("abc_class"))
        .order_by(classed.c.sku_key)
        .limit(bindparam("limit"))
    )


@lru_cache
def _of_warehouse() -> AnySelect:
    return (
        select(levels.c.product_id)
        .select_from(_HERE)
        .where(*_COUNTABLE)
        .order_by(products.c.sku_key)
        .limit(bindparam("limit"))
    )
