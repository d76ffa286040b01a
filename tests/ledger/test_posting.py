"""Posting a batch: every submission gets its own answer, and a fault strikes only whom it must."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from onhand.core import commands as c
from onhand.core.commands import Request
from onhand.core.decide import Decision, Outcome
from onhand.core.products import ProductAttributes
from onhand.core.rejections import Rejected
from onhand.ledger import posting
from onhand.ledger.faults import (
    CommitUnknown,
    Fault,
    StorageFull,
    StoreBusy,
    StoreRefused,
    StoreUnavailable,
)
from onhand.ledger.ports import Answer, KeyPart
from onhand.ledger.posting import (
    BUSY_TRIES,
    Done,
    Idempotency,
    KeyReused,
    Render,
    Replayed,
    Settlement,
    Submission,
    settle,
)
from tests.support.faulty import FaultyStore
from tests.support.ledger_contents import memory_contents, problems
from tests.support.stores import START, TESTER, SetClock, add_product


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


def adjust(
    quantity: int, key: str | None = None, fingerprint: str = "same", render: Render | None = None
) -> Submission:
    request = Request((c.AdjustStock(1, None, quantity, TESTER),))
    if key is None:
        return Submission(request)
    return Submission(request, render or say(b"yes"), Idempotency(KeyPart(key), fingerprint))


def say(body: bytes) -> Render:
    def render(outcome: Outcome, movement_ids: object) -> Answer:
        return Answer(200, body)

    return render


def poisoned(
    quantity: int, fault: Callable[[], Exception]
) -> Callable[[Decision], Exception | None]:
    """Whatever holds a movement of this quantity cannot be committed."""

    def look(decision: Decision) -> Exception | None:
        return fault() if any(m.quantity == quantity for m in decision.movements) else None

    return look


def on_hand(store: FaultyStore) -> int:
    contents = memory_contents(store)
    assert not problems(contents)
    return contents.level(1)[0]


def kinds(settled: list[Settlement | Fault]) -> list[type]:
    return [type(one) for one in settled]


def test_a_batch_is_one_commit(store: FaultyStore) -> None:
    settled = settle(store, [adjust(1), adjust(2), adjust(3)], SetClock())
    assert kinds(settled) == [Done, Done, Done]
    assert store.commits == [3]
    assert on_hand(store) == 16


def test_each_submission_finds_its_movements_by_position(store: FaultyStore) -> None:
    settled = settle(store, [adjust(1), adjust(-99), adjust(3)], SetClock())
    ids = memory_contents(store).movements[-2]["id"], memory_contents(store).movements[-1]["id"]
    for one in settled:
        assert isinstance(one, Done)
        assert tuple(one.movement_ids) == ids
    assert isinstance(settled[1], Done)
    assert isinstance(settled[1].outcome.results[0], Rejected)


def test_rejections_alone_are_not_committed(store: FaultyStore) -> None:
    settled = settle(store, [adjust(-99), adjust(0)], SetClock())
    assert kinds(settled) == [Done, Done]
    assert (store.begun, store.commits) == (1, [])


def test_a_keyed_rejection_is_committed_with_its_answer(store: FaultyStore) -> None:
    settle(store, [adjust(-99, "k", render=say(b"no"))], SetClock())
    assert settle(store, [adjust(-99, "k")], SetClock()) == [Replayed(Answer(200, b"no"))]


def test_a_keyed_answer_is_what_the_caller_gets(store: FaultyStore) -> None:
    (done,) = settle(store, [adjust(1, "k", render=say(b"first"))], SetClock())
    assert isinstance(done, Done)
    assert done.answer == Answer(200, b"first")


def test_a_batch_of_repeats_commits_nothing(store: FaultyStore) -> None:
    settle(store, [adjust(1, "k")], SetClock())
    settled = settle(store, [adjust(1, "k"), adjust(2, "k", "other")], SetClock())
    assert kinds(settled) == [Replayed, KeyReused]
    assert store.commits == [1]
    assert on_hand(store) == 11


def test_the_moment_is_taken_anew_for_every_try(store: FaultyStore) -> None:
    store.at_commit.append(StoreBusy("busy"))
    moments = iter([START + timedelta(seconds=1), START + timedelta(seconds=2)])

    def clock() -> datetime:
        return next(moments)

    settle(store, [adjust(1)], clock)
    assert memory_contents(store).movements[-1]["created_at"] == START + timedelta(seconds=2)


@pytest.mark.parametrize("where", ["at_begin", "at_commit"])
def test_a_busy_store_is_tried_again_whole(store: FaultyStore, where: str) -> None:
    getattr(store, where).extend([StoreBusy("busy")] * (BUSY_TRIES - 1))
    settled = settle(store, [adjust(1), adjust(2)], SetClock())
    assert kinds(settled) == [Done, Done]
    assert store.begun == BUSY_TRIES
    assert store.commits == [2]
    assert on_hand(store) == 13


def test_a_store_that_stays_busy_says_so_to_everyone(store: FaultyStore) -> None:
    store.at_begin.extend([StoreBusy("busy")] * BUSY_TRIES)
    assert kinds(settle(store, [adjust(1), adjust(2)], SetClock())) == [StoreBusy, StoreBusy]
    assert on_hand(store) == 10


def test_a_store_that_was_busy_for_long_is_not_tried_again(
    store: FaultyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "BUSY_PATIENCE_SECONDS", -1)
    store.at_begin.append(StoreBusy("busy"))
    assert kinds(settle(store, [adjust(1)], SetClock())) == [StoreBusy]
    assert store.begun == 1


@pytest.mark.parametrize("fault", [StoreUnavailable, StorageFull, CommitUnknown, Fault])
def test_other_faults_are_told_to_everyone_and_tried_once(
    store: FaultyStore, fault: type[Fault]
) -> None:
    store.at_commit.append(fault("gone"))
    assert kinds(settle(store, [adjust(1), adjust(2)], SetClock())) == [fault, fault]
    assert store.begun == 1
    assert on_hand(store) == 10
    assert kinds(settle(store, [adjust(1)], SetClock())) == [Done]


def test_a_refusal_is_tried_again_once_before_anything_else(store: FaultyStore) -> None:
    store.at_commit.append(StoreRefused("a SKU was taken meanwhile"))
    assert kinds(settle(store, [adjust(1), adjust(2)], SetClock())) == [Done, Done]
    assert store.commits == [2]


def test_a_refusal_at_the_last_try_is_told(store: FaultyStore) -> None:
    store.at_commit.extend([*[StoreBusy("busy")] * (BUSY_TRIES - 1), StoreRefused("no")])
    assert kinds(settle(store, [adjust(1)], SetClock())) == [StoreRefused]
    assert on_hand(store) == 10


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
@pytest.mark.parametrize("place", [0, -1])
def test_whoever_is_refused_stands_alone_in_the_end(
    store: FaultyStore, size: int, place: int
) -> None:
    store.poison = poisoned(1_000, lambda: StoreRefused("no"))
    batch = [adjust(1) for _ in range(size)]
    batch[place] = adjust(1_000)
    settled = settle(store, batch, SetClock())
    expected: list[type] = [Done] * size
    expected[place] = StoreRefused
    assert kinds(settled) == expected
    assert on_hand(store) == 10 + size - 1


def test_several_that_are_refused_hurt_nobody_else(store: FaultyStore) -> None:
    store.poison = poisoned(1_000, lambda: StoreRefused("no"))
    batch = [adjust(1_000 if number % 5 == 2 else 1) for number in range(20)]
    settled = settle(store, batch, SetClock())
    assert [isinstance(one, Done) for one in settled] == [n % 5 != 2 for n in range(20)]
    assert on_hand(store) == 10 + 16


@pytest.mark.parametrize("error", [OverflowError, UnicodeEncodeError, ZeroDivisionError])
def test_a_value_that_no_driver_takes_hurts_nobody_else(
    store: FaultyStore, error: type[Exception]
) -> None:
    def fail() -> Exception:
        if error is UnicodeEncodeError:
            return UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return error("of this value")

    store.poison = poisoned(1_000, fail)
    settled = settle(store, [adjust(1), adjust(1_000), adjust(2)], SetClock())
    assert kinds(settled) == [Done, Fault, Done]
    assert "surrogates" not in str(settled[1])
    assert on_hand(store) == 13


def test_an_answer_that_cannot_be_written_down_hurts_nobody_else(store: FaultyStore) -> None:
    def fail(outcome: Outcome, movement_ids: object) -> Answer:
        raise TypeError("no JSON")

    batch = [adjust(1, "a"), adjust(2, "b", render=fail), adjust(3, "c")]
    assert kinds(settle(store, batch, SetClock())) == [Done, Fault, Done]
    assert on_hand(store) == 14


def test_an_atomic_request_is_never_halved(store: FaultyStore) -> None:
    store.poison = poisoned(1_000, lambda: StoreRefused("no"))
    both = (c.AdjustStock(1, None, 1, TESTER), c.AdjustStock(1, None, 1_000, TESTER))
    settled = settle(store, [adjust(5), Submission(Request(both, atomic=True))], SetClock())
    assert kinds(settled) == [Done, StoreRefused]
    assert on_hand(store) == 15


def test_a_product_made_by_one_caller_is_not_lost_by_another_s_fault(store: FaultyStore) -> None:
    store.poison = poisoned(1_000, lambda: StoreRefused("no"))
    made = Submission(Request((c.CreateProduct(ProductAttributes("NEW", "New"), TESTER, 4),)))
    assert kinds(settle(store, [made, adjust(1_000)], SetClock())) == [Done, StoreRefused]
    contents = memory_contents(store)
    assert contents.level(contents.products[-1]["id"]) == (4, 0, 0)
