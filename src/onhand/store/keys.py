"""API keys in SQL. A handful of rows, asked for rarely: each call opens a connection of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from onhand.ledger.access import Scope
from onhand.ledger.keys import ApiKey, KeyNameTaken
from onhand.store.errors import faults_translated
from onhand.store.schema import api_keys

_COLUMNS = [api_keys.c[field.name] for field in fields(ApiKey)]


class SqlKeys:
    """The keys' port, on either database."""

    def __init__(self, engine: Engine, reading: Engine | None = None) -> None:
        """Keep keys through an engine that may write (`onhand.store.engine.admin_engine`).

        With one that only reads besides, looking at keys takes no lock and no new connection.
        """
        self._engine = engine
        self._reading = reading or engine

    def create(self, name: str, scope: Scope, secret_hash: str, now: datetime) -> ApiKey:
        """Add a key. Raises `KeyNameTaken`."""
        values = {
            "name": name,
            "scope": scope.value,
            "secret_hash": secret_hash,
            "created_at": now,
        }
        with faults_translated():
            try:
                with self._engine.begin() as connection:
                    made = connection.execute(insert(api_keys).values(values).returning(*_COLUMNS))
                    return _shaped(made.one())
            except IntegrityError:
                raise KeyNameTaken(f"There is, or was, an API key named '{name}'") from None

    def revoke(self, name: str, now: datetime) -> ApiKey | None:
        """End a key for good; None where no such key is in force."""
        ended = (
            update(api_keys)
            .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(*_COLUMNS)
        )
        with faults_translated(), self._engine.begin() as connection:
            row = connection.execute(ended).first()
            return None if row is None else _shaped(row)

    def all(self) -> Sequence[ApiKey]:
        """Every key ever made, by id."""
        with faults_translated(), self._reading.connect() as connection:
            found = connection.execute(select(*_COLUMNS).order_by(api_keys.c.id))
            return [_shaped(row) for row in found]


def _shaped(row: Row[*tuple[Any, ...]]) -> ApiKey:
    key_id, name, scope, secret_hash, created_at, revoked_at = row
    return ApiKey(key_id, name, Scope(scope), secret_hash, created_at, revoked_at)
