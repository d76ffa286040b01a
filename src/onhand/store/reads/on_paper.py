"""Documents on paper: a document with the names of all that it is about, of one moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from sqlalchemy import BindParameter, and_, bindparam, select

from onhand.core.documents import DocumentKey, DocumentKind
from onhand.core.purchase_orders import PurchaseOrder
from onhand.core.suppliers import Supplier
from onhand.ledger.on_paper import DocumentOnPaper, Item
from onhand.ledger.purchasing import OrderedItem, OrderOnPaper
from onhand.store.documents import KEPT
from onhand.store.reads import documents
from onhand.store.reads.source import AnySelect, Source
from onhand.store.reads.warehouses import SELECTED as A_WAREHOUSE
from onhand.store.reads.warehouses import shaped as warehouse_from
from onhand.store.schema import (
    products,
    purchase_order_lines,
    purchase_orders,
    sales_order_lines,
    supplier_products,
    suppliers,
    transfer_lines,
    warehouses,
)

AT_A_TIME = 1_000
"""Products that one statement is asked for."""

_ID: BindParameter[int] = bindparam("id")
_ORDER, _LINE, _TERMS = purchase_orders.c, purchase_order_lines.c, supplier_products.c
_SUPPLIER_COLUMNS = KEPT[DocumentKind.SUPPLIER].columns

_SUPPLIER = (
    select(*(suppliers.c[name] for name in _SUPPLIER_COLUMNS))
    .join(purchase_orders, _ORDER.supplier_id == suppliers.c.id)
    .where(_ORDER.id == _ID)
)
_WAREHOUSE = A_WAREHOUSE.join(purchase_orders, _ORDER.warehouse_id == warehouses.c.id).where(
    _ORDER.id == _ID
)
_ITEMS = (
    select(_LINE.product_id, products.c.sku, products.c.name, products.c.unit, _TERMS.supplier_sku)
    .select_from(purchase_orders)
    .join(purchase_order_lines, _LINE.document_id == _ORDER.id)
    .join(products, products.c.id == _LINE.product_id)
    .outerjoin(
        supplier_products,
        and_(_TERMS.supplier_id == _ORDER.supplier_id, _TERMS.product_id == _LINE.product_id),
    )
    .where(_ORDER.id == _ID)
)
_LINES = {
    DocumentKind.SALES_ORDER: sales_order_lines,
    DocumentKind.TRANSFER: transfer_lines,
}
"""The kinds that are printed as they are, and where their lines name products."""
_NAMED = (products.c.id, *(products.c[name] for name in ("sku", "name", "unit", "barcode")))


def order_on_paper(source: Source, order_id: int) -> OrderOnPaper | None:
    """A purchase order with its supplier, its warehouse, and what its products are called."""
    kind = DocumentKind.PURCHASE_ORDER
    asked = [*documents.statements(kind), _SUPPLIER, _WAREHOUSE, _ITEMS]
    rows = source.of_one_moment(asked, documents.parameters(order_id))
    *of_order, of_supplier, of_warehouse, of_items = rows
    view = documents.assembled(kind, of_order)
    if view is None:
        return None
    assert isinstance(view.document, PurchaseOrder)
    return OrderOnPaper(
        view.document,
        Supplier(**dict(zip(_SUPPLIER_COLUMNS, of_supplier[0], strict=True))),
        warehouse_from(of_warehouse[0]),
        {row[0]: OrderedItem(*row[1:]) for row in of_items},
    )


def document_on_paper(source: Source, key: DocumentKey) -> DocumentOnPaper | None:
    """A transfer or a sales order, with what its products and all warehouses are called."""
    asked = [*documents.statements(key.kind), _items_of(key.kind), A_WAREHOUSE]
    *of_document, of_items, of_warehouses = source.of_one_moment(
        asked, documents.parameters(key.id)
    )
    view = documents.assembled(key.kind, of_document)
    if view is None:
        return None
    sites = [warehouse_from(row) for row in of_warehouses]
    named = {row[0]: Item(*row[1:]) for row in of_items}
    return DocumentOnPaper(view, named, {site.id: site for site in sites})


def items(source: Source, product_ids: Collection[int]) -> Mapping[int, Item]:
    """What products are called, by id."""
    asked, found = sorted(set(product_ids)), dict[int, Item]()
    for start in range(0, len(asked), AT_A_TIME):
        some = products.c.id.in_(asked[start : start + AT_A_TIME])
        found |= {row[0]: Item(*row[1:]) for row in source.rows(select(*_NAMED).where(some))}
    return found


@lru_cache
def _items_of(kind: DocumentKind) -> AnySelect:
    line = _LINES[kind].c
    named = select(*_NAMED).join(_LINES[kind], products.c.id == line.product_id)
    return named.where(line.document_id == _ID)
