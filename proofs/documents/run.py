"""Servers killed under documents: what clients heard, held against histories and stock."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import httpx

from proofs.crashes import Crashes, stretches
from proofs.documents.desk import Attempt, Desk, Step
from proofs.documents.papers import KINDS, Paper, opened
from proofs.ground import Ground
from proofs.result import Result
from tests.support.api import done, whole
from tests.support.journal import Journal, Sent, again
from tests.support.ledger_contents import database_contents, problems

REPEATED = 10
"""How many of a round's answered steps are asked for once more."""

NEWEST = 100
"""Of each kind so many are looked through for a document whose number nobody was told."""

Whole = dict[str, Any]


def run(ground: Ground, servers: int, kills: int, steps: int, seed: int = 0) -> Result:
    """Kill one of `servers` processes that share the ground's database, so many times."""
    promise = f"documents, kill -9 of a server: {ground.kind}, {servers} server processes"
    crashes = Crashes(ground, servers, promise, seed)
    desk = Desk(opened(crashes.api()), Random(crashes.chance.random()))
    for stretch in stretches(steps, kills, crashes.chance):
        victim = crashes.chance.choice(crashes.servers)
        _check(crashes, desk, crashes.round(desk, stretch, partial(crashes.kill, victim), victim))
    _judge(crashes, desk)
    return crashes.result


def _check(crashes: Crashes, desk: Desk, journal: Journal[Step]) -> None:
    """Settle what is open after a kill, and hold what is known against what is there."""
    desk.stop()
    _settle(crashes, desk, journal.open())
    answered = [one for one in journal.acknowledged() if one.asked.key is not None]
    for one in crashes.chance.sample(answered, min(REPEATED, len(answered))):
        _repeat(crashes, one)
    for paper in desk.touched:
        found = _read(crashes, paper)
        names = None if found is None else _names(found)
        if (names or []) != paper.history:
            told = f"its history is {names}, by what was answered {paper.history}"
            crashes.breach(f"{paper.kind.name} {paper.reference}: {told}")
        crashes.result.count("histories compared")
    desk.touched.clear()
    for problem in desk.breaches:
        crashes.breach(problem)
    desk.breaches.clear()
    crashes.verify()


def _settle(crashes: Crashes, desk: Desk, unanswered: list[Sent[Step]]) -> None:
    """Look at each document that is in doubt, then repeat what was not answered and has a key."""
    in_doubt = dict(desk.busy)
    before = {paper: _done(crashes, attempt) for paper, attempt in in_doubt.items()}
    for one in unanswered:
        attempt = one.asked.attempt
        crashes.result.count("unanswered, found done", before[attempt.paper])
        crashes.result.count("unanswered, found not done", not before[attempt.paper])
        if one.asked.key is None:
            desk.heard_nothing(one.asked)
            continue
        told = one.answer = again(crashes.api(), one.asked)
        if told.status < 300 and told.replayed != before[attempt.paper]:
            was = "done" if before[attempt.paper] else "not done"
            crashes.breach(f"{one.asked.key}: it was {was}, and its repeat says {told}")
        desk.heard(one.asked, told)
    for attempt in list(desk.busy.values()):
        desk.looked_at(attempt, _read(crashes, attempt.paper) or {})


def _done(crashes: Crashes, attempt: Attempt) -> bool:
    """Whether a step in doubt is in its document's history: once, or not at all."""
    paper = attempt.paper
    found = _read(crashes, paper)
    names = [] if found is None else _names(found)
    if not paper.data and found is not None:
        paper.is_now(found)
    if names == paper.history:
        if attempt.taken:
            crashes.breach(f"{paper.kind.name} {paper.reference}: {attempt.move.events} is lost")
        return False
    if names != [*paper.history, *attempt.move.events]:
        told = f"its history is {names}, after {paper.history} and perhaps {attempt.move.events}"
        crashes.breach(f"{paper.kind.name} {paper.reference}: {told}")
    return True


def _repeat(crashes: Crashes, one: Sent[Step]) -> None:
    told, first = again(crashes.api(), one.asked), one.answer
    assert first is not None
    if (told.status, told.body, told.replayed) != (first.status, first.body, True):
        crashes.breach(f"{one.asked.key}: answered {first}, then {told}")
    crashes.result.count("repeated")


def _read(crashes: Crashes, paper: Paper) -> Whole | None:
    """A document as it is now; None where there is none."""
    api, path = crashes.api(), paper.kind.path
    if paper.data:
        answer = api.client.get(whole(paper.path))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        document: Whole = done(answer)["data"]
        # What was lost leaves its number to another one.
        return document if document["reference"] == paper.reference else None
    rows = api.get(path, sort="-id", per_page=NEWEST)["data"]
    ids = [row["id"] for row in rows if row["reference"] == paper.reference]
    if len(ids) > 1:
        crashes.breach(f"{paper.kind.name} {paper.reference} was written {len(ids)} times")
    found: list[Whole] = [api.get(f"{path}/{number}")["data"] for number in ids[:1]]
    return found[0] if found else None


def _names(document: Whole) -> list[str]:
    return [step["event"] for step in document["history"]]


def _judge(crashes: Crashes, desk: Desk) -> None:
    """At the end: nothing is there that nobody asked for, and all of it agrees."""
    result = crashes.result
    for kind in KINDS:
        there = crashes.api().get(kind.path)["meta"]["total"]
        wanted = desk.written[kind.name]
        result.check(there == wanted, f"{there} of {kind.name}, {wanted} were written")
    for problem in problems(database_contents(crashes.ground.url)):
        result.breach(problem)
    result.facts |= {
        "documents": desk.written.total(),
        "steps taken": desk.steps.total(),
        "kinds of steps": len(desk.steps),
        "steps taken by two": desk.by_two,
        "of them at once": desk.at_once,
        "refused by a rule": desk.refused,
    }
