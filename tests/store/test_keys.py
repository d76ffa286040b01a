"""API keys are kept, ended and never named twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onhand.ledger.access import Scope
from onhand.ledger.faults import StoreUnavailable
from onhand.ledger.keys import KeyNameTaken, hashed, new_secret
from onhand.store.engine import admin_engine, parse_database
from onhand.store.keys import SqlKeys
from onhand.store.migrate import migrate

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def keys(database_url: str) -> SqlKeys:
    migrate(database_url)
    return SqlKeys(admin_engine(parse_database(database_url)))


def test_a_key_is_kept_as_made(keys: SqlKeys) -> None:
    assert keys.all() == []
    first = keys.create("till", Scope.WRITE, hashed(new_secret()), NOW)
    second = keys.create("office", Scope.ADMIN, hashed(new_secret()), NOW)
    assert (first.name, first.scope, first.created_at) == ("till", Scope.WRITE, NOW)
    assert first.revoked_at is None
    assert keys.all() == [first, second]


def test_a_revoked_key_stays_revoked(keys: SqlKeys) -> None:
    keys.create("till", Scope.READ, "hash", NOW)
    ended = keys.revoke("till", NOW + timedelta(hours=1))
    assert ended is not None
    assert ended.revoked_at == NOW + timedelta(hours=1)
    assert keys.revoke("till", NOW + timedelta(hours=2)) is None
    assert keys.revoke("nobody", NOW) is None
    assert keys.all() == [ended]


def test_a_name_is_given_once(keys: SqlKeys) -> None:
    keys.create("till", Scope.READ, "first", NOW)
    keys.revoke("till", NOW)
    with pytest.raises(KeyNameTaken, match="'till'"):
        keys.create("till", Scope.READ, "second", NOW)
    assert len(keys.all()) == 1


def test_without_a_database_the_fault_says_so() -> None:
    away = SqlKeys(admin_engine(parse_database("postgresql://someone:secret@127.0.0.1:1/onhand")))
    with pytest.raises(StoreUnavailable) as fault:
        away.all()
    assert "secret" not in str(fault.value)
