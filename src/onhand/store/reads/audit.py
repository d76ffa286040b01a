"""The audit log: events that change something, and the entries of what leaves no event, as one.

Each table gives the first rows that go on from the cursor, by its index; the newest of both are the
page. The order is that of the moments, then of the tables, then of the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Table, case, func, literal, select, tuple_

from onhand.ledger.audit import AuditCursor, AuditFilter, AuditPage, AuditRow
from onhand.ledger.feed import LONGEST_DATA, may_see
from onhand.store.events import changes_from, warehouses_from
from onhand.store.json_text import from_json
from onhand.store.reads.source import Source
from onhand.store.schema import audit_entries, events

EVENTS, ENTRIES = 0, 1
"""The tables, in their order within a moment."""

_EVENT_COLUMNS = (
    *("id", "at", "actor", "address", "type", "kind", "subject_id", "version", "reason", "name"),
    *("warehouse_ids", "changes"),
)
_EVENTS = select(
    *(events.c[name] for name in _EVENT_COLUMNS),
    case((func.length(events.c.data) <= LONGEST_DATA, events.c.data)),
)
_ENTRY_COLUMNS = ("id", "at", "actor", "address", "action", "subject", "reason", "changes")
_ENTRIES = select(*(audit_entries.c[name] for name in _ENTRY_COLUMNS))

_Found = tuple[AuditCursor, AuditRow | None]
"""Where a row stands, and what it tells; None: it is not for this reader."""


def page(source: Source, which: AuditFilter, after: AuditCursor | None, limit: int) -> AuditPage:
    """Up to `limit` changes, the newest first, after a cursor."""
    found: list[_Found] = [
        *_events(source, which, after, limit + 1),
        *_entries(source, which, after, limit + 1),
    ]
    found.sort(key=lambda it: it[0], reverse=True)
    following = found[limit - 1][0] if len(found) > limit else None
    return AuditPage([row for _, row in found[:limit] if row is not None], following)


def _events(
    source: Source, which: AuditFilter, after: AuditCursor | None, limit: int
) -> Iterator[_Found]:
    wanted = [events.c.kind.is_not(None), *_wanted(events, EVENTS, which, after)]
    if which.subject is not None:
        kind, _, subject_id = which.subject.partition(":")
        if not (subject_id.isascii() and subject_id.isdigit() and len(subject_id) < 19):
            return
        wanted += [events.c.kind == kind, events.c.subject_id == int(subject_id)]
    asked = _EVENTS.where(*wanted).order_by(events.c.at.desc(), events.c.id.desc()).limit(limit)
    for row in source.rows(asked):
        yield AuditCursor(row.at, EVENTS, row.id), _of_event(row, which)


def _of_event(row: Any, which: AuditFilter) -> AuditRow | None:
    warehouses = warehouses_from(row.warehouse_ids)
    if not may_see(which.within, warehouses, (row.kind, row.subject_id)):
        return None
    data = row[-1]
    details: Any = {} if row.name is None else None if data is None else from_json(data)
    return AuditRow(
        row.at,
        row.actor,
        row.address,
        row.type,
        f"{row.kind}:{row.subject_id}",
        row.version,
        row.reason,
        changes_from(row.changes),
        details,
    )


def _entries(
    source: Source, which: AuditFilter, after: AuditCursor | None, limit: int
) -> Iterator[_Found]:
    if which.within is not None:
        return
    wanted = _wanted(audit_entries, ENTRIES, which, after)
    if which.subject is not None:
        wanted.append(audit_entries.c.subject == which.subject)
    order = (audit_entries.c.at.desc(), audit_entries.c.id.desc())
    for row in source.rows(_ENTRIES.where(*wanted).order_by(*order).limit(limit)):
        yield (
            AuditCursor(row.at, ENTRIES, row.id),
            AuditRow(
                row.at,
                row.actor,
                row.address,
                row.action,
                row.subject,
                None,
                row.reason,
                changes_from(row.changes),
                {},
            ),
        )


def _wanted(
    table: Table, number: int, which: AuditFilter, after: AuditCursor | None
) -> list[ColumnElement[bool]]:
    """The conditions that both tables share."""
    wanted: list[ColumnElement[bool]] = []
    at = table.c.at
    if which.actor is not None:
        wanted.append(table.c.actor == which.actor)
    if which.since is not None:
        wanted.append(at >= which.since)
    if which.until is not None:
        wanted.append(at < which.until)
    if after is not None:
        moment = literal(after.at, at.type)
        if number == after.table:
            place = tuple_(moment, literal(after.id, table.c.id.type))
            wanted.append(tuple_(at, table.c.id) < place)
        else:
            wanted.append(at <= moment if number < after.table else at < moment)
    return wanted
