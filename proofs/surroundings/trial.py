"""A trial: a server under load, a fault made and taken away, and what everybody heard judged."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from proofs.ground import Ground
from proofs.result import Result
from proofs.surroundings.load import Heard, Load
from tests.support.api import Api
from tests.support.server import OnhandServer

CALM_S = 20
"""How long a command may take before the fault and after it, on a busy machine."""


MOST_SHOWN = 2_000


@dataclass(frozen=True)
class Promise:
    """What a fault may do: the problems that commands and reads may hear, and for how long."""

    commands: Collection[str] = ()
    """Names of problems; none: commands are only slower."""

    reads: Collection[str] = ()
    """Names of problems; none: reads go on."""

    within_s: float = 10
    """The longest that any answer may take."""

    recovery_s: float = 5
    """The longest until every client has a yes again, from the end of the fault."""

    noticed: bool = True
    """Whether somebody must have heard of it, where somebody may."""


def endure(
    result: Result,
    ground: Ground,
    server: OnhandServer,
    fault: AbstractContextManager[object],
    promise: Promise,
    *,
    lasts_s: float,
    products: int = 2,
) -> Load:
    """Load a server, make a fault for so long, take it away, and note what was breached.

    The fault lasts on until somebody heard of it, where somebody must.
    """
    assert server.process is not None
    pid = server.process.pid
    api = Api(server.client)
    load = Load(server, made(api, products))
    with load.running():
        load.all_succeed_since(time.monotonic(), CALM_S)
        began = time.monotonic()
        with fault:
            if promise.commands and promise.noticed:
                load.until(lambda: bool(load.faults_since(began)), promise.within_s)
            time.sleep(max(0, began + lasts_s - time.monotonic()))
            ended = time.monotonic()
        # Taking it away may take its time, which is not the server's.
        gone = time.monotonic()
        recovered = load.all_succeed_since(gone, promise.recovery_s)
    back = load.successes_since(gone)
    result.check(recovered, f"{promise.recovery_s} s after it {len(back)} clients had a yes")
    result.facts["s of fault"] = round(ended - began, 1)
    if recovered:
        result.facts["s to recover"] = round(max(back.values()) - gone, 2)
    _judge(result, "command", load.commands, promise.commands, promise.within_s, began)
    if promise.commands and promise.noticed:
        result.check(bool(load.faults_since(began)), "no command heard of the fault")
    _judge(result, "read", load.reads, promise.reads, promise.within_s, began)
    if not promise.reads:
        meanwhile = [h for h in load.reads if began <= h.asked_at and h.heard_at <= ended]
        result.check(bool(meanwhile), "nobody could read meanwhile")
    result.check(server.is_running() and server.process.pid == pid, "the server did not stay up")
    told, traceback, rest = server.log().partition("Traceback")
    result.check(not traceback, f"its log shows a traceback: {told[-200:]} {rest[:MOST_SHOWN]}")
    settle(result, ground, load, api)
    return load


def made(api: Api, products: int) -> list[int]:
    """New products to move."""
    before = api.get("/products", per_page=1)["meta"]["total"]
    return [api.product(f"P-{before + number}") for number in range(products)]


def settle(result: Result, ground: Ground, load: Load, api: Api) -> None:
    """Hold what was told against the ledger, and the ledger against itself."""
    for problem in load.wrong(api):
        result.breach(problem)
    result.count("commands asked", len(load.asked))
    problems = ground.verify()
    result.check(problems is None, f"verify: {problems}")


def _judge(
    result: Result,
    what: str,
    heard: Sequence[Heard],
    allowed: Collection[str],
    within_s: float,
    began: float,
) -> None:
    told: Counter[str] = Counter()
    for one in heard:
        result.check(one.seconds <= within_s, f"a {what} waited {one.seconds:.1f} s: {one}")
        if one.status == 200:
            continue
        told[f"{one.status} {one.problem}"] += 1
        result.check(one.problem in allowed, f"a {what} was told {one}")
        result.check(one.kind == "application/problem+json", f"no problem+json: {one}")
        result.check(one.retry_after.isdigit(), f"not told when to try again: {one}")
        result.check(one.heard_at >= began, f"told so before there was a fault: {one}")
    for name, count in told.items():
        result.facts[f"{what}s told {name}"] = count
    slowest = max((one.seconds for one in heard if one.heard_at >= began), default=0.0)
    result.facts[f"longest wait of a {what}, s"] = round(slowest, 2)
