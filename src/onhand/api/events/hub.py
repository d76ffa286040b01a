"""The hub: one reader of the feed for all who listen in this process.

While anybody listens, the hub reads what is new and hands it to each listener that wants it. So a
hundred screens cost the database as much as one. What waits for a listener is bounded: one that
does not keep up is ended, and goes on later from the last event it has.

    a listener is told of each event after the number it begins at, once, in their order,
    or it is ended
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import structlog

from onhand.ledger.cloud_events import encoded_event
from onhand.ledger.faults import Fault, QueueFull
from onhand.ledger.feed import ANY, EventFilter, Feed, FeedEvent, FeedPage

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.1
LOOK_AGAIN_S = 1.0
"""So long is waited after a fault of the database."""

PAGE = 500
MOST_WAITING = 2_000
"""Events that may wait for one listener."""

MOST_LISTENERS = 1_000


RunBeside = Callable[[Callable[[], FeedPage]], Awaitable[FeedPage]]
"""Runs a read beside the event loop."""


class Announced:
    """An event on its way to listeners; its JSON is made once for all of them."""

    __slots__ = ("_encoded", "_source", "event")

    def __init__(self, event: FeedEvent, source: str) -> None:
        self.event = event
        self._source = source
        self._encoded: bytes | None = None

    @property
    def encoded(self) -> bytes:
        """Its envelope, as JSON."""
        if self._encoded is None:
            self._encoded = encoded_event(self.event, self._source)
        return self._encoded


class Listener:
    """What waits for one who listens. `since` is the number after which it is told everything."""

    def __init__(self, which: EventFilter, since: int) -> None:
        self.since = since
        self.has_ended = False
        self.in_good_order = False
        self.on_end: Callable[[], None] = lambda: None
        self._which = which
        self._reached = since
        self._waiting: deque[Announced] = deque()
        self._woken = asyncio.Event()

    def offer(self, announced: Sequence[Announced], reached: int) -> None:
        """Tell what there is up to a number."""
        if self.has_ended:
            return
        wanted = [one for one in announced if self._which.takes(one.event)]
        if len(self._waiting) + len(wanted) > MOST_WAITING:
            self.end(in_good_order=False)
            return
        self._waiting.extend(wanted)
        self._reached = reached
        if wanted:
            self._woken.set()

    def end(self, *, in_good_order: bool) -> None:
        """Listen no more; what waits is forgotten. In good order: it may hear the end of it."""
        if not self.has_ended:
            self.has_ended = True
            self.in_good_order = in_good_order
            self._waiting.clear()
            self._woken.set()
            self.on_end()

    async def next(self, patience_s: float) -> tuple[list[Announced], int]:
        """What waits, as soon as there is something, and the number up to which that is all.

        Nothing, when it has ended or there was nothing for so long.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._woken.wait()
        waiting = list(self._waiting)
        self._waiting.clear()
        if not self.has_ended:
            self._woken.clear()
        return waiting, self._reached


class EventHub:
    """Reads the feed while anybody listens."""

    def __init__(self, feed: Feed, run: RunBeside, source: str) -> None:
        """`source` is the shop's name in envelopes."""
        self.feed = feed
        self.source = source
        self._run = run
        self._listeners: set[Listener] = set()
        self._tail = 0
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self, which: EventFilter, newest: int) -> Iterator[Listener]:
        """Listen to what comes from now on; `newest` is a number that was drawn by now.

        Raises `QueueFull` where too many listen.
        """
        if len(self._listeners) >= MOST_LISTENERS:
            raise QueueFull(f"{MOST_LISTENERS} listen to this server already; try another")
        if self._task is None or self._task.done():
            self._tail = newest
            self._task = asyncio.create_task(self._read_on(), name="onhand-events")
        listener = Listener(which, self._tail)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def stop(self) -> None:
        """End all who listen, and read no more."""
        for listener in list(self._listeners):
            listener.end(in_good_order=True)
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _read_on(self) -> None:
        is_well = True
        while self._listeners:
            try:
                page = await self._run(lambda: self.feed.read(ANY, self._tail, PAGE))
            except Fault as fault:
                if is_well:
                    log.warning("events.unreadable", fault=str(fault))
                is_well = False
                await asyncio.sleep(LOOK_AGAIN_S)
                continue
            except Exception:
                # An error of the program itself must not leave listeners without a word.
                log.exception("events.failed")
                for listener in list(self._listeners):
                    listener.end(in_good_order=True)
                return
            is_well = True
            self._tail = page.next_after
            announced = [Announced(event, self.source) for event in page.events]
            for listener in list(self._listeners):
                listener.offer(announced, self._tail)
            if not page.has_more:
                await asyncio.sleep(LOOK_EVERY_S)
