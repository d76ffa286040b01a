"""The desk: which document takes which step next, and what was heard of it.

A document takes one step at a time. Here and there two clients take the same step, at once or one
after the other, each under a key of its own or the second one under none; then one of them hears
that it was taken. A step of which somebody heard nothing keeps its document busy until it is looked
at: see `run`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from proofs.documents.papers import KINDS, REFUSED, STALE, Move, Paper, Shop
from tests.support.many import Told

AT_WORK = 32
"""Documents that are under way at the same time: more than there are clients."""

BY_TWO, WITHOUT_KEY, LATER = 0.3, 0.4, 0.3
"""How often a step is taken by two; how often the second of them has no key, and how often it waits
until the first one is answered."""


@dataclass(eq=False)
class Attempt:
    """One step that a client takes, or two at once: what they were answered, if anything."""

    paper: Paper
    move: Move
    asked: int = 0
    unanswered: int = 0
    answers: list[Told] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for an answer any more."""
        return len(self.answers) + self.unanswered == self.asked

    @property
    def taken(self) -> list[Told]:
        """The answers of those who took it."""
        return [told for told in self.answers if told.status < 300]

    @property
    def was_taken(self) -> bool:
        """Whether it was taken, be it by who never heard so: the other one was told."""
        return bool(self.taken) or any(told.status == self.move.second for told in self.answers)

    def wrong(self) -> Iterator[str]:
        """What was answered that should not have been."""
        if len(self.taken) > 1:
            yield f"taken {len(self.taken)} times"
        right = {self.move.second} if self.taken or self.unanswered else set()
        if self.move.may_be_refused and not self.taken:
            right.add(REFUSED)
        for told in self.answers:
            if told not in self.taken and told.status not in right:
                yield f"answered {told.status}: {told.body.decode()}"


@dataclass(frozen=True, eq=False)
class Step:
    """A client's request to take a step; without a key it is not repeated."""

    attempt: Attempt
    path: str
    body: dict[str, Any]
    key: str | None
    version: int | None
    waits: bool = False
    commands: int = 1


class Desk:
    """What clients do next, and all that they were told."""

    def __init__(self, shop: Shop, draw: Random) -> None:
        self.breaches: list[str] = []
        self.steps: Counter[str] = Counter()
        """Steps that were taken, by kind of document and event."""
        self.written: Counter[str] = Counter()
        """Documents of each kind."""
        self.by_two = self.at_once = self.refused = 0
        """Steps that two took, those of them that two took at once, and those that a rule refused.
        """
        self.busy: dict[Paper, Attempt] = {}
        """Documents of which somebody waits for an answer, or had none."""
        self.touched: dict[Paper, None] = {}
        """Documents that were asked something since this was emptied."""
        self._shop = shop
        self._draw = draw
        self._idle: list[Paper] = []
        self._seconds: list[Step] = []
        self._number = 0

    def next(self) -> Step:
        """One more request: the second of a pair, or a step of a document that waits for one."""
        for step in self._seconds:
            if step.attempt.answers or not step.waits:
                self._seconds.remove(step)
                self.by_two += 1
                self.at_once += not step.attempt.answers
                return step
        while True:
            paper = self._next_paper()
            move = paper.move(self._shop, self._draw)
            if move is not None:
                return self._begun(Attempt(paper, move))

    def heard(self, asked: Step, told: Told) -> None:
        """A client was answered."""
        asked.attempt.answers.append(told)
        self._settle(asked.attempt)

    def heard_nothing(self, asked: Step) -> None:
        """A client was not, and does not ask again."""
        asked.attempt.unanswered += 1

    def stop(self) -> None:
        """Let nobody ask who has not yet."""
        for step in self._seconds:
            step.attempt.asked -= 1
            self._settle(step.attempt)
        self._seconds.clear()

    def looked_at(self, attempt: Attempt, data: dict[str, Any]) -> None:
        """A document is so, after a step of which somebody heard nothing."""
        self._over(attempt, data)

    def _next_paper(self) -> Paper:
        if len(self.busy) + len(self._idle) >= AT_WORK and self._idle:
            return self._idle.pop(self._draw.randrange(len(self._idle)))
        self._number += 1
        return Paper(self._draw.choice(KINDS), f"D{self._number}")

    def _begun(self, attempt: Attempt) -> Step:
        paper, move = attempt.paper, attempt.move
        self.busy[paper] = attempt
        self.touched[paper] = None
        first = self._step(attempt, keyed=True)
        if move.second is not None and self._draw.random() < BY_TWO:
            second = self._step(attempt, keyed=self._draw.random() > WITHOUT_KEY)
            self._seconds.append(replace(second, waits=self._draw.random() < LATER))
        return first

    def _step(self, attempt: Attempt, *, keyed: bool) -> Step:
        paper, move = attempt.paper, attempt.move
        attempt.asked += 1
        self._number += 1
        path = f"{paper.path}/{move.verb}" if move.verb else paper.path
        key = f"{paper.reference}-{self._number}" if keyed else None
        version = len(paper.history) if move.second == STALE else None
        return Step(attempt, path, move.body, key, version)

    def _settle(self, attempt: Attempt) -> None:
        if attempt.is_over and not attempt.unanswered:
            taken = attempt.taken
            self._over(attempt, taken[0].json["data"] if taken else attempt.paper.data)

    def _over(self, attempt: Attempt, data: dict[str, Any]) -> None:
        paper, move = attempt.paper, attempt.move
        del self.busy[paper]
        self._idle.append(paper)
        name = f"{paper.kind.name} {paper.reference}, {move.events[-1]}"
        self.breaches += [f"{name}: {wrong}" for wrong in attempt.wrong()]
        if data:
            paper.is_now(data)
        if attempt.was_taken:
            self.written[paper.kind.name] += not paper.history
            self.steps.update(f"{paper.kind.name}: {event}" for event in move.events)
            paper.history += move.events
        elif paper.data:
            self.refused += 1
            paper.refused(move)
