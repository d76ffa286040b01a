"""Clients of a simulated world: each sends one request after the other, and sends again what it
got no answer to, under the same idempotency key.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from onhand.core.commands import Command, Request
from onhand.core.decide import Outcome
from onhand.core.rejections import Rejected
from onhand.ledger.faults import CommitUnknown, Fault, QueueFull, WriterStopped
from onhand.ledger.ports import Answer, KeyPart
from onhand.ledger.posting import (
    Done,
    Idempotency,
    KeyReused,
    Replayed,
    Settlement,
    Submission,
)
from onhand.ledger.writer import KeyInFlight
from proofs.simulation import asking
from proofs.simulation.servers import ConnectionLost, NotThere, Server
from proofs.simulation.witness import Attempt, Witness
from proofs.simulation.world import World
from tests.support.asks import Group, Scene, command

TRIES = 12
NOT_TAKEN = (NotThere, KeyInFlight, QueueFull, WriterStopped)


@dataclass(eq=False)
class Errand:
    """What a client wants done once, and what it was told of it.

    `name` is in the notes of all its movements, and is its idempotency key where it has one.
    """

    name: str
    keyed: bool
    group: Group
    scene: Scene
    commands: tuple[Command, ...]
    attempts: list[Attempt] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def commits(self) -> int:
        """How often it was carried out."""
        return sum(attempt.commits for attempt in self.attempts)

    def submission(self, witness: Witness) -> Submission:
        """The request, to be sent once more."""
        request = Request(self.commands, self.group.atomic)
        number = len(self.attempts) + 1
        attempt = Attempt(f"{self.name}, try {number}", self.group, self.scene, request)
        self.attempts.append(attempt)
        witness.expect(attempt)
        if not self.keyed:
            return Submission(request)
        return Submission(request, answer, Idempotency(KeyPart(self.name), self.name))


def answer(outcome: Outcome, movement_ids: Sequence[int]) -> Answer:
    """What a client is told: each command's fate, and the movements it wrote."""
    told = []
    for result in outcome.results:
        if isinstance(result, Rejected):
            told.append(result.code.value)
        else:
            start, end = result.movements
            ids = ",".join(map(str, movement_ids[start:end])) if outcome.applied else ""
            told.append(f"{result.on_hand} {result.reserved} {ids}")
    return Answer(200 if outcome.applied else 422, "; ".join(told).encode())


def movement_ids(told: Answer) -> set[int]:
    """The movements that an answer names."""
    parts = [part.split(" ") for part in told.body.decode().split("; ")]
    return {int(one) for part in parts if len(part) == 3 and part[2] for one in part[2].split(",")}


class Clients:
    """All clients. `told` counts what they were told by its kind; `breaches` are answers that must
    not be.
    """

    def __init__(self, world: World, servers: Sequence[Server], witness: Witness) -> None:
        self.errands: list[Errand] = []
        self.breaches: list[str] = []
        self.told: Counter[str] = Counter()
        self._world = world
        self._servers = servers
        self._witness = witness
        self._waiting: dict[asyncio.Task[Settlement], str] = {}

    @property
    def waiting(self) -> list[str]:
        """Who waits for an answer now."""
        return list(self._waiting.values())

    async def shop(self) -> None:
        """Several clients at once, each with a few errands."""
        chance, loop = self._world.chance, self._world.loop
        numbers = range(1, chance.randint(2, 8) + 1)
        await asyncio.gather(
            *(loop.create_task(self._client(number, chance.randint(1, 8))) for number in numbers)
        )

    def cancel(self) -> bool:
        """One client that waits goes away; whether there was one."""
        if not self._waiting:
            return False
        task = self._world.chance.choice(list(self._waiting))
        self._world.tell("cancelled:", self._waiting[task])
        return task.cancel()

    async def _client(self, number: int, errands: int) -> None:
        for errand in range(errands):
            await self._while(1.0)
            if self._world.chance.random() < 0.05:
                await self._steal(f"{number}.{errand}")
            else:
                await self._run(self._errand(f"{number}.{errand}"))

    def _errand(self, name: str) -> Errand:
        witness, chance = self._witness, self._world.chance
        group = asking.group(chance)
        scene = witness.scene(group.asks, self._world.clock())
        commands = tuple(
            _noted(command(ask, scene, witness.ids, witness.reservation_ids), name)
            for ask in group.asks
        )
        errand = Errand(name, chance.random() < 0.7, group, scene, commands)
        self._world.tell(name, "wants", group, "keyed" if errand.keyed else "")
        self.errands.append(errand)
        return errand

    async def _run(self, errand: Errand) -> None:
        for _ in range(TRIES):
            submission = errand.submission(self._witness)
            attempt = errand.attempts[-1]
            task = self._world.loop.create_task(self._send(submission))
            self._waiting[task] = attempt.name
            told: object
            try:
                told = await task
            except (Exception, asyncio.CancelledError) as fault:
                told = fault
            del self._waiting[task]
            self.told[type(told).__name__] += 1
            self._world.tell(attempt.name, "is told", _in_short(told))
            if isinstance(told, Done | Replayed | KeyReused):
                self._settled(errand, told)
                return
            if isinstance(told, CommitUnknown | ConnectionLost | asyncio.CancelledError):
                # It may have been done: who has no key must not send it again.
                if not errand.keyed:
                    return
            elif not isinstance(told, Fault | KeyInFlight | NotThere):
                self.breaches.append(f"{attempt.name} was told {told!r}")
                return
            elif attempt.commits:
                self.breaches.append(f"{attempt.name} was done, but told {told!r}")
            await self._while(20.0 if isinstance(told, NOT_TAKEN) else 3.0)

    def _settled(self, errand: Errand, told: Settlement) -> None:
        attempt = errand.attempts[-1]
        match told:
            case KeyReused():
                self.breaches.append(f"{attempt.name}: its key is said to be another's")
            case Replayed(kept):
                errand.answers.append(kept)
            case Done(outcome, ids, kept_answer):
                errand.answers.append(kept_answer or answer(outcome, ids))
                if not attempt.commits and (errand.keyed or movement_ids(errand.answers[-1])):
                    self.breaches.append(f"{attempt.name} was answered, but never committed")

    async def _steal(self, name: str) -> None:
        """Another request under a key that was answered: it is refused, whatever it asks."""
        keyed = [errand for errand in self.errands if errand.keyed and errand.answers]
        if not keyed:
            return
        key = KeyPart(self._world.chance.choice(keyed).name)
        thief = self._errand(name)
        thief.keyed = False
        submission = thief.submission(self._witness)
        submission = replace(submission, render=answer, idempotency=Idempotency(key, name))
        try:
            told = await self._send(submission)
        except (Fault, KeyInFlight, NotThere, ConnectionLost):
            return
        if not isinstance(told, KeyReused):
            self.breaches.append(f"{name} used the key {key.key} and was told {told}")

    async def _send(self, submission: Submission) -> Settlement:
        await self._while(0.05)
        server = self._world.chance.choice(self._servers)
        settlement = await server.ask(submission)
        await self._while(0.05)
        return settlement

    async def _while(self, seconds: float) -> None:
        chance = self._world.chance
        await asyncio.sleep(0 if chance.random() < 0.5 else chance.random() * seconds)


def _noted(command: Command, name: str) -> Command:
    return replace(command, origin=replace(command.origin, notes=name))


def _in_short(told: object) -> str:
    match told:
        case Done(outcome, ids, _):
            return f"done: {answer(outcome, ids).body.decode()}"
        case Replayed(kept):
            return f"the first answer: {kept.body.decode()}"
    return repr(told)
