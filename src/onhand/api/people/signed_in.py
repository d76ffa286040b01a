"""Who is signed in, known from memory, so that a session costs no look at the database.

What changed is read once a second, by the numbers of changes (`onhand.ledger.sessions`), along with
the keys: so a session that ends, or a user who is disabled, is refused within a second by every
server, and at once by the one that was told. A session that is not known yet, or seems idle because
it was used at another server, is looked up before it is refused.

When a session was used last is saved once a minute at most, so that after a crash it may seem to
have been idle for that much longer than it was.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from onhand.api.people import cookies
from onhand.api.problems import Problem, of_status
from onhand.api.site import SAFE_METHODS, Site
from onhand.api.wire import Scope as Connection
from onhand.api.wire import header, require_json
from onhand.core.callers import Caller
from onhand.ledger.keys import hashed
from onhand.ledger.people import User
from onhand.ledger.ports import Clock
from onhand.ledger.sessions import Limits, Session, Sessions

SAVED_EVERY = timedelta(minutes=1)


class UnknownSession(Problem):
    """No such session is live, as far as is known."""


@dataclass(slots=True)
class Held:
    """A session in memory: when it was used last, and as of when the database knows of it."""

    session: Session
    seen_at: datetime
    saved_at: datetime

    def is_idle(self, now: datetime, limits: Limits) -> bool:
        """Whether it was not used for too long, as far as is known here."""
        return now >= self.seen_at + limits.idle


class SignedIn:
    """The users and sessions that this process knows."""

    def __init__(self, sessions: Sessions, clock: Clock, limits: Limits, site: Site) -> None:
        """Nothing is known until `refresh`."""
        self._sessions = sessions
        self._clock = clock
        self._limits = limits
        self._site = site
        self._number = -1
        self._users: dict[int, User] = {}
        self._held: dict[str, Held] = {}

    @property
    def anybody(self) -> bool:
        """Whether any user was ever made."""
        return bool(self._users)

    def presents_session(self, connection: Connection) -> bool:
        """Whether a request comes with a session, live or not, and without a key."""
        return header(connection, b"authorization") is None and self._hash(connection) is not None

    def admit(self, connection: Connection, address: str | None) -> Caller:
        """Who a request with a session comes from; from memory, in microseconds.

        Raises `UnknownSession` (401), a 403 where another site's page sent it, a 415 where it has a
        body that is not said to be JSON.
        """
        user, _ = self._live(connection)
        if connection["method"] not in SAFE_METHODS:
            self._refuse_other_sites(connection)
        grant = user.grant
        return Caller(user.actor, address, grant.within, grant.permissions)

    def session_of(self, connection: Connection) -> tuple[User, Session]:
        """Whose session a request comes with. Raises `UnknownSession` where it is not live."""
        user, held = self._live(connection)
        return user, replace(held.session, seen_at=held.seen_at)

    async def was_used_elsewhere(self, connection: Connection) -> bool:
        """Whether a session that seems idle here was used at another server. Raises faults."""
        secret_hash = self._hash(connection)
        held = None if secret_hash is None else self._held.get(secret_hash)
        if secret_hash is None or held is None or not held.is_idle(self._clock(), self._limits):
            return False
        session = await asyncio.to_thread(self._sessions.session, held.session.id)
        if session is not None:
            held.seen_at = held.saved_at = max(held.seen_at, session.seen_at)
        if held.is_idle(self._clock(), self._limits):
            self._held.pop(secret_hash, None)
            return False
        return True

    async def refresh(self) -> None:
        """Read what has changed. Raises faults; what was known then stays known."""
        changes = await asyncio.to_thread(self._sessions.changed, self._number, self._clock())
        self._users.update((user.id, user) for user in changes.users)
        for session in changes.sessions:
            if session.ended_at is not None:
                self._held.pop(session.secret_hash, None)
            elif session.secret_hash not in self._held:
                held = Held(session, session.seen_at, session.seen_at)
                self._held[session.secret_hash] = held
        self._number = changes.number

    async def save(self, *, everything: bool = False) -> None:
        """Save when sessions were used last; those of the last minute only at the end."""
        now = self._clock()
        for secret_hash, held in [*self._held.items()]:
            if held.session.expires_at <= now:
                del self._held[secret_hash]
        unsaved = timedelta(0) if everything else min(SAVED_EVERY, self._limits.idle / 4)
        used = [it for it in self._held.values() if it.seen_at > it.saved_at + unsaved]
        if used:
            moments = {held.session.id: held.seen_at for held in used}
            await asyncio.to_thread(self._sessions.seen, moments)
            for held in used:
                held.saved_at = moments[held.session.id]

    def _live(self, connection: Connection) -> tuple[User, Held]:
        secret_hash = self._hash(connection)
        held = None if secret_hash is None else self._held.get(secret_hash)
        now = self._clock()
        if held is None or now >= held.session.expires_at or held.is_idle(now, self._limits):
            raise _not_signed_in()
        user = self._users.get(held.session.user_id)
        if user is None or not user.is_active:
            raise _not_signed_in()
        held.seen_at = now
        return user, held

    def _hash(self, connection: Connection) -> str | None:
        secret = cookies.read(self._site, connection, cookies.SESSION)
        return None if secret is None else hashed(secret)

    def _refuse_other_sites(self, connection: Connection) -> None:
        fault = self._site.cross_site_fault(connection)
        if fault is not None:
            raise Problem("forbidden", fault)
        # What a page of another site can send without being asked about it first is never JSON.
        length = header(connection, b"content-length") or b"0"
        has_body = length != b"0" or header(connection, b"transfer-encoding") is not None
        if has_body and header(connection, b"content-type") is None:
            raise of_status(415, "Send Content-Type: application/json; this came without one")
        require_json(connection)


def _not_signed_in() -> UnknownSession:
    return UnknownSession(
        "unauthorized",
        "You are not signed in, or no longer: sign in again",
        headers=(("WWW-Authenticate", 'Bearer realm="onhand"'),),
    )
