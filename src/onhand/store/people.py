"""Users in SQL, on either database.

Asked for rarely, so each change opens a connection of its own. Each is one commit with all that
follows from it: who is no longer active, or gets another password, is signed out in it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    delete,
    false,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from onhand.core.callers import Caller
from onhand.core.warehouses import code_key
from onhand.ledger.access import Role
from onhand.ledger.audit import AuditEntry, changes_told
from onhand.ledger.people import (
    Identity,
    NewUser,
    NoSuchWarehouse,
    User,
    UserFilter,
    UserNameTaken,
    name_key,
)
from onhand.store.audit import record
from onhand.store.errors import faults_translated
from onhand.store.reads.terms import contains
from onhand.store.schema import (
    devices,
    people_changes,
    sessions,
    user_identities,
    users,
    warehouses,
)

_COLUMNS = (
    *(users.c[name] for name in ("id", "name", "display_name", "role", "within", "is_active")),
    users.c.password_hash.is_not(None),
    *(users.c[name] for name in ("version", "created_at", "updated_at")),
)
_SELECTED = select(*_COLUMNS)


class SqlPeople:
    """The users' port."""

    def __init__(self, engine: Engine, reading: Engine | None = None) -> None:
        """Keep users through an engine that may write (`onhand.store.engine.admin_engine`).

        With one that only reads besides, looking takes no lock and no new connection.
        """
        self._engine = engine
        self._reading = reading or engine

    def create(
        self, new: NewUser, by: Caller, now: datetime, identity: Identity | None = None
    ) -> User:
        """Add a user. Raises `UserNameTaken` and `NoSuchWarehouse`."""
        values = {
            "name": new.name,
            "name_key": name_key(new.name),
            "display_name": new.display_name,
            "role": new.role.value,
            "password_hash": new.password_hash,
            "is_active": True,
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }
        with faults_translated():
            try:
                with self._engine.begin() as connection:
                    values["change"] = next_change(connection)
                    values["within"] = _limit(connection, new.within)
                    made = insert(users).values(values).returning(users.c.id)
                    user_id: int = connection.execute(made).scalar_one()
                    if identity is not None:
                        known = {"issuer": identity.issuer, "subject": identity.subject}
                        connection.execute(
                            insert(user_identities).values(known | {"user_id": user_id})
                        )
                    made_user = _of(connection, users.c.id == user_id)[0]
                    record(connection, _entry("user.created", None, made_user, by, now))
                    return made_user
            except IntegrityError:
                raise UserNameTaken(f"There is, or was, a user named '{new.name}'") from None

    def change(
        self, user_id: int, version: int, changes: Mapping[str, Any], by: Caller, now: datetime
    ) -> User | None:
        """Change attributes of the user's `version`; None where it has another by now.

        Raises `NoSuchWarehouse`.
        """
        values = dict(changes)
        with faults_translated(), self._engine.begin() as connection:
            number = next_change(connection)
            if "role" in values:
                values["role"] = Role(values["role"]).value
            if "within" in values:
                values["within"] = _limit(connection, values["within"])
            before = _of(connection, users.c.id == user_id)
            changed = (
                update(users)
                .where(users.c.id == user_id, users.c.version == version)
                .values(values | {"version": version + 1, "updated_at": now, "change": number})
                .returning(users.c.id)
            )
            if connection.execute(changed).first() is None:
                return None
            if values.get("is_active") is False:
                _sign_out(connection, user_id, now, number)
            after = _of(connection, users.c.id == user_id)[0]
            record(connection, _entry("user.updated", before[0], after, by, now))
            return after

    def set_password(self, user_id: int, password_hash: str, by: Caller, now: datetime) -> None:
        """Give a user another password: it is signed out everywhere, and no device is known."""
        with faults_translated(), self._engine.begin() as connection:
            number = next_change(connection)
            values = {"password_hash": password_hash, "updated_at": now, "change": number}
            changed = update(users).where(users.c.id == user_id)
            connection.execute(changed.values(values | {"version": users.c.version + 1}))
            _sign_out(connection, user_id, now, number)
            for user in _of(connection, users.c.id == user_id):
                record(connection, _entry("user.password_set", user, user, by, now))

    def refresh_hash(self, user_id: int, old: str, new: str) -> None:
        """Keep another hash of the same password; nothing where the old one is gone."""
        same = (users.c.id == user_id, users.c.password_hash == old)
        with faults_translated(), self._engine.begin() as connection:
            connection.execute(update(users).where(*same).values(password_hash=new))

    def user(self, user_id: int) -> User | None:
        """One user."""
        return self._one(users.c.id == user_id)

    def find(self, name: str) -> User | None:
        """A user by name, whatever its case."""
        return self._one(users.c.name_key == name_key(name))

    def find_identity(self, identity: Identity) -> User | None:
        """The user whom an issuer knows under a subject."""
        known = select(user_identities.c.user_id).where(
            user_identities.c.issuer == identity.issuer,
            user_identities.c.subject == identity.subject,
        )
        return self._one(users.c.id == known.scalar_subquery())

    def password_hash(self, user_id: int) -> str | None:
        """The hash of a user's password, where it has one."""
        asked = select(users.c.password_hash).where(users.c.id == user_id)
        with faults_translated(), self._reading.connect() as connection:
            found: str | None = connection.execute(asked).scalar_one_or_none()
            return found

    def page(self, which: UserFilter, page: int, per_page: int) -> tuple[Sequence[User], int]:
        """One page of users by name, and how many there are in all."""
        start = (page - 1) * per_page
        with faults_translated(), self._reading.connect() as connection:
            wanted = _wanted(which, on_sqlite=connection.dialect.name == "sqlite")
            named = _SELECTED.where(*wanted).order_by(users.c.name_key)
            if which.within is not None:
                # A limit is a list in JSON; few look at users under one.
                theirs = [
                    user
                    for user in map(_shaped, connection.execute(named))
                    if user.within is not None and user.within <= which.within
                ]
                return theirs[start : start + per_page], len(theirs)
            counted = select(func.count()).select_from(users).where(*wanted)
            total: int = connection.execute(counted).scalar_one()
            rows = connection.execute(named.limit(per_page).offset(start))
            return [_shaped(row) for row in rows], total

    def all(self) -> Sequence[User]:
        """Every user ever made, by name."""
        with faults_translated(), self._reading.connect() as connection:
            return [
                _shaped(row) for row in connection.execute(_SELECTED.order_by(users.c.name_key))
            ]

    def warehouse_ids(self, codes: Collection[str]) -> frozenset[int]:
        """The ids of warehouses by their codes. Raises `NoSuchWarehouse`."""
        keys = {code_key(code): code for code in codes}
        asked = select(warehouses.c.code_key, warehouses.c.id)
        with faults_translated(), self._reading.connect() as connection:
            rows = connection.execute(asked.where(warehouses.c.code_key.in_(keys)))
            found = {row[0]: row[1] for row in rows}
        if missing := [code for key, code in keys.items() if key not in found]:
            raise NoSuchWarehouse(missing)
        return frozenset(found.values())

    def warehouse_codes(self) -> Mapping[int, str]:
        """The codes of all warehouses by their ids."""
        asked = select(warehouses.c.id, warehouses.c.code)
        with faults_translated(), self._reading.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(asked)}

    def _one(self, condition: ColumnElement[bool]) -> User | None:
        with faults_translated(), self._reading.connect() as connection:
            found = _of(connection, condition)
            return found[0] if found else None


_TOLD = ("name", "display_name", "role", "within", "is_active")
"""What the audit log tells of a user."""


def _entry(action: str, before: User | None, after: User, by: Caller, at: datetime) -> AuditEntry:
    changes = changes_told(before, after, _TOLD)
    return AuditEntry(at, by.name, action, f"user:{after.id}", changes, by.address)


def next_change(connection: Connection) -> int:
    """The number of a change of users or sessions; who has it goes first, to the commit."""
    counted = (
        update(people_changes)
        .values(number=people_changes.c.number + 1)
        .returning(people_changes.c.number)
    )
    number: int = connection.execute(counted).scalar_one()
    return number


def users_changed(connection: Connection, since: int) -> Sequence[User]:
    """The users that were changed after a change of that number."""
    return _of(connection, users.c.change > since)


def _wanted(which: UserFilter, *, on_sqlite: bool) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if which.role is not None:
        wanted.append(users.c.role == which.role.value)
    if which.is_active is not None:
        wanted.append(users.c.is_active == (true() if which.is_active else false()))
    if which.search is not None:
        looked_at: list[ColumnElement[Any]] = [users.c.name, users.c.display_name]
        wanted.append(contains(looked_at, which.search, on_sqlite=on_sqlite))
    return wanted


def _limit(connection: Connection, within: frozenset[int] | None) -> str | None:
    """A limit as it is kept. Raises `NoSuchWarehouse`."""
    if within is None:
        return None
    asked = select(warehouses.c.id).where(warehouses.c.id.in_(within))
    missing = within - set(connection.execute(asked).scalars())
    if missing:
        raise NoSuchWarehouse(sorted(missing))
    return json.dumps(sorted(within))


def _sign_out(connection: Connection, user_id: int, now: datetime, number: int) -> None:
    """End all of a user's sessions, and know none of its devices any more."""
    live = (sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
    connection.execute(update(sessions).where(*live).values(ended_at=now, change=number))
    connection.execute(delete(devices).where(devices.c.user_id == user_id))


def _of(connection: Connection, condition: ColumnElement[bool]) -> Sequence[User]:
    return [_shaped(row) for row in connection.execute(_SELECTED.where(condition))]


def _shaped(row: Row[*tuple[Any, ...]]) -> User:
    user_id, name, display_name, role, within, *rest = row
    limit = None if within is None else frozenset(json.loads(within))
    return User(user_id, name, display_name, Role(role), limit, *rest)
