"""Figures: what a writer has done so far, counted in plain numbers by whoever does it.

One thread adds to them, any may read: nothing is locked, because nothing here need agree with
anything else. What is done per command costs some tens of nanoseconds; the rest is per batch.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from onhand.core.rejections import Rejected, RejectionCode
from onhand.ledger.faults import CommitUnknown, Fault, StoreUnavailable

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
COMMANDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)


class Histogram:
    """How many observations were at most each of some bounds, and what all of them add up to."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        """`bounds` rise; what is beyond the last is counted, too."""
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count one observation."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


@dataclass(slots=True)
class WriterFigures:
    """What a writer has done. Seconds are wall time; `is_up` None: nobody has asked so far.

    `batch_seconds` are from a batch's beginning to its end, tries and waiting for locks included;
    `commit_seconds` are those of writing and committing alone.
    """

    batch_commands: Histogram = field(default_factory=lambda: Histogram(COMMANDS))
    batch_seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    commit_seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    accepted: int = 0
    rejected: dict[RejectionCode, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    is_up: bool | None = None

    def results(self, answers: Iterable[Sequence[object]]) -> None:
        """Count the answers to requests' commands."""
        accepted = 0
        for results in answers:
            for result in results:
                if type(result) is Rejected:
                    code = result.code
                    self.rejected[code] = self.rejected.get(code, 0) + 1
                else:
                    accepted += 1
        self.accepted += accepted

    def fault(self, fault: Fault) -> None:
        """Count a submission that failed."""
        name = type(fault).__name__
        self.faults[name] = self.faults.get(name, 0) + 1
        if isinstance(fault, StoreUnavailable | CommitUnknown):
            self.is_up = False
