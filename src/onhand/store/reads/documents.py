"""Documents: one of any kind with its lines and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import BindParameter, bindparam, false, literal, select

from onhand.core.documents import DocumentKey, DocumentKind
from onhand.core.levels import StockKey
from onhand.core.reservations import held_for
from onhand.ledger.documents import DocumentView
from onhand.store.documents import KEPT
from onhand.store.events import STEP_COLUMNS, step_from
from onhand.store.reads.source import AnyRow, AnySelect, Source
from onhand.store.schema import events, reservations


def document(source: Source, key: DocumentKey) -> DocumentView | None:
    """A document, whole, and every step it took."""
    return assembled(key.kind, source.of_one_moment(statements(key.kind), parameters(key.id)))


def parameters(document_id: int) -> Mapping[str, int]:
    """What the statements of a document are asked with."""
    return {"id": document_id, "order_id": held_for(document_id)}


def assembled(kind: DocumentKind, rows: Sequence[Sequence[AnyRow]]) -> DocumentView | None:
    """A document from the rows of each of its statements."""
    kept = KEPT[kind]
    heads, steps, held, *parts = rows
    named = {part.name: found for part, found in zip(kept.parts, parts, strict=True)}
    found = next(kept.assembled(heads, named), None)
    if found is None:
        return None
    holds = {StockKey(row[0], row[1]): (row[2], row[3]) for row in held}
    return DocumentView(found, [step_from(row) for row in steps], holds)


_HOLDING = (DocumentKind.SALES_ORDER,)
_HELD = select(
    *(reservations.c[name] for name in ("product_id", "warehouse_id", "allocated", "backordered"))
).where(reservations.c.order_id == bindparam("order_id"))
_NOTHING = select(literal(1)).where(false())


@lru_cache
def statements(kind: DocumentKind) -> list[AnySelect]:
    """A document of a kind, whole, with its steps and holds, by `parameters`."""
    kept = KEPT[kind]
    wanted: BindParameter[int] = bindparam("id")
    return [
        select(*(kept.table.c[name] for name in kept.columns)).where(kept.table.c.id == wanted),
        select(*(events.c[name] for name in STEP_COLUMNS))
        .where(events.c.kind == kind.value, events.c.subject_id == wanted)
        .order_by(events.c.version),
        _HELD if kind in _HOLDING else _NOTHING,
        *(
            select(*(part.table.c[name] for name in part.columns)).where(
                part.table.c.document_id == wanted
            )
            for part in kept.parts
        ),
    ]
