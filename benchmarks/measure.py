"""Samples and how they are taken: sides in turn, A B A B, and the median of the rounds.

What else happens on the machine during a run then falls on both sides alike.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


@dataclass(frozen=True)
class Sample:
    """One measurement of one side."""

    requests: int
    seconds: float
    failed: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None

    @property
    def per_second(self) -> float:
        """Requests (or commands) done per second."""
        return self.requests / self.seconds


@dataclass(frozen=True)
class Summary:
    """The samples of one side: the median of each figure, the sum of the failures.

    `rates` are the samples' own, a round each.
    """

    per_second: float
    slowest: float
    fastest: float
    requests: int
    failed: int
    p50_ms: float | None
    p99_ms: float | None
    rates: Sequence[float] = ()

    @classmethod
    def of(cls, samples: list[Sample]) -> Summary:
        """Summarise at least one sample."""
        rates = [sample.per_second for sample in samples]
        return cls(
            per_second=statistics.median(rates),
            slowest=min(rates),
            fastest=max(rates),
            requests=sum(sample.requests for sample in samples),
            failed=sum(sample.failed for sample in samples),
            p50_ms=_median([sample.p50_ms for sample in samples]),
            p99_ms=_median([sample.p99_ms for sample in samples]),
            rates=rates,
        )

    def beside(self, other: Summary) -> float:
        """How much more this side does than another: the median of the rounds' own ratios.

        A machine that changes its speed from round to round does so for both.
        """
        return statistics.median(
            mine / theirs for mine, theirs in zip(self.rates, other.rates, strict=True)
        )


Side = Callable[[], Sample]


def alternate(sides: Mapping[str, Side], rounds: int) -> dict[str, Summary]:
    """Measure every side once per round, in turn; the median of the rounds for each.

    Every other round goes backwards, so that no side always comes after the same one.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in sides}
    with progress() as bar:
        task = bar.add_task("measuring", total=rounds * len(sides))
        for number in range(rounds):
            for name in reversed(tuple(sides)) if number % 2 else sides:
                bar.update(task, description=name)
                samples[name].append(sides[name]())
                bar.advance(task)
    return {name: Summary.of(taken) for name, taken in samples.items()}


def progress() -> Progress:
    """A progress bar that leaves no trace; in a log, none."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        transient=True,
        disable=not sys.stdout.isatty(),
    )


def percentiles(latencies_ms: list[float]) -> tuple[float, float]:
    """Median and 99th percentile (nearest rank)."""
    return percentile(latencies_ms, 0.5), percentile(latencies_ms, 0.99)


def percentile(values: Sequence[float], share: float) -> float:
    """What `share` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[round(share * (len(ordered) - 1))]


class Clock:
    """Seconds spent inside the `with` block."""

    seconds: float = 0.0

    def __enter__(self) -> Clock:
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._started


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
