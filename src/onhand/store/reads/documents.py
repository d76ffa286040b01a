"""Documents: one of any kind with its lines and its history."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import BindParameter, bindparam, select

from onhand.core.documents import DocumentKey, DocumentKind
from onhand.ledger.documents import DocumentView
from onhand.store.documents import EVENT_COLUMNS, KEPT, event_from
from onhand.store.reads.source import AnySelect, Source
from onhand.store.schema import events


def document(source: Source, key: DocumentKey) -> DocumentView | None:
    """A document, whole, and every step it took."""
    kept = KEPT[key.kind]
    heads, steps, *parts = source.of_one_moment(_statements(key.kind), {"id": key.id})
    named = {part.name: rows for part, rows in zip(kept.parts, parts, strict=True)}
    found = next(kept.assembled(heads, named), None)
    return None if found is None else DocumentView(found, [event_from(row) for row in steps])


@lru_cache
def _statements(kind: DocumentKind) -> list[AnySelect]:
    kept = KEPT[kind]
    wanted: BindParameter[int] = bindparam("id")
    return [
        select(*(kept.table.c[name] for name in kept.columns)).where(kept.table.c.id == wanted),
        select(*(events.c[name] for name in EVENT_COLUMNS))
        .where(events.c.kind == kind.value, events.c.document_id == wanted)
        .order_by(events.c.version),
        *(
            select(*(part.table.c[name] for name in part.columns)).where(
                part.table.c.document_id == wanted
            )
            for part in kept.parts
        ),
    ]
