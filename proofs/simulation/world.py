"""The world of one run: chance, time, whose turn it is, and how rough the weather is.

All that is left to chance comes from one seed, in an order that itself follows from the seed alone:
nothing here asks the machine for the time, an address or a hash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from proofs.simulation.loop import Stuck, VirtualLoop
from proofs.simulation.threads import Threads
from tests.support.stores import START

MOST_TURNS = 60_000
"""A run that takes more has come to no end."""


@dataclass(frozen=True)
class Weather:
    """How often something goes wrong: chances per statement and per turn."""

    faults: float
    hangs: float
    pauses: float
    time_passes: float
    cancels: float
    jumps: float
    kills: float
    stops: float

    @classmethod
    def drawn(cls, chance: Random) -> Weather:
        """Fair or foul, each kind of trouble by itself: so it is seen alone and with all others."""
        return cls(
            faults=chance.choice([0, 0.003, 0.01, 0.04]),
            hangs=chance.choice([0, 0, 0.002, 0.02]),
            pauses=chance.choice([0.05, 0.3, 1]),
            time_passes=chance.choice([0.02, 0.2, 0.5]),
            cancels=chance.choice([0, 0.005, 0.03]),
            jumps=chance.choice([0, 0.002, 0.01]),
            kills=chance.choice([0, 0, 0.001, 0.004]),
            stops=chance.choice([0, 0, 0.001, 0.004]),
        )


class Troubles(Protocol):
    """What may happen to those who live here, at any turn."""

    def cancel(self) -> None:
        """Somebody waits no longer."""

    def kill(self) -> None:
        """A server's process ends."""

    def stop(self) -> None:
        """A server is told to stop."""


class World:
    """One run's world. While it is `calm` nothing goes wrong. `lines` tell all that happened, where
    they are wanted.
    """

    def __init__(self, seed: int, *, telling: bool = False) -> None:
        self.chance = Random(seed)
        self.weather = Weather.drawn(self.chance)
        self.loop = VirtualLoop()
        self.threads = Threads(self.loop)
        self.lines: list[str] | None = [] if telling else None
        self.calm = True
        self.turns = 0
        self.faults = self.hangs = self.jumps = 0
        self.troubles: Troubles
        self._clock_is_off = timedelta()
        self._now_and_then = self.weather.cancels + self.weather.jumps
        self._now_and_then += self.weather.kills + self.weather.stops

    def clock(self) -> datetime:
        """The time as a server's clock tells it; it may jump."""
        return START + timedelta(seconds=self.loop.time()) + self._clock_is_off

    def tell(self, *words: object) -> None:
        """Note what happened."""
        if self.lines is not None:
            thread = self.threads.running
            who = "loop" if thread is None else thread.name
            self.lines.append(f"{self.loop.time():.6f} {who}: {' '.join(map(str, words))}")

    # Turns

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run until the work is done. Raises `Stuck` where it never will be."""
        loop: Any = self.loop
        asyncio._set_running_loop(loop)
        try:
            task = self.loop.create_task(work, name="run")
            while not task.done():
                self._turn()
            task.result()
        finally:
            asyncio._set_running_loop(None)

    def _turn(self) -> None:
        self.turns += 1
        if self.turns > MOST_TURNS:
            raise Stuck(f"no end after {MOST_TURNS:,} turns")
        chance, ready = self.chance.random, self.loop.ready
        if not self.calm:
            if chance() < self.weather.time_passes:
                self.loop.pass_time(self.chance.expovariate(20))
            if chance() < self._now_and_then:
                self._trouble()
        threads = self.threads.ready()
        turns = len(ready) + len(threads)
        if not turns:
            self.loop.skip()
            return
        place = int(chance() * turns)
        if place < len(ready):
            self.tell("turn", place + 1, "of", len(ready))
            self.loop.turn(place)
        else:
            thread = threads[place - len(ready)]
            self.tell("over to", thread.name)
            thread.step()

    def _trouble(self) -> None:
        weather = self.weather
        kinds = (self.troubles.cancel, self._jump, self.troubles.kill, self.troubles.stop)
        weights = (weather.cancels, weather.jumps, weather.kills, weather.stops)
        [kind] = self.chance.choices(kinds, weights)
        kind()

    def _jump(self) -> None:
        seconds = self.chance.choice([-3600, -60, -1, 1, 60, 600, 3600]) * self.chance.random()
        self._clock_is_off += timedelta(seconds=seconds)
        self.jumps += 1
        self.tell("the clock jumps by", round(seconds, 3))

    # At every statement

    def moment(self) -> None:
        """Where a thread may be held up, for a while or for long, and others go on."""
        if self.threads.running is None:
            return
        if self.chance.random() < self.weather.pauses:
            self.threads.pause()
        if not self.calm and self.chance.random() < self.weather.hangs:
            seconds = self.chance.uniform(0.01, 40)
            self.hangs += 1
            self.tell("hangs for", round(seconds, 3))
            self.threads.sleep(seconds)

    def fails(self, statements: int = 1) -> bool:
        """Whether what is about to be done, or was just done, fails; it stands for so many."""
        if self.calm or self.threads.running is None:
            return False
        fails = self.chance.random() < self.weather.faults * statements
        self.faults += fails
        return fails
