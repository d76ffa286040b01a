"""A spool: a temporary file that one thread fills as fast as it can, and a client reads as it can.

So the moment that an export is of, a transaction of the database, ends when the file is whole, and
not when the slowest client has taken it.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import BinaryIO, cast

from onhand.api.files.work import FileWork

__all__ = ["Abandoned", "Spool"]

BLOCK_BYTES = 262_144


class Abandoned(Exception):
    """Nobody wants the file any more."""


class Spool:
    """One file. `follows`: it may be read while it is written, from its beginning on."""

    def __init__(self, work: FileWork, *, follows: bool) -> None:
        """Must be made on the event loop that reads it."""
        self._work = work
        self._follows = follows
        self._loop = asyncio.get_running_loop()
        self._file = cast(BinaryIO, tempfile.TemporaryFile(prefix="onhand-export-"))  # noqa: SIM115
        self._size = 0
        self._has_ended = self._is_abandoned = False
        self._fault: BaseException | None = None
        self._news = asyncio.Event()

    # The thread that fills it

    def fill(self, write: Callable[[BinaryIO, Callable[[int], None]], None]) -> None:
        """Have it written; what goes wrong is told to whoever reads."""
        fault: BaseException | None = None
        size = 0
        try:
            write(self._file, self._at_rows)
            self._file.flush()
            size = self._file.seek(0, os.SEEK_END)
        except BaseException as error:
            fault = error
        self._tell(size, ended=True, fault=fault)

    def _at_rows(self, _: int) -> None:
        if self._is_abandoned:
            raise Abandoned
        self._work.check_open()
        if self._follows:
            self._file.flush()
            self._tell(self._file.tell())

    def _tell(self, size: int, *, ended: bool = False, fault: BaseException | None = None) -> None:
        def hear() -> None:
            self._size = max(self._size, size)
            self._has_ended = ended
            self._fault = fault
            self._news.set()

        self._loop.call_soon_threadsafe(hear)

    # The event loop

    async def begun(self) -> None:
        """Wait until there is something to read. Raises what went wrong before."""
        while not self._size and not self._has_ended:
            await self._wait()
        if self._fault is not None and not self._size:
            raise self._fault

    async def blocks(self) -> AsyncIterator[bytes]:
        """What is written, as it comes. Raises what went wrong, behind what was right."""
        place = 0
        while True:
            while place < self._size:
                wanted = min(BLOCK_BYTES, self._size - place)
                block = await self._work.run(partial(os.pread, self._file.fileno(), wanted, place))
                place += len(block)
                yield block
            if self._has_ended:
                break
            await self._wait()
        if self._fault is not None:
            raise self._fault

    def abandon(self) -> None:
        """Have it filled no further."""
        self._is_abandoned = True

    def close(self) -> None:
        """Remove the file; it must not be written any more."""
        self._file.close()

    async def _wait(self) -> None:
        await self._news.wait()
        self._news.clear()
