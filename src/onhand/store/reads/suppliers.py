"""Suppliers, and what each of them sells."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, select, true

from onhand.core.suppliers import Supplier
from onhand.core.terms import Terms
from onhand.core.warehouses import code_key
from onhand.ledger.documents import SupplierFilter, TermsFilter, TermsView
from onhand.ledger.listings import Listing, PageRequest
from onhand.store.documents import KEPT, TERMS_COLUMNS
from onhand.store.reads.source import AnyRow, Source
from onhand.store.reads.terms import contains, cut, sort_terms
from onhand.store.schema import products, supplier_products, suppliers

SORTS: dict[str, ColumnElement[Any]] = {
    name: suppliers.c[name] for name in ("id", "code", "name", "created_at", "updated_at")
}
_COLUMNS = KEPT[Supplier.kind].columns
SUPPLIERS = select(*(suppliers.c[name] for name in _COLUMNS))
_TERMS = supplier_products.c
_SOLD = select(*(_TERMS[name] for name in TERMS_COLUMNS), products.c.sku, products.c.name).join(
    products, products.c.id == _TERMS.product_id
)


def listing(source: Source, which: SupplierFilter, page: PageRequest) -> Listing[Supplier]:
    """A page of suppliers."""
    wanted: list[ColumnElement[bool]] = []
    if which.states:
        wanted.append(suppliers.c.state.in_(which.states))
    if which.id is not None:
        wanted.append(suppliers.c.id == which.id)
    if which.code is not None:
        wanted.append(suppliers.c.code_key == code_key(which.code))
    if which.search is not None:
        looked_at: list[ColumnElement[Any]] = [suppliers.c.name, suppliers.c.code]
        wanted.append(contains(looked_at, which.search, on_sqlite=source.on_sqlite))
    if which.product_id is not None:
        sold = and_(_TERMS.supplier_id == suppliers.c.id, _TERMS.product_id == which.product_id)
        wanted.append(exists().where(sold))
    terms = sort_terms(page.sort, SORTS, default="id")
    found = SUPPLIERS.where(*wanted).order_by(*terms)
    return source.listing(which, page, cut(found, page), suppliers, wanted, supplier_of)


def terms(source: Source, which: TermsFilter, page: PageRequest) -> Listing[TermsView]:
    """A page of what a supplier sells."""
    wanted: list[ColumnElement[bool]] = [_TERMS.supplier_id == which.supplier_id]
    if which.product_id is not None:
        wanted.append(_TERMS.product_id == which.product_id)
    if which.is_preferred is not None:
        wanted.append(_TERMS.is_preferred == (true() if which.is_preferred else false()))
    found = _SOLD.where(*wanted).order_by(_TERMS.product_id)
    return source.listing(which, page, cut(found, page), supplier_products, wanted, _terms)


def supplier_of(row: AnyRow) -> Supplier:
    """A supplier from a row of `SUPPLIERS`."""
    return Supplier(**dict(zip(_COLUMNS, row, strict=True)))


def _terms(row: AnyRow) -> TermsView:
    width = len(TERMS_COLUMNS)
    return TermsView(Terms(*row[:width]), *row[width:])
