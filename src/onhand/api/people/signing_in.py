"""Signing in: from a name and a password, or from who somebody is elsewhere, to a session.

    name, password → attempts counted → hash checked, beside the loop → attempts forgiven → session

Every wrong attempt costs the same work and gets the same answer, whether there is such a user, one
that is disabled, or one without a password. Who has to wait is told so from memory, as far as this
process knows, so that a flood of attempts costs neither hashes nor writes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from onhand.api.problems import Problem, invalid
from onhand.api.read_threads import ReadThreads
from onhand.core.callers import Caller
from onhand.ledger.guessing import (
    OF_ADDRESS,
    OF_DEVICE,
    OF_USER,
    Attempts,
    Subject,
    network_of,
)
from onhand.ledger.keys import hashed
from onhand.ledger.passwords import HashingThread, checked, password_fault
from onhand.ledger.passwords import hashed as password_hashed
from onhand.ledger.people import People, User, name_key
from onhand.ledger.ports import Clock
from onhand.ledger.sessions import Limits, NewSession, Session, Sessions, new_secret

Result = TypeVar("Result")

_WAITS_REMEMBERED = 10_000
_NOBODY = 0
"""The id that no user has: an unknown name costs the same looks as a known one."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in: an address, what the browser calls itself, and its cookies."""

    address: str | None
    user_agent: str | None
    session_secret: str | None
    device_secret: str | None


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has begun, with the secrets for the browser's cookies."""

    user: User
    session: Session
    secret: str
    device_secret: str


class SigningIn:
    """Has people sign in, and looks after their passwords."""

    def __init__(
        self,
        people: People,
        sessions: Sessions,
        attempts: Attempts,
        clock: Clock,
        limits: Limits,
        least_characters: int,
        hashing: HashingThread,
        threads: ReadThreads,
    ) -> None:
        """`threads` are what waits for the database; both end with this."""
        self._people = people
        self._sessions = sessions
        self._attempts = attempts
        self._clock = clock
        self._limits = limits
        self._least_characters = least_characters
        self._hashing = hashing
        self._threads = threads
        self._waits: dict[str, datetime] = {}

    async def by_password(self, name: str, password: str, browser: Browser) -> Begun:
        """Sign somebody in. Raises a 401 where name and password do not go together, a 429 where
        they were tried too often, and faults.
        """
        self._hashing.refuse_if_full()
        user = await self.ask(lambda: self._people.find(name))
        subjects = await self._subjects(name, user, browser)
        right = await self._try(user, password, subjects)
        begun = await self.begin(user, browser) if right and user is not None else None
        if begun is None:
            raise Problem(
                "unauthorized",
                "The name or the password is wrong",
                headers=(("WWW-Authenticate", 'Bearer realm="onhand"'),),
            )
        return begun

    async def begin(self, user: User, browser: Browser) -> Begun | None:
        """Begin a session of somebody who has proven who they are; None where they may not."""
        secret = new_secret()
        device_secret = browser.device_secret or new_secret()
        now = self._clock()
        new = NewSession(
            user.id,
            hashed(secret),
            hashed(device_secret),
            now + self._limits.longest,
            browser.address,
            browser.user_agent,
        )
        before = None if browser.session_secret is None else hashed(browser.session_secret)
        session = await self.ask(lambda: self._sessions.begin(new, now, instead_of=before))
        return None if session is None else Begun(user, session, secret, device_secret)

    async def confirm(self, user: User, password: str, browser: Browser) -> None:
        """Have somebody who is signed in prove it again. Raises a 422, a 429, and faults."""
        self._hashing.refuse_if_full()
        subjects = await self._subjects(user.name, user, browser)
        if not await self._try(user, password, subjects):
            raise invalid({"current_password": ["Is not your password"]})

    async def fresh_hash(self, password: str, field: str, known: Sequence[str]) -> str:
        """The hash of a new password. Raises a 422 where it will not do; `known` as there."""

        def work() -> tuple[str | None, str]:
            fault = password_fault(password, self._least_characters, known)
            return fault, "" if fault else password_hashed(password)

        fault, made = await self._hashing.run(work)
        if fault is not None:
            raise invalid({field: [fault]})
        return made

    async def change_password(self, user: User, password_hash: str, by: Caller) -> None:
        """Give somebody another password, which signs them out everywhere."""
        now = self._clock()
        await self.ask(lambda: self._people.set_password(user.id, password_hash, by, now))
        await self._forgive([_of_name(user.name)])

    async def ask(self, question: Callable[[], Result]) -> Result:
        """Ask the database, or tell it something, beside the loop."""
        return await self._threads.run(question)

    def close(self) -> None:
        """Let the threads end."""
        self._hashing.close()
        self._threads.close()

    async def _try(self, user: User | None, password: str, subjects: Sequence[Subject]) -> bool:
        now = self._clock()
        waits = {it.key: until for it in subjects if (until := self._waits.get(it.key, now)) > now}
        if not waits:
            waits = dict(await self.ask(lambda: self._attempts.begin(subjects, now)))
        if waits:
            self._remember(waits, now)
            raise _too_many(max(waits.values()), now)
        user_id = _NOBODY if user is None else user.id
        kept = await self.ask(lambda: self._people.password_hash(user_id))
        result = await self._hashing.run(lambda: checked(kept, password))
        if user is None or not user.is_active or not result.is_right:
            return False
        await self._forgive(subjects)
        if kept is not None and result.fresh_hash is not None:
            old, new = kept, result.fresh_hash
            await self.ask(lambda: self._people.refresh_hash(user_id, old, new))
        return True

    async def _subjects(self, name: str, user: User | None, browser: Browser) -> Sequence[Subject]:
        if browser.device_secret is not None:
            device = hashed(browser.device_secret)
            user_id, now = _NOBODY if user is None else user.id, self._clock()
            if await self.ask(lambda: self._sessions.knows_device(user_id, device, now)):
                return [Subject(f"device:{user_id}:{device}", OF_DEVICE)]
        network = network_of(browser.address)
        of_address = [] if network is None else [Subject(f"address:{network}", OF_ADDRESS)]
        return [_of_name(name), *of_address]

    async def _forgive(self, subjects: Sequence[Subject]) -> None:
        for subject in subjects:
            self._waits.pop(subject.key, None)
        now = self._clock()
        await self.ask(lambda: self._attempts.forgive(subjects, now))

    def _remember(self, waits: Mapping[str, datetime], now: datetime) -> None:
        if len(self._waits) > _WAITS_REMEMBERED:
            self._waits = {key: until for key, until in self._waits.items() if until > now}
        if len(self._waits) <= _WAITS_REMEMBERED:
            self._waits.update(waits)


def _of_name(name: str) -> Subject:
    # Hashed, so that any name has room, and a password typed in its place is not kept.
    digest = hashlib.sha256(name_key(name).encode()).hexdigest()
    return Subject(f"user:{digest}", OF_USER)


def _too_many(until: datetime, now: datetime) -> Problem:
    seconds = max(1, math.ceil((until - now).total_seconds()))
    return Problem(
        "too_many_requests",
        f"Tried too often: try again in {seconds} seconds",
        headers=(("Retry-After", str(seconds)),),
    )
