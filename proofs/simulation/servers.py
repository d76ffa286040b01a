"""Servers of a simulated world: the real writer and housekeeping on a store, stopped and killed.

One stops as `onhand.app` has it: housekeeping ends, the writer drains, the store is closed. A
killed one loses its threads where they stand and its event loop with all that was to come; its
clients see the connection break. Either is started again after a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any

from onhand.ledger.housekeeping import keep_house
from onhand.ledger.posting import Settlement, Submission
from onhand.ledger.writer import Writer
from proofs.simulation.databases import Database
from proofs.simulation.threads import process
from proofs.simulation.world import World


class NotThere(Exception):
    """Nobody listens at this address: nothing was sent."""


class ConnectionLost(Exception):
    """The connection broke while the client waited for its answer."""


class Server:
    """One server process, and the one that is started in its place."""

    def __init__(self, world: World, database: Database, name: str) -> None:
        self.name = name
        self._world = world
        self._database = database
        self._open: dict[asyncio.Future[Settlement], None] = {}
        self._context: Context
        self._stopping: asyncio.Task[None] | None = None
        self._at_work = asyncio.Event()
        self.is_up = False
        self._starts()

    def _starts(self) -> None:
        self._world.tell(self.name, "starts")
        chance = self._world.chance
        self._store = self._database.open()
        self._context = copy_context()
        self._context.run(process.set, self)
        self._writer = self._context.run(
            Writer,
            self._store,
            self._world.clock,
            batch_limit=chance.choice([1, 3, 1_000]),
            queue_limit=chance.choice([4, 1_000]),
        )
        self._house = self._in_process(keep_house(self._store, self._writer, self._world.clock))
        self._stopping = None
        self.is_up = True
        self._at_work.set()

    async def ask(self, submission: Submission) -> Settlement:
        """What a connection of a client does here."""
        if not self.is_up:
            raise NotThere
        future = self._writer.submit(submission)
        self._open[future] = None
        future.add_done_callback(lambda done: self._open.pop(done, None))
        return await future

    def stop(self) -> bool:
        """Have it stop, as by SIGTERM; whether it was at work."""
        if not self.is_up or self._stopping is not None:
            return False
        self._world.tell(self.name, "is told to stop")
        self._at_work.clear()
        self._stopping = self._in_process(self._stops())
        self._stopping.add_done_callback(self._starts_again)
        return True

    def kill(self) -> bool:
        """The process ends here and now; whether there was one."""
        if not self.is_up:
            return False
        self._world.tell(self.name, "is killed")
        self.is_up = False
        self._at_work.clear()
        self._house.cancel()
        for future in list(self._open):
            if not future.done():
                future.set_exception(ConnectionLost())
        self._world.threads.kill(self)
        # As the operating system would: what was not committed is rolled back.
        self._store.close()
        if self._stopping is not None:
            self._stopping.cancel()
        else:
            self._starts_again()
        return True

    async def ends(self) -> None:
        """In the end: stop for good, once it is up."""
        await self._at_work.wait()
        self._stopping = self._in_process(self._stops())
        with suppress(asyncio.CancelledError):
            await self._stopping

    async def _stops(self) -> None:
        self._house.cancel()
        with suppress(asyncio.CancelledError):
            await self._house
        if self.is_up:
            await self._writer.drain()
            self._store.close()
            self.is_up = False
            self._world.tell(self.name, "has stopped")

    def _starts_again(self, _: object = None) -> None:
        self._world.loop.call_later(self._world.chance.uniform(0, 5), self._starts)

    def _in_process(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._context.run(self._world.loop.create_task, work)
