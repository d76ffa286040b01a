"""Lookups for imports: what is there of many products, suppliers, terms and levels at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, select

from onhand.core.levels import StockKey
from onhand.core.products import sku_key
from onhand.core.terms import Terms
from onhand.core.warehouses import code_key
from onhand.ledger.lookups import Found, LevelNow, Wanted
from onhand.ledger.ports import Answer, KeptAnswer, KeyPart
from onhand.store.documents import TERMS_COLUMNS
from onhand.store.reads.products import PRODUCTS, product_from
from onhand.store.reads.source import AnyRow, AnySelect, Source
from onhand.store.reads.suppliers import SUPPLIERS, supplier_of
from onhand.store.reads.warehouses import everyone
from onhand.store.schema import idempotency_keys, levels, products, supplier_products, suppliers

AT_A_TIME = 1_000
"""Values that one statement is asked with."""

_SOLD = supplier_products.c.product_id
_KEYS = idempotency_keys.c
_TERMS = select(*(supplier_products.c[name] for name in TERMS_COLUMNS))
_LEVELS = select(
    *(levels.c[name] for name in ("product_id", "warehouse_id", "on_hand", "entry_number"))
)
_ANSWERS = select(_KEYS.key, _KEYS.part, _KEYS.fingerprint, _KEYS.status, _KEYS.body)


def find(source: Source, wanted: Wanted) -> Found:
    """What is there of what is wanted."""

    def rows(
        statement: AnySelect, column: ColumnElement[Any], values: set[Any]
    ) -> Iterator[AnyRow]:
        asked = sorted(values)
        for start in range(0, len(asked), AT_A_TIME):
            yield from source.rows(statement.where(column.in_(asked[start : start + AT_A_TIME])))

    known = map(product_from, rows(PRODUCTS, products.c.sku_key, wanted.skus))
    named = map(supplier_of, rows(SUPPLIERS, suppliers.c.code_key, wanted.suppliers))
    offered = (Terms(*row) for row in rows(_TERMS, _SOLD, wanted.terms_of))
    at = rows(_LEVELS, levels.c.product_id, wanted.levels_of)
    kept = rows(_ANSWERS, _KEYS.key, {key.key for key in wanted.keys})
    return Found(
        {sku_key(product.attributes.sku): product for product in known},
        {code_key(it.attributes.code): it for it in everyone(source)},
        {supplier.code_key: supplier for supplier in named},
        {terms.key: terms for terms in offered},
        {StockKey(row[0], row[1]): LevelNow(row[2], row[3]) for row in at},
        {KeyPart(row[0], row[1]): KeptAnswer(row[2], Answer(row[3], row[4])) for row in kept},
    )
