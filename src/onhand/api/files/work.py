"""Work with files beside the event loop: a few threads, and a few exports and imports at a time.

What is too much is refused at once, as busy, so that files never keep others from their stock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from onhand.ledger.faults import QueueFull, WriterStopped

__all__ = ["DEFAULT_IMPORT_LIMIT", "FileWork"]

Result = TypeVar("Result")

MOST_EXPORTS = 8
MOST_IMPORTS = 2
FILLING = 2
"""Exports that read the database at a time; the others wait for their turn."""

DEFAULT_IMPORT_LIMIT = 256 * 1024**2


class FileWork:
    """The threads. `import_limit` is how many bytes a file to import may have."""

    def __init__(self, import_limit: int = DEFAULT_IMPORT_LIMIT) -> None:
        self.import_limit = import_limit
        self._filling = ThreadPoolExecutor(FILLING, thread_name_prefix="onhand-export")
        self._steps = ThreadPoolExecutor(MOST_IMPORTS + 1, thread_name_prefix="onhand-file")
        self._exports = self._imports = 0
        self._is_closed = False

    def check_open(self) -> None:
        """Raises WriterStopped once the server ends: for long work to ask now and then."""
        if self._is_closed:
            raise WriterStopped("The server is stopping; ask for the file again in a moment")

    def fill(self, work: Callable[[], None]) -> asyncio.Future[None]:
        """Have an export read the database. Raises WriterStopped."""
        self.check_open()
        return asyncio.get_running_loop().run_in_executor(self._filling, work)

    async def run(self, step: Callable[[], Result]) -> Result:
        """A short step: reading a piece of a file, or writing one. Raises WriterStopped."""
        self.check_open()
        return await asyncio.get_running_loop().run_in_executor(self._steps, step)

    def take_export(self) -> Callable[[], None]:
        """A place for one more export, to be given back by calling this. Raises QueueFull."""
        if self._exports >= MOST_EXPORTS:
            raise QueueFull(f"{self._exports} exports are under way; try again in a moment")
        self._exports += 1
        is_given_back = False

        def give_back() -> None:
            nonlocal is_given_back
            if not is_given_back:
                is_given_back = True
                self._exports -= 1

        return give_back

    @contextmanager
    def importing(self) -> Iterator[None]:
        """A place for one more import. Raises QueueFull."""
        if self._imports >= MOST_IMPORTS:
            raise QueueFull(f"{self._imports} imports are under way; try again in a moment")
        self._imports += 1
        try:
            yield
        finally:
            self._imports -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._is_closed = True
        for pool in (self._filling, self._steps):
            pool.shutdown(wait=False, cancel_futures=True)
