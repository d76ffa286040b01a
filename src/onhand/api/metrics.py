"""Metrics: what the server's processes know about themselves, for Prometheus.

One port may stand for several worker processes, and a scrape reaches any of them. So each leaves
its figures in a folder that they share, once a second, and whoever is asked tells them all, each
with the label `worker`: series of their own, that go on for as long as their process does. What one
worker tells of another is a second old at most.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import structlog

from onhand.api.figures import Family, Figures, Sample
from onhand.ledger.writer import Writer

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

log = structlog.get_logger(__name__)

TEXT = "text/plain; version=0.0.4; charset=utf-8"
SHARED_EVERY_SECONDS = 1.0
GONE_AFTER_SECONDS = 10.0
"""A worker whose figures are older has ended."""

Routes = Mapping[str, tuple[str, str]]


class Metrics:
    """A process's figures, and those of the workers beside it."""

    def __init__(
        self, figures: Figures, routes: Routes, *, worker: int = 0, folder: Path | None = None
    ) -> None:
        """`routes` are the method and path of each operation; `folder` is what workers share."""
        self.figures = figures
        self._routes = routes
        self._worker = worker
        self._folder = folder

    def told(self, writer: Writer, reads_waiting: int, accept: str) -> tuple[bytes, str]:
        """All figures in the format that a scraper accepts, and that format's media type."""
        # It takes 30 ms to load, which a shop that nobody watches need not spend.
        from prometheus_client.exposition import choose_encoder

        families = self._own(writer, reads_waiting)
        if self._folder is not None:
            families = _together([_of_worker(self._worker, families), *self._siblings()])
        encode, media_type = choose_encoder(accept)
        return encode(_Told(families)), media_type

    async def share(self, writer: Writer, reads_waiting: Callable[[], int]) -> None:
        """Leave the figures for the other workers, for as long as the server runs."""
        while True:
            try:
                await asyncio.to_thread(self.leave, writer, reads_waiting())
            except OSError as error:
                log.warning("metrics.not_shared", error=error.strerror)
            await asyncio.sleep(SHARED_EVERY_SECONDS)

    def leave(self, writer: Writer, reads_waiting: int) -> None:
        """Leave them once. Raises `OSError`."""
        assert self._folder is not None
        families = _of_worker(self._worker, self._own(writer, reads_waiting))
        part = self._folder / f".{self._worker}"
        part.write_bytes(msgspec.json.encode(families))
        part.replace(self._folder / f"{self._worker}.json")

    def _own(self, writer: Writer, reads_waiting: int) -> list[Family]:
        families = list(self.figures.families(writer, reads_waiting, self._routes))
        return [*families, *_of_process()]

    def _siblings(self) -> Iterator[list[Family]]:
        assert self._folder is not None
        decoder = msgspec.json.Decoder(list[Family])
        for path in sorted(self._folder.glob("*.json")):
            # One that is just being replaced, or was removed, is told the next time.
            with suppress(OSError, msgspec.DecodeError):
                fresh = time.time() - path.stat().st_mtime < GONE_AFTER_SECONDS
                if fresh and path.stem != str(self._worker):
                    yield decoder.decode(path.read_bytes())


class _Told:
    """Families as the library's encoders take them."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """Each family as the library's own."""
        from prometheus_client.metrics_core import Metric

        for family in self._families:
            metric = Metric(family.name, family.told, family.kind)
            for suffix, labels, value in family.samples:
                metric.add_sample(family.name + suffix, labels, value)
            yield metric


def _of_process() -> Iterator[Family]:
    """Memory, processor time and open files of this process, as the library has them."""
    from prometheus_client.process_collector import ProcessCollector

    for metric in ProcessCollector(registry=None).collect():
        samples = [
            Sample(sample.name.removeprefix(metric.name), dict(sample.labels), sample.value)
            for sample in metric.samples
        ]
        yield Family(metric.name, metric.type, metric.documentation, samples)


def _of_worker(worker: int, families: Iterable[Family]) -> list[Family]:
    return [
        family._replace(
            samples=[
                sample._replace(labels={**sample.labels, "worker": str(worker)})
                for sample in family.samples
            ]
        )
        for family in families
    ]


def _together(workers: Iterable[list[Family]]) -> list[Family]:
    """Families of several workers, each name once."""
    found: dict[str, Family] = {}
    for families in workers:
        for family in families:
            if family.name in found:
                found[family.name].samples.extend(family.samples)
            else:
                found[family.name] = family
    return list(found.values())
