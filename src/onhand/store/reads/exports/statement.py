"""What the exports' statements have in common: columns by name, and the tables they look into.

Others' names are looked up by outer joins, whose order SQLite keeps: the table that is exported
comes first, in the order of its key, so that nothing is sorted and the first row comes at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, func, select, type_coerce

from onhand.store.columns import Moment
from onhand.store.schema import products, suppliers, warehouses

Columns = dict[str, ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Statement:
    """The rows of an export, and how many: rows of `counted` that are `wanted`."""

    columns: Columns
    source: FromClause
    counted: FromClause
    wanted: Sequence[ColumnElement[bool]]
    order: Sequence[ColumnElement[Any]]

    def rows(self, *, on_sqlite: bool) -> Select[*tuple[Any, ...]]:
        """All of it. On SQLite moments stay the microseconds that are kept there: making a datetime
        of each took a third of an export's time, and files want a text or the number.
        """
        named = (
            (
                type_coerce(it, BigInteger) if on_sqlite and isinstance(it.type, Moment) else it
            ).label(name)
            for name, it in self.columns.items()
        )
        return select(*named).select_from(self.source).where(*self.wanted).order_by(*self.order)

    @property
    def count(self) -> Select[int]:
        """How many rows that is."""
        return select(func.count()).select_from(self.counted).where(*self.wanted)


def with_product(source: FromClause, product_id: ColumnElement[Any]) -> FromClause:
    """The product's own row beside each."""
    return source.outerjoin(products, products.c.id == product_id)


def with_warehouse(source: FromClause, warehouse_id: ColumnElement[Any]) -> FromClause:
    """The warehouse's own row beside each."""
    return source.outerjoin(warehouses, warehouses.c.id == warehouse_id)


def with_supplier(source: FromClause, supplier_id: ColumnElement[Any]) -> FromClause:
    """The supplier's own row beside each."""
    return source.outerjoin(suppliers, suppliers.c.id == supplier_id)


def code_of(warehouse_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """The code of a second warehouse of a row."""
    other = warehouses.alias()
    return select(other.c.code).where(other.c.id == warehouse_id).scalar_subquery()


def allowed(
    within: frozenset[int] | None, *warehouse_ids: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    """Rows that lie within these warehouses."""
    return [] if within is None else [it.in_(within) for it in warehouse_ids]
