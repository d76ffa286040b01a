"""Events by their numbers: the movements of a span, and the other events of it.

Each is one walk through an index of numbers. Other conditions are compared, whatever indexes they
have: a page costs what its span holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import case, func, select

from onhand.core.events import OF_MOVEMENTS
from onhand.core.movements import MovementType
from onhand.ledger.feed import LONGEST_DATA, EventFilter, FeedEvent
from onhand.ledger.stock_views import MovementView
from onhand.store.events import changes_from, warehouses_from
from onhand.store.json_text import from_json
from onhand.store.reads.source import Source
from onhand.store.schema import events, movements

FEED_COLUMNS = (
    "id",
    "type",
    "at",
    "actor",
    "reason",
    "product_id",
    "warehouse_ids",
    "kind",
    "subject_id",
    "version",
    "name",
    "from_state",
    "to_state",
)

_MOVEMENTS = select(*(movements.c[field.name] for field in fields(MovementView)))
_EVENTS = select(
    *(events.c[name] for name in FEED_COLUMNS),
    case((func.length(events.c.data) <= LONGEST_DATA, events.c.data)),
    # What was changed of documents is for the audit log, and may be long.
    case((events.c.name.is_(None), events.c.changes)),
)


def of_span(
    source: Source, which: EventFilter, span: tuple[int, int], limit: int
) -> Iterator[FeedEvent]:
    """The first `limit` movements and the first `limit` other events after a number, up to one."""
    after, end = span
    types = which.types
    moved = [it for it in MovementType if types is None or OF_MOVEMENTS[it] in types]
    if moved:
        asked = _MOVEMENTS.where(movements.c.id > after, movements.c.id <= end)
        if len(moved) < len(MovementType):
            asked = asked.where((movements.c.movement_type + "").in_(moved))
        if which.product_id is not None:
            asked = asked.where(movements.c.product_id + 0 == which.product_id)
        for row in source.rows(asked.order_by(movements.c.id).limit(limit)):
            movement = MovementView(*[*row[:4], MovementType(row[4]), *row[5:]])
            yield FeedEvent.of_movement(movement)
    others = None if types is None else sorted(types - set(OF_MOVEMENTS.values()))
    if others != []:
        told = _EVENTS.where(events.c.id > after, events.c.id <= end)
        if others is not None:
            told = told.where(events.c.type.in_(others))
        if which.product_id is not None:
            told = told.where(events.c.product_id == which.product_id)
        for row in source.rows(told.order_by(events.c.id).limit(limit)):
            yield event_from(row)


def event_from(row: Sequence[Any]) -> FeedEvent:
    """An event from FEED_COLUMNS, its data and what it changed."""
    number, event_type, at, actor, reason, product_id, warehouse_ids = row[:7]
    kind, subject_id, version, step, from_state, to_state, data, changes = row[7:]
    return FeedEvent(
        number,
        event_type,
        at,
        actor,
        reason,
        product_id,
        warehouses_from(warehouse_ids),
        subject=None if kind is None else (kind, subject_id),
        version=version,
        step=step,
        from_state=from_state,
        to_state=to_state,
        data=None if data is None else from_json(data),
        changed={name: new for name, (_, new) in changes_from(changes).items()},
    )
