"""Products with their quantities: one by id, and lists by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    String,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    select,
    text,
    true,
    type_coerce,
)

from onhand.core.products import Product, ProductAttributes, sku_key
from onhand.core.stock_status import StockStatus
from onhand.ledger.listings import Listing, PageRequest
from onhand.ledger.stock_views import ProductFilter, ProductView
from onhand.store.reads.in_force import SETTINGS, in_force, with_settings
from onhand.store.reads.source import AnyRow, AnySelect, Source
from onhand.store.reads.terms import contains, cut, sort_terms
from onhand.store.schema import NOT_IN_STOCK, levels, product_stock, products

SORTS: dict[str, ColumnElement[Any]] = {
    "id": products.c.id,
    "sku": products.c.sku_key,
    "name": products.c.name,
    "selling_price": products.c.selling_price,
    "created_at": products.c.created_at,
    "updated_at": products.c.updated_at,
}
_NULLABLE = frozenset({"selling_price"})


def columns_of(attributes: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """The columns of a product, some attributes other than its own: see `product_from`."""
    own = products.c
    return [
        own.id,
        *(attributes.get(field.name, own[field.name]) for field in fields(ProductAttributes)),
        own.version,
        own.created_at,
        own.updated_at,
    ]


def product_from(row: Sequence[Any]) -> Product:
    """A product from what `columns_of` selects, and maybe more after it."""
    return Product(row[0], ProductAttributes(*row[1:17]), *row[17:WIDTH])


_PRODUCT = columns_of({})
PRODUCTS = select(*_PRODUCT)
WIDTH = len(_PRODUCT)
"""How many columns make a product."""
_PRODUCT_HERE = columns_of({name: in_force(name) for name in SETTINGS})
_WITH_STOCK = products.join(product_stock, product_stock.c.product_id == products.c.id)


def _in_warehouse(warehouse_id: ColumnElement[int]) -> AnySelect:
    here = and_(levels.c.product_id == products.c.id, levels.c.warehouse_id == warehouse_id)
    found = with_settings(_WITH_STOCK.outerjoin(levels, here), products.c.id, warehouse_id)
    quantities = (_here(levels.c.on_hand), _here(levels.c.reserved))
    return select(*_PRODUCT_HERE, *quantities).select_from(found)


def _in_warehouses(within: frozenset[int]) -> AnySelect:
    return select(*_PRODUCT, *sums(within)).select_from(_WITH_STOCK)


def sums(within: frozenset[int]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """On hand and reserved, over some warehouses."""
    there = (levels.c.product_id == products.c.id, levels.c.warehouse_id.in_(within))

    def total(units: ColumnElement[int]) -> ColumnElement[int]:
        # PostgreSQL's sum of bigints is a numeric, which is no integer to us.
        found = select(func.sum(units)).where(*there).scalar_subquery()
        return cast(func.coalesce(found, 0), BigInteger)

    return total(levels.c.on_hand), total(levels.c.reserved)


def _here(quantity: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(quantity, literal(0, BigInteger), type_=BigInteger)


_EVERYWHERE = select(*_PRODUCT, product_stock.c.on_hand, product_stock.c.reserved).select_from(
    _WITH_STOCK
)
BY_ID = _EVERYWHERE.where(products.c.id == bindparam("product_id"))
BY_ID_IN_WAREHOUSE = _in_warehouse(bindparam("warehouse_id", type_=BigInteger)).where(
    products.c.id == bindparam("product_id")
)


def product(source: Source, product_id: int, warehouse_id: int | None) -> ProductView | None:
    """One product, with its quantities over all warehouses or in one."""
    if warehouse_id is None:
        row = source.first(BY_ID, {"product_id": product_id})
    else:
        given = {"product_id": product_id, "warehouse_id": warehouse_id}
        row = source.first(BY_ID_IN_WAREHOUSE, given)
    return None if row is None else _shaped(row)


def listing(source: Source, which: ProductFilter, page: PageRequest) -> Listing[ProductView]:
    """A page of products."""
    wanted: list[ColumnElement[bool]] = []
    if which.ids is not None:
        wanted.append(products.c.id.in_(sorted(which.ids)))
    if which.sku is not None:
        wanted.append(products.c.sku_key == sku_key(which.sku))
    if which.barcode is not None:
        wanted.append(products.c.barcode == which.barcode)
    if which.is_active is not None:
        wanted.append(products.c.is_active == (true() if which.is_active else false()))
    if which.search is not None:
        looked_at: list[ColumnElement[Any]] = [products.c.name, products.c.sku, products.c.barcode]
        wanted.append(contains(looked_at, which.search, on_sqlite=source.on_sqlite))
    found, sorts = _EVERYWHERE, SORTS
    counted: FromClause = products
    there: tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int]] | None = None
    if which.warehouse_id is not None:
        found = _in_warehouse(literal(which.warehouse_id, BigInteger))
        there = _here(levels.c.on_hand), _here(levels.c.reserved), in_force("reorder_point")
    elif which.within is not None:
        found = _in_warehouses(which.within)
        there = *sums(which.within), products.c.reorder_point
    if which.stock_status is not None:
        if there is not None:
            wanted.append(status_of(*there) == which.stock_status.value)
            counted = found.get_final_froms()[0]
        else:
            counted = _WITH_STOCK if wanted else product_stock
            wanted.append(_has_status(which.stock_status))
            # The status's own index is in order of product, and tells so of its own column only.
            sorts = SORTS | {"id": product_stock.c.product_id}
    terms = sort_terms(page.sort, sorts, default="id", nullable=_NULLABLE)
    # Which products first, out of an index where one holds all that is asked: pages far behind
    # pass over many products, of which nothing else has to be read.
    walked = _WITH_STOCK if counted is product_stock and page.sort else counted
    key = product_stock.c.product_id if walked is product_stock else products.c.id
    shown = cut(select(key.label("id")).select_from(walked).where(*wanted).order_by(*terms), page)
    on_page = shown.subquery("on_page")
    rows_of = found.join(on_page, on_page.c.id == products.c.id).order_by(*terms)
    return source.listing(which, page, rows_of, counted, wanted, _shaped)


def _has_status(status: StockStatus) -> ColumnElement[bool]:
    stored = product_stock.c.stock_status == literal_column(f"'{status.value}'", String)
    if status is StockStatus.IN_STOCK:
        return stored
    # Said in so many words, the planners know that the partial index holds all there is to find.
    return and_(stored, text(NOT_IN_STOCK))


def status_of(
    on_hand: ColumnElement[int], reserved: ColumnElement[int], point: ColumnElement[int]
) -> ColumnElement[str]:
    """The stock status of such quantities, of the product whose `product_stock` is beside."""
    stock = product_stock.c
    return case(
        (stock.track_inventory == false(), literal(StockStatus.IN_STOCK.value)),
        (
            and_(on_hand - reserved <= 0, stock.allow_backorder == true()),
            literal(StockStatus.ON_BACKORDER.value),
        ),
        (on_hand - reserved <= 0, literal(StockStatus.OUT_OF_STOCK.value)),
        (on_hand <= point, literal(StockStatus.LOW_STOCK.value)),
        else_=type_coerce(literal(StockStatus.IN_STOCK.value), String),
    )


def _shaped(row: AnyRow) -> ProductView:
    return ProductView(product_from(row), *row[WIDTH:])
