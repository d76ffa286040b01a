"""Killed at random points of mixed commands: what was answered is there once, nothing is half done.

Clients ask without end: all kinds of commands, single ones and lists, each under a key of its own.
Meanwhile a server is killed (SIGKILL), or PostgreSQL itself is stopped at once or killed, and
started again. After each time everything asked since the last one is held against the ledger (see
tests/support/exactly_once.py), everything unanswered is repeated, and `verify` recomputes every
level.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from functools import partial

from proofs.ground import Ground
from proofs.result import Result
from tests.support.api import Api
from tests.support.exactly_once import check, repeat
from tests.support.journal import Journal, Sent, until
from tests.support.postgres import PostgreSQLServer
from tests.support.server import OnhandServer
from tests.support.work import BATCH_LIMIT, Work

LONGEST_DELAY_S = 0.02
"""After the command that a kill is to fall on: as long as a batch takes or longer, so that it
falls into any phase of one."""

LONGEST_ABSENCE_S = 0.3
AFTERWARDS = 30
"""How many commands the clients get done after a kill, where something is left to ask."""

KEPT = 3
"""How many requests of each round are repeated at the very end."""


def kill_servers(ground: Ground, servers: int, kills: int, commands: int, seed: int = 0) -> Result:
    """Kill one of `servers` processes that share the ground's database, so many times."""
    promise = f"kill -9 of a server: {ground.kind}, {servers} server processes"
    shop = Shop(ground, servers, promise, seed)

    def strike(victim: OnhandServer, journal: Journal) -> None:
        victim.kill()
        shop.result.count("kills of a server")
        if servers > 1:
            # Half the time it comes back while the others are at work.
            if shop.chance.random() < 0.5:
                victim.start(wait=False)
            journal.await_answers(AFTERWARDS)

    for stretch in _stretches(commands, kills, shop.chance):
        victim = shop.chance.choice(shop.servers)
        shop.round(stretch, partial(strike, victim), victim)
    shop.close()
    return shop.result


def kill_database(ground: Ground, servers: int, kills: int, commands: int, seed: int = 0) -> Result:
    """Stop the ground's PostgreSQL at once, and kill it, each so many times."""
    shop = Shop(ground, servers, f"PostgreSQL killed: {servers} server processes", seed)
    database = ground.postgresql
    assert database is not None

    def strike(database: PostgreSQLServer, how: str, journal: Journal) -> None:
        if how == "SIGKILL":
            database.kill()
        else:
            database.stop("immediate")
        shop.result.count(f"{how} of PostgreSQL")
        time.sleep(shop.chance.uniform(0, LONGEST_ABSENCE_S))
        # Half the time the clients go on until it is back, half the time they have given up.
        if shop.chance.random() < 0.5:
            database.start()
            journal.await_answers(AFTERWARDS)

    for number, stretch in enumerate(_stretches(commands, 2 * kills, shop.chance)):
        how = "SIGKILL" if number % 2 else "immediate stop"
        shop.round(stretch, partial(strike, database, how))
    shop.close()
    return shop.result


class Shop:
    """Servers under work, and what is found of them."""

    def __init__(self, ground: Ground, servers: int, promise: str, seed: int) -> None:
        limit = {"ONHAND_BATCH_LIMIT": str(BATCH_LIMIT)}
        self.servers = [ground.serve(environment=limit) for _ in range(servers)]
        self.chance = random.Random(seed)
        self.result = Result(promise)
        self._ground = ground
        self._rounds = 0
        self._warehouse = self._api().warehouse("EAST")
        self._kept: list[Sent] = []
        self._kinds: set[str] = set()

    def round(
        self, commands: int, strike: Callable[[Journal], None], victim: OnhandServer | None = None
    ) -> None:
        """Work until so many commands were answered, strike, let everything come back, check.

        Of the servers only the victim may have ended.
        """
        self._rounds += 1
        draws = random.Random(self.chance.random())
        work = Work(self._api(), f"R{self._rounds}", draws, warehouse=self._warehouse)
        journal = Journal(work)
        with journal.clients(self.servers):
            journal.await_answers(commands)
            time.sleep(self.chance.uniform(0, LONGEST_DELAY_S))
            strike(journal)
        self._recover(victim)
        self._check(journal)

    def close(self) -> None:
        """Ask for some answers of every round once more, and have it all verified by the command
        that its users have."""
        for sent in self._kept:
            for problem in repeat(self._api(), sent, done_before=True):
                self.result.breach(f"at the end: {problem}")
            self.result.count("repeated at the end")
        problems = self._ground.verify()
        self.result.check(problems is None, f"at the end: verify: {problems}")

    def _recover(self, victim: OnhandServer | None) -> None:
        if self._ground.postgresql is not None:
            self._ground.postgresql.start()
        for server in self.servers:
            if not server.is_running():
                self.result.check(server is victim, f"a server ended by itself: {server.log()}")
                server.start()
            until(server.is_ready, "a server is ready")

    def _check(self, journal: Journal) -> None:
        result = self.result
        where = f"round {self._rounds}"
        sent = journal.sent
        result.count("requests", len(sent))
        result.count("commands", sum(len(one.asked.effects) for one in sent))
        result.count("answered", len(journal.acknowledged()))
        self._kinds |= {one.asked.kind for one in journal.acknowledged()}
        result.facts["kinds of requests answered"] = len(self._kinds)
        result.count("torn connections", sum(one.torn for one in sent))
        result.count("told to try again", sum(len(one.faults) for one in sent))
        unfit = journal.faults() - {409, 503}
        result.check(not unfit, f"{where}: answered {unfit}")
        checked = check(self._api(), journal.work, sent, self.chance)
        result.count("unanswered, found done", checked.done)
        result.count("unanswered, found not done", checked.not_done)
        result.count("of these, lists found cut off", checked.cut)
        result.count("repeated at once", checked.repeated)
        result.breaches += [f"{where}: {problem}" for problem in checked.breaches]
        self._kept += self.chance.sample(sent, min(KEPT, len(sent)))
        problems = self._ground.verify_here()
        result.check(problems is None, f"{where}: verify: {problems}")
        result.count("verified")

    def _api(self) -> Api:
        return Api(self.servers[0].client)


def _stretches(commands: int, kills: int, chance: random.Random) -> Iterator[int]:
    """How many commands lie before each kill, when they fall at random on so many."""
    at = 0
    for point in sorted(chance.sample(range(1, commands + 1), kills)):
        yield point - at
        at = point
