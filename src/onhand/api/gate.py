"""The gate: who may call, decided from memory.

Keys are known by their hash and read again once a second, so that no request waits for the
database. In between, a header that was let in is known as it stands: a hash for each request cost
6 % of what a hot product sells (decision 57). A key that is not known yet is looked for at once, a
few times a second at most: a new key works at once, and a flood of wrong ones costs the database
nothing. Which keys were used is noted once a minute, beside the requests.

People come with a session instead of a key (`onhand.api.people.signed_in`), known just so.

While no key and no user was ever made, a server that only this machine can reach is open to all who
call it by a name of this machine. A page of another site, open in a browser here, is refused by its
`Origin`, and one that had its own name point here by its `Host`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from onhand.api.addresses import Proxies
from onhand.api.people.signed_in import SignedIn, UnknownSession
from onhand.api.problems import Problem, lacking
from onhand.api.rate_limits import RateLimit
from onhand.api.site import is_here
from onhand.api.wire import Scope as Connection
from onhand.api.wire import header
from onhand.core.callers import Caller
from onhand.ledger.access import Grant, Permission
from onhand.ledger.faults import Fault, StoreUnavailable
from onhand.ledger.keys import ApiKey, Keys, hashed
from onhand.ledger.ports import Clock

log = structlog.get_logger(__name__)

ANONYMOUS = "anonymous"
_ANYTHING = Grant(frozenset(Permission))
REFRESH_SECONDS = 1.0
NOTE_USE_SECONDS = 60.0
_PATIENCE_SECONDS = 0.25
_MOST_ADDRESSES = 1_000
"""Addresses that a caller is remembered at; beyond it they are forgotten."""


class UnknownKey(Problem):
    """No such key is in force, as far as the gate knows."""


_MOST_MET = 10_000
"""Headers remembered until the keys are read again: a key's holder may write it in many ways."""

_NO_KEY = "Send an API key, as `Authorization: Bearer onhand_…`; `onhand key create` makes one"
_WRONG_KEY = "This API key is not in force: it is mistyped or revoked"
_EXPIRED = "This API key expired at {}: `onhand key rotate --expires` gives it a new secret and end"
_REPLACED = "This API key has another secret since it was rotated; the old one worked until {}"


class Holder:
    """Somebody to whom something is granted, as known to the gate.

    `ends_at` is when whatever lets them in does so no more, `ended` says why in words.
    """

    __slots__ = ("_callers", "_grant", "_name", "ended", "ends_at", "key_id")

    def __init__(
        self,
        name: str,
        grant: Grant,
        key_id: int | None = None,
        ends_at: datetime | None = None,
        ended: str = "",
    ) -> None:
        self._name = name
        self._grant = grant
        self._callers: dict[str | None, Caller] = {}
        self.key_id = key_id
        self.ends_at = ends_at
        self.ended = ended

    def at(self, address: str | None) -> Caller:
        """The caller that they are at an address; making one takes longer than finding it."""
        caller = self._callers.get(address)
        if caller is None:
            if len(self._callers) >= _MOST_ADDRESSES:
                self._callers.clear()
            grant = self._grant
            caller = Caller(self._name, address, grant.within, grant.permissions)
            self._callers[address] = caller
        return caller


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Gate:
    """Tells who a request comes from, or that it may not come in."""

    def __init__(
        self,
        keys: Keys,
        *,
        loopback: bool,
        limit: RateLimit | None = None,
        proxies: Proxies | None = None,
        signed_in: SignedIn | None = None,
        clock: Clock = _utc_now,
    ) -> None:
        """`loopback`: the server is bound to this machine alone. Without a limit there is none."""
        self.keys = keys
        self._signed_in = signed_in
        self._loopback = loopback
        self._limit = limit
        self._proxies = proxies or Proxies()
        self._clock = clock
        self._anybody = Holder(ANONYMOUS, _ANYTHING)
        self._known: Mapping[str, Holder] | None = None
        self._met: dict[bytes, Holder] = {}
        self._used: set[int] = set()
        self._open = False
        self._task: asyncio.Task[None] | None = None
        self._refreshed = 0.0
        self._used_noted = time.monotonic()
        self._lock = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody who reaches the server may do anything."""
        return self._open

    def admit(
        self, authorization: bytes | None, needed: Permission | None, address: str | None = None
    ) -> Caller:
        """Who it is, as movements name them; from memory, in microseconds.

        `needed` None: whatever they may do. Raises `UnknownKey` (401), a 403 where the key may do
        less, or a 429 where it asks for more than its share.
        """
        if self._open:
            return self._anybody.at(address)
        return self._served(self._holder(authorization).at(address), needed)

    def admit_request(self, connection: Connection, needed: Permission | None) -> Caller:
        """Who a request comes from, as far as is known. Raises like `admit`, and for people like
        `SignedIn.admit`.

        While the server is open, strangers get a 403.
        """
        address = self._proxies.address_of(connection)
        if not self._open:
            if self._signed_in is not None and self._signed_in.presents_session(connection):
                return self._served(self._signed_in.admit(connection, address), needed)
            return self.admit(header(connection, b"authorization"), needed, address)
        fault = stranger(header(connection, b"host"), header(connection, b"origin"))
        if fault is not None:
            raise Problem("forbidden", fault)
        if self._limit is not None:
            self._limit.take(f"{ANONYMOUS} {address}")
        return self._anybody.at(address)

    async def admit_request_or_look(
        self, connection: Connection, needed: Permission | None
    ) -> Caller:
        """`admit_request`, but look again for what is not known: it may be new.

        Whoever is refused for want of a key has a share of such refusals, by their address.
        """
        try:
            if self._open:
                return self.admit_request(connection, needed)
            if self._signed_in is not None and self._signed_in.presents_session(connection):
                return await self._admit_session_or_look(self._signed_in, connection, needed)
            address = self._proxies.address_of(connection)
            authorization = header(connection, b"authorization")
            return await self.admit_or_look(authorization, needed, address)
        except (UnknownKey, UnknownSession):
            if self._limit is not None:
                self._limit.take(f"{ANONYMOUS} {self._proxies.address_of(connection)}")
            raise

    async def admit_or_look(
        self, authorization: bytes | None, needed: Permission | None, address: str | None = None
    ) -> Caller:
        """`admit`, but look again for a key that is not known: it may have just been made."""
        try:
            return self.admit(authorization, needed, address)
        except UnknownKey:
            if authorization is None or time.monotonic() - self._refreshed < _PATIENCE_SECONDS:
                raise
        with suppress(Fault):
            await self.refresh()
        return self.admit(authorization, needed, address)

    async def _admit_session_or_look(
        self, people: SignedIn, connection: Connection, needed: Permission | None
    ) -> Caller:
        with suppress(UnknownSession):
            return self.admit_request(connection, needed)
        with suppress(Fault):
            if not await people.was_used_elsewhere(connection):
                await self._look()
        return self.admit_request(connection, needed)

    def _served(self, caller: Caller, needed: Permission | None) -> Caller:
        """A caller who may do what they ask for, and asks for no more than their share."""
        if self._limit is not None:
            self._limit.take(caller.name)
        if needed is not None and needed not in caller.permissions:
            raise lacking(needed)
        return caller

    def _holder(self, authorization: bytes | None) -> Holder:
        """Whose key it is, in force now. Raises `UnknownKey`."""
        if authorization is None or authorization[:7].lower() != b"bearer ":
            raise _unauthorized(_NO_KEY, "")
        if self._known is None:
            raise StoreUnavailable
        holder = self._met.get(authorization)
        if holder is None:
            holder = self._meet(authorization, self._known)
        if holder.ends_at is not None and holder.ends_at <= self._clock():
            raise _unauthorized(holder.ended, ', error="invalid_token"')
        if holder.key_id is not None:
            self._used.add(holder.key_id)
        return holder

    def _meet(self, authorization: bytes, known: Mapping[str, Holder]) -> Holder:
        """Whose key it is, by its hash, and remember that. Raises `UnknownKey`.

        Both look-ups are by a hash, SHA-256 here and the dictionary's own there: how long one takes
        tells nothing of a secret with 256 random bits, so no comparison has to be constant in time.
        """
        holder = known.get(hashed(authorization[7:].strip().decode("latin-1")))
        if holder is None:
            raise _unauthorized(_WRONG_KEY, ', error="invalid_token"')
        if len(self._met) < _MOST_MET:
            self._met[authorization] = holder
        return holder

    async def refresh(self) -> None:
        """Read the keys again. Raises `StoreUnavailable`; what was known then stays known."""
        started = time.monotonic()
        async with self._lock:
            if self._refreshed >= started:
                return
            self._refreshed = started
            keys = await asyncio.to_thread(self.keys.all)
            self._known = {
                secret_hash: holder for key in keys for secret_hash, holder in _holders(key)
            }
            self._met = {}
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
            try:
                await self.note_use()
                if self._signed_in is not None:
                    await self._signed_in.save(everything=True)
            except Exception:
                # Whatever it is, what clients were promised is still to be written.
                log.warning("gate.use_not_noted", exc_info=True)

    async def _keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.refresh()
                if self._signed_in is not None:
                    await self._signed_in.save()
                if time.monotonic() - self._used_noted >= NOTE_USE_SECONDS:
                    await self.note_use()
            except Fault:
                log.warning("gate.keys_unreadable")
            except Exception:
                log.exception("gate.refresh_failed")

    async def note_use(self) -> None:
        """Keep which keys were used since this was done last. Raises faults; then it is tried
        again.
        """
        used, self._used = self._used, set()
        self._used_noted = time.monotonic()
        try:
            if used:
                await asyncio.to_thread(self.keys.note_use, used, self._clock())
        except Fault:
            self._used |= used
            raise


def _holders(key: ApiKey) -> Iterator[tuple[str, Holder]]:
    """Each secret of a key that somebody may still have, by its hash."""
    if key.revoked_at is not None:
        return
    told = (key.actor, key.grant, key.id)
    ends_at, ended = key.expires_at, ""
    if ends_at is not None:
        ended = _EXPIRED.format(_as_told(ends_at))
    yield key.secret_hash, Holder(*told, ends_at, ended)
    until = key.previous_until
    if key.previous_hash is not None and until is not None:
        if ends_at is None or until <= ends_at:
            ends_at, ended = until, _REPLACED.format(_as_told(until))
        yield key.previous_hash, Holder(*told, ends_at, ended)


def _as_told(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


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
