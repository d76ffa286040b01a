"""PostgreSQL falls silent without closing anything: cut off, or frozen with all its sessions.

Between a server and its database stands a proxy that stops forwarding and closes nothing; or the
database's own processes are stopped. Nobody may wait for ever: commands and reads are told within
seconds, and when it speaks again all is well, whatever became of the connections meanwhile.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import psutil

from proofs.ground import Ground
from proofs.result import Result
from proofs.surroundings.trial import Promise, endure
from tests.support.postgres import LOOPBACK, PostgreSQLServer, free_port

CHUNK = 64 * 1024
TOLD = Promise(
    commands=("unavailable", "commit_unknown"),
    reads=("unavailable", "busy"),
    within_s=20,
    recovery_s=5,
)


def run_cut_off(ground: Ground, lasts_s: float) -> Result:
    """Nothing passes between the server and PostgreSQL, and no connection is closed."""
    result = Result("PostgreSQL cut off without a word")
    parts = urlsplit(ground.url)
    assert parts.port is not None
    with Proxy(parts.port).running() as proxy:
        through = parts._replace(netloc=f"{parts.username}@{LOOPBACK}:{proxy.port}")
        server = replace(ground, url=urlunsplit(through)).serve()
        endure(result, ground, server, proxy.silent(), TOLD, lasts_s=lasts_s)
        server.close()
    return result


def run_frozen(ground: Ground, lasts_s: float) -> Result:
    """Every process of PostgreSQL stands still."""
    result = Result("PostgreSQL frozen")
    assert ground.postgresql is not None
    server = ground.serve()
    endure(result, ground, server, _frozen(ground.postgresql), TOLD, lasts_s=lasts_s)
    return result


@contextmanager
def _frozen(postgresql: PostgreSQLServer) -> Iterator[None]:
    postmaster = postgresql.postmaster()
    assert postmaster is not None
    postmaster.suspend()
    family = [postmaster, *postmaster.children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        yield
    finally:
        for process in reversed(family):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)


class Proxy:
    """Forwards connections to a port of this machine, until it is told to be silent."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._speaks = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @contextmanager
    def running(self) -> Iterator[Proxy]:
        """It forwards meanwhile, in a thread of its own."""
        thread = threading.Thread(target=self._loop.run_forever, name="proxy")
        thread.start()
        self._speaks.set()
        listening = asyncio.start_server(self._accept, LOOPBACK, self.port)
        asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """It forwards nothing, accepts and closes nothing, meanwhile."""
        self._loop.call_soon_threadsafe(self._speaks.clear)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._speaks.set)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._speaks.wait()
        there, onward = await asyncio.open_connection(LOOPBACK, self._target)
        for source, sink in ((reader, onward), (there, writer)):
            task = self._loop.create_task(self._forward(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(CHUNK):
                await self._speaks.wait()
                sink.write(data)
                await sink.drain()
        await self._speaks.wait()
        sink.close()

    async def _end(self) -> None:
        for task in [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
            task.cancel()
        await asyncio.sleep(0)
