"""API keys are kept, rotated, ended and never named twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import MetaData, insert, text

from onhand.core.callers import Caller
from onhand.ledger.access import Role, Scope
from onhand.ledger.audit import AuditFilter
from onhand.ledger.faults import StoreRefused, StoreUnavailable
from onhand.ledger.keys import KeyNameTaken, NewKey, Rotation, hashed, new_secret
from onhand.store.columns import to_microseconds
from onhand.store.engine import admin_engine, parse_database, read_engine
from onhand.store.errors import faults_translated
from onhand.store.keys import SqlKeys
from onhand.store.migrate import REVISIONS, migrate
from onhand.store.reads import SqlReads
from proofs.backups.older import make_at

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
BOSS = Caller("key:office")
TILL = NewKey(name="till", scope=Scope.WRITE)


@pytest.fixture
def keys(database_url: str) -> SqlKeys:
    migrate(database_url)
    return SqlKeys(admin_engine(parse_database(database_url)))


def test_a_key_is_kept_as_made(keys: SqlKeys) -> None:
    assert keys.all() == []
    whole = NewKey(
        name="shelf",
        role=Role.COUNTER,
        within=frozenset({3, 2}),
        expires_at=LATER,
    )
    first = keys.create(TILL, hashed(new_secret()), BOSS, NOW)
    second = keys.create(whole, hashed(new_secret()), BOSS, NOW)
    assert (first.name, first.scope, first.role) == ("till", Scope.WRITE, None)
    assert (first.created_at, first.expires_at, first.revoked_at) == (NOW, None, None)
    assert first.within is None
    assert (second.scope, second.role, second.within) == (
        None,
        Role.COUNTER,
        frozenset({2, 3}),
    )
    assert (second.expires_at, second.created_by) == (LATER, "key:office")
    assert keys.all() == [first, second]


def test_no_warehouse_is_another_thing_than_all_of_them(keys: SqlKeys) -> None:
    nowhere = NewKey(name="till", scope=Scope.READ, within=frozenset())
    assert keys.create(nowhere, "hash", BOSS, NOW).within == frozenset()


def test_a_rotated_key_keeps_what_it_may_and_its_old_secret_for_a_while(keys: SqlKeys) -> None:
    made = keys.create(TILL, "first", BOSS, NOW)
    ends = LATER + timedelta(days=90)
    rotated = keys.rotate(made.id, Rotation("second", NOW, LATER, ends), BOSS)
    assert rotated is not None
    assert (rotated.name, rotated.scope, rotated.created_at) == ("till", Scope.WRITE, NOW)
    assert (rotated.secret_hash, rotated.rotated_at, rotated.expires_at) == ("second", NOW, ends)
    assert (rotated.previous_hash, rotated.previous_until) == ("first", LATER)
    again = keys.rotate(made.id, Rotation("third", LATER, LATER, None), BOSS)
    assert again is not None
    assert (again.previous_hash, again.expires_at) == ("second", None)
    assert keys.all() == [again]
    assert keys.rotate(99, Rotation("x", NOW, NOW, None), BOSS) is None


def test_a_revoked_key_stays_revoked(keys: SqlKeys) -> None:
    made = keys.create(TILL, "hash", BOSS, NOW)
    ended = keys.revoke(made.id, BOSS, LATER)
    assert ended is not None
    assert ended.revoked_at == LATER
    assert keys.revoke(made.id, BOSS, LATER + timedelta(hours=1)) is None
    assert keys.rotate(made.id, Rotation("x", NOW, NOW, None), BOSS) is None
    assert keys.revoke(99, BOSS, NOW) is None
    assert keys.all() == [ended]


def test_a_name_is_given_once(keys: SqlKeys) -> None:
    made = keys.create(TILL, "first", BOSS, NOW)
    keys.revoke(made.id, BOSS, NOW)
    with pytest.raises(KeyNameTaken, match="'till'"):
        keys.create(TILL, "second", BOSS, NOW)
    assert len(keys.all()) == 1


def test_their_use_is_kept(keys: SqlKeys) -> None:
    used, other = (
        keys.create(NewKey(name=name, scope=Scope.READ), name, BOSS, NOW) for name in "ab"
    )
    keys.note_use([used.id, 99], LATER)
    assert {key.id: key.last_used_at for key in keys.all()} == {used.id: LATER, other.id: None}


@pytest.mark.parametrize("change", ["scope = NULL", "role = 'viewer'"])
def test_a_key_has_a_role_or_a_scope(keys: SqlKeys, database_url: str, change: str) -> None:
    keys.create(TILL, "hash", BOSS, NOW)
    engine = admin_engine(parse_database(database_url))
    with pytest.raises(StoreRefused), faults_translated(), engine.begin() as connection:
        connection.execute(text(f"UPDATE api_keys SET {change}"))


def test_keys_that_older_versions_made_are_what_they_were(database_url: str) -> None:
    make_at(database_url, REVISIONS[0])
    engine = admin_engine(parse_database(database_url))
    with engine.begin() as connection:
        old = MetaData()
        old.reflect(connection, only=["api_keys"])
        moment: dict[str, Any] = {"created_at": NOW, "revoked_at": LATER}
        if connection.dialect.name == "sqlite":
            moment = {name: to_microseconds(it) for name, it in moment.items()}
        key = {"id": 7, "name": "till", "scope": "write", "secret_hash": "hash", **moment}
        connection.execute(insert(old.tables["api_keys"]).values(key))
    migrate(database_url)
    keys = SqlKeys(engine)
    [kept] = keys.all()
    assert (kept.id, kept.name, kept.scope, kept.role) == (7, "till", Scope.WRITE, None)
    assert (kept.secret_hash, kept.created_at, kept.revoked_at) == ("hash", NOW, LATER)
    assert (kept.within, kept.expires_at, kept.last_used_at) == (None, None, None)
    with pytest.raises(KeyNameTaken):
        keys.create(TILL, "another", BOSS, NOW)


def test_without_a_database_the_fault_says_so() -> None:
    away = SqlKeys(admin_engine(parse_database("postgresql://someone:secret@127.0.0.1:1/onhand")))
    with pytest.raises(StoreUnavailable) as fault:
        away.all()
    assert "secret" not in str(fault.value)


def test_what_is_done_to_a_key_is_in_the_audit_log(database_url: str) -> None:
    database = parse_database(database_url)
    migrate(database)
    keys = SqlKeys(admin_engine(database))
    boss = Caller("key:office", "192.0.2.7")
    made = keys.create(
        NewKey(name="till", scope=Scope.WRITE, within=frozenset({2})), "a", boss, NOW
    )
    keys.rotate(made.id, Rotation("b", LATER, LATER + timedelta(hours=1), None), boss)
    keys.revoke(made.id, boss, LATER)
    assert keys.revoke(made.id, boss, LATER) is None
    engine = read_engine(database)
    revoked, rotated, created = SqlReads(engine).audit(AuditFilter(), None, 10).rows
    engine.dispose()
    assert [it.action for it in (created, rotated, revoked)] == [
        "key.created",
        "key.rotated",
        "key.revoked",
    ]
    told = {"name": (None, "till"), "scope": (None, "write"), "within": (None, [2])}
    assert created.changes == told
    assert rotated.changes.keys() == {"previous_until"}
    assert revoked.changes.keys() == {"revoked_at"}
    assert {(it.actor, it.address, it.subject) for it in (created, rotated, revoked)} == {
        ("key:office", "192.0.2.7", f"key:{made.id}")
    }
