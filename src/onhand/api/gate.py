"""The gate: who may call, decided from memory.

Keys are known by their hash and read again once a second, so that no request waits for the
database. A key that is not known yet is looked for at once, a few times a second at most: a new key
works at once, and a flood of wrong ones costs the database nothing.

People come with a session instead of a key (`onhand.api.people.signed_in`), known just so.

While no key and no user was ever made, a server that only this machine can reach is open to all who
call it by a name of this machine. A page of another site, open in a browser here, is refused by its
`Origin`, and one that had its own name point here by its `Host`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress

import structlog

from onhand.api.people.signed_in import SignedIn, UnknownSession
from onhand.api.problems import Problem
from onhand.api.site import is_here
from onhand.api.wire import Scope as Connection
from onhand.api.wire import header
from onhand.core.callers import Caller
from onhand.ledger.access import SCOPES, Permission, Scope, least_scope
from onhand.ledger.faults import Fault, StoreUnavailable
from onhand.ledger.keys import Keys, hashed

log = structlog.get_logger(__name__)

ANONYMOUS = "anonymous"
_ANYBODY = Caller(ANONYMOUS, permissions=frozenset(Permission))
REFRESH_SECONDS = 1.0
_PATIENCE_SECONDS = 0.25


class UnknownKey(Problem):
    """No such key is in force, as far as the gate knows."""


_NO_KEY = "Send an API key, as `Authorization: Bearer onhand_…`; `onhand key create` makes one"
_WRONG_KEY = "This API key is not in force: it is mistyped or revoked"


class Gate:
    """Tells who a request comes from, or that it may not come in."""

    def __init__(self, keys: Keys, *, loopback: bool, signed_in: SignedIn | None = None) -> None:
        """`loopback`: the server is bound to this machine alone."""
        self._keys = keys
        self._signed_in = signed_in
        self._loopback = loopback
        self._known: Mapping[str, tuple[Caller, Scope]] | None = None
        self._open = False
        self._task: asyncio.Task[None] | None = None
        self._refreshed = 0.0
        self._lock = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody who reaches the server may do anything."""
        return self._open

    def admit(self, authorization: bytes | None, needed: Permission | None) -> Caller:
        """Who it is, as movements name them; from memory, in microseconds.

        `needed` None: whatever they may do.
        Raises `UnknownKey` (401), or a 403 where the key may do less.
        """
        if self._open:
            return _ANYBODY
        if authorization is None or authorization[:7].lower() != b"bearer ":
            raise _unauthorized(_NO_KEY, "")
        if self._known is None:
            raise StoreUnavailable
        # Looked up by SHA-256: how long that takes tells nothing of a secret with 256 random bits,
        # so there is no comparison to make constant in time.
        secret = authorization[7:].strip().decode("latin-1")
        holder = self._known.get(hashed(secret))
        if holder is None:
            raise _unauthorized(_WRONG_KEY, ', error="invalid_token"')
        caller, scope = holder
        if needed is not None and needed not in SCOPES[scope]:
            raise _forbidden(scope, least_scope(needed))
        return caller

    def admit_request(self, connection: Connection, needed: Permission | None) -> Caller:
        """Who a request comes from, as far as is known. Raises like `admit`.

        While the server is open, strangers get a 403.
        """
        if not self._open:
            if self._signed_in is not None and self._signed_in.presents_session(connection):
                return self._signed_in.admit(connection, needed)
            return self.admit(header(connection, b"authorization"), needed)
        fault = stranger(header(connection, b"host"), header(connection, b"origin"))
        if fault is not None:
            raise Problem("forbidden", fault)
        return _ANYBODY

    async def admit_request_or_look(
        self, connection: Connection, needed: Permission | None
    ) -> Caller:
        """`admit_request`, but look again for a key that is not known: it may be new."""
        if self._open:
            return self.admit_request(connection, needed)
        people = self._signed_in
        if people is not None and people.presents_session(connection):
            with suppress(UnknownSession):
                return people.admit(connection, needed)
            with suppress(Fault):
                if not await people.was_used_elsewhere(connection):
                    await self._look()
            return people.admit(connection, needed)
        return await self.admit_or_look(header(connection, b"authorization"), needed)

    async def admit_or_look(self, authorization: bytes | None, needed: Permission | None) -> Caller:
        """`admit`, but look again for a key that is not known: it may have just been made."""
        try:
            return self.admit(authorization, needed)
        except UnknownKey:
            if authorization is None or time.monotonic() - self._refreshed < _PATIENCE_SECONDS:
                raise
        with suppress(Fault):
            await self.refresh()
        return self.admit(authorization, needed)

    async def refresh(self) -> None:
        """Read the keys again. Raises `StoreUnavailable`; what was known then stays known."""
        started = time.monotonic()
        async with self._lock:
            if self._refreshed >= started:
                return
            self._refreshed = started
            keys = await asyncio.to_thread(self._keys.all)
            self._known = {
                key.secret_hash: (
                    Caller(f"key:{key.name}", permissions=SCOPES[key.scope]),
                    key.scope,
                )
                for key in keys
                if key.revoked_at is None
            }
            if self._signed_in is not None:
                await self._signed_in.refresh()
            anybody = self._signed_in is not None and self._signed_in.anybody
            self._open = self._loopback and not keys and not anybody

    async def _look(self) -> None:
        """Read again what may be new, a few times a second at most, for all who wait for it."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._read_soon(), name="onhand-gate-look")
        await asyncio.shield(self._looking)

    async def _read_soon(self) -> None:
        await asyncio.sleep(self._refreshed + _PATIENCE_SECONDS - time.monotonic())
        # What is made from here on may not be read by this: whoever comes now waits for another.
        self._looking = None
        await self.refresh()

    async def start(self) -> None:
        """Read the keys, and go on doing so once a second."""
        await self.refresh()
        self._task = asyncio.create_task(self._keep_fresh(), name="onhand-gate")

    async def stop(self) -> None:
        """Read them no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._signed_in is not None:
            with suppress(Fault):
                await self._signed_in.save(everything=True)

    async def _keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.refresh()
                if self._signed_in is not None:
                    await self._signed_in.save()
            except Fault:
                log.warning("gate.keys_unreadable")
            except Exception:
                log.exception("gate.refresh_failed")


def stranger(host: bytes | None, origin: bytes | None) -> str | None:
    """Why a request to an open server does not come from this machine's own user, or None."""
    if host is not None and not is_here(host):
        return (
            "While there is no API key and no user, call this server as 127.0.0.1 or localhost."
            " `onhand key create` makes a key, and then any name will do"
        )
    if origin is not None and not is_here(origin.partition(b"://")[2]):
        return "While there is no API key and no user, no other site may call this from a browser"
    return None


def _unauthorized(message: str, error: str) -> UnknownKey:
    challenge = f'Bearer realm="onhand"{error}'
    return UnknownKey("unauthorized", message, headers=(("WWW-Authenticate", challenge),))


def _forbidden(scope: Scope, needed: Scope) -> Problem:
    challenge = f'Bearer realm="onhand", error="insufficient_scope", scope="{needed}"'
    return Problem(
        "forbidden",
        f"This needs a key of scope {needed}; yours has {scope}",
        headers=(("WWW-Authenticate", challenge),),
    )
