"""A journal of what clients asked and heard, to be held against the ledger after a crash.

The clients ask without end, in a thread of their own, while whoever holds the journal kills
something under them. What they were answered is final; a 503, or a 409 that says that the key is
being worked on, tells them to try again; a torn connection tells nothing.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any, Generic, Protocol, TypeVar

from tests.support.api import Api
from tests.support.many import Connection, Told, Torn
from tests.support.server import OnhandServer

CLIENTS = 16
PATIENCE_S = 30
PAUSE_S = 0.02


def until(so: Callable[[], bool], what: str) -> None:
    """Wait until it is so."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < give_up_at, f"not within {PATIENCE_S} s: {what}"
        time.sleep(0.001)


def tells_to_wait(told: Told) -> bool:
    """Whether an answer says to try again later."""
    return told.status == 503 or (
        told.status == 409 and told.json["type"].endswith("key_in_flight")
    )


class Request(Protocol):
    """What a client asks: so many commands, about a version of something where it says so.

    What has no key is never repeated.
    """

    @property
    def path(self) -> str: ...
    @property
    def body(self) -> Any: ...
    @property
    def key(self) -> str | None: ...
    @property
    def version(self) -> int | None: ...
    @property
    def commands(self) -> int: ...


Asked = TypeVar("Asked", bound=Request)


class Asking(Protocol[Asked]):
    """What clients ask next, and what they have heard."""

    def next(self) -> Asked: ...
    def heard(self, asked: Asked, told: Told) -> None: ...


def again(api: Api, asked: Request) -> Told:
    """Send a request again under its key, until it is answered."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        answer = api.post(asked.path, asked.body, asked.key, asked.version)
        replayed = answer.headers.get("Idempotent-Replayed") == "true"
        told = Told(answer.status_code, answer.content, replayed)
        if not tells_to_wait(told) or time.monotonic() > give_up_at:
            return told
        time.sleep(PAUSE_S)


@dataclass
class Sent(Generic[Asked]):
    """A request that was sent: its answer if there was one, and what stood in the way."""

    asked: Asked
    answer: Told | None = None
    faults: list[int] = field(default_factory=list)
    torn: int = 0


class Journal(Generic[Asked]):
    """What clients asked, and what they heard."""

    def __init__(self, asking: Asking[Asked], clients: int = CLIENTS) -> None:
        self.sent: list[Sent[Asked]] = []
        self.answered = 0
        """How many commands were answered."""
        self._asking = asking
        self._clients = clients
        self._ended = threading.Event()
        self._failures: list[BaseException] = []

    @contextmanager
    def clients(self, servers: Sequence[OnhandServer]) -> Iterator[None]:
        """Clients that ask without end, meanwhile, spread over the servers."""
        self._ended.clear()
        ports = [server.port for server in servers]

        def run() -> None:
            try:
                asyncio.run(self._ask_without_end(ports))
            except BaseException as failure:
                self._failures.append(failure)

        thread = threading.Thread(target=run, name="clients")
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            if self._failures:
                raise self._failures[0]

    def await_answers(self, commands: int) -> None:
        """Wait until so many more commands were answered."""
        wanted = self.answered + commands
        until(
            lambda: self.answered >= wanted or bool(self._failures), f"{commands} commands answered"
        )

    def acknowledged(self) -> list[Sent[Asked]]:
        """What was answered."""
        return [one for one in self.sent if one.answer is not None]

    def open(self) -> list[Sent[Asked]]:
        """What nobody knows about."""
        return [one for one in self.sent if one.answer is None]

    def faults(self) -> set[int]:
        """The statuses of answers that settled nothing."""
        return {status for one in self.sent for status in one.faults}

    async def _ask_without_end(self, ports: Sequence[int]) -> None:
        clients = (self._client(ports, number) for number in range(self._clients))
        await asyncio.gather(*clients)

    async def _client(self, ports: Sequence[int], number: int) -> None:
        """One client, which repeats what was not answered, at the next server where its own is
        gone. Every other one leaves the first such request open and goes on with something else."""
        stubborn = number % 2 == 1
        gives_up = not stubborn
        places = islice(cycle(ports), number % len(ports), None)
        connection = Connection(next(places))
        one: Sent[Asked] | None = None
        while not self._ended.is_set():
            try:
                await connection.open()
                if one is None:
                    one = Sent(self._asking.next())
                    self.sent.append(one)
                asked = one.asked
                told = await connection.post(asked.path, asked.body, asked.key, asked.version)
                if not tells_to_wait(told):
                    self._answered(one, told)
                    one, gives_up = None, not stubborn
                    continue
                one.faults.append(told.status)
            except Torn:
                if one is not None:
                    one.torn += 1
                connection = Connection(next(places))
            if gives_up or (one is not None and one.asked.key is None):
                one, gives_up = None, False
            await asyncio.sleep(PAUSE_S)
        connection.close()

    def _answered(self, one: Sent[Asked], told: Told) -> None:
        one.answer = told
        self.answered += one.asked.commands
        self._asking.heard(one.asked, told)
