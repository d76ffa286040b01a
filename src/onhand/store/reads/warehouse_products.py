"""Products as they are kept in one warehouse: quantities, and settings beside the product's own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, and_, bindparam, func, select

from onhand.core.stock_settings import StockSettings
from onhand.ledger.listings import Listing, PageRequest
from onhand.ledger.stock_views import Quantities, WarehouseProduct, WarehouseProductFilter
from onhand.store.reads.in_force import SETTINGS, with_settings
from onhand.store.reads.products import WIDTH, columns_of, product_from
from onhand.store.reads.source import AnyRow, AnySelect, Source
from onhand.store.reads.terms import cut
from onhand.store.schema import inbounds, levels, products, stock_settings

_WAREHOUSE: ColumnElement[int] = bindparam("warehouse_id", type_=BigInteger)
_UNITS = ("on_hand", "reserved", "backordered")
_MOMENTS = ("last_movement_at", "last_counted_at")
_ON_THE_WAY = ("on_order", "in_transit")


def _at_the_warehouse(table: Any, product_id: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(table.c.product_id == product_id, table.c.warehouse_id == _WAREHOUSE)


def _selected(found: FromClause, product_id: ColumnElement[int]) -> AnySelect:
    """Products with all there is to tell of them, if there is any."""
    return select(
        *columns_of({}),
        *(stock_settings.c[name] for name in SETTINGS),
        *(func.coalesce(levels.c[name], 0) for name in _UNITS),
        *(levels.c[name] for name in _MOMENTS),
        *(func.coalesce(inbounds.c[name], 0) for name in _ON_THE_WAY),
    ).select_from(
        with_settings(
            found.outerjoin(levels, _at_the_warehouse(levels, product_id)).outerjoin(
                inbounds, _at_the_warehouse(inbounds, product_id)
            ),
            product_id,
            _WAREHOUSE,
        )
    )


ONE = _selected(products, products.c.id).where(products.c.id == bindparam("product_id"))


def one(source: Source, warehouse_id: int, product_id: int) -> WarehouseProduct | None:
    """A product as it is kept in a warehouse, if only with nothing; None: no such product."""
    row = source.first(ONE, {"warehouse_id": warehouse_id, "product_id": product_id})
    return None if row is None else _shaped(row, warehouse_id)


def listing(
    source: Source, which: WarehouseProductFilter, page: PageRequest
) -> Listing[WarehouseProduct]:
    """A page of the products that have a level in a warehouse, by id."""
    kept = stock_settings if which.own_settings else levels
    wanted = [kept.c.warehouse_id == _WAREHOUSE]
    # The page is cut first, so that the rest is looked up for its products only.
    ids = cut(select(kept.c.product_id).where(*wanted).order_by(kept.c.product_id), page)
    here = ids.subquery("here")
    found = here.join(products, products.c.id == here.c.product_id)
    rows_of = _selected(found, here.c.product_id).order_by(here.c.product_id)
    return source.listing(
        which,
        page,
        rows_of,
        kept,
        wanted,
        lambda row: _shaped(row, which.warehouse_id),
        {"warehouse_id": which.warehouse_id},
    )


def _shaped(row: AnyRow, warehouse_id: int) -> WarehouseProduct:
    told = row[WIDTH:]
    settings, quantities = StockSettings(*told[:2]), Quantities(*told[2:])
    return WarehouseProduct(product_from(row), warehouse_id, settings, quantities)
