"""The tables: what a file of each has, and what its rows ask of the ledger.

`TABLES` holds them all. A table's columns are the same in every format, out and in.
"""

from __future__ import annotations

from collections.abc import Mapping

from onhand.files.problems import WrongOption
from onhand.files.tables.counts import COUNTS
from onhand.files.tables.levels import LEVELS
from onhand.files.tables.movements import MOVEMENTS
from onhand.files.tables.products import PRODUCTS
from onhand.files.tables.purchase_orders import PURCHASE_ORDERS
from onhand.files.tables.reports import ACTIVITY, COUNT_ACCURACY, STOCK_VALUE
from onhand.files.tables.sales_orders import SALES_ORDERS
from onhand.files.tables.suppliers import SUPPLIERS
from onhand.files.tables.table import Table
from onhand.files.tables.terms import TERMS
from onhand.files.tables.transfers import TRANSFERS
from onhand.files.tables.warehouses import WAREHOUSES
from onhand.ledger.exports import What

__all__ = ["TABLES", "importable"]

TABLES: Mapping[What, Table] = {
    table.what: table
    for table in (
        PRODUCTS,
        WAREHOUSES,
        LEVELS,
        COUNTS,
        SUPPLIERS,
        TERMS,
        PURCHASE_ORDERS,
        SALES_ORDERS,
        TRANSFERS,
        MOVEMENTS,
        STOCK_VALUE,
        ACTIVITY,
        COUNT_ACCURACY,
    )
}


def importable(what: What) -> Table:
    """A table that can be imported. Raises WrongOption where it cannot."""
    table = TABLES[what]
    if table.taking is None:
        raise WrongOption(f"{what.value} is exported, and not imported")
    return table
