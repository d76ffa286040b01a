"""A backup that is taken while clients write is of one moment and whole, and a shop to go on with.

Clients write without end. Each way of backing up is tried in their midst; when all backups are
there, the servers are killed. Each backup is restored to a place of its own, and held against the
ledger it was taken of: it has everything that was answered before it was begun, nothing by halves,
and not what came later. Then it is served.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from proofs.backups.life import goes_on, ground_of
from proofs.backups.prefix import breaches
from proofs.backups.ways import Way, keep_the_lost, size_of, ways_of
from proofs.ground import Ground
from proofs.result import Result
from tests.support.api import Api, done
from tests.support.journal import Journal, Sent
from tests.support.ledger_contents import Contents, database_contents
from tests.support.work import Asked, Work

FILLING_PRODUCTS = 200
FILLED_AT_ONCE = 5_000
BETWEEN = 100
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Sizes:
    """How many movements there are beforehand, and how many backups are taken in each way."""

    movements: int
    backups: int


@dataclass(frozen=True)
class Taken:
    """A backup, and what had been answered when it was begun."""

    way: Way
    backup: Path
    answered: Sequence[Sent[Asked]]


def run(ground: Ground, servers: int, sizes: Sizes, ways: Sequence[Way] | None = None) -> Result:
    """Back up and restore the ground's shop, while `servers` processes serve it."""
    result = Result(f"backed up while writing: {ground.kind}, {servers} server processes")
    running = [ground.serve() for _ in range(servers)]
    api = Api(running[0].client)
    work = Work(api, "SHOP", Random(sizes.movements), warehouse=api.warehouse("SECOND"))
    fill(api, sizes.movements)
    journal = Journal(work)
    taken: list[Taken] = []
    with journal.clients(running):
        for way in ways_of(ground) if ways is None else ways:
            for _ in range(sizes.backups):
                journal.await_answers(BETWEEN)
                backup = ground.folder / f"{len(taken)}.backup"
                taken.append(_take(ground, way, backup, journal, result))
        journal.await_answers(BETWEEN)
    result.facts["commands answered meanwhile"] = journal.answered
    for server in running:
        server.kill()
    keep_the_lost(ground)
    live = database_contents(ground.url)
    result.facts["movements of the shop in the end"] = len(live.movements)
    for one in taken:
        _judge(ground, one, live, work, result)
    return result


def fill(api: Api, movements: int) -> None:
    """Make a shop whose backup takes a while: as many movements of many products."""
    products = [api.product(f"FILLING-{number}") for number in range(FILLING_PRODUCTS)]
    for start in range(0, movements, FILLED_AT_ONCE):
        commands = [
            {
                "type": "receive",
                "product_id": products[number % FILLING_PRODUCTS],
                "quantity": 1 + number % 9,
                "reference": f"Delivery {number}",
            }
            for number in range(start, min(start + FILLED_AT_ONCE, movements))
        ]
        done(api.post("/inventory/commands", {"atomic": False, "commands": commands}))


def _take(ground: Ground, way: Way, backup: Path, journal: Journal, result: Result) -> Taken:
    answered, commands = journal.acknowledged(), journal.answered
    started = time.perf_counter()
    way.take(ground, backup)
    took = time.perf_counter() - started
    result.count("backups taken")
    result.facts[f"{way.name}: MB"] = round(size_of(backup) / MEGABYTE, 1)
    _at_most(result, f"{way.name}: seconds to take", took)
    meanwhile = journal.answered - commands
    result.count("commands answered while one was taken", meanwhile)
    result.check(meanwhile > 0, f"{way.name}: nobody could write while it was taken")
    return Taken(way, backup, answered)


def _judge(ground: Ground, taken: Taken, live: Contents, work: Work, result: Result) -> None:
    with ExitStack() as stack:
        started = time.perf_counter()
        url = taken.way.restore(ground, taken.backup, stack)
        _at_most(result, f"{taken.way.name}: seconds to restore", time.perf_counter() - started)
        restored = ground_of(url, ground)
        stack.callback(restored.close)
        found = Result(taken.way.name)
        contents = database_contents(url)
        found.check(
            len(contents.movements) < len(live.movements),
            f"it has all {len(live.movements)} movements, also those that came later",
        )
        for breach in breaches(contents, live):
            found.breach(breach)
        kept = {row["key"] for row in contents.idempotency_keys}
        for one in taken.answered:
            found.check(one.asked.key in kept, f"{one.asked.key} was answered before, and is lost")
        wrong = restored.verify()
        found.check(wrong is None, f"verify: {wrong}")
        result.count("levels compared", len(contents.levels))
        result.count("movements compared", len(contents.movements))
        result.count("commands answered before, and found", len(taken.answered))
        if not found.breaches:
            goes_on(restored, [restored.serve()], taken.answered, work, found)
        for what, fact in found.facts.items():
            assert isinstance(fact, int)
            result.count(what, fact)
        for breach in found.breaches:
            result.breach(f"{taken.way.name}: {breach}")


def _at_most(result: Result, what: str, seconds: float) -> None:
    before = result.facts.get(what, 0.0)
    assert isinstance(before, float | int)
    result.facts[what] = max(before, round(seconds, 2))
