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
from functools import partial

from proofs.crashes import AFTERWARDS, Crashes, stretches
from proofs.ground import Ground
from proofs.result import Result
from tests.support.exactly_once import check, repeat
from tests.support.journal import Journal, Sent
from tests.support.postgres import PostgreSQLServer
from tests.support.work import BATCH_LIMIT, Asked, Work

LONGEST_ABSENCE_S = 0.3
KEPT = 3
"""How many requests of each round are repeated at the very end."""


def kill_servers(ground: Ground, servers: int, kills: int, commands: int, seed: int = 0) -> Result:
    """Kill one of `servers` processes that share the ground's database, so many times."""
    promise = f"kill -9 of a server: {ground.kind}, {servers} server processes"
    shop = Shop(ground, servers, promise, seed)
    for stretch in stretches(commands, kills, shop.chance):
        victim = shop.chance.choice(shop.servers)
        work = shop.work()
        shop.check(work, shop.round(work, stretch, partial(shop.kill, victim), victim))
    shop.close()
    return shop.result


def kill_database(ground: Ground, servers: int, kills: int, commands: int, seed: int = 0) -> Result:
    """Stop the ground's PostgreSQL at once, and kill it, each so many times."""
    shop = Shop(ground, servers, f"PostgreSQL killed: {servers} server processes", seed)
    database = ground.postgresql
    assert database is not None

    def strike(database: PostgreSQLServer, how: str, journal: Journal[Asked]) -> None:
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

    for number, stretch in enumerate(stretches(commands, 2 * kills, shop.chance)):
        how = "SIGKILL" if number % 2 else "immediate stop"
        work = shop.work()
        shop.check(work, shop.round(work, stretch, partial(strike, database, how)))
    shop.close()
    return shop.result


class Shop(Crashes):
    """Servers under mixed work, and what is found of them."""

    def __init__(self, ground: Ground, servers: int, promise: str, seed: int) -> None:
        limit = {"ONHAND_BATCH_LIMIT": str(BATCH_LIMIT)}
        super().__init__(ground, servers, promise, seed, environment=limit)
        self._warehouse = self.api().warehouse("EAST")
        self._kept: list[Sent[Asked]] = []
        self._kinds: set[str] = set()

    def work(self) -> Work:
        """What is asked in the next round, of products of its own."""
        draws = random.Random(self.chance.random())
        return Work(self.api(), f"R{self.rounds + 1}", draws, warehouse=self._warehouse)

    def check(self, work: Work, journal: Journal[Asked]) -> None:
        """Hold what was asked in a round against the ledger."""
        result, sent = self.result, journal.sent
        result.count("commands", sum(one.asked.commands for one in sent))
        self._kinds |= {one.asked.kind for one in journal.acknowledged()}
        result.facts["kinds of requests answered"] = len(self._kinds)
        checked = check(self.api(), work, sent, self.chance)
        result.count("unanswered, found done", checked.done)
        result.count("unanswered, found not done", checked.not_done)
        result.count("of these, lists found cut off", checked.cut)
        result.count("repeated at once", checked.repeated)
        for problem in checked.breaches:
            self.breach(problem)
        self._kept += self.chance.sample(sent, min(KEPT, len(sent)))
        self.verify()

    def close(self) -> None:
        """Ask for some answers of every round once more, and have it all verified."""
        for sent in self._kept:
            for problem in repeat(self.api(), sent, done_before=True):
                self.result.breach(f"at the end: {problem}")
            self.result.count("repeated at the end")
        problems = self.ground.verify()
        self.result.check(problems is None, f"at the end: verify: {problems}")
