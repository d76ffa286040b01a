"""Passwords: what one has to be, and how it is hashed and checked.

Hashed by argon2id with the parameters that argon2-cffi recommends, which are those of RFC 9106 for
machines with little memory: 64 MiB, three passes, four lanes. NIST SP 800-63B has the rest: any
characters count, as NFKC has them, none is asked for, nothing is cut off, and what everybody tries
first is refused, by zxcvbn's estimate of how many guesses that takes. Both libraries are loaded
when they are first needed.

Each hash holds 64 MiB and takes a CPU for a fifth of a second, so they are worked on one at a time,
in a thread that on Linux gives way to everything else, and only some may wait.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import threading
import unicodedata
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from onhand.ledger.faults import QueueFull

if TYPE_CHECKING:
    from argon2 import PasswordHasher

Result = TypeVar("Result")

LEAST_CHARACTERS = 8
MOST_CHARACTERS = 256
WAITING = 20
"""Hashes that may wait for the one at work; past it whoever wants one is told to come again."""

_ESTIMATED_CHARACTERS = 32
"""What zxcvbn looks at: its work grows with the square of it, and more is hardly ever guessed."""

_EASY = 10**6
"""Guesses that an attacker may get through over the years, at the pace that `guessing` allows."""

_GIVES_WAY = 10
_GENERATED_BYTES = 12


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a password was right; `fresh_hash` where it should be kept under another hash."""

    is_right: bool
    fresh_hash: str | None = None


def password_fault(password: str, least: int, known: Collection[str] = ()) -> str | None:
    """Why a password will not do, or None. `known` is what an attacker knows of its user."""
    normal = _normal(password)
    if len(normal) < least:
        return f"Must have {least} characters or more; a few words do well"
    if len(normal) > MOST_CHARACTERS:
        return f"Must have {MOST_CHARACTERS} characters or fewer"
    if guesses(normal, known) < _EASY:
        return "Is among those that are tried first: choose another, a few words do well"
    return None


def guesses(password: str, known: Collection[str] = ()) -> int:
    """About how many guesses a password takes."""
    from zxcvbn import zxcvbn

    words = [word for word in ("onhand", *known) if word]
    return int(zxcvbn(password[:_ESTIMATED_CHARACTERS], user_inputs=words)["guesses"])


def generated() -> str:
    """A password that nobody has to think up: 96 random bits."""
    return secrets.token_urlsafe(_GENERATED_BYTES)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(_normal(password))


def checked(password_hash: str | None, password: str) -> Checked:
    """Whether a password is the one that was hashed; as much work where there is no hash."""
    from argon2.exceptions import InvalidHashError, VerificationError

    hasher, decoy = _hasher(), _decoy()
    try:
        hasher.verify(decoy if password_hash is None else password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return Checked(False)
    if password_hash is None:
        return Checked(False)
    stale = hasher.check_needs_rehash(password_hash)
    return Checked(True, hashed(password) if stale else None)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _decoy() -> str:
    """The hash of a password that nobody has."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


class HashingThread:
    """Works on passwords beside the event loop, one at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(
            1, thread_name_prefix="onhand-password", initializer=_give_way
        )
        self._waiting = 0

    def refuse_if_full(self) -> None:
        """Raise `QueueFull` where too much waits already."""
        if self._waiting > WAITING:
            raise QueueFull("Many people are signing in; try again in a moment")

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of some work. Raises `QueueFull` where too much waits already."""
        self.refuse_if_full()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the thread end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _give_way() -> None:
    """Have this thread, and those that argon2 starts from it, give way to all others."""
    # Elsewhere than on Linux the number names no thread.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _GIVES_WAY)
