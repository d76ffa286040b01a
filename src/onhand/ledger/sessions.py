"""Sessions: that somebody is signed in, in one browser, for a while.

Model: a session is 256 random bits in a cookie, of which only the SHA-256 is kept. It ends when it
is told to, when it was not used for too long, or when it is too old, whichever comes first. Every
change of a session or a user takes the next number of one counter, in its own commit and under the
counter's lock; so whoever has read up to a number has missed nothing before it, and what changed
since is found without reading everything.

A device is a browser in which a user has signed in before, by a cookie of its own that outlives
sessions: what others try elsewhere does not make the user wait there (see `guessing`).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from onhand.ledger.people import User

DEVICES_KEPT = timedelta(days=180)
DEVICES_OF_A_USER = 20
"""The oldest go first."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long sessions last: at most, and without being used."""

    longest: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A session as stored."""

    id: int
    user_id: int
    secret_hash: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    address: str | None
    user_agent: str | None

    def is_live(self, now: datetime, idle: timedelta) -> bool:
        """Whether it still counts."""
        return self.ended_at is None and now < self.expires_at and now < self.seen_at + idle


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to begin, and the device it begins on."""

    user_id: int
    secret_hash: str
    device_hash: str
    expires_at: datetime
    address: str | None
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed since a number, and the number up to which that is all."""

    number: int
    users: Sequence[User]
    sessions: Sequence[Session]


class Sessions(Protocol):
    """Where sessions are kept. Raises the ledger's faults."""

    def begin(
        self, new: NewSession, now: datetime, instead_of: str | None = None
    ) -> Session | None:
        """Begin a session, and know its device; None where the user is no longer active.

        `instead_of` is the secret's hash of the session that this browser had before: it ends.
        """
        ...

    def end(self, session_id: int, user_id: int, now: datetime) -> bool:
        """End one of a user's sessions; whether there was one to end."""
        ...

    def of_user(self, user_id: int, now: datetime, idle: timedelta) -> Sequence[Session]:
        """A user's live sessions, the last begun first."""
        ...

    def session(self, session_id: int) -> Session | None:
        """One session, as it is now."""
        ...

    def seen(self, moments: Mapping[int, datetime]) -> None:
        """Sessions, by id, were used at these moments."""
        ...

    def changed(self, since: int, now: datetime) -> Changes:
        """What changed since a number; since -1: all users, and the sessions that may be live."""
        ...

    def knows_device(self, user_id: int, device_hash: str, now: datetime) -> bool:
        """Whether the user has signed in on a device before."""
        ...

    def forget(self, now: datetime) -> int:
        """Drop sessions that have expired and devices not used for long; how many."""
        ...


def new_secret() -> str:
    """A fresh secret of 256 random bits, fit for a cookie."""
    return secrets.token_urlsafe(32)
