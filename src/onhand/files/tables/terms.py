"""Terms: what suppliers sell, and for which price; written whole, as the API does.

What a file does not say of terms that are there stays; of new ones it is what terms are by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, ClassVar

from onhand.core.suppliers import SetTerms
from onhand.core.terms import Terms, TermsKey
from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.table import Effect, Naming, Planned, Record, Table, Taking
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found, Wanted

_DEFAULTS = {
    field.name: field.default
    for field in fields(Terms)
    if field.name not in ("supplier_id", "product_id", "price", "currency")
}


class TakingTerms(Taking):
    """Terms from rows."""

    names_row = ("supplier", "sku")
    columns_of: ClassVar = {"product_id": "sku", "supplier_id": "supplier"}

    def details(self, records: Sequence[Record], found: Found) -> Wanted:
        """The terms that there are."""
        return Wanted(terms_of={product.id for product in found.products.values()})

    def plan(self, record: Record, found: Found) -> Planned:
        """What terms shall be."""
        planned = Planned(record)
        row = record[0]
        naming = Naming(planned, found)
        supplier, product = naming.supplier(row), naming.product(row)
        if supplier is None or product is None:
            return planned
        before = found.terms.get(TermsKey(supplier.id, product.id))
        said: dict[str, Any] = {}
        for name, default in _DEFAULTS.items():
            if name in row.values:
                value = row.values[name]
                said[name] = default if value is None else value
            else:
                said[name] = default if before is None else getattr(before, name)
        currency = row.values.get("currency") or (
            supplier.currency if before is None else before.currency
        )
        after = Terms(supplier.id, product.id, row.values["price"], currency, **said)
        if after != before:
            attributes = {"price": after.price, **said}
            planned.command = SetTerms(
                origin=self.origin,
                id=supplier.id,
                product_id=product.id,
                currency=currency,
                attributes=attributes,
            )
            planned.effect = Effect.CREATED if before is None else Effect.CHANGED
            planned.basis = repr(before)
        return planned


TERMS = Table(
    What.TERMS,
    (
        Column("supplier", k.CODE, "The supplier's code.", required=True),
        Column("supplier_name", k.NAME, "What the supplier is called.", told=True),
        Column("sku", k.SKU, "The product's SKU.", required=True),
        Column("product", k.NAME, "What the product is called.", told=True),
        Column("price", k.MONEY, "Of one unit.", required=True),
        Column("currency", k.CURRENCY, "Of the price; else the supplier's."),
        Column("minimum_order_quantity", k.MORE_UNITS, "Units sold at least; else 1."),
        Column("pack_size", k.MORE_UNITS, "Units in a pack; else 1."),
        Column("lead_time_days", k.DAYS, "Days from order to arrival; else the supplier's."),
        Column("supplier_sku", k.SKU, "What the supplier calls it."),
        Column("is_preferred", k.FLAG, "Whether it is bought here first; else false."),
    ),
    ("supplier_id",),
    "what suppliers sell and for which price.",
    TakingTerms,
)
