"""Events as rows: documents' steps and notices, as they are told and as they are read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onhand.core.changes import Changes
from onhand.core.decide import Decision
from onhand.core.documents import DocumentKey, DocumentKind, Event
from onhand.core.events import Notice
from onhand.store.json_text import from_json, to_json
from onhand.store.rows import Row

STEP_COLUMNS = (
    "kind",
    "subject_id",
    "version",
    "name",
    "from_state",
    "to_state",
    "at",
    "actor",
    "reason",
    "data",
)
"""What a document's history is read from."""

EVENT_COLUMNS = (
    "id",
    "type",
    *STEP_COLUMNS,
    "address",
    "product_id",
    "warehouse_ids",
    "changes",
)


def event_rows(decision: Decision, ids: Sequence[int]) -> list[Row]:
    """EVENT_COLUMNS of all that a decision tells beside its movements."""
    if not ids:
        return []
    return [event_row(event_id, it) for event_id, it in zip(ids, decision.told, strict=True)]


def event_row(event_id: int, event: Event | Notice) -> Row:
    """EVENT_COLUMNS of an event."""
    return (
        event_id,
        event.type,
        *(_step(event) if isinstance(event, Event) else _subject(event)),
        event.at,
        event.actor,
        event.reason,
        to_json(event.data),
        event.address,
        event.product_id,
        None if event.warehouses is None else to_json(event.warehouses),
        None if not event.changes else to_json(event.changes),
    )


def step_from(row: Sequence[Any]) -> Event:
    """A document's step from STEP_COLUMNS."""
    key = DocumentKey(DocumentKind(row[0]), row[1])
    values = dict(zip(STEP_COLUMNS[2:9], row[2:9], strict=True))
    return Event(key, **values, data=from_json(row[9]))


def warehouses_from(text: str | None) -> tuple[int, ...] | None:
    """The warehouses whose stock an event tells of; None: of no stock; none: of all stock."""
    return None if text is None else tuple(from_json(text))


def changes_from(text: str | None) -> Changes:
    """The fields that an event changed."""
    return {} if text is None else {name: (*sides,) for name, sides in from_json(text).items()}


def _step(event: Event) -> Row:
    key = event.key
    return key.kind.value, key.id, event.version, event.name, event.from_state, event.to_state


def _subject(notice: Notice) -> Row:
    subject = (None, None, None) if notice.subject is None else notice.subject
    return (*subject, None, None, None)
