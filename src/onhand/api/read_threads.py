"""Read threads: blocking work beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from onhand.ledger.faults import QueueFull, StoreBusy

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
