"""Twenty calls at once with one key: one effect, and equal answers.

Every call of a round is the same request under the same key, on a connection of its own, sent at
the same moment as all others; with several servers they are spread over them. Who hears that the
key is being worked on repeats the call, as a client does. In some rounds a server is killed in the
middle: then all twenty are repeated when it is back.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from itertools import cycle

from proofs.ground import Ground
from proofs.result import Result
from tests.support.api import Api
from tests.support.exactly_once import breaches, read_ledger
from tests.support.journal import PATIENCE_S, Sent, tells_to_wait
from tests.support.many import Connection, Torn
from tests.support.server import OnhandServer
from tests.support.work import BATCH_LIMIT, Asked, Work

CALLS = 20
ROUNDS_OF_A_WORK = 25
PAUSE_S = 0.02

KINDS = (
    *("reserve", "ship", "reserve", "release", "adjust up", "adjust down", "count", "transfer"),
    *("create", "reserve too many", "list", "atomic list", "refused list", "long list"),
    *("long atomic list",),
)
"""What is asked, in turn; what ships or releases comes after what reserves."""


def run(ground: Ground, servers: int, rounds: int, kill_every: int, seed: int = 0) -> Result:
    """So many rounds on `servers` processes; one of every `kill_every` is across a kill."""
    limit = {"ONHAND_BATCH_LIMIT": str(BATCH_LIMIT)}
    running = [ground.serve(environment=limit) for _ in range(servers)]
    promise = f"one key, {CALLS} calls at once: {ground.kind}, {servers} server processes"
    crowd = Crowd(running, Result(promise), seed)
    # One of each so many, and not always the same of them: else few kinds would ever meet a kill.
    starts = range(0, rounds - kill_every + 1, kill_every)
    across_kills = {start + crowd.chance.randrange(kill_every) for start in starts}
    warehouse = Api(running[0].client).warehouse("EAST")
    kinds = cycle(KINDS)
    for first in range(0, rounds, ROUNDS_OF_A_WORK):
        api = Api(running[0].client)
        work = Work(api, f"R{first}", random.Random(crowd.chance.random()), warehouse=warehouse)
        sent: list[Sent[Asked]] = []
        for number in range(first, min(first + ROUNDS_OF_A_WORK, rounds)):
            asked = work.ask(next(kinds))
            sent += asyncio.run(crowd.round(asked, across_a_kill=number in across_kills))
            work.answered(asked)
        # Each answer names the movements that it is about, so once for all these rounds will do.
        api = Api(running[0].client)
        crowd.result.breaches += breaches(read_ledger(api, work, sent), sent)
    problems = ground.verify()
    crowd.result.check(problems is None, f"verify: {problems}")
    return crowd.result


class Crowd:
    """Callers who all call the same, and what they heard."""

    def __init__(self, servers: Sequence[OnhandServer], result: Result, seed: int) -> None:
        self.servers = servers
        self.result = result
        self.chance = random.Random(seed)
        self._took_s = 0.01
        self._killed_in: set[str] = set()

    async def round(self, asked: Asked, *, across_a_kill: bool) -> list[Sent[Asked]]:
        """All call at once; across a kill, all call again when the killed one is back."""
        self.result.count("rounds")
        calls: list[Sent[Asked]] = []
        if across_a_kill:
            self.result.count("rounds across a kill")
            self._killed_in.add(asked.kind)
            self.result.facts["kinds of requests across a kill"] = len(self._killed_in)
            victim = self.chance.choice(self.servers)
            # As long as the calls took when nobody was killed: it falls into any phase of them.
            delay = self.chance.uniform(0, self._took_s)
            calls, _ = await asyncio.gather(self._call(asked), _kill(victim, delay))
            self.result.count("calls torn by a kill", sum(one.torn for one in calls))
            await asyncio.to_thread(victim.start)
        heard = [one for one in calls if one.answer is not None]
        began = time.perf_counter()
        last = await self._call(asked)
        if not across_a_kill:
            self._took_s = time.perf_counter() - began
        unanswered = sum(one.answer is None for one in last)
        self.result.check(not unanswered, f"{asked.key}: {unanswered} calls without an answer")
        answered = [*heard, *(one for one in last if one.answer is not None)]
        self._compare(asked, answered, across_a_kill=across_a_kill)
        return answered

    def _compare(
        self, asked: Asked, answered: Sequence[Sent[Asked]], *, across_a_kill: bool
    ) -> None:
        answers = [one.answer for one in answered if one.answer is not None]
        different = {(answer.status, answer.body) for answer in answers}
        where = f"{asked.kind} {asked.key}"
        self.result.check(len(different) == 1, f"{where}: different answers: {different}")
        first = sum(not answer.replayed for answer in answers)
        # The first answer may have been lost in a kill. Of a list in several commits each caller
        # may have done a part, and none of them is then told that all of it was there before.
        if len(asked.effects) <= asked.per_commit:
            fits = first <= 1 if across_a_kill else first == 1
            self.result.check(fits, f"{where}: {first} were told that theirs was the first")
        self.result.count("calls answered", len(answers))
        again = sum(one.faults.count(409) for one in answered)
        self.result.count("told that the key is being worked on", again)
        self.result.count("told to try again", sum(one.faults.count(503) for one in answered))

    async def _call(self, asked: Asked) -> list[Sent[Asked]]:
        """All call at the same moment, and again where they are told to wait."""
        ports = [server.port for server in self.servers]
        lines = [Connection(ports[number % len(ports)]) for number in range(CALLS)]
        await asyncio.gather(*(line.open() for line in lines))
        calls = [Sent(asked) for _ in lines]
        pairs = zip(lines, calls, strict=True)
        await asyncio.gather(*(self._until_answered(line, one) for line, one in pairs))
        return calls

    async def _until_answered(self, line: Connection, one: Sent[Asked]) -> None:
        """Repeat a call until it is answered; where its server is gone, at another one, if any."""
        ports = [server.port for server in self.servers]
        asked = one.asked
        give_up_at = time.monotonic() + PATIENCE_S
        while one.answer is None and time.monotonic() < give_up_at:
            try:
                told = await line.post(asked.path, asked.body, asked.key)
            except Torn:
                one.torn += 1
                if len(ports) == 1:
                    return
                line = Connection(ports[(ports.index(line.port) + 1) % len(ports)])
                continue
            if tells_to_wait(told):
                one.faults.append(told.status)
                await asyncio.sleep(PAUSE_S)
            else:
                one.answer = told
        line.close()


async def _kill(server: OnhandServer, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    await asyncio.to_thread(server.kill)
