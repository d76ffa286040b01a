"""Services: what the API works with, given to it by the wiring.

A writer must be made on the event loop it serves, so the wiring hands over a context manager that
opens everything when the server starts and drains and closes it when the server ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from onhand.api.figures import Figures
from onhand.api.gate import Gate
from onhand.api.metrics import Metrics
from onhand.ledger.faults import QueueFull, StoreBusy, WriterStopped
from onhand.ledger.ports import Clock
from onhand.ledger.reads import Reads
from onhand.ledger.writer import Writer

Result = TypeVar("Result")

READS_WAITING = 1_000
READ_PATIENCE_S = 15.0
"""The database's own limit on a read is shorter; where it is silent, this one is heard of."""


class ReadThreads:
    """Runs blocking reads beside the event loop, a few at a time.

    A thread pool of its own costs about 30 µs a read, less than `asyncio.to_thread` or anyio, and
    leaves the default pool to others.
    """

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="onhand-read")
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Reads that wait or are at work."""
        return self._waiting

    async def run(self, read: Callable[[], Result]) -> Result:
        """The result of a blocking call. Raises `QueueFull` when too many wait already.

        Raises `StoreBusy` when it takes too long; a call that has begun is left to end by itself.
        """
        if self._waiting >= READS_WAITING:
            raise QueueFull(f"{self._waiting} reads are waiting already; try again in a moment")
        self._waiting += 1
        try:
            async with asyncio.timeout(READ_PATIENCE_S):
                return await asyncio.get_running_loop().run_in_executor(self._pool, read)
        except TimeoutError:
            raise StoreBusy("The read took too long; try again") from None
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a request may need. `body_limit` is in bytes.

    A purchase order of `approval_limit` or less, in its own currency, needs nobody's approval.
    `company` is the name and address that documents are printed with, a line each.
    """

    writer: Writer
    reads: Reads
    threads: ReadThreads
    gate: Gate
    clock: Clock
    body_limit: int
    approval_limit: Decimal = Decimal(0)
    company: str = ""
    metrics: Metrics = field(default_factory=lambda: Metrics(Figures(), {}))
    _printer: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def read(self, question: Callable[[Reads], Result]) -> Result:
        """Ask the database, beside the event loop."""
        return await self.threads.run(lambda: question(self.reads))

    async def print(self, make: Callable[[], bytes]) -> bytes:
        """Have a document printed beside the event loop, one at a time.

        Raises `StoreBusy` when it takes too long until it is its turn, or to print it.
        """
        try:
            async with asyncio.timeout(READ_PATIENCE_S), self._printer:
                return await self.threads.run(make)
        except TimeoutError:
            raise StoreBusy("Too many documents are being printed; try again") from None


OpenServices = Callable[[], AbstractAsyncContextManager[Services]]
"""Opens the services on the running event loop, and closes them."""


class LiveServices:
    """The services of a server that may not have started yet, or be ending."""

    def __init__(self, open_services: OpenServices) -> None:
        self._open = open_services
        self._services: Services | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open them for as long as the server runs."""
        async with self._open() as services:
            self._services = services
            try:
                yield
            finally:
                self._services = None

    @property
    def current(self) -> Services:
        """The services. Raises `WriterStopped` before the start and after the end."""
        if self._services is None:
            raise WriterStopped("The server is starting or stopping; send this again in a moment")
        return self._services

    @property
    def writer(self) -> Writer:
        """The process's writer."""
        return self.current.writer

    @property
    def gate(self) -> Gate:
        """Who may call."""
        return self.current.gate

    @property
    def clock(self) -> Clock:
        """Tells the time."""
        return self.current.clock

    @property
    def body_limit(self) -> int:
        """The longest body, in bytes."""
        return self.current.body_limit
