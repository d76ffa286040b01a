"""API keys in SQL. A handful of rows, asked for rarely: each call opens a connection of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from onhand.core.callers import Caller
from onhand.ledger.access import Role, Scope
from onhand.ledger.audit import AuditEntry, changes_told
from onhand.ledger.keys import ApiKey, KeyNameTaken, NewKey, Rotation
from onhand.store.audit import record
from onhand.store.errors import faults_translated
from onhand.store.schema import api_keys

_KEY = api_keys.c
_NAMES = [field.name for field in fields(ApiKey)]
_COLUMNS = [_KEY[name] for name in _NAMES]


class SqlKeys:
    """The keys' port, on either database."""

    def __init__(self, engine: Engine, reading: Engine | None = None) -> None:
        """Keep keys through an engine that may write (`onhand.store.engine.admin_engine`).

        With one that only reads besides, looking at keys takes no lock and no new connection.
        """
        self._engine = engine
        self._reading = reading or engine

    def create(self, key: NewKey, secret_hash: str, by: Caller, now: datetime) -> ApiKey:
        """Add a key. Raises `KeyNameTaken`."""
        limit = key.within
        values = {
            **{field.name: getattr(key, field.name) for field in fields(NewKey)},
            "within": None if limit is None else json.dumps(sorted(limit)),
            "secret_hash": secret_hash,
            "created_at": now,
            "created_by": by.name,
        }
        with faults_translated():
            try:
                with self._engine.begin() as connection:
                    made = connection.execute(insert(api_keys).values(values).returning(*_COLUMNS))
                    new = _shaped(made.one())
                    record(connection, _entry("key.created", None, new, by, now))
                    return new
            except IntegrityError:
                raise KeyNameTaken(f"There is, or was, an API key named '{key.name}'") from None

    def rotate(self, key_id: int, rotation: Rotation, by: Caller) -> ApiKey | None:
        """Give a key another secret; None where no such key is in force."""
        return self._changed(
            key_id,
            {
                "secret_hash": rotation.secret_hash,
                "rotated_at": rotation.at,
                "previous_hash": _KEY.secret_hash,
                "previous_until": rotation.previous_until,
                "expires_at": rotation.expires_at,
            },
            ("key.rotated", by, rotation.at),
        )

    def revoke(self, key_id: int, by: Caller, now: datetime) -> ApiKey | None:
        """End a key for good; None where no such key is in force."""
        return self._changed(key_id, {"revoked_at": now}, ("key.revoked", by, now))

    def note_use(self, key_ids: Iterable[int], now: datetime) -> None:
        """Keep that keys were used just now."""
        used = update(api_keys).where(_KEY.id.in_(list(key_ids))).values(last_used_at=now)
        with faults_translated(), self._engine.begin() as connection:
            connection.execute(used)

    def all(self) -> Sequence[ApiKey]:
        """Every key ever made, by id."""
        with faults_translated(), self._reading.connect() as connection:
            found = connection.execute(select(*_COLUMNS).order_by(_KEY.id))
            return [_shaped(row) for row in found]

    def _changed(
        self, key_id: int, values: Mapping[str, Any], told: tuple[str, Caller, datetime]
    ) -> ApiKey | None:
        """Change a key that is in force, and tell of it: what was done, by whom, and when."""
        is_it = (_KEY.id == key_id, _KEY.revoked_at.is_(None))
        asked = select(*_COLUMNS).where(*is_it).with_for_update()
        change = update(api_keys).where(*is_it).values(**values).returning(*_COLUMNS)
        action, by, at = told
        with faults_translated(), self._engine.begin() as connection:
            before = connection.execute(asked).first()
            if before is None:
                return None
            after = _shaped(connection.execute(change).one())
            record(connection, _entry(action, _shaped(before), after, by, at))
            return after


_TOLD = ("name", "scope", "role", "within", "expires_at", "previous_until", "revoked_at")
"""What the audit log tells of a key: all but its secrets, and what follows from the entry."""


def _entry(
    action: str, before: ApiKey | None, after: ApiKey, by: Caller, at: datetime
) -> AuditEntry:
    changes = changes_told(before, after, _TOLD)
    return AuditEntry(at, by.name, action, f"key:{after.id}", changes, by.address)


def _shaped(row: Row[*tuple[Any, ...]]) -> ApiKey:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    for name, kind in (("scope", Scope), ("role", Role)):
        if values[name] is not None:
            values[name] = kind(values[name])
    if values["within"] is not None:
        values["within"] = frozenset(json.loads(values["within"]))
    return ApiKey(**values)
