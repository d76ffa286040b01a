"""A receiver: the connections that lead to one URL, and how an attempt over them goes.

    POST, and the status of the answer is all that counts: its body is read up to a limit, for the
    connection's sake, and kept nowhere. A redirect is an answer like others, which nobody follows.

Where a connection leads is judged when it is made (`targets`): a name is looked up, and one of its
addresses that may be connected to is connected to, by its number. Proxies of the environment are
not asked, for they would decide otherwise.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from socket import SOCK_STREAM
from typing import Any, cast

import httptools

from onhand import __version__
from onhand.webhooks.retries import Failure, retry_after
from onhand.webhooks.targets import Addresses, IpAddress, Target

ATTEMPT_TIMEOUT_S = 20.0
"""For an attempt as a whole, from looking up the name to the status of the answer."""

CONNECT_TIMEOUT_S = 5.0
ADDRESSES_TRIED = 3
LONGEST_ANSWER = 64 * 1024
"""Bytes that are read of an answer, head and body."""

BODY_TIMEOUT_S = 2.0
"""So long the rest of an answer is read whose status is known."""

IDLE_S = 15.0
"""How long a connection is kept that nobody uses."""

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an attempt. `failure` None: it arrived."""

    status: int | None
    failure: Failure | None = None


class NoAnswer(Exception):
    """An attempt ended without an answer; the message says how."""


class HeardNothing(NoAnswer):
    """The connection ended before it said anything."""


class Receiver:
    """Sends to one URL. Of the event loop; close it in the end."""

    def __init__(
        self, target: Target, addresses: Addresses, *, timeout_s: float = ATTEMPT_TIMEOUT_S
    ) -> None:
        self._target = target
        self._addresses = addresses
        self._timeout_s = timeout_s
        self._idle: list[Connection] = []
        self._head = (
            f"POST {target.path} HTTP/1.1\r\n"
            f"host: {target.authority}\r\n"
            f"user-agent: onhand/{__version__}\r\n"
            "accept: */*\r\n"
            "content-type: application/cloudevents+json; charset=utf-8\r\n"
        )

    async def post(self, headers: Headers, body: bytes, now: datetime) -> Answered:
        """Send once, and say what came of it; nothing is raised."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        head = f"{self._head}content-length: {len(body)}\r\n{lines}\r\n"
        try:
            async with asyncio.timeout(self._timeout_s):
                status, asked_to_wait = await self._ask(head.encode("ascii") + body)
        except TimeoutError:
            return _failed(f"There was no answer within {self._timeout_s:g} seconds")
        except NoAnswer as fault:
            return _failed(str(fault))
        if 200 <= status < 300:
            return Answered(status)
        pause = retry_after(asked_to_wait, now) if asked_to_wait else None
        return Answered(status, Failure(_of_status(status), status, pause))

    def close(self) -> None:
        """Let go of the connections that nobody uses; those in use are let go of after it."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def _ask(self, request: bytes) -> tuple[int, str]:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_fresh:
                try:
                    return await self._ask_over(connection, request)
                except HeardNothing:
                    # It had been closed at the other end meanwhile, which is nobody's failure.
                    continue
            connection.close()
        return await self._ask_over(await self._connect(), request)

    async def _ask_over(self, connection: Connection, request: bytes) -> tuple[int, str]:
        try:
            told = await connection.ask(request)
        except BaseException:
            connection.close()
            raise
        if connection.is_fresh:
            self._idle.append(connection)
        return told

    async def _connect(self) -> Connection:
        target, loop = self._target, asyncio.get_running_loop()
        context = tls_context() if target.scheme == "https" else None
        said = ""
        for address in await self._allowed():
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    _, connection = await loop.create_connection(
                        Connection,
                        str(address),
                        target.port,
                        ssl=context,
                        server_hostname=target.host.rstrip(".") if context else None,
                    )
                return connection
            except ssl.SSLCertVerificationError as error:
                said = f"The certificate of {target.host} is not valid: {error.verify_message}"
            except ssl.SSLError as error:
                said = f"No TLS connection to {target.host}: {error.reason}"
            except TimeoutError:
                said = f"{target.host} did not take a connection in {CONNECT_TIMEOUT_S:g} seconds"
            except OSError as error:
                said = f"No connection to {target.host}: {_why(error)}"
        raise NoAnswer(said)

    async def _allowed(self) -> list[IpAddress]:
        """The addresses to connect to. Raises `NoAnswer`, not least where none may be."""
        target, loop = self._target, asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(target.host, target.port, type=SOCK_STREAM)
        except OSError as error:
            raise NoAnswer(f"{target.host} has no address: {error.strerror}") from None
        addresses = [ipaddress.ip_address(it[4][0]) for it in found]
        faults = {it: self._addresses.fault(target.scheme, it) for it in addresses}
        allowed = [it for it, fault in faults.items() if fault is None]
        if not allowed:
            raise NoAnswer(next(fault for fault in faults.values() if fault is not None))
        return allowed[:ADDRESSES_TRIED]


class Connection(asyncio.Protocol):
    """One connection, on which one request after the other is asked."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._used_at = self._loop.time()
        self._waiter: asyncio.Future[tuple[int, str]] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser: Any = httptools.HttpResponseParser(self)
        self._received = 0
        self._status = 0
        self._retry_after = ""

    @property
    def is_fresh(self) -> bool:
        """Whether another request may be asked on it."""
        transport = self._transport
        is_open = transport is not None and not transport.is_closing()
        return is_open and self._loop.time() - self._used_at < IDLE_S

    async def ask(self, request: bytes) -> tuple[int, str]:
        """Send a request; the status of its answer and its `Retry-After`. Raises `NoAnswer`."""
        assert self._transport is not None
        assert self._waiter is None
        self._begin()
        self._waiter = self._loop.create_future()
        self._transport.write(request)
        try:
            return await self._waiter
        finally:
            self._waiter = None
            if self._patience is not None:
                self._patience.cancel()
                self._patience = None
            self._used_at = self._loop.time()

    def close(self) -> None:
        """Close it at once; what was not sent yet is dropped."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        # uvloop's are none by inheritance.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._received += len(data)
        if self._waiter is None or self._waiter.done():
            # Nobody asked for this: whatever it is, no answer must be taken for another.
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._end(NoAnswer("What it answered is no HTTP/1.1"))
            return
        if self._received > LONGEST_ANSWER:
            self._end(NoAnswer(f"Its answer is longer than {LONGEST_ANSWER // 1024} KiB"))
        elif self._status >= 200 and self._patience is None and not self._waiter.done():
            self._patience = self._loop.call_later(BODY_TIMEOUT_S, self._end, _ENOUGH)

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever waits has waited for nothing, unless the end of the line was that of the body."""
        kind = NoAnswer if self._received else HeardNothing
        self._end(kind("The connection was closed before there was an answer"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Of httptools: a header."""
        if name.lower() == b"retry-after":
            self._retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Of httptools: the head is here."""
        self._status = self._parser.get_status_code()

    def on_message_complete(self) -> None:
        """Of httptools: the answer is here, or one that only says that more will follow."""
        if self._status < 200:
            self._status = 0
            return
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result((self._status, self._retry_after))
        if not self._parser.should_keep_alive():
            self.close()

    def _end(self, fault: NoAnswer) -> None:
        """End it; the head of an answer is answer enough."""
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            if self._status >= 200:
                waiter.set_result((self._status, self._retry_after))
            else:
                waiter.set_exception(fault)
        self.close()


_ENOUGH = NoAnswer("The rest of its answer did not come")


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """What certificates are checked by: those that the system trusts. Made when first needed."""
    return ssl.create_default_context()


def _failed(error: str) -> Answered:
    return Answered(None, Failure(error))


def _of_status(status: int) -> str:
    if 300 <= status < 400:
        return f"It answered {status}: a redirect, which is not followed; change the URL"
    return f"It answered {status}"


def _why(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
