"""Servers at work that are killed, or whose database is: what such proofs share.

Clients ask without end, each request under a key of its own. At a random point something is killed
under them and comes back; then whoever runs the proof holds all that was asked against what is
there.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from proofs.ground import Ground
from proofs.result import Result
from tests.support.api import Api
from tests.support.journal import Asking, Journal, Request, until
from tests.support.server import OnhandServer

Asked = TypeVar("Asked", bound=Request)

LONGEST_DELAY_S = 0.02
"""After the command that a kill is to fall on: as long as a batch takes or longer, so that it
falls into any phase of one."""

AFTERWARDS = 30
"""How many commands the clients get done after a kill, where something is left to ask."""


class Crashes:
    """Servers that share the ground's database, and how they are worked on and killed."""

    def __init__(
        self, ground: Ground, servers: int, promise: str, seed: int, **options: Any
    ) -> None:
        self.ground = ground
        self.servers = [ground.serve(**options) for _ in range(servers)]
        self.chance = random.Random(seed)
        self.result = Result(promise)
        self.rounds = 0

    def round(
        self,
        asking: Asking[Asked],
        commands: int,
        strike: Callable[[Journal[Asked]], None],
        victim: OnhandServer | None = None,
    ) -> Journal[Asked]:
        """Work until so many commands were answered, strike, let everything come back.

        Of the servers only the victim may have ended.
        """
        self.rounds += 1
        journal = Journal(asking)
        with journal.clients(self.servers):
            journal.await_answers(commands)
            time.sleep(self.chance.uniform(0, LONGEST_DELAY_S))
            strike(journal)
        self._recover(victim)
        self._count(journal)
        return journal

    def kill(self, victim: OnhandServer, journal: Journal[Asked]) -> None:
        """Kill a server; half the time it comes back while others, if any, are at work."""
        victim.kill()
        self.result.count("kills of a server")
        if len(self.servers) > 1:
            if self.chance.random() < 0.5:
                victim.start(wait=False)
            journal.await_answers(AFTERWARDS)

    def breach(self, problem: str) -> None:
        """Note that the promise was broken, in this round."""
        self.result.breach(f"round {self.rounds}: {problem}")

    def verify(self) -> None:
        """Hold everything stored against the ledger."""
        problems = self.ground.verify_here()
        if problems is not None:
            self.breach(f"verify: {problems}")
        self.result.count("verified")

    def api(self) -> Api:
        """The first server's."""
        return Api(self.servers[0].client)

    def _recover(self, victim: OnhandServer | None) -> None:
        if self.ground.postgresql is not None:
            self.ground.postgresql.start()
        for server in self.servers:
            if not server.is_running():
                self.result.check(server is victim, f"a server ended by itself: {server.log()}")
                server.start()
            until(server.is_ready, "a server is ready")

    def _count(self, journal: Journal[Asked]) -> None:
        result, sent = self.result, journal.sent
        result.count("requests", len(sent))
        result.count("answered", len(journal.acknowledged()))
        result.count("torn connections", sum(one.torn for one in sent))
        result.count("told to try again", sum(len(one.faults) for one in sent))
        unfit = journal.faults() - {409, 503}
        if unfit:
            self.breach(f"answered {unfit}")


def stretches(commands: int, kills: int, chance: random.Random) -> Iterator[int]:
    """How many commands lie before each kill, when they fall at random on so many."""
    at = 0
    for point in sorted(chance.sample(range(1, commands + 1), kills)):
        yield point - at
        at = point
