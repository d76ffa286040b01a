"""Posting: one batch of submissions through load, decide and one commit, and what to do on a fault.

A busy store is tried again whole, for a moment. A refused batch is tried again once (another writer
may have taken a SKU or a key meanwhile), then halved until the submission at fault stands alone. So
is a batch that makes the program itself fail, as by a value that no driver takes. A store that is
away, or lost while committing, is told to every caller: none of them is tried twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from onhand.core.commands import Request
from onhand.core.decide import Outcome, decide
from onhand.core.snapshot import needs_of
from onhand.ledger.faults import Fault, StoreBusy, StoreRefused
from onhand.ledger.figures import WriterFigures
from onhand.ledger.ports import Answer, Clock, KeptAnswer, KeyPart, Store

log = structlog.get_logger(__name__)

BUSY_TRIES = 6
_BUSY_PAUSE_SECONDS = 0.02
BUSY_PATIENCE_SECONDS = 2.0
"""A store that was busy for longer is not tried again: callers wait, and more of them behind."""

Render = Callable[[Outcome, Sequence[int]], Answer]
"""Turns an outcome and the batch's movement ids into the answer a client gets."""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's key for a request, and the fingerprint of what it asked."""

    key: KeyPart
    fingerprint: str


class Named(Protocol):
    """A request with a name."""

    @property
    def request_id(self) -> str:
        """The name; it may be made when it is first asked for."""
        ...


@dataclass(slots=True)
class Passage:
    """When a submission got where, for who follows it: nanoseconds since 1970, 0: not yet."""

    taken_on_ns: int = 0
    begun_ns: int = 0
    decided_ns: int = 0
    committed_ns: int = 0


@dataclass(frozen=True, slots=True)
class Submission:
    """A request as submitted: keyed ones also say how their answer is rendered, to be kept.

    `asked_by` is the request it is of, whose name the log tells.
    """

    request: Request
    render: Render | None = None
    idempotency: Idempotency | None = None
    asked_by: Named | None = None
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """Decided and committed; `movement_ids` are the whole batch's, by position.

    A dry run is decided only: it has no movement ids.
    """

    outcome: Outcome
    movement_ids: Sequence[int]
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """The key was used before for the same request: its first answer again."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The key was used before for another request: nothing was done."""


Settlement = Done | Replayed | KeyReused


def settle(
    store: Store,
    submissions: Sequence[Submission],
    clock: Clock,
    figures: WriterFigures | None = None,
) -> list[Settlement | Fault]:
    """Post a batch; one settlement or fault per submission, in their order.

    How long its commits take is added to `figures`.
    """
    try:
        return list(_post_with_patience(store, submissions, clock, figures))
    except StoreRefused as refused:
        if len(submissions) == 1:
            return [refused]
    except Fault as fault:
        return [fault] * len(submissions)
    except Exception:
        # Nothing was committed: a commit is the last thing that a try does.
        if len(submissions) == 1:
            asked_by = submissions[0].asked_by
            log.exception(
                "posting.failed",
                **({} if asked_by is None else {"request_id": asked_by.request_id}),
            )
            return [Fault("The server failed while working on this")]
    middle = len(submissions) // 2
    return [
        *settle(store, submissions[:middle], clock, figures),
        *settle(store, submissions[middle:], clock, figures),
    ]


def _post_with_patience(
    store: Store, submissions: Sequence[Submission], clock: Clock, figures: WriterFigures | None
) -> list[Settlement]:
    refused_before = False
    give_up_at = time.monotonic() + BUSY_PATIENCE_SECONDS
    for attempt in range(1, BUSY_TRIES + 1):
        try:
            return _post(store, submissions, clock, figures)
        except StoreBusy:
            if attempt == BUSY_TRIES or time.monotonic() > give_up_at:
                raise
            time.sleep(_BUSY_PAUSE_SECONDS * attempt)
        except StoreRefused:
            if refused_before or attempt == BUSY_TRIES:
                raise
            refused_before = True
    raise AssertionError("unreachable: the last try returns or raises")


def _post(
    store: Store, submissions: Sequence[Submission], clock: Clock, figures: WriterFigures | None
) -> list[Settlement]:
    now = clock()
    keys = [s.idempotency.key for s in submissions if s.idempotency is not None]
    needs = needs_of(submission.request for submission in submissions)
    with store.transaction(needs, keys, now) as transaction:
        settled: list[Settlement | None] = [
            _known(submission.idempotency, transaction.known) for submission in submissions
        ]
        fresh = [place for place, settlement in enumerate(settled) if settlement is None]
        decision = decide(
            [submissions[place].request for place in fresh], transaction.snapshot, now
        )
        numbers = transaction.numbers(decision.event_count)
        movement_ids, _ = decision.numbered(numbers)
        answers: dict[KeyPart, KeptAnswer] = {}
        for place, outcome in zip(fresh, decision.outcomes, strict=True):
            submission = submissions[place]
            if submission.request.dry_run:
                settled[place] = Done(outcome, ())
                continue
            answer = None
            if submission.idempotency is not None and submission.render is not None:
                answer = submission.render(outcome, movement_ids)
                kept = KeptAnswer(submission.idempotency.fingerprint, answer)
                answers[submission.idempotency.key] = kept
            settled[place] = Done(outcome, movement_ids, answer)
        passages = [it.passage for it in submissions if it.passage is not None]
        for passage in passages:
            passage.decided_ns = time.time_ns()
        if answers or not decision.writes_nothing:
            started = time.perf_counter()
            transaction.commit(decision, numbers, answers, now)
            if figures is not None:
                figures.commit_seconds.observe(time.perf_counter() - started)
            for passage in passages:
                passage.committed_ns = time.time_ns()
    return [settlement for settlement in settled if settlement is not None]


def _known(
    idempotency: Idempotency | None, known: Mapping[KeyPart, KeptAnswer]
) -> Settlement | None:
    kept = known.get(idempotency.key) if idempotency is not None else None
    if kept is None or idempotency is None:
        return None
    if kept.fingerprint != idempotency.fingerprint:
        return KeyReused()
    return Replayed(kept.answer)
