"""A table's columns take what the API's fields of the same names take, and are those exported."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from msgspec import Meta, Struct

from onhand.api.bodies import union_parts
from onhand.api.catalogue.product_bodies import NewProduct
from onhand.api.catalogue.warehouses import NewWarehouse
from onhand.api.counting.bodies import CountedProduct, CountRecording
from onhand.api.fields import Check
from onhand.api.purchasing.order_bodies import NewPurchaseOrder, PurchaseLineBody
from onhand.api.purchasing.suppliers import NewSupplier
from onhand.api.purchasing.terms import TermsBody
from onhand.api.sales.order_bodies import NewSalesOrder, OrderLineBody
from onhand.api.stock.bodies import CountBody
from onhand.api.transfers import LineBody, NewTransfer
from onhand.files.cells import BadCell, Choice, Codes, Kind, Line, Text, Whole
from onhand.files.tables import TABLES
from onhand.files.tables.table import Table
from onhand.ledger.exports import ExportFilter, What
from onhand.store.reads.exports import statement_of
from onhand.store.reads.exports.reports import COLUMNS

BODIES: dict[What, tuple[type[Struct], ...]] = {
    What.PRODUCTS: (NewProduct,),
    What.WAREHOUSES: (NewWarehouse,),
    What.LEVELS: (CountBody,),
    What.COUNTS: (CountedProduct, CountRecording),
    What.SUPPLIERS: (NewSupplier,),
    What.TERMS: (TermsBody,),
    What.PURCHASE_ORDERS: (NewPurchaseOrder, PurchaseLineBody),
    What.SALES_ORDERS: (NewSalesOrder, OrderLineBody),
    What.TRANSFERS: (NewTransfer, LineBody),
}
FIELDS = {
    "default_warehouse": "default_warehouse_id",
    "parent": "parent_warehouse_id",
    "warehouse": "warehouse_id",
    "from_warehouse": "from_warehouse_id",
    "to_warehouse": "to_warehouse_id",
    "line_warehouse": "warehouse_id",
    "supplier": "supplier_id",
    "quantity_on_hand": "counted_quantity",
    "line_expected_date": "expected_date",
    "counted": "quantity",
}
NAMED_BY_CODE = {"sku", "supplier", "order", "transfer", "count"}
"""What names things in a file: the API does so by ids, or in its paths."""


def fields_of(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for body in BODIES[table.what]:
        for name, hint in get_type_hints(body, include_extras=True).items():
            found.setdefault(name, hint)
    return found


def limits(hint: Any) -> tuple[Meta | None, Check | None, Any]:
    """What limits a field, what checks it besides, and its bare type."""
    part = next(it for it in union_parts(hint) if it is not type(None))
    extras = get_args(part)[1:] if get_origin(part) is Annotated else ()
    bare = get_args(part)[0] if get_origin(part) is Annotated else part
    meta = next((it for it in extras if isinstance(it, Meta)), None)
    return meta, next((it for it in extras if isinstance(it, Check)), None), bare


@pytest.mark.parametrize("what", BODIES, ids=str)
def test_what_a_column_takes_is_what_the_field_takes(what: What) -> None:
    known = fields_of(TABLES[what])
    for column in TABLES[what].taken:
        field = FIELDS.get(column.name, column.name)
        if column.name in NAMED_BY_CODE and field not in known:
            continue
        meta, check, bare = limits(known[field])
        assert _is_alike(column.kind, meta, check, bare), column


def _is_alike(kind: Kind, meta: Meta | None, check: Check | None, bare: Any) -> bool:
    match kind:
        case Whole(low, high):
            return meta is not None and (low, high) == (meta.ge, meta.le)
        case Line(longest, fault) if bare is str:
            assert meta is not None
            assert meta.pattern is not None
            pattern = re.compile(meta.pattern)
            for text in (
                "USD",
                "a@b.c",
                "4006381333931",
                "4006381333930",
                "no mail",
                "x" * longest,
            ):
                said = (meta.max_length or 0) >= len(text) and bool(pattern.search(text))
                said = said and not (check is not None and check.fault(text))
                assert _takes(kind, text) == said, (text, fault)
            return meta.max_length == longest
        case Line() | Codes():
            return bare is int or get_origin(bare) is list  # a code stands for an id
        case Text(longest):
            return meta is not None and meta.max_length == longest
        case Choice(words):
            return words == tuple(bare)
    return True


def _takes(kind: Kind, text: str) -> bool:
    try:
        kind.read(text)
    except BadCell:
        return False
    return True


@pytest.mark.parametrize("what", What, ids=str)
@pytest.mark.parametrize("on_sqlite", [True, False])
def test_what_is_exported_are_the_tables_columns(what: What, on_sqlite: bool) -> None:
    columns: Iterable[str] | None = COLUMNS.get(what)
    if columns is None:
        columns = statement_of(what, ExportFilter(), on_sqlite=on_sqlite).columns
    assert list(columns) == [column.name for column in TABLES[what].columns]


def test_every_filter_is_one() -> None:
    known = {field.name for field in fields(ExportFilter)}
    for table in TABLES.values():
        assert known.issuperset(table.filters), table.what
