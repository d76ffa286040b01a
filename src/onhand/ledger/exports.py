"""What can be exported: whole tables and reports, streamed row by row, all rows of one moment.

A row's values are as the core has them, money exact, and stand in the order of `columns`; a moment
is aware, or the microseconds since 1970 that a database keeps. Products, warehouses and suppliers
are told by their codes, which mean the same in every shop; ids are told beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class What(StrEnum):
    """The tables."""

    PRODUCTS = "products"
    WAREHOUSES = "warehouses"
    LEVELS = "levels"
    COUNTS = "counts"
    SUPPLIERS = "suppliers"
    TERMS = "terms"
    PURCHASE_ORDERS = "purchase-orders"
    SALES_ORDERS = "sales-orders"
    TRANSFERS = "transfers"
    MOVEMENTS = "movements"
    STOCK_VALUE = "stock-value"
    ACTIVITY = "activity"
    COUNT_ACCURACY = "count-accuracy"


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which rows; None asks for any. Each table has some of these (`FILTERS`).

    `warehouse_id` of transfers is either end. Movements from `since` up to, not including, `until`,
    by occurred_at; levels `as_of` a moment. `search` is a part of a product's name, SKU or barcode,
    `stock_status` is over all warehouses that count. `within`: those of these warehouses alone.
    """

    product_id: int | None = None
    warehouse_id: int | None = None
    supplier_id: int | None = None
    state: str | None = None
    movement_type: str | None = None
    is_active: bool | None = None
    search: str | None = None
    stock_status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    as_of: datetime | None = None
    within: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A table's rows. `count()` says how many there are, by one statement more."""

    columns: Sequence[str]
    rows: Iterator[Sequence[Any]]
    count: Callable[[], int]
