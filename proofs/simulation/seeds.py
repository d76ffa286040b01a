"""Many seeds, each a run of its own, spread over processes; a seed that fails is told."""

from __future__ import annotations

import math
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from enum import StrEnum
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from proofs.result import Result
from proofs.simulation.run import Run, simulate
from proofs.simulation.sqlite_database import SqliteTemplate

AT_A_TIME = 25


class On(StrEnum):
    """The stores that are simulated."""

    memory = "memory"
    sqlite = "sqlite"


def run(on: On, first: int, seeds: int, processes: int | None = None) -> Result:
    """Play `seeds` seeds from `first` on; None: a process for each processor."""
    result = Result(f"a deterministic simulator finds nothing: {on}")
    started = time.perf_counter()
    places = range(first, first + seeds)
    processes = min(processes or os.cpu_count() or 1, math.ceil(seeds / AT_A_TIME))
    runs = _here(on, places) if processes == 1 else _spread(on, places, processes)
    failed = []
    for played in runs:
        result.count("seeds")
        for what, count in played.counts.items():
            result.count(what, count)
        if played.breaches:
            failed.append(played)
    for played in sorted(failed, key=lambda played: played.seed):
        again = f"python -m proofs simulate --on {on} --seed {played.seed} --trace"
        result.breach(f"seed {played.seed}: {played.breaches[0]} (to see it again: {again})")
    result.facts["seeds a second"] = round(seeds / (time.perf_counter() - started), 1)
    return result


def replay(on: On, seed: int) -> Run:
    """One seed, and all that happened in it."""
    with _folder() as folder:
        return simulate(seed, _template(on, folder), telling=True)


def _here(on: On, seeds: Iterable[int]) -> Iterator[Run]:
    with _folder() as folder:
        template = _template(on, folder)
        for seed in seeds:
            yield simulate(seed, template)


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="onhand-simulation-")


def _template(on: On, folder: str) -> SqliteTemplate | None:
    return SqliteTemplate(Path(folder).resolve()) if on is On.sqlite else None


# In other processes


def _spread(on: On, seeds: Sequence[int], processes: int) -> Iterator[Run]:
    context = multiprocessing.get_context("spawn")
    chunks = [seeds[at : at + AT_A_TIME] for at in range(0, len(seeds), AT_A_TIME)]
    with _folder() as folder:
        settled = (on, folder, context.Value("i", 0))
        with ProcessPoolExecutor(processes, context, _settle_in, settled) as pool:
            for done in as_completed([pool.submit(_play, chunk) for chunk in chunks]):
                yield from done.result()


_templates: list[SqliteTemplate | None] = []


def _settle_in(on: On, folder: str, workers: Synchronized[int]) -> None:
    """Make a place of its own for this process, and keep it to one processor: there its threads
    hand the baton over three times as fast.
    """
    with workers.get_lock():
        number = workers.value
        workers.value += 1
    mine = Path(folder) / str(number)
    mine.mkdir()
    _templates.append(_template(on, str(mine)))
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {allowed[number % len(allowed)]})


def _play(seeds: Sequence[int]) -> list[Run]:
    return [simulate(seed, _templates[0]) for seed in seeds]
