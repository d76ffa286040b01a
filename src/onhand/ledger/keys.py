"""API keys: who may call, and how much.

Model: a key is 256 random bits, shown once when made; only its SHA-256 is kept (a fast hash is
right for a secret that cannot be guessed).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from onhand.ledger.access import Scope

PREFIX = "onhand_"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as stored, without its secret."""

    id: int
    name: str
    scope: Scope
    secret_hash: str
    created_at: datetime
    revoked_at: datetime | None


class Keys(Protocol):
    """Where keys are kept."""

    def create(self, name: str, scope: Scope, secret_hash: str, now: datetime) -> ApiKey:
        """Add a key. Raises `KeyNameTaken`."""
        ...

    def revoke(self, name: str, now: datetime) -> ApiKey | None:
        """End a key for good; None where no such key is in force."""
        ...

    def all(self) -> Sequence[ApiKey]:
        """Every key ever made, by id."""
        ...


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
