"""Shortening: the fewest steps that still fail, in seconds, where Hypothesis would take minutes.

Steps here are batches of groups of asks with minutes between them. Whole batches, then groups, then
asks are left out as long as what is left still fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from hypothesis import Phase

from tests.support.asks import Group

Batches = list[tuple[list[Group], int]]
PATIENCE_S = 30
RANDOM = [Phase.explicit, Phase.reuse, Phase.generate]
"""The phases of Hypothesis that such a test needs."""


class Differs(AssertionError):
    """What failed, with the steps that lead there."""


def run_or_shorten(run: Callable[[Batches], None], batches: Batches) -> None:
    """Run the steps. If they fail, raise `Differs` with the shortest that were found to."""
    problem = _problem(run, batches)
    if problem is None:
        return
    give_up_at = time.monotonic() + PATIENCE_S
    shorter = True
    while shorter:
        shorter = False
        for candidate in _shorter(batches):
            if time.monotonic() > give_up_at:
                break
            found = _problem(run, candidate)
            if found is not None:
                batches, problem, shorter = candidate, found, True
                break
    steps = "\n".join(f"    after {minutes} min: {batch}" for batch, minutes in batches)
    raise Differs(f"{problem}\n{steps}")


def _problem(run: Callable[[Batches], None], batches: Batches) -> str | None:
    try:
        run(batches)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def _shorter(batches: Batches) -> Iterator[Batches]:
    size = len(batches) // 2
    while size:
        for start in range(0, len(batches), size):
            yield batches[:start] + batches[start + size :]
        size //= 2
    for place, (batch, minutes) in enumerate(batches):
        for shorter in _shorter_batches(batch):
            yield [*batches[:place], (shorter, minutes), *batches[place + 1 :]]


def _shorter_batches(batch: list[Group]) -> Iterator[list[Group]]:
    for place, group in enumerate(batch):
        if len(batch) > 1:
            yield batch[:place] + batch[place + 1 :]
        for left_out in range(len(group.asks) if len(group.asks) > 1 else 0):
            asks = group.asks[:left_out] + group.asks[left_out + 1 :]
            yield [*batch[:place], Group(asks, group.atomic), *batch[place + 1 :]]
