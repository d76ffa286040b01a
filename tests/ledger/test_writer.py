"""The writer's promises, one by one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from onhand.core import commands as c
from onhand.core.commands import Request
from onhand.core.decide import Outcome
from onhand.core.rejections import Rejected
from onhand.ledger import posting
from onhand.ledger.faults import (
    CommitUnknown,
    Fault,
    QueueFull,
    StoreBusy,
    StoreRefused,
    StoreUnavailable,
    WriterStopped,
)
from onhand.ledger.ports import Answer, KeyPart, Store
from onhand.ledger.posting import Done, Idempotency, KeyReused, Replayed, Settlement, Submission
from onhand.ledger.writer import KeyInFlight, Writer
from tests.support.faulty import FaultyStore
from tests.support.ledger_contents import memory_contents, problems
from tests.support.stores import (
    START,
    TESTER,
    DatabaseShop,
    SetClock,
    add_product,
    sqlite_shop,
    sqlite_template,
)

PATIENCE_S = 10


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_BUSY_PAUSE_SECONDS", 0)


@pytest.fixture
def store() -> FaultyStore:
    """Ten of product 1."""
    store = FaultyStore()
    assert add_product(store, "P", 10) == 1
    store.begun, store.commits = 0, []
    return store


def adjust(quantity: int = 1, key: str | None = None, *, many: int = 1) -> Submission:
    request = Request((c.AdjustStock(1, None, quantity, TESTER),) * many)
    if key is None:
        return Submission(request)

    def render(outcome: Outcome, movement_ids: object) -> Answer:
        return Answer(200, b"yes")

    return Submission(request, render, Idempotency(KeyPart(key), f"{quantity}"))


def on_hand(store: FaultyStore) -> int:
    contents = memory_contents(store)
    assert not problems(contents)
    return contents.level(1)[0]


def run(work: Callable[[Writer], Awaitable[None]], store: Store, **limits: int) -> None:
    """Do the work beside a writer, which is drained at the end."""

    async def beside_a_writer() -> None:
        writer = Writer(store, SetClock(), **limits)
        try:
            await asyncio.wait_for(work(writer), PATIENCE_S)
        finally:
            await asyncio.wait_for(writer.drain(), PATIENCE_S)

    asyncio.run(beside_a_writer())


@contextmanager
def held(store: FaultyStore) -> Iterator[None]:
    """Commits wait meanwhile."""
    store.hold()
    try:
        yield
    finally:
        store.let_go()


async def committing(store: FaultyStore) -> None:
    """Wait until a commit has begun."""
    assert await asyncio.to_thread(store.committing.wait, PATIENCE_S)


def sent(writer: Writer, *submissions: Submission) -> list[asyncio.Future[Settlement]]:
    """Submit one after the other."""
    return [writer.submit(submission) for submission in submissions]


async def answers(tasks: Sequence[asyncio.Future[Settlement]]) -> list[type]:
    """What kind of answer each got, faults included."""
    return [type(one) for one in await asyncio.gather(*tasks, return_exceptions=True)]


# Batches


def test_a_lone_submission_is_committed_at_once(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        for _ in range(20):
            began = time.perf_counter()
            assert isinstance(await writer.submit(adjust()), Done)
            waits.append(time.perf_counter() - began)

    waits: list[float] = []
    run(work, store)
    assert store.commits == [1] * 20
    # Even on a busy machine the best of twenty shows that nobody waits for company.
    assert min(waits) < 0.01


def test_a_batch_is_what_queued_up_during_the_commit_before(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        with held(store):
            first = sent(writer, adjust())
            await committing(store)
            rest = sent(writer, *(adjust() for _ in range(50)))
            await asyncio.sleep(0)
        assert await answers(first + rest) == [Done] * 51

    run(work, store)
    assert store.commits == [1, 50]
    assert on_hand(store) == 61


def test_submissions_are_settled_in_the_order_they_came(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        with held(store):
            tasks = sent(writer, adjust())
            await committing(store)
            tasks += sent(writer, *(adjust(quantity) for quantity in range(2, 30)))
            await asyncio.sleep(0)
        await answers(tasks)

    run(work, store)
    quantities = [row["quantity"] for row in memory_contents(store).ledger(1)]
    assert quantities == [10, *range(1, 30)]


def test_a_batch_is_no_longer_than_its_limit(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        with held(store):
            tasks = sent(writer, adjust())
            await committing(store)
            tasks += sent(writer, *(adjust() for _ in range(10)))
            await asyncio.sleep(0)
        await answers(tasks)

    run(work, store, batch_limit=4)
    assert store.commits == [1, 4, 4, 2]


def test_a_request_longer_than_the_limits_is_taken_when_nothing_waits(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        assert isinstance(await writer.submit(adjust(many=50)), Done)

    run(work, store, batch_limit=4, queue_limit=10)
    assert on_hand(store) == 60


# Neighbours


def test_a_rejection_touches_no_neighbour(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        with held(store):
            tasks = sent(writer, adjust())
            await committing(store)
            tasks += sent(writer, adjust(2), adjust(-99), adjust(3))
            await asyncio.sleep(0)
        settled = await asyncio.gather(*tasks)
        results = [one.outcome.results[0] for one in settled if isinstance(one, Done)]
        assert [isinstance(one, Rejected) for one in results] == [False, False, True, False]

    run(work, store)
    assert store.commits == [1, 3]
    assert on_hand(store) == 16


@pytest.mark.parametrize("error", [StoreRefused("no"), OverflowError("too large")])
def test_poison_touches_no_neighbour(store: FaultyStore, error: Exception) -> None:
    store.poison = lambda decision: (
        error if any(movement.quantity == 1_000 for movement in decision.movements) else None
    )

    async def work(writer: Writer) -> None:
        with held(store):
            tasks = sent(writer, adjust())
            await committing(store)
            tasks += sent(writer, *(adjust(1_000 if n == 7 else 1) for n in range(20)))
            await asyncio.sleep(0)
        kinds = await answers(tasks)
        assert issubclass(kinds.pop(8), Fault)
        assert kinds == [Done] * 20

    run(work, store)
    assert on_hand(store) == 30


# Faults


def test_a_busy_store_is_nobody_s_business(store: FaultyStore) -> None:
    store.at_commit.extend([StoreBusy("busy"), StoreBusy("busy")])

    async def work(writer: Writer) -> None:
        assert isinstance(await writer.submit(adjust()), Done)

    run(work, store)
    assert on_hand(store) == 11


def test_a_store_that_is_away_is_told_to_all_and_work_goes_on_when_it_is_back(
    store: FaultyStore,
) -> None:
    async def work(writer: Writer) -> None:
        with held(store):
            tasks = sent(writer, adjust())
            await committing(store)
            tasks += sent(writer, adjust(), adjust())
            await asyncio.sleep(0)
            store.at_commit.append(None)
            store.at_begin.append(StoreUnavailable("away"))
        assert await answers(tasks) == [Done, StoreUnavailable, StoreUnavailable]
        assert writer.waiting == 0
        assert isinstance(await writer.submit(adjust()), Done)

    run(work, store)
    assert on_hand(store) == 12


def test_a_commit_that_may_have_been_is_settled_by_the_key(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        # It was done, but nobody learned of it.
        store.after_commit.append(CommitUnknown("lost"))
        with pytest.raises(CommitUnknown):
            await writer.submit(adjust(1, "k"))
        assert isinstance(await writer.submit(adjust(1, "k")), Replayed)
        # It was not done.
        store.at_commit.append(CommitUnknown("lost"))
        with pytest.raises(CommitUnknown):
            await writer.submit(adjust(1, "l"))
        assert isinstance(await writer.submit(adjust(1, "l")), Done)

    run(work, store)
    assert on_hand(store) == 12


def test_no_program_error_stops_the_writer(store: FaultyStore) -> None:
    store.at_begin.append(ZeroDivisionError())

    async def work(writer: Writer) -> None:
        with pytest.raises(Fault):
            await writer.submit(adjust())
        assert isinstance(await writer.submit(adjust()), Done)

    run(work, store)


# The queue


def test_a_full_queue_says_so_at_once(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        with held(store):
            tasks = sent(writer, adjust(many=6))
            await committing(store)
            tasks += sent(writer, adjust(many=4))
            await asyncio.sleep(0)
            assert writer.waiting == 10
            began = time.perf_counter()
            with pytest.raises(QueueFull):
                await writer.submit(adjust())
            assert time.perf_counter() - began < 1
        assert await answers(tasks) == [Done, Done]
        assert writer.waiting == 0
        assert isinstance(await writer.submit(adjust()), Done)

    run(work, store, queue_limit=10)
    assert on_hand(store) == 21


def test_a_caller_that_goes_away_changes_nothing_about_its_command(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        with held(store):
            (first,) = sent(writer, adjust(key="k"))
            await committing(store)
            (second, third) = sent(writer, adjust(2), adjust(3))
            await asyncio.sleep(0)
            first.cancel()
            second.cancel()
            await asyncio.sleep(0)
        assert await answers([third]) == [Done]
        assert first.cancelled()
        assert second.cancelled()
        assert writer.waiting == 0
        assert isinstance(await writer.submit(adjust(key="k")), Replayed)

    run(work, store)
    assert on_hand(store) == 16


# Keys


def test_a_key_is_not_worked_on_twice_at_once(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        with held(store):
            tasks = sent(writer, adjust(1, "k"))
            await committing(store)
            for other in (adjust(1, "k"), adjust(2, "k")):
                with pytest.raises(KeyInFlight):
                    await writer.submit(other)
        assert await answers(tasks) == [Done]
        assert isinstance(await writer.submit(adjust(1, "k")), Replayed)
        assert isinstance(await writer.submit(adjust(2, "k")), KeyReused)

    run(work, store)
    assert on_hand(store) == 11


@pytest.mark.parametrize("fault", [StoreUnavailable("away"), StoreRefused("no")])
def test_after_a_fault_a_key_may_be_used_again(store: FaultyStore, fault: Fault) -> None:
    async def work(writer: Writer) -> None:
        store.at_commit.extend([fault, fault])
        with pytest.raises(type(fault)):
            await writer.submit(adjust(1, "k"))
        store.at_commit.clear()
        assert isinstance(await writer.submit(adjust(1, "k")), Done)

    run(work, store)
    assert on_hand(store) == 11


# The end


def test_drain_settles_all_that_was_taken_on_and_takes_no_more(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        with held(store):
            tasks = sent(writer, adjust())
            await committing(store)
            tasks += sent(writer, *(adjust() for _ in range(30)))
            await asyncio.sleep(0)
            drained = asyncio.create_task(writer.drain())
            await asyncio.sleep(0)
            with pytest.raises(WriterStopped):
                await writer.submit(adjust())
        await drained
        assert await answers(tasks) == [Done] * 31

    run(work, store, batch_limit=7)
    assert on_hand(store) == 41


def test_no_thread_is_left_behind(store: FaultyStore) -> None:
    before = threading.active_count()

    async def work(writer: Writer) -> None:
        await writer.submit(adjust())

    run(work, store)
    assert not [t for t in threading.enumerate() if t.name == "onhand-writer"]
    assert threading.active_count() <= before + 1


# The event loop


def test_the_event_loop_goes_on_while_a_commit_takes_its_time(store: FaultyStore) -> None:
    async def work(writer: Writer) -> None:
        with held(store):
            tasks = sent(writer, adjust())
            await committing(store)
            turns = 0
            ends = time.perf_counter() + 0.05
            while time.perf_counter() < ends:
                await asyncio.sleep(0)
                turns += 1
            assert turns > 50
            assert not tasks[0].done()
        assert await answers(tasks) == [Done]

    run(work, store)


# On a real store


@pytest.fixture
def shop(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> DatabaseShop:
    """A migrated SQLite file."""
    return sqlite_shop(tmp_path, sqlite_template(tmp_path_factory.mktemp("template")))


def test_many_callers_share_few_commits_and_every_one_is_answered(shop: DatabaseShop) -> None:
    store = shop.open()
    add_product(store, "P", 100)

    async def work(writer: Writer) -> None:
        reserve = [
            Submission(Request((c.ReserveStock(1, None, 1, order, TESTER),)))
            for order in range(1, 301)
        ]
        settled = await asyncio.gather(*sent(writer, *reserve))
        results = [one.outcome.results[0] for one in settled if isinstance(one, Done)]
        assert len(results) == 300
        assert sum(isinstance(result, Rejected) for result in results) == 200

    run(work, store)
    contents = shop.contents(store)
    assert not problems(contents)
    assert contents.level(1) == (100, 100, 0)
    store.close()


def test_what_was_answered_is_on_the_disk(shop: DatabaseShop) -> None:
    store = shop.open()
    add_product(store, "P", 10)

    async def work(writer: Writer) -> None:
        for number in range(5):
            await writer.submit(adjust(1, f"k{number}"))
            # Seen by another connection, not by the one that wrote it.
            assert shop.contents(store).level(1) == (11 + number, 0, 0)

    run(work, store)
    store.close()
    store = shop.open()
    assert len(shop.contents(store).idempotency_keys) == 5
    assert shop.contents(store).ledger(1)[-1]["created_at"] == START
    store.close()
