"""The writer: gathers what arrives into batches and settles each in one commit.

It waits for no company: an idle writer commits a lone submission at once, and a batch is what
queued up during the commit before it. One thread talks to the store, so that the event loop reads
and parses the next batch meanwhile. The queue is bounded; a caller that goes away changes nothing
about its command; `drain` settles everything taken on, then stops.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue

import structlog

from onhand.ledger.faults import Fault, QueueFull, WriterStopped
from onhand.ledger.figures import WriterFigures
from onhand.ledger.ports import Clock, KeyPart, Store
from onhand.ledger.posting import Done, Settlement, Submission, settle

log = structlog.get_logger(__name__)

Ticket = tuple[Submission, "asyncio.Future[Settlement]"]


class KeyInFlight(Exception):
    """The first request with this idempotency key is still being worked on."""


class Writer:
    """A store's only writer in this process, fed from one event loop."""

    def __init__(
        self, store: Store, clock: Clock, *, batch_limit: int = 1_000, queue_limit: int = 20_000
    ) -> None:
        """Start the thread. Must be called on the event loop that will submit.

        `batch_limit` and `queue_limit` count commands. A request is never cut: one that passes the
        batch's limit is its last, and one larger than the queue's is taken when nothing waits.
        """
        self._store = store
        self._clock = clock
        self._batch_limit = batch_limit
        self._queue_limit = queue_limit
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Ticket | None] = SimpleQueue()
        self._waiting = 0
        self._in_flight: set[KeyPart] = set()
        self.figures = WriterFigures()
        self._accepting = True
        self._thread = threading.Thread(target=self._run, name="onhand-writer", daemon=True)
        self._thread.start()

    @property
    def batch_limit(self) -> int:
        """Commands that share a commit; a longer list is best sent in parts of this size."""
        return self._batch_limit

    @property
    def queue_limit(self) -> int:
        """Commands that may wait."""
        return self._queue_limit

    @property
    def waiting(self) -> int:
        """Commands taken on and not yet settled."""
        return self._waiting

    def submit(self, submission: Submission) -> asyncio.Future[Settlement]:
        """Have a request decided and committed with the next batch; its settlement is to come.

        Raises `KeyInFlight`, `QueueFull` and `WriterStopped` at once; the future raises the fault
        of a store that has failed.
        """
        if not self._accepting:
            raise WriterStopped("The server is stopping; send this to it again in a moment")
        size = len(submission.request.commands)
        if self._waiting and self._waiting + size > self._queue_limit:
            raise QueueFull(f"{self._waiting} commands are waiting already; try again in a moment")
        key = submission.idempotency.key if submission.idempotency is not None else None
        if key is not None:
            if key in self._in_flight:
                raise KeyInFlight(key.key)
            self._in_flight.add(key)
        self._waiting += size
        if submission.passage is not None:
            submission.passage.taken_on_ns = time.time_ns()
        future: asyncio.Future[Settlement] = self._loop.create_future()
        self._queue.put((submission, future))
        return future

    async def drain(self) -> None:
        """Take on no more, settle what was taken on, and end the thread."""
        self._accepting = False
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while True:
            ticket = self._queue.get()
            if ticket is None:
                return
            batch = [ticket]
            size = len(ticket[0].request.commands)
            ends = False
            while size < self._batch_limit:
                try:
                    ticket = self._queue.get_nowait()
                except Empty:
                    break
                if ticket is None:
                    ends = True
                    break
                batch.append(ticket)
                size += len(ticket[0].request.commands)
            self._settle(batch)
            if ends:
                return

    def _settle(self, batch: Sequence[Ticket]) -> None:
        submissions = [submission for submission, _ in batch]
        for submission in submissions:
            if submission.passage is not None:
                submission.passage.begun_ns = time.time_ns()
        started = time.perf_counter()
        try:
            settlements = settle(self._store, submissions, self._clock, self.figures)
        except Exception:
            log.exception("writer.batch_failed", submissions=len(batch))
            settlements = [Fault("The server failed while working on this")] * len(batch)
        self._count(submissions, settlements, time.perf_counter() - started)
        try:
            self._loop.call_soon_threadsafe(self._deliver, batch, settlements)
        except RuntimeError:
            log.warning("writer.nobody_listens", submissions=len(batch))

    def _count(
        self,
        submissions: Sequence[Submission],
        settlements: Sequence[Settlement | Fault],
        seconds: float,
    ) -> None:
        figures = self.figures
        answers = []
        for submission, settlement in zip(submissions, settlements, strict=True):
            if type(settlement) is Done:
                if not submission.request.dry_run:
                    answers.append(settlement.outcome.results)
            elif isinstance(settlement, Fault):
                figures.fault(settlement)
        if answers:
            figures.is_up = True
            figures.results(answers)
        size = sum(len(submission.request.commands) for submission in submissions)
        figures.batch_commands.observe(size)
        figures.batch_seconds.observe(seconds)

    def _deliver(self, batch: Sequence[Ticket], settlements: Sequence[Settlement | Fault]) -> None:
        for (submission, future), settlement in zip(batch, settlements, strict=True):
            self._waiting -= len(submission.request.commands)
            if submission.idempotency is not None:
                self._in_flight.discard(submission.idempotency.key)
            if future.done():
                continue
            if isinstance(settlement, Fault):
                future.set_exception(settlement)
            else:
                future.set_result(settlement)
