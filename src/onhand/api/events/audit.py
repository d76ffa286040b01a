"""The audit log: who changed what, when, from where, and from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec import field as named

from onhand.api import fields as f
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, page
from onhand.api.queries import DayOrMoment, from_moment, until_moment
from onhand.api.stock.movements import CursorMeta
from onhand.api.wire import Reply
from onhand.ledger.access import Permission
from onhand.ledger.audit import AuditCursor, AuditFilter, AuditRow

PATH = f"{BASE}/audit"
TAG = "Audit log"

CURSOR = r"[0-9]{1,17}-[01]-[1-9][0-9]{0,17}"
"""A place in the log: microseconds since the year 1, a table, and a number."""

_FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class AuditQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which changes."""

    subject: (
        Annotated[
            str,
            f.of_pattern(
                r"[a-z_]+:[^\x00-\x20\x7F][^\x00-\x1F\x7F]{0,199}",
                max_length=240,
                description="What was changed: its kind and its id, as `product:123`.",
                examples=["product:123"],
            ),
        ]
        | None
    ) = None
    actor: Annotated[str, f.wanted(255, "Who did it, exactly, as `key:office`.")] | None = None
    since: DayOrMoment | None = named(name="from", default=None)
    until: DayOrMoment | None = named(name="to", default=None)
    per_page: Annotated[int, Meta(ge=1, le=200, description="How many rows a page has.")] = 50
    cursor: (
        Annotated[
            str,
            f.of_pattern(
                CURSOR, description="`next_cursor` of the page before, with the same filters."
            ),
        ]
        | None
    ) = None


class Changed(Struct, kw_only=True):
    """A field's values; null where there was, or is, none."""

    before: Any
    after: Any


class AuditData(Struct, kw_only=True):
    """One change. `changes` holds the fields that differ; `details` are those of a document's step,
    null where they are too long to be told here.
    """

    at: f.Instant
    actor: str
    address: str | None
    action: str
    subject: str
    version: int | None
    reason: str | None
    changes: Mapping[str, Changed]
    details: Mapping[str, Any] | None


async def list_audit(call: Call) -> Reply:
    """A page of the log, the newest change first."""
    query = call.query(AuditQuery)
    which = AuditFilter(
        query.subject,
        query.actor,
        None if query.since is None else from_moment(query.since),
        None if query.until is None else until_moment(query.until),
    )
    after = None if query.cursor is None else cursor_from(query.cursor)
    found = await call.read(lambda reads: reads.audit(which, after, query.per_page))
    cursor = None if found.following is None else cursor_at(found.following)
    rows = [shown(row) for row in found.rows]
    return page(rows, CursorMeta(per_page=query.per_page, next_cursor=cursor))


def shown(row: AuditRow) -> AuditData:
    """A change as the log shows it."""
    changes = {
        name: Changed(before=before, after=after) for name, (before, after) in row.changes.items()
    }
    return AuditData(
        at=row.at,
        actor=row.actor,
        address=row.address,
        action=row.action,
        subject=row.subject,
        version=row.version,
        reason=row.reason,
        changes=changes,
        details=row.details,
    )


def cursor_at(place: AuditCursor) -> str:
    """What asks for the changes after this one; opaque to clients."""
    return f"{(place.at - _FIRST_MOMENT) // _MICROSECOND}-{place.table}-{place.id}"


def cursor_from(text: str) -> AuditCursor:
    """The place a cursor stands for; its pattern has been checked."""
    microseconds, table, number = text.split("-")
    moment = _FIRST_MOMENT + int(microseconds) * _MICROSECOND
    return AuditCursor(moment, int(table), int(number))


_EXAMPLE = {
    "data": [
        {
            "at": "2025-01-15T16:45:00Z",
            "actor": "key:office",
            "address": "192.0.2.7",
            "action": "product.updated",
            "subject": "product:123",
            "version": 2,
            "reason": None,
            "changes": {"selling_price": {"before": 1299.99, "after": 1199.99}},
            "details": {},
        }
    ],
    "meta": {"per_page": 50, "next_cursor": None},
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_audit",
            "List changes",
            "The audit log: every change that is no movement, the newest first, with who made it,"
            " from where, and the fields that differ, before and after. It is kept for ever.",
            TAG,
            Permission.AUDIT_READ,
            {200: Shape(list[AuditData], meta=CursorMeta)},
            query=AuditQuery,
            answer_example=_EXAMPLE,
        ),
        list_audit,
    ),
)
