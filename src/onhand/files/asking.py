"""Which rows to export, as people say it: by codes and days, as an `ExportFilter`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from onhand.core.products import sku_key
from onhand.core.warehouses import code_key
from onhand.files.problems import NoSuchName, WrongOption
from onhand.files.tables import TABLES
from onhand.ledger.exports import ExportFilter, What
from onhand.ledger.lookups import Wanted
from onhand.ledger.reads import Reads

__all__ = ["Asked", "filter_of"]

_NAMED: Mapping[str, str] = {
    "sku": "product_id",
    "warehouse": "warehouse_id",
    "supplier": "supplier_id",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for; None, and what is left out, is any."""

    sku: str | None = None
    warehouse: str | None = None
    supplier: str | None = None
    state: str | None = None
    movement_type: str | None = None
    is_active: bool | None = None
    search: str | None = None
    stock_status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    as_of: datetime | None = None


def filter_of(what: What, asked: Asked, reads: Reads) -> ExportFilter:
    """The filter that is meant. Raises NoSuchName, and WrongOption on a choice that the table
    does not have.
    """
    given = {it.name: getattr(asked, it.name) for it in fields(Asked)}
    given = {name: value for name, value in given.items() if value is not None}
    takes = TABLES[what].filters
    for name in given:
        if _NAMED.get(name, name) not in takes:
            by = name.replace("_", " ")
            raise WrongOption(f"{what.value.capitalize()} cannot be chosen by {by}")
    wanted = Wanted()
    if asked.sku is not None:
        wanted.skus.add(sku_key(asked.sku))
    if asked.supplier is not None:
        wanted.suppliers.add(code_key(asked.supplier))
    found = reads.find(wanted)
    known = {
        "sku": {key: product.id for key, product in found.products.items()},
        "warehouse": {key: warehouse.id for key, warehouse in found.warehouses.items()},
        "supplier": {key: supplier.id for key, supplier in found.suppliers.items()},
    }
    for name, field in _NAMED.items():
        if name in given:
            code = given.pop(name)
            if code_key(code) not in known[name]:
                raise NoSuchName(name, code)
            given[field] = known[name][code_key(code)]
    return ExportFilter(**given)
