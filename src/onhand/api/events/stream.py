"""Streams: events as they happen, as server-sent events (WHATWG HTML, section 9.2).

    id: 4711                      the event's number: `Last-Event-ID` resumes after it
    event: stock.reserved
    data: {"specversion":"1.0", …

A stream first tells what there is after its number, page by page, then what the hub hands on. Every
so often it says where it is, so that a client who is told little need not start far back, and looks
whether its caller still may listen. It ends with the server, and when its client does not keep up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from onhand.api.events.hub import Announced, EventHub, Listener
from onhand.api.problems import Problem
from onhand.api.wire import SECURITY_HEADERS, Receive, Scope, Send, connection_of, is_head
from onhand.ledger.faults import Fault
from onhand.ledger.feed import EventFilter, FeedPage

log = structlog.get_logger(__name__)

EVENT_STREAM = "text/event-stream"
HEARTBEAT_S = 15.0
RETRY_MS = 2_000
LAST_WORDS_S = 1.0
"""So long a client may take to hear the end."""

_SETTLE_S = 0.02


@dataclass(frozen=True, slots=True)
class EventStream:
    """An endless answer, which an ASGI server can be handed as it is.

    It tells the events after `after`; `newest` is a number that was drawn before it began. `read`
    gives the page after a number, `may_go_on` raises the problem that ends it.
    """

    hub: EventHub
    which: EventFilter
    after: int
    newest: int
    read: Callable[[int], Awaitable[FeedPage]]
    may_go_on: Callable[[], None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it until it ends."""
        head = [(b"content-type", EVENT_STREAM.encode()), (b"x-accel-buffering", b"no")]
        start = {
            "type": "http.response.start",
            "status": 200,
            "headers": [*head, *SECURITY_HEADERS],
        }
        if is_head(scope):
            await send(start)
            await send({"type": "http.response.body", "body": b""})
            return
        with self.hub.listening(self.which, self.newest) as listener:
            await send(start)
            await self._send_all(listener, scope, receive, send)

    async def _send_all(
        self, listener: Listener, scope: Scope, receive: Receive, send: Send
    ) -> None:
        connection = connection_of(scope)
        gone = asyncio.create_task(_end_when_gone(receive, listener), name="onhand-listener")
        try:
            async with asyncio.timeout(None) as patience, aclosing(self._told(listener)) as chunks:
                listener.on_end = lambda: _hurry(patience, listener)
                if connection is not None:
                    connection.on_ending = lambda: listener.end(in_good_order=True)
                async for chunk in chunks:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            # More is to be told than is taken: what is on its way would come late.
            if connection is not None:
                connection.abort()
                await gone
        finally:
            listener.on_end = _nothing
            if connection is not None:
                connection.on_ending = _nothing
            gone.cancel()

    async def _told(self, listener: Listener) -> AsyncGenerator[bytes, None]:
        """What is sent, in parts, until somebody has reason to end it."""
        try:
            yield b"retry: %d\n\n" % RETRY_MS
            position = self.after
            while position < listener.since and not listener.has_ended:
                page = await self.read(position)
                position = page.next_after
                if page.events:
                    yield _frames([Announced(event, self.hub.source) for event in page.events])
                elif not page.has_more:
                    await asyncio.sleep(_SETTLE_S)
            async for chunk in self._live(listener, position):
                yield chunk
        except Problem as problem:
            log.info("events.stream_ended", problem=problem.name)
        except Fault as fault:
            log.warning("events.stream_ended", fault=str(fault))

    async def _live(self, listener: Listener, position: int) -> AsyncIterator[bytes]:
        looked_at = asyncio.get_running_loop().time()
        while not listener.has_ended:
            waiting, reached = await listener.next(HEARTBEAT_S)
            now = asyncio.get_running_loop().time()
            if now - looked_at >= HEARTBEAT_S:
                self.may_go_on()
                looked_at = now
            fresh = [one for one in waiting if one.event.number > position]
            position = max(position, reached)
            if fresh:
                yield _frames(fresh)
            elif not listener.has_ended:
                yield b"id: %d\n: still here\n\n" % position


def _frames(announced: Sequence[Announced]) -> bytes:
    return b"".join(
        b"id: %d\nevent: %b\ndata: %b\n\n" % (it.event.number, it.event.type.encode(), it.encoded)
        for it in announced
    )


async def _end_when_gone(receive: Receive, listener: Listener) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            listener.end(in_good_order=True)
            return


def _hurry(patience: asyncio.Timeout, listener: Listener) -> None:
    now = asyncio.get_running_loop().time()
    patience.reschedule(now + LAST_WORDS_S if listener.in_good_order else now)


def _nothing() -> None:
    """Nobody is listening any more."""
