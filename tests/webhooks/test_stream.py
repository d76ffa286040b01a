"""A webhook's deliveries: all events, in order, whatever the receiver does to some of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from onhand.core import commands as c
from onhand.ledger.cloud_events import encoded_event
from onhand.ledger.event_types import types_named
from onhand.ledger.feed import ANY, EventFilter, FeedEvent, FeedPage
from onhand.ledger.webhooks import Standing
from onhand.store.memory import MemoryStore
from onhand.store.memory_feed import MemoryFeed
from onhand.webhooks.receiver import Receiver
from onhand.webhooks.retries import Patience
from onhand.webhooks.secrets import Signer, new_secret
from onhand.webhooks.stream import Route, Stream
from onhand.webhooks.targets import Addresses, target_of
from tests.support.receivers import LoopReceiver, receiving
from tests.support.stores import START, TESTER, SetClock, add_product, ask

QUICK = Patience(first=timedelta(milliseconds=10), longest=timedelta(milliseconds=20))
OOPS = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
PATIENCE_S = 10


@dataclass
class Told:
    """A shop with a few products, a receiver, and a stream from the one to the other."""

    listening: LoopReceiver
    which: EventFilter = ANY
    store: MemoryStore = field(default_factory=lambda: MemoryStore(START))
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        self.feed = MemoryFeed(self.store)
        self.envelope: Callable[[FeedEvent], bytes] = partial(encoded_event, source="/shop")
        self.products = [add_product(self.store, f"P{number}") for number in range(3)]

    def move(self, times: int) -> None:
        """Move each product so often, in one batch each time."""
        for number in range(times):
            adjusted = [c.AdjustStock(it, None, number + 1, TESTER) for it in self.products]
            ask(self.store, *adjusted)

    def expected(self) -> list[str]:
        """The ids of all events that it is for."""
        return [str(event.number) for event in self.feed.read(self.which, 0, 1_000).events]

    def ids(self) -> list[str]:
        """The ids that came."""
        return [body["id"] for body in self.listening.bodies()]

    @asynccontextmanager
    async def streaming(self, standing: Standing | None = None) -> AsyncIterator[Stream]:
        """Deliver while the block runs."""
        receiver = Receiver(target_of(self.listening.url), Addresses.of_setting("127.0.0.0/8"))
        signer = Signer([(new_secret(), None)])
        route = Route(1, self.which, self.envelope, signer, receiver, QUICK, self.clock)
        stream = Stream(route, standing or Standing(position=0), self._read)
        task = asyncio.create_task(stream.run())
        try:
            yield stream
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _read(self, which: EventFilter, after: int, limit: int) -> FeedPage:
        return self.feed.read(which, after, limit)


def run(test: Callable[..., Coroutine[Any, Any, None]]) -> None:
    async def with_receiver() -> None:
        async with receiving() as listening:
            await test(listening)

    asyncio.run(with_receiver())


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that must happen."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up_at
        await asyncio.sleep(0.005)


def test_all_events_arrive_of_each_product_in_order_and_then_those_that_follow() -> None:
    async def test(listening: LoopReceiver) -> None:
        told = Told(listening)
        told.move(40)
        async with told.streaming() as stream:
            await until(lambda: stream.standing.position == told.feed.newest())
            told.move(1)
            stream.wake()
            await until(lambda: stream.standing.position == told.feed.newest())
        assert sorted(told.ids(), key=int) == told.expected()
        for product in told.products:
            moved = [it["data"] for it in listening.bodies() if it["type"] == "stock.adjusted"]
            entries = [it["entry_number"] for it in moved if it["product_id"] == product]
            assert entries == list(range(1, 42))
        assert listening.connections > 1
        assert stream.standing.delivered_at == START
        log = stream.take_log()
        assert {it.number for it in log} == {int(it) for it in told.expected()}
        assert {(it.attempt, it.status, it.error) for it in log} == {(1, 204, None)}

    run(test)


def test_only_what_it_is_for_is_sent_and_the_position_passes_the_rest() -> None:
    async def test(listening: LoopReceiver) -> None:
        told = Told(listening, which=EventFilter(types_named(["product.*"])[0]))
        told.move(5)
        async with told.streaming() as stream:
            await until(lambda: stream.standing.position == told.feed.newest())
        assert [it["type"] for it in listening.bodies()] == ["product.created"] * 3

    run(test)


def test_an_event_that_is_refused_holds_back_what_follows_and_is_tried_alone() -> None:
    async def test(listening: LoopReceiver) -> None:
        told = Told(listening)
        told.move(20)
        poison = told.expected()[10]
        name = f"evt_{poison}".encode()
        listening.refused[name] = OOPS
        async with told.streaming() as stream:
            await until(lambda: stream.standing.failures >= 3)
            standing, before = stream.standing, len(listening.requests)
            await until(lambda: stream.standing.failures >= 5)
            # It alone was sent meanwhile, and nothing of what comes after it has arrived in vain.
            assert set(told.ids()[before:]) == {poison}
            assert standing.position == int(poison) - 1
            assert standing.last_error == "It answered 500"
            assert (standing.failing_since, standing.waiting_since) == (START, START)
            del listening.refused[name]
            await until(lambda: stream.standing.position == told.feed.newest())
            assert stream.standing.failures == 0
        sent = told.ids()
        assert sorted(set(sent), key=int) == told.expected()
        assert len(sent) - len(set(sent)) == sent.count(poison) - 1
        log = [it for it in stream.take_log() if str(it.number) == poison]
        assert [it.attempt for it in log] == list(range(1, len(log) + 1))
        assert [it.error for it in log] == ["It answered 500"] * (len(log) - 1) + [None]

    run(test)


def test_a_receiver_that_fails_many_at_once_has_failed_once() -> None:
    async def test(listening: LoopReceiver) -> None:
        told = Told(listening)
        told.move(20)
        listening.answers = [OOPS] * 3
        async with told.streaming() as stream:
            await until(lambda: len(listening.requests) >= 3)
            assert stream.standing.failures <= 1
            await until(lambda: stream.standing.position == told.feed.newest())
        assert len(told.ids()) == len(told.expected()) + 3

    run(test)


def test_a_day_without_a_success_and_it_is_to_be_disabled() -> None:
    async def test(listening: LoopReceiver) -> None:
        told = Told(listening)
        listening.last = OOPS
        async with told.streaming() as stream:
            await until(lambda: stream.standing.failures >= 2)
            assert [stream.disabled] == [None]
            told.clock.now += timedelta(hours=24)
            await until(lambda: stream.disabled is not None)
        assert stream.disabled == "Nothing arrived for 24 hours; at last: It answered 500"
        assert stream.standing.position == 0
        assert {it.error for it in stream.take_log()} == {"It answered 500"}

    run(test)


def test_gone_ends_it_at_once() -> None:
    async def test(listening: LoopReceiver) -> None:
        told = Told(listening)
        listening.last = GONE
        async with told.streaming() as stream:
            await until(lambda: stream.disabled is not None)
        assert stream.standing.position < told.feed.newest()

    run(test)


def test_whoever_takes_over_goes_on_waiting_and_then_tries_one_alone() -> None:
    async def test(listening: LoopReceiver) -> None:
        told = Told(listening)
        told.move(5)
        due = START + timedelta(milliseconds=150)
        failing = Standing(position=0, failures=4, failing_since=START, next_attempt_at=due)
        listening.answers = [OOPS]
        async with told.streaming(failing) as stream:
            await asyncio.sleep(0.05)
            assert listening.requests == []
            await until(lambda: stream.standing.failures == 5)
            assert len(listening.requests) == 1
            await until(lambda: stream.standing.position == told.feed.newest())

    run(test)


def test_an_error_of_our_own_leaves_nothing_out(caplog: pytest.LogCaptureFixture) -> None:
    async def test(listening: LoopReceiver) -> None:
        told = Told(listening)
        broken = {"times": 2}

        def envelope(event: FeedEvent) -> bytes:
            if event.number == 2 and broken["times"]:
                broken["times"] -= 1
                raise RuntimeError("as if the program were wrong")
            return encoded_event(event, "/shop")

        told.envelope = envelope
        async with told.streaming() as stream:
            await until(lambda: stream.standing.position == told.feed.newest())
        assert sorted(told.ids(), key=int) == told.expected()
        failed = [it for it in stream.take_log() if it.error is not None]
        assert {it.error for it in failed} == {"The server failed to send it; its log says why"}

    run(test)
