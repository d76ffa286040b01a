"""API keys: which machines may call, how much, where, and until when.

Model: a key's secret is 256 random bits, shown once when made; only its SHA-256 is kept (a fast
hash is right for a secret that cannot be guessed). A rotated key has a new secret, and its old one
works a while longer; rotated again, it is the one before that works on. A key that was revoked or
has expired is kept: movements name it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from onhand.core.callers import Caller
from onhand.ledger.access import ROLES, SCOPES, Grant, Role, Scope

ACTOR = "key:"
"""What the name of a key begins with where movements and documents keep it."""

PREFIX = "onhand_"
GRACE = timedelta(hours=24)
"""How long a rotated key's old secret works on, where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key to make: it has a role or a scope. `within` None: all warehouses."""

    name: str
    scope: Scope | None = None
    role: Role | None = None
    within: frozenset[int] | None = None
    expires_at: datetime | None = None

    @property
    def grant(self) -> Grant:
        """What it may do, and where."""
        if self.role is not None:
            return Grant(ROLES[self.role], self.within)
        assert self.scope is not None
        return Grant(SCOPES[self.scope], self.within)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey(NewKey):
    """A key as stored, without its secrets.

    `previous_hash` is what is kept of the secret before the last rotation, which works until
    `previous_until`. `last_used_at` may be a minute behind.
    """

    id: int
    secret_hash: str
    created_at: datetime
    created_by: str | None = None
    rotated_at: datetime | None = None
    previous_hash: str | None = None
    previous_until: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def actor(self) -> str:
        """The name that movements keep."""
        return ACTOR + self.name

    def has_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Rotation:
    """A key's new secret, by its hash, and until when the old one works.

    `expires_at` is when the key ends then.
    """

    secret_hash: str
    at: datetime
    previous_until: datetime
    expires_at: datetime | None


class Keys(Protocol):
    """Where keys are kept. Raises the ledger's faults. `by` is who asks for a change."""

    def create(self, key: NewKey, secret_hash: str, by: Caller, now: datetime) -> ApiKey:
        """Add a key. Raises `KeyNameTaken`."""
        ...

    def rotate(self, key_id: int, rotation: Rotation, by: Caller) -> ApiKey | None:
        """Give a key another secret; None where no such key is in force."""
        ...

    def revoke(self, key_id: int, by: Caller, now: datetime) -> ApiKey | None:
        """End a key for good; None where no such key is in force."""
        ...

    def note_use(self, key_ids: Iterable[int], now: datetime) -> None:
        """Keep that keys were used just now."""
        ...

    def all(self) -> Sequence[ApiKey]:
        """Every key ever made, by id."""
        ...


NAME = r"[^\x00-\x20\x7F](?:[^\x00-\x1F\x7F]{0,98}[^\x00-\x20\x7F])?"
"""A key's name: one line, which begins and ends with something that can be seen."""


def name_fault(name: str) -> str | None:
    """Why a key cannot be named so, or None."""
    if re.fullmatch(NAME, name):
        return None
    return "A name has 1 to 100 characters on one line, and no space around it"


class KeyNameTaken(Exception):
    """A key of that name exists, in force or revoked: movements name it, so it is not given
    twice.
    """


def new_secret() -> str:
    """A fresh secret, to be shown once."""
    return PREFIX + secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret: its SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()
