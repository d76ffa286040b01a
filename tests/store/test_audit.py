"""Entries of the audit log are written with what they tell, or not at all, and stay as they are."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from onhand.ledger.audit import AuditEntry, changes_told
from onhand.ledger.faults import StoreRefused
from onhand.store.audit import record
from onhand.store.engine import admin_engine, parse_database
from onhand.store.errors import translated
from onhand.store.json_text import from_json
from onhand.store.migrate import migrate
from onhand.store.triggers import AUDIT_MESSAGE

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
BEFORE = SimpleNamespace(limit=Decimal("99.90"), within=frozenset({2, 1}), name="till")
AFTER = SimpleNamespace(limit=250, within=None, name="till")
RAISED = changes_told(BEFORE, AFTER, ("limit", "within", "name"))
ENTRY = AuditEntry(NOW, "user:7", "key.updated", "key:12", RAISED, "192.0.2.7", "It was too low")


@pytest.fixture
def engine(database_url: str) -> Engine:
    """A migrated database."""
    migrate(database_url)
    return admin_engine(parse_database(database_url))


def kept(engine: Engine) -> list[tuple[object, ...]]:
    """The entries that are there, without their moments."""
    asked = "SELECT actor, address, action, subject, reason, changes FROM audit_entries"
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(asked))]


def test_an_entry_tells_what_changed_from_what_to_what(engine: Engine) -> None:
    with engine.begin() as connection:
        record(connection, ENTRY)
    [(*told, changes)] = kept(engine)
    assert told == ["user:7", "192.0.2.7", "key.updated", "key:12", "It was too low"]
    assert from_json(str(changes)) == {
        "limit": [Decimal("99.90"), 250],
        "within": [[1, 2], None],
    }


def test_an_entry_is_taken_back_with_the_change_it_tells(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        record(connection, ENTRY)
        transaction.rollback()
    assert kept(engine) == []


@pytest.mark.parametrize(
    "change", ["UPDATE audit_entries SET actor = 'nobody'", "DELETE FROM audit_entries"]
)
def test_the_database_refuses_to_change_an_entry(engine: Engine, change: str) -> None:
    with engine.begin() as connection:
        record(connection, ENTRY)
    told = re.escape(AUDIT_MESSAGE)
    with pytest.raises(DBAPIError, match=told) as refused, engine.begin() as connection:
        connection.execute(text(change))
    assert isinstance(translated(refused.value), StoreRefused)
    assert len(kept(engine)) == 1


@pytest.mark.parametrize("name", ["password", "secret_hash", "Token", "private_key"])
def test_a_secret_is_never_written(name: str) -> None:
    with pytest.raises(ValueError, match=f"never written to the audit log: {name}"):
        AuditEntry(NOW, "user:7", "user.updated", "user:7", {name: (None, "x")})


@pytest.mark.parametrize(
    ("action", "subject"), [("created", "key:1"), ("key.created", "key"), ("key.created", "key: ")]
)
def test_what_nobody_could_look_up_is_refused(action: str, subject: str) -> None:
    with pytest.raises(ValueError, match="is named as"):
        AuditEntry(NOW, "user:7", action, subject)
