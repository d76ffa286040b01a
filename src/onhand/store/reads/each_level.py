"""The first few movements of each level of a product, however many it has, in one statement.

A level's movements lie in the order of time under the key of the table, so that each level costs
one look-up and what it gives. PostgreSQL joins LATERAL, which SQLite does not know: that one looks
up the movements by the ids which a subquery finds for each level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Join, select, true
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from onhand.store.schema import levels, movements

Found = ReadOnlyColumnCollection[str, Any]


class EachLevel(NamedTuple):
    """Levels joined with the movements found for each, and the columns of these."""

    joined: Join
    found: Found


def of_each_level(
    wanted: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    limit: int,
    *,
    on_sqlite: bool,
) -> EachLevel:
    """Join each level with its first `limit` movements, in an order, that are `wanted`."""
    here = (
        movements.c.product_id == levels.c.product_id,
        movements.c.warehouse_id == levels.c.warehouse_id,
    )
    first = select(movements).where(*here, *wanted).order_by(*order).limit(limit).correlate(levels)
    found: FromClause
    if on_sqlite:
        found = movements.alias("found")
        ids = first.with_only_columns(movements.c.id)
        return EachLevel(levels.join(found, found.c.id.in_(ids)), found.c)
    found = first.lateral("found")
    return EachLevel(levels.join(found, true()), found.c)
