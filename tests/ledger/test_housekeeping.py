"""Housekeeping: what has expired is released, old answers go, and a fault only postpones it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from onhand.core import commands as c
from onhand.core.commands import Request
from onhand.core.decide import Outcome
from onhand.core.levels import StockKey
from onhand.ledger import housekeeping
from onhand.ledger.faults import QueueFull, StoreUnavailable
from onhand.ledger.housekeeping import ANSWERS_KEPT, keep_house, release_expired
from onhand.ledger.ports import Answer, KeyPart
from onhand.ledger.posting import Idempotency, Replayed, Submission, settle
from onhand.ledger.writer import Writer
from tests.support.faulty import FaultyStore
from tests.support.ledger_contents import memory_contents, problems
from tests.support.stores import START, TESTER, SetClock, add_product, ask

PATIENCE_S = 10
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store() -> FaultyStore:
    """Five products; order 1 holds two of each until a minute has passed, order 2 for longer."""
    store = FaultyStore()
    for number in range(1, 6):
        assert add_product(store, f"P{number}", 10) == number
        ask(
            store,
            c.ReserveStock(number, None, 2, 1, TESTER, START + MINUTE),
            c.ReserveStock(number, None, 3, 2, TESTER, START + 60 * MINUTE),
        )
    return store


def reserved(store: FaultyStore) -> list[int]:
    contents = memory_contents(store)
    assert not problems(contents)
    return [contents.level(product)[1] for product in range(1, 6)]


def run(work: Callable[[Writer], Awaitable[None]], store: FaultyStore, clock: SetClock) -> None:
    async def beside_a_writer() -> None:
        writer = Writer(store, clock)
        try:
            await asyncio.wait_for(work(writer), PATIENCE_S)
        finally:
            await writer.drain()

    asyncio.run(beside_a_writer())


async def until(so: Callable[[], bool]) -> None:
    """Wait until it is so; the work's own patience ends the wait."""
    while not so():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def test_what_has_expired_is_released_everywhere(store: FaultyStore, clock: SetClock) -> None:
    async def work(writer: Writer) -> None:
        assert await release_expired(store, writer, clock) == 0
        clock.now += 2 * MINUTE
        assert await release_expired(store, writer, clock) == 5
        assert await release_expired(store, writer, clock) == 0

    run(work, store, clock)
    assert reserved(store) == [3] * 5


def test_more_than_one_helping_is_released_in_one_go(
    store: FaultyStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "EXPIRY_LIMIT", 2)

    async def work(writer: Writer) -> None:
        clock.now += 2 * MINUTE
        assert await release_expired(store, writer, clock) == 5

    run(work, store, clock)
    assert reserved(store) == [3] * 5


def test_a_clock_set_back_meanwhile_ends_no_round_in_a_loop(
    store: FaultyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "EXPIRY_LIMIT", 2)
    later = SetClock(START + 2 * MINUTE)

    async def work(writer: Writer) -> None:
        # The store finds expired what the writer, by its clock, does not.
        await release_expired(store, writer, later)

    run(work, store, SetClock())
    assert reserved(store) == [5] * 5


def test_the_house_is_kept_until_it_is_told_to_stop(
    store: FaultyStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "EXPIRY_INTERVAL_SECONDS", 0.001)

    async def work(writer: Writer) -> None:
        keeping = asyncio.create_task(keep_house(store, writer, clock))
        clock.now += 2 * MINUTE
        await until(lambda: reserved(store) == [3] * 5)
        clock.now += 60 * MINUTE
        await until(lambda: reserved(store) == [0] * 5)
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping

    run(work, store, clock)


@pytest.mark.parametrize("fault", [StoreUnavailable("away"), QueueFull("full"), OSError("x")])
def test_a_fault_postpones_the_work_and_does_not_end_it(
    store: FaultyStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    monkeypatch.setattr(housekeeping, "EXPIRY_INTERVAL_SECONDS", 0.001)
    faults = [fault, fault]
    expired = store.expired

    def failing(now: datetime, limit: int) -> Sequence[StockKey]:
        if faults:
            raise faults.pop()
        return expired(now, limit)

    monkeypatch.setattr(store, "expired", failing)

    async def work(writer: Writer) -> None:
        keeping = asyncio.create_task(keep_house(store, writer, clock))
        clock.now += 2 * MINUTE
        await until(lambda: reserved(store) == [3] * 5 or keeping.done())
        assert not keeping.done(), keeping
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping

    run(work, store, clock)
    assert not faults


def test_answers_are_forgotten_when_nobody_can_be_repeating_the_request(
    store: FaultyStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "EXPIRY_INTERVAL_SECONDS", 0.001)

    def render(outcome: Outcome, movement_ids: object) -> Answer:
        return Answer(200, b"yes")

    def keyed(key: str) -> Submission:
        asked = Request((c.AdjustStock(1, None, 1, TESTER),))
        return Submission(asked, render, Idempotency(KeyPart(key), "same"))

    settle(store, [keyed("old")], clock)
    clock.now += ANSWERS_KEPT
    settle(store, [keyed("young")], clock)

    async def work(writer: Writer) -> None:
        keeping = asyncio.create_task(keep_house(store, writer, clock))
        await asyncio.sleep(0.02)
        assert len(memory_contents(store).idempotency_keys) == 2
        clock.now += timedelta(hours=1, seconds=1)
        await until(lambda: len(memory_contents(store).idempotency_keys) == 1)
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping

    run(work, store, clock)
    assert isinstance(settle(store, [keyed("young")], clock)[0], Replayed)
