"""The audit log: who changed what, when, from where, and from what to what.

It holds every change that is no movement, for ever. Products, warehouses, suppliers and documents
leave events (`onhand.core.events`), which are their part of it. Whatever else is changed, as a key,
a user or a setting, adds an `AuditEntry` in the transaction that changes it:

    with engine.begin() as connection:
        connection.execute(…)
        record(connection, AuditEntry(now, "user:7", "key.created", "key:12", …))

(`onhand.store.audit.record`). Nobody changes or removes an entry; the database refuses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from onhand.core.changes import Changes, changed_fields

_SECRET = re.compile(r"secret|password|token|hash|private|signature", re.IGNORECASE)
_ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
_SUBJECT = re.compile(r"[a-z_]+:\S.{0,199}")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change of something that leaves no event.

    `action` says what was done, in the past: `key.created`. `subject` is what it was done to, a
    kind and an id or a name: `key:12`. `actor` is named as movements name it, `address` is where
    the request came from. `changes` are values that JSON can tell, of the fields that changed; to
    fields that are secret a `ValueError` is raised: leave them out, or tell that they changed under
    another name.
    """

    at: datetime
    actor: str
    action: str
    subject: str
    changes: Changes = field(default_factory=lambda: MappingProxyType({}))
    address: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse what nobody could look up, and what nobody may read."""
        if not _ACTION.fullmatch(self.action):
            raise ValueError(f"An action is named as key.created, not {self.action!r}")
        if not _SUBJECT.fullmatch(self.subject):
            raise ValueError(f"A subject is named as key:12, not {self.subject!r}")
        secret = [name for name in self.changes if _SECRET.search(name)]
        if secret:
            raise ValueError(f"Secrets are never written to the audit log: {', '.join(secret)}")


class AuditLog(Protocol):
    """Where entries go that belong to no other change."""

    def add(self, entry: AuditEntry) -> None:
        """Write an entry. Raises the faults of a store."""
        ...


def changes_told(before: object | None, after: object | None, names: Iterable[str]) -> Changes:
    """Those of the named attributes that differ, as JSON can tell them."""
    return {
        name: (_plain(old), _plain(new))
        for name, (old, new) in changed_fields(before, after, names).items()
    }


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One change, as the log tells it. `version` is what it made of the subject, where these are
    counted; `details` are what a document's step was about, None where that is too long.
    """

    at: datetime
    actor: str
    address: str | None
    action: str
    subject: str
    version: int | None
    reason: str | None
    changes: Changes
    details: Mapping[str, Any] | None


class AuditCursor(NamedTuple):
    """The last change of the page before: its moment, in which table it is, and its number."""

    at: datetime
    table: int
    id: int


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which changes; None asks for any. From `since` up to, not including, `until`.

    `within` are the warehouses that the reader may look at: what is of no warehouse, as keys and
    users are, is for readers without limits, but for the catalogue.
    """

    subject: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    within: frozenset[int] | None = None


class AuditPage(NamedTuple):
    """Changes, the newest first, and where the next page goes on; None on the last."""

    rows: Sequence[AuditRow]
    following: AuditCursor | None
