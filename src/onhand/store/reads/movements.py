"""Movements: one, a page of them by (occurred_at, id), and what a reversal must mend.

A page goes on after the last movement of the one before, so that it costs the same wherever in the
ledger it is. Each filter has an index in the order of the page; where several are given, the one
that leads to the fewest movements is looked up and the others are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal, select, tuple_

from onhand.core.levels import StockKey
from onhand.core.movements import MovementType, PastMovement
from onhand.ledger.reads import MovementCursor, MovementFilter, MovementView
from onhand.store.reads.source import AnyRow, Source
from onhand.store.reads.terms import Unindexed
from onhand.store.schema import movements

_SELECTED = select(*(movements.c[field.name] for field in fields(MovementView)))
BY_ID = _SELECTED.where(movements.c.id == bindparam("movement_id"))
BY_TRANSFER = _SELECTED.where(movements.c.transfer_id == bindparam("transfer_id")).order_by(
    movements.c.id
)

# The filters that have an index, the one that leads to the fewest movements first.
LOOKED_UP = (
    "order_id",
    "reference_id",
    "product_id",
    "reference_type",
    "movement_type",
    "warehouse_id",
)


def movement(source: Source, movement_id: int) -> MovementView | None:
    """One movement."""
    row = source.first(BY_ID, {"movement_id": movement_id})
    return None if row is None else _shaped(row)


def reversible(source: Source, movement_id: int) -> Sequence[PastMovement]:
    """What reversing a movement must mend: itself first, then a transfer's other half."""
    first = movement(source, movement_id)
    if first is None:
        return ()
    mended = [first]
    if first.movement_type is MovementType.TRANSFER and first.transfer_id is not None:
        halves = map(_shaped, source.rows(BY_TRANSFER, {"transfer_id": first.transfer_id}))
        mended += [half for half in halves if half.id != first.id]
    return [
        PastMovement(
            one.id,
            StockKey(one.product_id, one.warehouse_id),
            one.movement_type,
            one.quantity,
            one.order_id,
        )
        for one in mended
    ]


def page(
    source: Source,
    which: MovementFilter,
    after: MovementCursor | None,
    limit: int,
    *,
    descending: bool,
) -> Sequence[MovementView]:
    """Up to `limit` movements by (occurred_at, id), after a cursor."""
    found = _SELECTED
    lookups = {name for name in LOOKED_UP if getattr(which, name) is not None}
    indexed = {next((name for name in LOOKED_UP if name in lookups), "")}
    if indexed == {"product_id"}:
        indexed.add("warehouse_id")
    for name in sorted(lookups):
        column: ColumnElement[Any] = movements.c[name]
        compared = column if name in indexed else Unindexed(column)
        found = found.where(compared == getattr(which, name))
    if which.since is not None:
        found = found.where(movements.c.occurred_at >= which.since)
    if which.until is not None:
        found = found.where(movements.c.occurred_at < which.until)
    at = tuple_(movements.c.occurred_at, movements.c.id)
    if after is not None:
        place = tuple_(
            literal(after.occurred_at, movements.c.occurred_at.type),
            literal(after.id, movements.c.id.type),
        )
        found = found.where(at < place if descending else at > place)
    if descending:
        found = found.order_by(movements.c.occurred_at.desc(), movements.c.id.desc())
    else:
        found = found.order_by(movements.c.occurred_at, movements.c.id)
    return [_shaped(row) for row in source.rows(found.limit(limit))]


def _shaped(row: AnyRow) -> MovementView:
    return MovementView(*[*row[:4], MovementType(row[4]), *row[5:]])
