"""One run: the world of one seed, from its first turn to the check of all that it left behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn
from unittest import mock

import structlog

from onhand.ledger import posting, writer
from proofs.simulation.clients import Clients, Errand, movement_ids
from proofs.simulation.databases import Database
from proofs.simulation.loop import Stuck
from proofs.simulation.memory_database import MemoryDatabase
from proofs.simulation.servers import Server
from proofs.simulation.sqlite_database import SqliteDatabase, SqliteTemplate
from proofs.simulation.world import World
from tests.support.ledger_contents import Contents


@dataclass
class Run:
    """What became of a seed. `lines` tell it all, where that was asked for."""

    seed: int
    breaches: list[str]
    counts: dict[str, int]
    lines: list[str]


def simulate(seed: int, template: SqliteTemplate | None = None, *, telling: bool = False) -> Run:
    """Play one seed: on a copy of a SQLite file where a template is given, else in memory."""
    world = World(seed, telling=telling)
    database = MemoryDatabase(world) if template is None else SqliteDatabase(world, template)
    play = _Play(world, database)
    with _simulated(world, database), _errors_logged() as errors:
        try:
            breaches = [*play.breaches(), *errors]
        finally:
            world.threads.end()
    for breach in breaches:
        world.tell("BREACH:", breach)
    return Run(seed, breaches, play.counts(), world.lines or [])


def _simulated(world: World, database: Database) -> ExitStack:
    """Within it, what the ledger asks of the operating system is asked of the world."""
    stack = ExitStack()
    threads = world.threads
    stack.enter_context(
        mock.patch.multiple(writer, threading=threads, SimpleQueue=threads.SimpleQueue)
    )
    stack.enter_context(mock.patch.multiple(posting, time=threads, decide=database.witness.decide))
    stack.enter_context(database.patches())
    return stack


@contextmanager
def _errors_logged() -> Iterator[list[str]]:
    """The errors of the program itself that its log tells of meanwhile."""
    errors: list[str] = []

    def listen(logger: object, method: str, event: MutableMapping[str, Any]) -> NoReturn:
        error = sys.exception() if "exc_info" in event else None
        if error is not None and not str(error).startswith("simulated"):
            errors.append(f"{event['event']}: {error!r}")
        raise structlog.DropEvent

    before = structlog.get_config()["processors"]
    structlog.configure(processors=[listen])
    try:
        yield errors
    finally:
        structlog.configure(processors=before)


class _Play:
    """Servers and clients, and what may happen to them."""

    def __init__(self, world: World, database: Database) -> None:
        self._killed = self._stopped = self._gone_away = 0
        self._world = world
        self._database = database
        self._servers: list[Server] = []
        self._clients: Clients
        world.troubles = self

    def breaches(self) -> list[str]:
        """Play to the end, then look at everything."""
        world, witness = self._world, self._database.witness
        try:
            world.run(self._work())
        except Stuck as stuck:
            waiting = ", ".join(self._clients.waiting) or "nobody"
            return [*witness.breaches, f"{stuck}; still waiting: {waiting}"]
        contents = self._database.contents()
        witness.compare(contents)
        found = [*world.loop.errors, *witness.breaches, *self._clients.breaches]
        found += _wrong_errands(self._clients.errands, contents)
        found += [f"verify: {difference}" for difference in self._database.differences()]
        return found

    def counts(self) -> dict[str, int]:
        """How much was done, and how much went wrong."""
        told = self._clients.told
        return {
            "requests": len(self._clients.errands),
            "batches committed": self._database.witness.batches,
            "answered": told["Done"] + told["Replayed"],
            "of these with the first answer": told["Replayed"],
            "statements that failed": self._world.faults,
            "statements that hung": self._world.hangs,
            "commits in doubt": told["CommitUnknown"],
            "clients gone away": self._gone_away,
            "servers killed": self._killed,
            "servers stopped": self._stopped,
            "clock jumps": self._world.jumps,
            "turns": self._world.turns,
        }

    async def _work(self) -> None:
        world = self._world
        self._servers = [
            Server(world, self._database, f"server {number}")
            for number in range(1, self._database.servers + 1)
        ]
        self._clients = Clients(world, self._servers, self._database.witness)
        world.calm = False
        await self._clients.shop()
        world.calm = True
        for server in self._servers:
            await server.ends()

    # Troubles

    def cancel(self) -> None:
        """A client goes away."""
        self._gone_away += self._clients.cancel()

    def kill(self) -> None:
        """A server's process ends; another one takes its place."""
        server = self._world.chance.choice(self._servers)
        self._killed += server.kill()

    def stop(self) -> None:
        """A server is told to stop; another one takes its place."""
        server = self._world.chance.choice(self._servers)
        self._stopped += server.stop()


def _wrong_errands(errands: Sequence[Errand], contents: Contents) -> Iterator[str]:
    """Where what clients were told is not what the ledger holds."""
    kept = {row["key"]: row["body"] for row in contents.idempotency_keys}
    written: dict[str, set[int]] = {}
    for row in contents.movements:
        if row["notes"] is not None:
            written.setdefault(row["notes"], set()).add(row["id"])
    ids = {row["id"] for row in contents.movements}
    for errand in errands:
        name, told = errand.name, {answer.body for answer in errand.answers}
        if errand.commits > 1:
            yield f"{name} was carried out {errand.commits} times"
        if len(told) > 1:
            yield f"{name} was told differently: {told}"
        if errand.keyed and (name in kept) != (errand.commits == 1):
            yield f"{name}: {errand.commits} commits, but the ledger has kept {kept.get(name)}"
        if errand.keyed and not told <= {kept.get(name)}:
            yield f"{name} was told {told}, but the ledger has kept {kept.get(name)}"
        named = {one for answer in errand.answers for one in movement_ids(answer)}
        if not named <= ids:
            yield f"{name} was told of movements that are not there: {sorted(named - ids)}"
        mine = written.pop(name, set())
        if errand.answers and not mine <= named:
            yield f"{name} wrote movements it was not told of: {sorted(mine - named)}"
        if mine and not errand.commits:
            yield f"{name} was not carried out, but wrote {sorted(mine)}"
    for name, mine in written.items():
        yield f"nobody asked for the movements {sorted(mine)} of {name}"
