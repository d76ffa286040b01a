"""Figures of a server's process: counted in plain numbers, told as families of samples.

    requests       by operation and status, with how long they took
    writer         the queue, batches, commits, rejections by reason, faults
    reads          how many wait
    database       whether it answered when it was last asked

Counting has to cost nothing; telling is done now and then, and may take its time. Other parts of a
server add what they know with `gauge`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from onhand import __version__
from onhand.ledger.figures import SECONDS, Histogram, WriterFigures
from onhand.ledger.writer import Writer

Labels = dict[str, str]

OTHER = "other"
"""The operation of a request that named none: no such path, or not for this method."""


class Sample(NamedTuple):
    """One number: what its family's name is followed by, its labels, its value."""

    suffix: str
    labels: Labels
    value: float


class Family(NamedTuple):
    """Samples of one name and kind, as Prometheus has them: counter, gauge, histogram, info."""

    name: str
    kind: str
    told: str
    samples: list[Sample]


class RequestFigures:
    """How requests were answered."""

    def __init__(self) -> None:
        self._seconds: dict[tuple[str, int], Histogram] = {}

    def observe(self, operation: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        histogram = self._seconds.get((operation, status))
        if histogram is None:
            histogram = self._seconds[operation, status] = Histogram(SECONDS)
        # As its `observe` does, without the call: stock commands come by the thousand.
        histogram.counts[bisect_left(SECONDS, seconds)] += 1
        histogram.total += seconds

    def family(self, routes: Mapping[str, tuple[str, str]]) -> Family:
        """All of them; `routes` are the method and path of each operation."""
        samples: list[Sample] = []
        for (operation, status), histogram in sorted(dict(self._seconds).items()):
            method, route = routes.get(operation, ("", OTHER))
            labels = {"method": method, "route": route, "status": str(status)}
            samples += _of_histogram(histogram, labels)
        return Family(
            "onhand_http_request_seconds",
            "histogram",
            "Seconds from a request to its answer, by route and status.",
            samples,
        )


class Figures:
    """What one process knows about itself."""

    def __init__(self, database: str = "") -> None:
        """`database` is its kind, to be told."""
        self.requests = RequestFigures()
        self._database = database
        self._gauges: list[tuple[str, str, Callable[[], float | None]]] = []

    def gauge(self, name: str, told: str, ask: Callable[[], float | None]) -> None:
        """Have a number told that `ask` gives whenever all are; None: there is none now."""
        self._gauges.append((name, told, ask))

    def families(
        self, writer: Writer, reads_waiting: int, routes: Mapping[str, tuple[str, str]]
    ) -> Iterator[Family]:
        """Everything, as it stands."""
        yield _info(self._database)
        yield self.requests.family(routes)
        yield _gauge("onhand_queue_commands", "Commands that wait or are at work.", writer.waiting)
        yield _gauge("onhand_queue_limit_commands", "Commands that may wait.", writer.queue_limit)
        yield from _of_writer(writer.figures)
        yield _gauge("onhand_reads_waiting", "Reads that wait or are at work.", reads_waiting)
        is_up = writer.figures.is_up
        if is_up is not None:
            told = "Whether the database answered when it was last asked, about each second."
            yield _gauge("onhand_database_up", told, int(is_up))
        for name, told, ask in self._gauges:
            value = ask()
            if value is not None:
                yield _gauge(name, told, value)


def _of_writer(figures: WriterFigures) -> Iterator[Family]:
    for name, told, histogram in (
        ("batch_commands", "Commands decided and written together.", figures.batch_commands),
        (
            "batch_seconds",
            "Seconds a batch took, waiting for locks and tries included.",
            figures.batch_seconds,
        ),
        ("commit_seconds", "Seconds of writing a batch and committing it.", figures.commit_seconds),
    ):
        yield Family(f"onhand_{name}", "histogram", told, _of_histogram(histogram, {}))
    accepted = Sample("_total", {}, figures.accepted)
    yield Family("onhand_commands_accepted", "counter", "Commands carried out.", [accepted])
    rejected = [
        Sample("_total", {"reason": code.value}, count)
        for code, count in sorted(dict(figures.rejected).items())
    ]
    told = "Commands that the rules rejected, by the stable name of why."
    yield Family("onhand_commands_rejected", "counter", told, rejected)
    faults = [
        Sample("_total", {"fault": name}, count)
        for name, count in sorted(dict(figures.faults).items())
    ]
    told = "Requests that failed on their way to the database, by what failed."
    yield Family("onhand_faults", "counter", told, faults)


def _info(database: str) -> Family:
    labels = {"version": __version__, "database": database}
    return Family("onhand_build", "info", "What is running.", [Sample("_info", labels, 1)])


def _gauge(name: str, told: str, value: float) -> Family:
    return Family(name, "gauge", told, [Sample("", {}, value)])


def _of_histogram(histogram: Histogram, labels: Labels) -> list[Sample]:
    # Read once, while another thread may count on: a bucket is never less than one before it.
    sums = list(accumulate(list(histogram.counts)))
    bounds = [*(f"{bound:g}" for bound in histogram.bounds), "+Inf"]
    return [
        *(
            Sample("_bucket", {**labels, "le": bound}, count)
            for bound, count in zip(bounds, sums, strict=True)
        ),
        Sample("_sum", labels, histogram.total),
        Sample("_count", labels, sums[-1]),
    ]
