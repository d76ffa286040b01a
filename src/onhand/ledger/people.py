"""People: who may sign in, as what, and where they are kept.

Model: a user has a name that movements keep (`user:NAME`), which is therefore never changed nor
given twice, a role, and maybe the warehouses it is limited to. It signs in with a password, of
which only the argon2id hash is kept, or by an identity: an issuer of OpenID Connect and the subject
under which that knows it. Users are not deleted; one who has left is no longer active.

What always holds: nobody gives more than they have. Whoever manages access may make, change or
disable only users whose grant, before and after, is within their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from onhand.core.callers import Caller
from onhand.ledger.access import ROLES, Grant, Role

NAME = r"[A-Za-z0-9][A-Za-z0-9._@+-]*"
"""What a name is made of: it stands in movements, logs and files, so it is plain."""

LONGEST_NAME = 64

ACTOR = "user:"
"""What the name of a user begins with where movements and documents keep it."""


@dataclass(frozen=True, slots=True)
class User:
    """A user as stored, without the password's hash. `within` None: all warehouses."""

    id: int
    name: str
    display_name: str | None
    role: Role
    within: frozenset[int] | None
    is_active: bool
    has_password: bool
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def actor(self) -> str:
        """The name that movements keep."""
        return ACTOR + self.name

    @property
    def grant(self) -> Grant:
        """What the user may do, and where."""
        return Grant(ROLES[self.role], self.within)


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be made. Without a password it signs in by an identity alone."""

    name: str
    role: Role
    display_name: str | None = None
    within: frozenset[int] | None = None
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to an issuer of OpenID Connect."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users a list is of. `within`: those limited to some of these warehouses."""

    role: Role | None = None
    is_active: bool | None = None
    search: str | None = None
    within: frozenset[int] | None = None


class People(Protocol):
    """Where users are kept. Raises the ledger's faults. `by` is who asks for a change."""

    def create(
        self, new: NewUser, by: Caller, now: datetime, identity: Identity | None = None
    ) -> User:
        """Add a user. Raises `UserNameTaken` and `NoSuchWarehouse`."""
        ...

    def change(
        self, user_id: int, version: int, changes: Mapping[str, Any], by: Caller, now: datetime
    ) -> User | None:
        """Change attributes of the user's `version`; None where it has another by now.

        `changes` may name `display_name`, `role`, `within` and `is_active`. A user who is
        no longer active is signed out everywhere. Raises `NoSuchWarehouse`.
        """
        ...

    def set_password(self, user_id: int, password_hash: str, by: Caller, now: datetime) -> None:
        """Give a user another password: it is signed out everywhere, and no device is known."""
        ...

    def refresh_hash(self, user_id: int, old: str, new: str) -> None:
        """Keep another hash of the same password; nothing where the old one is gone."""
        ...

    def user(self, user_id: int) -> User | None:
        """One user."""
        ...

    def find(self, name: str) -> User | None:
        """A user by name, whatever its case."""
        ...

    def find_identity(self, identity: Identity) -> User | None:
        """The user whom an issuer knows under a subject."""
        ...

    def password_hash(self, user_id: int) -> str | None:
        """The hash of a user's password, where it has one."""
        ...

    def page(self, which: UserFilter, page: int, per_page: int) -> tuple[Sequence[User], int]:
        """One page of users by name, and how many there are in all."""
        ...

    def all(self) -> Sequence[User]:
        """Every user ever made, by name."""
        ...

    def warehouse_ids(self, codes: Collection[str]) -> frozenset[int]:
        """The ids of warehouses by their codes. Raises `NoSuchWarehouse`."""
        ...

    def warehouse_codes(self) -> Mapping[int, str]:
        """The codes of all warehouses by their ids."""
        ...


class UserNameTaken(Exception):
    """A user of that name exists, active or not: movements name it, so it is not given twice."""


class NoSuchWarehouse(Exception):
    """Some warehouses do not exist; `named` are their ids or codes, as they were given."""

    def __init__(self, named: Sequence[int | str]) -> None:
        super().__init__(", ".join(map(str, named)))
        self.named = named


def name_key(name: str) -> str:
    """What two equal names have in common: how they are written does not matter."""
    return unicodedata.normalize("NFKC", name).casefold()


def is_name(name: str) -> bool:
    """Whether a user may be called so."""
    return len(name) <= LONGEST_NAME and re.fullmatch(NAME, name) is not None
