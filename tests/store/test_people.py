"""Users are kept, limited, changed and signed out; attempts are counted for all at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, insert

from onhand.core.callers import Caller
from onhand.ledger.access import Role
from onhand.ledger.audit import AuditFilter
from onhand.ledger.guessing import FORGOTTEN_AFTER, OF_ADDRESS, OF_USER, Subject
from onhand.ledger.people import Identity, NewUser, NoSuchWarehouse, UserFilter, UserNameTaken
from onhand.ledger.sessions import DEVICES_KEPT, DEVICES_OF_A_USER, NewSession, Session
from onhand.store.engine import admin_engine, parse_database
from onhand.store.migrate import migrate
from onhand.store.people import SqlPeople
from onhand.store.reads import SqlReads
from onhand.store.schema import (
    devices,
    sign_in_attempts,
    user_identities,
    users,
    warehouses,
)
from onhand.store.schema import sessions as sessions_table
from onhand.store.sessions import SqlAttempts, SqlSessions
from tests.support.postgres import DatabaseServer

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
IDLE = timedelta(hours=1)
BY = Caller("user:boss")
ALICE = NewUser("Alice", Role.CLERK, "Alice Liddell", password_hash="hash")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database with two warehouses, once for all tests on each kind."""
    if request.param == "sqlite":
        yield made(f"sqlite:///{tmp_path_factory.mktemp('people') / 'onhand.db'}")
        return
    server: DatabaseServer = request.getfixturevalue("postgresql_server")
    url = server.create_database()
    yield made(url)
    server.drop_database(url)


def made(url: str) -> Engine:
    migrate(url)
    engine = admin_engine(parse_database(url))
    with engine.begin() as connection:
        east = {"id": 2, "name": "East", "code": "EAST", "code_key": "east", "type": "satellite"}
        moments = {"created_at": NOW, "updated_at": NOW, "is_active": True, "version": 1}
        connection.execute(insert(warehouses).values(east | moments))
    return engine


@pytest.fixture
def engine(migrated: Engine) -> Engine:
    """The database without people."""
    with migrated.begin() as connection:
        for table in (sessions_table, devices, user_identities, users):
            connection.execute(delete(table))
        connection.execute(delete(sign_in_attempts))
    return migrated


@pytest.fixture
def people(engine: Engine) -> SqlPeople:
    return SqlPeople(engine)


@pytest.fixture
def sessions(engine: Engine) -> SqlSessions:
    return SqlSessions(engine)


def begun(sessions: SqlSessions, user_id: int, secret: str, at: datetime = NOW) -> Session:
    new = NewSession(user_id, secret, f"device-{secret}", at + timedelta(hours=12), None, "curl")
    session = sessions.begin(new, at)
    assert session is not None
    return session


def test_a_user_is_kept_as_made(people: SqlPeople) -> None:
    alice = people.create(ALICE, BY, NOW)
    assert (alice.name, alice.role, alice.display_name) == ("Alice", Role.CLERK, "Alice Liddell")
    assert (alice.within, alice.is_active, alice.has_password) == (None, True, True)
    assert (alice.version, alice.created_at, alice.updated_at) == (1, NOW, NOW)
    assert people.user(alice.id) == people.find("ALICE") == alice
    assert people.password_hash(alice.id) == "hash"
    assert people.user(99) is people.find("bob") is None


def test_what_is_done_to_a_user_is_in_the_audit_log(people: SqlPeople, engine: Engine) -> None:
    alice = people.create(replace(ALICE, within=frozenset({2})), BY, NOW)
    people.change(alice.id, 1, {"role": Role.BUYER, "within": None}, BY, NOW)
    assert people.change(alice.id, 1, {"is_active": False}, BY, NOW) is None
    people.set_password(alice.id, "another hash", BY, NOW)
    which = AuditFilter(subject=f"user:{alice.id}")
    set_anew, updated, created = SqlReads(engine).audit(which, None, 3).rows
    assert [it.action for it in (created, updated, set_anew)] == [
        "user.created",
        "user.updated",
        "user.password_set",
    ]
    assert created.changes["within"] == (None, [2])
    assert updated.changes == {"role": ("clerk", "buyer"), "within": ([2], None)}
    assert set_anew.changes == {}
    assert "hash" not in str([created, updated, set_anew])


def test_a_name_is_given_once_whatever_its_case(people: SqlPeople) -> None:
    people.create(ALICE, BY, NOW)
    with pytest.raises(UserNameTaken, match="'ALICE'"):
        people.create(replace(ALICE, name="ALICE"), BY, NOW)
    assert len(people.all()) == 1


def test_a_user_is_limited_to_warehouses_that_exist(people: SqlPeople) -> None:
    both = people.warehouse_ids(["main", "EAST"])
    assert both == {1, 2}
    with pytest.raises(NoSuchWarehouse, match="WEST"):
        people.warehouse_ids(["WEST", "EAST"])
    alice = people.create(replace(ALICE, within=both), BY, NOW)
    assert alice.within == both
    with pytest.raises(NoSuchWarehouse) as fault:
        people.change(alice.id, 1, {"within": frozenset({2, 77}), "role": "admin"}, BY, NOW)
    assert fault.value.named == [77]
    assert people.user(alice.id) == alice
    with pytest.raises(NoSuchWarehouse):
        people.create(NewUser("bob", Role.VIEWER, within=frozenset({77})), BY, NOW)
    assert people.find("bob") is None


def test_a_change_is_of_the_version_that_was_read(people: SqlPeople) -> None:
    alice = people.create(ALICE, BY, NOW)
    later = NOW + timedelta(hours=1)
    changed = people.change(
        alice.id, 1, {"role": Role.BUYER.value, "display_name": None}, BY, later
    )
    assert changed is not None
    assert (changed.role, changed.display_name, changed.version) == (Role.BUYER, None, 2)
    assert (changed.created_at, changed.updated_at) == (NOW, later)
    assert people.change(alice.id, 1, {"role": Role.ADMIN.value}, BY, later) is None
    limited = people.change(alice.id, 2, {"within": frozenset({2})}, BY, later)
    assert limited is not None
    freed = people.change(alice.id, 3, {"within": None}, BY, later)
    assert limited.within == frozenset({2})
    assert freed is not None
    assert freed.within is None


def test_a_page_of_users(people: SqlPeople) -> None:
    for name, role in [("carol", Role.BUYER), ("bob", Role.CLERK), ("Ärmel", Role.CLERK)]:
        people.create(NewUser(name, role), BY, NOW)
    rows, total = people.page(UserFilter(), 1, 2)
    assert ([user.name for user in rows], total) == (["bob", "carol"], 3)
    rows, total = people.page(UserFilter(role=Role.CLERK, is_active=True, search="BO"), 1, 50)
    assert ([user.name for user in rows], total) == (["bob"], 1)
    assert [user.name for user in people.all()] == ["bob", "carol", "Ärmel"]


def test_an_identity_is_of_one_issuer(people: SqlPeople) -> None:
    here, there = Identity("https://a.example", "7"), Identity("https://b.example", "7")
    alice = people.create(ALICE, BY, NOW, here)
    assert people.find_identity(here) == alice
    assert people.find_identity(there) is None


def test_a_session_begins_is_used_and_ends(people: SqlPeople, sessions: SqlSessions) -> None:
    alice = people.create(ALICE, BY, NOW)
    bob = people.create(NewUser("bob", Role.VIEWER), BY, NOW)
    first, second = begun(sessions, alice.id, "a"), begun(sessions, alice.id, "b")
    assert (first.seen_at, first.expires_at) == (NOW, NOW + timedelta(hours=12))
    assert sessions.of_user(alice.id, NOW, IDLE) == [second, first]
    at = NOW + timedelta(minutes=50)
    sessions.seen({first.id: at, second.id: NOW - IDLE})
    later = NOW + timedelta(minutes=70)
    assert [session.id for session in sessions.of_user(alice.id, later, IDLE)] == [first.id]
    assert sessions.session(first.id) == replace(first, seen_at=at)
    assert not sessions.end(first.id, bob.id, later)
    assert sessions.end(first.id, alice.id, later)
    assert not sessions.end(first.id, alice.id, later)
    assert sessions.of_user(alice.id, later, IDLE) == []


def test_signing_in_again_ends_the_session_before(people: SqlPeople, sessions: SqlSessions) -> None:
    alice = people.create(ALICE, BY, NOW)
    begun(sessions, alice.id, "a")
    new = NewSession(alice.id, "b", "device", NOW + IDLE, None, None)
    session = sessions.begin(new, NOW, instead_of="a")
    assert sessions.of_user(alice.id, NOW, IDLE) == [session]


@pytest.mark.parametrize("how", ["disabled", "password"])
def test_who_is_disabled_or_gets_a_password_is_signed_out(
    people: SqlPeople, sessions: SqlSessions, how: str
) -> None:
    alice = people.create(ALICE, BY, NOW)
    begun(sessions, alice.id, "a")
    number = sessions.changed(-1, NOW).number
    if how == "disabled":
        people.change(alice.id, 1, {"is_active": False}, BY, NOW)
    else:
        people.set_password(alice.id, "other", BY, NOW)
        assert people.password_hash(alice.id) == "other"
    assert sessions.of_user(alice.id, NOW, IDLE) == []
    assert not sessions.knows_device(alice.id, "device-a", NOW)
    news = sessions.changed(number, NOW)
    assert [(user.id, user.version) for user in news.users] == [(alice.id, 2)]
    assert [session.ended_at for session in news.sessions] == [NOW]
    if how == "disabled":
        new = NewSession(alice.id, "b", "device", NOW + IDLE, None, None)
        assert sessions.begin(new, NOW) is None


def test_what_changed_is_told_from_a_number_on(people: SqlPeople, sessions: SqlSessions) -> None:
    alice = people.create(ALICE, BY, NOW)
    first = begun(sessions, alice.id, "a")
    ended = begun(sessions, alice.id, "b")
    sessions.end(ended.id, alice.id, NOW)
    everything = sessions.changed(-1, NOW)
    assert (everything.users, everything.sessions) == ([alice], [first])
    assert sessions.changed(everything.number, NOW) == replace(everything, users=(), sessions=())
    second = begun(sessions, alice.id, "c")
    news = sessions.changed(everything.number, NOW)
    assert (news.number, news.users, news.sessions) == (everything.number + 1, [], [second])
    assert sessions.changed(-1, NOW + timedelta(hours=13)).sessions == []


def test_a_fresh_hash_takes_the_place_of_the_one_it_was_made_for(people: SqlPeople) -> None:
    alice = people.create(ALICE, BY, NOW)
    people.refresh_hash(alice.id, "hash", "fresh")
    people.refresh_hash(alice.id, "hash", "late")
    assert people.password_hash(alice.id) == "fresh"
    assert people.user(alice.id) == alice


def test_the_devices_of_a_user_are_known_for_a_while(
    people: SqlPeople, sessions: SqlSessions
) -> None:
    alice = people.create(ALICE, BY, NOW)
    bob = people.create(NewUser("bob", Role.VIEWER), BY, NOW)
    for number in range(DEVICES_OF_A_USER + 1):
        begun(sessions, alice.id, f"{number}", NOW + timedelta(seconds=number))
    begun(sessions, bob.id, "bobs")
    assert not sessions.knows_device(alice.id, "device-0", NOW)
    assert sessions.knows_device(alice.id, "device-1", NOW)
    assert not sessions.knows_device(alice.id, "device-bobs", NOW)
    assert sessions.knows_device(bob.id, "device-bobs", NOW)
    later = NOW + DEVICES_KEPT + timedelta(hours=1)
    assert not sessions.knows_device(bob.id, "device-bobs", later)
    begun_sessions, devices_kept = DEVICES_OF_A_USER + 2, DEVICES_OF_A_USER + 1
    assert sessions.forget(later) == begun_sessions + devices_kept
    assert sessions.forget(later) == 0


def test_attempts_are_free_then_wait_longer_and_longer(engine: Engine) -> None:
    attempts = SqlAttempts(engine)
    user = [Subject("user:a", OF_USER)]
    now = NOW
    waits = []
    for _ in range(20):
        assert not attempts.begin(user, now)
        until = attempts.begin(user, now).get("user:a")
        waits.append(0.0 if until is None else (until - now).total_seconds())
        now = until or now
    assert waits[:2] == [0.0, 0.0]
    assert waits[2:7] == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert waits[-1] == OF_USER.longest.total_seconds()
    attempts.forgive(user, now)
    assert not attempts.begin(user, now)
    assert attempts.forget(now) == 0
    assert attempts.forget(now + FORGOTTEN_AFTER) == 1


def test_a_right_attempt_takes_back_itself_alone_at_an_address(engine: Engine) -> None:
    attempts = SqlAttempts(engine)
    both = [Subject("user:a", OF_USER), Subject("address:192.0.2.1", OF_ADDRESS)]
    here = both[1:]
    for _ in range(OF_ADDRESS.free - 1):
        assert not attempts.begin(here, NOW)
    assert not attempts.begin(both, NOW)
    attempts.forgive(both, NOW)
    assert not attempts.begin(here, NOW)
    assert attempts.begin(here, NOW) == {here[0].key: NOW + OF_ADDRESS.first}


def test_who_waits_under_one_subject_is_counted_under_none(engine: Engine) -> None:
    attempts = SqlAttempts(engine)
    here, user = Subject("address:192.0.2.1", OF_ADDRESS), Subject("user:a", OF_USER)
    for _ in range(OF_USER.free):
        attempts.begin([user], NOW)
    for _ in range(2 * OF_ADDRESS.free):
        assert attempts.begin([here, user], NOW) == {user.key: NOW + OF_USER.first}
    assert not attempts.begin([here], NOW)


def test_attempts_at_once_are_all_counted(engine: Engine) -> None:
    attempts = SqlAttempts(engine)
    subjects = [Subject("user:a", OF_USER), Subject("address:192.0.2.1", OF_ADDRESS)]
    with ThreadPoolExecutor(8) as many:
        waits = list(many.map(lambda _: attempts.begin(subjects, NOW), range(24)))
    assert waits.count({}) == OF_USER.free
