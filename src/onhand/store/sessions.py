"""Sessions, devices and attempts to sign in, in SQL, on either database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)

from onhand.ledger.guessing import Subject
from onhand.ledger.sessions import (
    DEVICES_KEPT,
    DEVICES_OF_A_USER,
    Changes,
    NewSession,
    Session,
)
from onhand.store.columns import Moment
from onhand.store.errors import faults_translated
from onhand.store.people import next_change, users_changed
from onhand.store.schema import devices, people_changes, sessions, sign_in_attempts, users

_COLUMNS = [sessions.c[field.name] for field in fields(Session)]
_SELECTED = select(*_COLUMNS)

# Both databases write this alike; it is what a lock can then be taken on.
_KNOW_SUBJECT = text(
    "INSERT INTO sign_in_attempts (subject, attempts, last_at) VALUES (:subject, 0, :now)"
    " ON CONFLICT (subject) DO NOTHING"
).bindparams(bindparam("now", type_=Moment()))
_KNOW_DEVICE = text(
    "INSERT INTO devices (user_id, secret_hash, used_at) VALUES (:user_id, :secret_hash, :now)"
    " ON CONFLICT (user_id, secret_hash) DO UPDATE SET used_at = :now"
).bindparams(bindparam("now", type_=Moment()))


class SqlSessions:
    """The sessions' port."""

    def __init__(self, engine: Engine, reading: Engine | None = None) -> None:
        """As of `SqlPeople`."""
        self._engine = engine
        self._reading = reading or engine

    def begin(
        self, new: NewSession, now: datetime, instead_of: str | None = None
    ) -> Session | None:
        """Begin a session, and know its device; None where the user is no longer active."""
        values = {
            "user_id": new.user_id,
            "secret_hash": new.secret_hash,
            "created_at": now,
            "seen_at": now,
            "expires_at": new.expires_at,
            "address": new.address,
            "user_agent": new.user_agent,
        }
        with faults_translated(), self._engine.begin() as connection:
            # Taken first: whoever disables the user meanwhile comes before this or after it.
            values["change"] = next_change(connection)
            asked = select(users.c.is_active).where(users.c.id == new.user_id)
            if not connection.execute(asked).scalar_one_or_none():
                return None
            if instead_of is not None:
                had = (sessions.c.secret_hash == instead_of, sessions.c.ended_at.is_(None))
                ended = {"ended_at": now, "change": values["change"]}
                connection.execute(update(sessions).where(*had).values(ended))
            _know_device(connection, new, now)
            made = insert(sessions).values(values).returning(*_COLUMNS)
            return _shaped(connection.execute(made).one())

    def end(self, session_id: int, user_id: int, now: datetime) -> bool:
        """End one of a user's sessions; whether there was one to end."""
        live = (
            sessions.c.id == session_id,
            sessions.c.user_id == user_id,
            sessions.c.ended_at.is_(None),
        )
        with faults_translated(), self._engine.begin() as connection:
            values = {"ended_at": now, "change": next_change(connection)}
            ended = update(sessions).where(*live).values(values).returning(sessions.c.id)
            return connection.execute(ended).first() is not None

    def of_user(self, user_id: int, now: datetime, idle: timedelta) -> Sequence[Session]:
        """A user's live sessions, the last begun first."""
        live = (
            sessions.c.user_id == user_id,
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > now,
            sessions.c.seen_at > now - idle,
        )
        with faults_translated(), self._reading.connect() as connection:
            found = connection.execute(_SELECTED.where(*live).order_by(sessions.c.id.desc()))
            return [_shaped(row) for row in found]

    def session(self, session_id: int) -> Session | None:
        """One session, as it is now."""
        with faults_translated(), self._reading.connect() as connection:
            row = connection.execute(_SELECTED.where(sessions.c.id == session_id)).first()
            return None if row is None else _shaped(row)

    def seen(self, moments: Mapping[int, datetime]) -> None:
        """Sessions, by id, were used at these moments."""
        later = (
            update(sessions)
            .where(sessions.c.id == bindparam("of"), sessions.c.seen_at < bindparam("at"))
            .values(seen_at=bindparam("at"))
        )
        # In the order of their ids: two servers that save the same ones wait, and do not collide.
        rows = [{"of": session_id, "at": at} for session_id, at in sorted(moments.items())]
        with faults_translated(), self._engine.begin() as connection:
            connection.execute(later, rows)

    def changed(self, since: int, now: datetime) -> Changes:
        """What changed since a number; since -1: all users, and the sessions that may be live."""
        with faults_translated(), self._reading.connect() as connection:
            # Read first: what is committed up to this number is seen by what is asked after it.
            number: int = connection.execute(select(people_changes.c.number)).scalar_one()
            if number == since:
                return Changes(number, (), ())
            which = [sessions.c.change > since]
            if since < 0:
                which = [sessions.c.expires_at > now, sessions.c.ended_at.is_(None)]
            # Sessions first: then the users of all of them are among those read after.
            found = [_shaped(row) for row in connection.execute(_SELECTED.where(*which))]
            return Changes(number, users_changed(connection, since), found)

    def knows_device(self, user_id: int, device_hash: str, now: datetime) -> bool:
        """Whether the user has signed in on a device before."""
        asked = select(devices.c.user_id).where(
            devices.c.user_id == user_id,
            devices.c.secret_hash == device_hash,
            devices.c.used_at > now - DEVICES_KEPT,
        )
        with faults_translated(), self._reading.connect() as connection:
            return connection.execute(asked).first() is not None

    def forget(self, now: datetime) -> int:
        """Drop sessions that have expired and devices not used for long; how many."""
        expired = delete(sessions).where(sessions.c.expires_at <= now)
        unused = delete(devices).where(devices.c.used_at <= now - DEVICES_KEPT)
        with faults_translated(), self._engine.begin() as connection:
            return sum(connection.execute(dropped).rowcount for dropped in (expired, unused))


class SqlAttempts:
    """The port of attempts to sign in."""

    def __init__(self, engine: Engine) -> None:
        """As of `SqlPeople`."""
        self._engine = engine

    def begin(self, subjects: Sequence[Subject], now: datetime) -> Mapping[str, datetime]:
        """Count an attempt under each; or count none, and tell which have to wait until when."""
        # In one order, so that two attempts wait for each other and never in a circle.
        ordered = sorted(subjects, key=lambda subject: subject.key)
        with faults_translated(), self._engine.connect() as connection, connection.begin() as work:
            counted = []
            waits: dict[str, datetime] = {}
            for subject in ordered:
                connection.execute(_KNOW_SUBJECT, {"subject": subject.key, "now": now})
                attempts, until = _locked(connection, subject)
                if until is not None and until > now:
                    waits[subject.key] = until
                counted.append((subject, attempts + 1))
            if waits:
                work.rollback()
                return waits
            for subject, attempts in counted:
                wait = subject.patience.wait(attempts)
                _count(connection, subject, attempts, now + wait if wait else None, now)
        return {}

    def forgive(self, subjects: Sequence[Subject], now: datetime) -> None:
        """The last attempt under these was right: nobody has to wait for it."""
        with faults_translated(), self._engine.begin() as connection:
            for subject in sorted(subjects, key=lambda subject: subject.key):
                attempts, _ = _locked(connection, subject)
                left = subject.patience.left(attempts)
                _count(connection, subject, left, None, now)

    def forget(self, before: datetime) -> int:
        """Drop subjects that were left alone since before a moment; how many."""
        with faults_translated(), self._engine.begin() as connection:
            old = delete(sign_in_attempts).where(sign_in_attempts.c.last_at < before)
            return connection.execute(old).rowcount


def _locked(connection: Connection, subject: Subject) -> tuple[int, datetime | None]:
    asked = select(sign_in_attempts.c.attempts, sign_in_attempts.c.waits_until)
    found = asked.where(sign_in_attempts.c.subject == subject.key).with_for_update()
    row = connection.execute(found).first()
    return (0, None) if row is None else (row[0], row[1])


def _count(
    connection: Connection, subject: Subject, attempts: int, until: datetime | None, now: datetime
) -> None:
    values = {"attempts": attempts, "waits_until": until, "last_at": now}
    of_it = sign_in_attempts.c.subject == subject.key
    connection.execute(update(sign_in_attempts).where(of_it).values(values))


def _know_device(connection: Connection, new: NewSession, now: datetime) -> None:
    of_user = devices.c.user_id == new.user_id
    device = {"user_id": new.user_id, "secret_hash": new.device_hash, "now": now}
    connection.execute(_KNOW_DEVICE, device)
    newest = select(devices.c.secret_hash).where(of_user).order_by(devices.c.used_at.desc())
    kept = connection.execute(newest.limit(DEVICES_OF_A_USER)).scalars().all()
    if len(kept) == DEVICES_OF_A_USER:
        connection.execute(delete(devices).where(of_user, devices.c.secret_hash.not_in(kept)))


def _shaped(row: Row[*tuple[Any, ...]]) -> Session:
    return Session(*row)
