"""One webhook's deliveries: the feed from its position on, several events at a time, in order.

    read      a page of the feed at a time, not far ahead of what has arrived
    send      up to `AT_ONCE` events that are the first of their products and documents (`order`)
    hold      once an attempt fails nothing more is begun: after a pause the first of those that
              wait is sent alone, and when it arrives, all goes on as before

So an event that a receiver will not take holds back all that follows it, until it is taken, the
webhook is disabled, or somebody moves its position on. Nothing here is written: the courier takes
the standing and the log away once a second.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from onhand.ledger.feed import EventFilter, FeedEvent, FeedPage
from onhand.ledger.ports import Clock
from onhand.ledger.webhooks import DELIVERIES_KEPT, Delivery, Standing
from onhand.webhooks.order import Order, Waiting
from onhand.webhooks.receiver import Answered, Receiver
from onhand.webhooks.retries import Failure, Patience, after_failure, after_success
from onhand.webhooks.secrets import Signer

log = structlog.get_logger(__name__)

AT_ONCE = 16
"""Attempts that may be under way."""

PAGE = 500
"""Events that are read at a time, and as many wait at least while there are more."""

LAST_WORDS_S = 1.5
"""So long what is under way may take when the stream ends."""

ReadPage = Callable[[EventFilter, int, int], Awaitable[FeedPage]]
Envelope = Callable[[FeedEvent], bytes]


@dataclass(frozen=True, slots=True)
class Route:
    """What a stream needs to know: which events, in which form, signed by whom, and where to."""

    webhook_id: int
    which: EventFilter
    envelope: Envelope
    signer: Signer
    receiver: Receiver
    patience: Patience
    clock: Clock


def message_id(number: int) -> str:
    """The `webhook-id` of an event: the same at each attempt, to each receiver."""
    return f"evt_{number}"


class Stream:
    """Runs until it is cancelled, or until the webhook is to be disabled."""

    def __init__(self, route: Route, standing: Standing, read: ReadPage) -> None:
        self._route = route
        self._read_page = read
        self._standing = standing
        self._read_to = standing.position
        self._order = Order()
        self._under_way: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._salvo = 0
        self._may_have_more = True
        self._hold_until = self._end_of_pause()
        self._log: dict[bool, deque[Delivery]] = {
            failed: deque(maxlen=DELIVERIES_KEPT) for failed in (False, True)
        }
        self.delivered = 0
        self.failed = 0
        self.disabled: str | None = None

    @property
    def read_to(self) -> int:
        """The number up to which events have been read."""
        return self._read_to

    @property
    def waiting(self) -> int:
        """Events that have been read and not arrived."""
        return len(self._order)

    @property
    def standing(self) -> Standing:
        """How far it is."""
        first = self._order.first
        if first is not None:
            return replace(self._standing, position=first.number - 1, waiting_since=first.at)
        since = self._standing.waiting_since if self._may_have_more else None
        return replace(self._standing, position=self._read_to, waiting_since=since)

    def take_log(self) -> list[Delivery]:
        """The attempts since this was asked before, or the last of them."""
        taken = sorted((it for kept in self._log.values() for it in kept), key=_in_time)
        for kept in self._log.values():
            kept.clear()
        return taken

    def wake(self) -> None:
        """There may be more to read."""
        self._may_have_more = True
        self._woken.set()

    async def run(self) -> None:
        """Deliver."""
        try:
            while self.disabled is None:
                self._woken.clear()
                if not self._is_held():
                    if self._may_have_more and len(self._order) < PAGE:
                        await self._read()
                    self._start()
                await self._something_happens()
        finally:
            await self._end()

    async def _read(self) -> None:
        page = await self._read_page(self._route.which, self._read_to, PAGE)
        for event in page.events:
            self._order.add(event)
        self._read_to = page.next_after
        self._may_have_more = page.has_more
        if page.has_more:
            self._woken.set()

    def _start(self) -> None:
        """Send what may be sent; after a failure one event alone."""
        at_once = 1 if self._standing.failures else AT_ONCE
        while len(self._under_way) < at_once and not self._is_held():
            one = self._order.next()
            if one is None:
                return
            task = asyncio.create_task(self._send(one, self._salvo))
            self._under_way.add(task)
            task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._woken.set()

    async def _send(self, one: Waiting, salvo: int) -> None:
        route = self._route
        began = asyncio.get_running_loop().time()
        at = route.clock()
        answered = await self._answered(one.event, at)
        one.attempts += 1
        self._note(one, at, asyncio.get_running_loop().time() - began, answered)
        if answered.failure is None:
            self._order.arrived(one)
            if salvo == self._salvo:
                self._standing = after_success(self._standing, at)
            return
        self._order.again(one)
        # Of attempts that failed together the first one decides: it was one failure of a receiver.
        if salvo == self._salvo:
            self._salvo += 1
            self._standing, self.disabled = after_failure(
                self._standing, answered.failure, route.patience, random.random(), route.clock()
            )
            self._hold_until = self._end_of_pause()
            if self._standing.failures == 1:
                log.warning(
                    "webhook.failing",
                    webhook=route.webhook_id,
                    error=answered.failure.error,
                )

    async def _answered(self, event: FeedEvent, at: datetime) -> Answered:
        route = self._route
        try:
            body = route.envelope(event)
            headers = route.signer.headers(message_id(event.number), at, body)
            return await route.receiver.post(headers, body, at)
        except Exception:
            # An error of the program itself is tried again like others: nothing is left out.
            log.exception("webhook.failed", webhook=route.webhook_id, number=event.number)
            return Answered(None, Failure("The server failed to send it; its log says why"))

    def _note(self, one: Waiting, at: datetime, took_s: float, answered: Answered) -> None:
        failure = answered.failure
        self.delivered += failure is None
        self.failed += failure is not None
        self._log[failure is not None].append(
            Delivery(
                webhook_id=self._route.webhook_id,
                number=one.event.number,
                type=one.event.type,
                attempt=one.attempts,
                at=at,
                duration_ms=round(took_s * 1000),
                status=answered.status,
                error=None if failure is None else failure.error,
            )
        )

    def _end_of_pause(self) -> float | None:
        """When the loop's clock says that the next attempt is due; None: now."""
        due = self._standing.next_attempt_at
        if due is None:
            return None
        pause = max(due - self._route.clock(), timedelta())
        return asyncio.get_running_loop().time() + pause.total_seconds()

    def _is_held(self) -> bool:
        if self._hold_until is None:
            return False
        return asyncio.get_running_loop().time() < self._hold_until

    async def _something_happens(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._hold_until if self._is_held() else None):
                await self._woken.wait()

    async def _end(self) -> None:
        """Let what is under way arrive, for a moment: it would be sent again."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_WORDS_S)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._route.receiver.close()


def _in_time(delivery: Delivery) -> tuple[datetime, int]:
    return delivery.at, delivery.attempt
