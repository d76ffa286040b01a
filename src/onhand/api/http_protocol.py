"""HTTP/1.1 as uvicorn speaks it, and what is promised to clients besides.

slow clients        so long to send a request whole (else a 408), and to take some of an answer
half-open sockets   the same limits end them, and an idle connection's
unreadable bytes    a 400 like every other, after the answers to what came before them
`Upgrade: …`        ignored, as HTTP allows, and nothing of the request is lost
a half-closed line  a client that says no more still hears its answers
trailers            are no headers: what stands behind a body has no say
endless heads       a 431 as soon as one is too long; the parser itself would keep all of it
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any, cast

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from onhand.api import problems
from onhand.api.problems import Headers, Problem
from onhand.api.wire import head_of, with_connection
from onhand.ledger.ports import Answer

LONGEST_HEAD = 65_536
"""Bytes that may come between a request's beginning and its body, and behind its body."""

_OF_UPGRADES = (b"upgrade", b"http2-settings")


class HttpProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, patience_s: float, **options: Any) -> None:
        """`patience_s`: how long a client may take, as told above."""
        super().__init__(*arguments, **options)
        self._patience_s = patience_s
        self._awaited_since: float | None = None
        """Since when a request has been awaited or arriving; None: it is here, or nobody waits."""

        self._is_arriving = False
        self._is_put_off = False
        self._is_of_use = False
        """Whether what was just read began a request, or was some of a body."""

        self._head_bytes = 0
        self._is_deaf = False
        self._unsent = 0
        self._at_work: RequestResponseCycle | None = None
        self.on_ending: Callable[[], None] = lambda: None
        self._next_look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._awaited_since = self.loop.time()
        self._next_look = self.loop.call_later(self._patience_s, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more, and have nothing more said."""
        if self._next_look is not None:
            self._next_look.cancel()
        # uvicorn tells the request that came last, which may still wait for this one.
        if self._at_work is not None and not self._at_work.response_complete:
            self._at_work.disconnected = True
            self._at_work.message_event.set()
        super().connection_lost(exc)
        # Else they would hold each other until the garbage is looked for.
        if self.scope is not None:
            with_connection(cast("MutableMapping[str, Any]", self.scope), None)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._is_deaf:
            return
        self._unset_keepalive_if_required()
        self._is_of_use = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._is_put_off:
                self._go_on_without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._refuse(problems.unreadable("This is no HTTP/1.1 request"))
        else:
            # Counted by what is read at once, and not by header: that would cost each request.
            self._head_bytes = 0 if self._is_of_use else self._head_bytes + len(data)
            if self._head_bytes > LONGEST_HEAD:
                # The answer to what came before may take a while, and this client goes on.
                self._is_deaf = True
                self._refuse(problems.head_too_large(LONGEST_HEAD))

    def shutdown(self) -> None:
        """The server ends: so does an endless answer, and every other one before the connection."""
        super().shutdown()
        self.on_ending()

    def abort(self) -> None:
        """Close the connection at once; what was not sent yet is dropped."""
        self.transport.abort()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Whether the connection stays, for answers that are still to come."""
        last = self._last_unanswered()
        if last is None:
            return False
        last.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """A request's first byte is here."""
        self._request_begins()
        super().on_message_begin()
        with_connection(cast("MutableMapping[str, Any]", self.scope), self)

    def on_headers_complete(self) -> None:
        """A request's head is here."""
        if self._puts_off():
            return
        super().on_headers_complete()
        # The request keeps the list it was given; what stands behind the body is not added to it.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        """Some of a request's body is here."""
        self._is_of_use = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is here whole."""
        if not self._is_put_off:
            self._awaited_since = None
            super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._at_work = cycle
        super()._start_asgi_task(cycle, app)

    def write_answer(self, answer: Answer, headers: Headers, *, close: bool) -> None:
        """Send an answer in one write, and close behind it where it is the last."""
        status = STATUS_LINE[answer.status]
        default = _lines(tuple(self.server_state.default_headers))
        last = b"connection: close\r\n\r\n" if close else b"\r\n"
        lines = [b"%b: %b\r\n" % pair for pair in head_of(answer, headers)]
        self.transport.write(b"".join((status, default, *lines, last, answer.body)))
        if close:
            self.transport.close()

    def _request_begins(self) -> None:
        self._awaited_since = self.loop.time()
        self._is_arriving = True
        self._is_of_use = True

    def _puts_off(self) -> bool:
        """Whether the request is to be read anew, without its wish for another protocol."""
        parser = self.parser
        self._is_put_off = parser.should_upgrade() and parser.get_method() != b"CONNECT"
        return self._is_put_off

    def _go_on_without_upgrade(self, rest: bytes) -> None:
        first = (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        kept = [pair for pair in self.headers if pair[0] not in _OF_UPGRADES]
        head = b"%b %b HTTP/%b\r\n" % first + b"".join(b"%b: %b\r\n" % pair for pair in kept)
        self._is_put_off = False
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.data_received(head + b"\r\n" + rest)

    def _last_unanswered(self) -> RequestResponseCycle | None:
        """The last request that is here whole and has no answer yet."""
        last = None
        for cycle in (self.cycle, *(cycle for cycle, _ in reversed(self.pipeline))):
            # What is taken on by other means is here whole.
            if cycle and not cycle.response_complete and not getattr(cycle, "more_body", False):
                last = cycle
        return last

    def _refuse(self, problem: Problem) -> None:
        """Answer what is arriving with a problem, and read no more of this client."""
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        last = self._last_unanswered()
        if last is not None:
            # Its answer comes first, and then nothing that a client could take for another's.
            last.keep_alive = False
        elif cycle is not None and not cycle.response_complete and cycle.response_started:
            self.transport.abort()
        else:
            self.write_answer(problem.answer, problem.headers, close=True)

    def _look(self) -> None:
        """Whether the client is too slow; else look again when it may be."""
        unsent = self.transport.get_write_buffer_size()
        if unsent and 0 < self._unsent <= unsent:
            self.transport.abort()
            return
        self._unsent = unsent
        wait_s = self._patience_s
        # While we do not read, it is not the client that is slow.
        if self._awaited_since is not None and not self.flow.read_paused:
            left_s = self._awaited_since + self._patience_s - self.loop.time()
            if left_s <= 0 and not self.transport.is_closing():
                self._end_waiting()
            elif left_s > 0:
                wait_s = left_s
        self._next_look = self.loop.call_later(wait_s, self._look)

    def _end_waiting(self) -> None:
        if self._is_arriving:
            self._refuse(problems.late(self._patience_s))
        else:
            self.transport.close()


@lru_cache(maxsize=4)
def _lines(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    return b"".join(b"%b: %b\r\n" % pair for pair in headers)
