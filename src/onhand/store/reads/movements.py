"""Movements: one, a page of them by (occurred_at, id), and what a reversal must mend.

A page goes on after the last movement of the one before, so that it costs the same wherever in the
ledger it is. Each filter has an index in the order of the page; where several are given, the one
that leads to the fewest movements is looked up and the others are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, literal, select, tuple_, union_all

from onhand.core.documents import DocumentKey, DocumentKind
from onhand.core.levels import StockKey
from onhand.core.movements import MovementType, PastMovement
from onhand.ledger.stock_views import MovementCursor, MovementFilter, MovementView
from onhand.store.reads.each_level import Found, of_each_level
from onhand.store.reads.source import AnyRow, AnySelect, Source
from onhand.store.reads.terms import Unindexed
from onhand.store.schema import events, levels, movements

_NAMES = [field.name for field in fields(MovementView)]
_SELECTED = select(*(movements.c[name] for name in _NAMES))
BY_ID = _SELECTED.where(movements.c.id == bindparam("movement_id"))
BY_TRANSFER = _SELECTED.where(movements.c.transfer_id == bindparam("transfer_id")).order_by(
    movements.c.id
)
STEP_OF_DOCUMENT = (
    select(events.c.id)
    .where(
        events.c.kind == bindparam("kind"),
        events.c.subject_id == bindparam("id"),
        events.c.at == bindparam("moment"),
    )
    .limit(1)
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
    document = _written_by(source, first)
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
            document,
        )
        for one in mended
    ]


def _written_by(source: Source, one: MovementView) -> str | None:
    """The document whose step wrote a movement: others may refer to it, but not at its moment."""
    if one.reference_id is None or one.reference_type not in set(DocumentKind):
        return None
    given = {"kind": one.reference_type, "id": one.reference_id, "moment": one.created_at}
    if source.first(STEP_OF_DOCUMENT, given) is None:
        return None
    return str(DocumentKey(DocumentKind(one.reference_type), one.reference_id))


def page(
    source: Source,
    which: MovementFilter,
    after: MovementCursor | None,
    limit: int,
    *,
    descending: bool,
) -> Sequence[MovementView]:
    """Up to `limit` movements by (occurred_at, id), after a cursor."""
    lookups = {name for name in LOOKED_UP if getattr(which, name) is not None}
    indexed = {next((name for name in LOOKED_UP if name in lookups), "")}
    if indexed == {"product_id"}:
        indexed.add("warehouse_id")
    wanted: list[ColumnElement[bool]] = []
    for name in sorted(lookups):
        column: ColumnElement[Any] = movements.c[name]
        compared = column if name in indexed else Unindexed(column)
        wanted.append(compared == getattr(which, name))
    within = None if "warehouse_id" in lookups else which.within
    by_level = "product_id" in indexed and "warehouse_id" not in lookups
    if within is not None and lookups and not by_level:
        wanted.append(Unindexed(movements.c.warehouse_id).in_(within))
    if which.since is not None:
        wanted.append(movements.c.occurred_at >= which.since)
    if which.until is not None:
        wanted.append(movements.c.occurred_at < which.until)
    if after is not None:
        at = tuple_(movements.c.occurred_at, movements.c.id)
        place = tuple_(
            literal(after.occurred_at, movements.c.occurred_at.type),
            literal(after.id, movements.c.id.type),
        )
        wanted.append(at < place if descending else at > place)
    if by_level:
        here = [levels.c.product_id == which.product_id]
        if within is not None:
            here.append(levels.c.warehouse_id.in_(within))
        found = _of_levels(source, here, wanted, limit, descending=descending)
    elif within is not None and not lookups:
        found = _of_warehouses(within, wanted, limit, descending=descending)
    else:
        found = _SELECTED.where(*wanted).order_by(*_in_time(movements.c, descending=descending))
    return [_shaped(row) for row in source.rows(found.limit(limit))]


def _of_levels(
    source: Source,
    here: Sequence[ColumnElement[bool]],
    wanted: Sequence[ColumnElement[bool]],
    limit: int,
    *,
    descending: bool,
) -> AnySelect:
    """Movements of a product's levels: as many of each, then the first of these together."""
    order = _in_time(movements.c, descending=descending)
    each = of_each_level(wanted, order, limit, on_sqlite=source.on_sqlite)
    first = _in_time(each.found, descending=descending)
    if source.on_sqlite:
        shown = (each.found[name] for name in _NAMES)
        return select(*shown).select_from(each.joined).where(*here).order_by(*first)
    # The keys alone, which an index holds, and then the rows of one page instead of each level's.
    key = [column.name for column in movements.primary_key]
    of_levels = select(*(each.found[name] for name in key)).select_from(each.joined).where(*here)
    keys = of_levels.order_by(*first).limit(limit).subquery("keys")
    same = and_(*(movements.c[name] == keys.c[name] for name in key))
    return _SELECTED.select_from(keys.join(movements, same)).order_by(*order)


def _of_warehouses(
    within: frozenset[int],
    wanted: Sequence[ColumnElement[bool]],
    limit: int,
    *,
    descending: bool,
) -> AnySelect:
    """Movements of some warehouses: as many of each, then the first of these together."""
    order = _in_time(movements.c, descending=descending)
    each = (
        _SELECTED.where(movements.c.warehouse_id == warehouse_id, *wanted)
        .order_by(*order)
        .limit(limit)
        .subquery()
        # No warehouse has the id 0.
        for warehouse_id in sorted(within) or [0]
    )
    together = union_all(*(select(*found.c) for found in each)).subquery("together")
    first = _in_time(together.c, descending=descending)
    return select(*(together.c[name] for name in _NAMES)).order_by(*first)


def _in_time(columns: Found, *, descending: bool) -> list[ColumnElement[Any]]:
    order = (columns["occurred_at"], columns["id"])
    return [column.desc() for column in order] if descending else [*order]


def _shaped(row: AnyRow) -> MovementView:
    return MovementView(*[*row[:4], MovementType(row[4]), *row[5:]])
