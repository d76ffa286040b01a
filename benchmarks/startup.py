"""`startup`: from the process's start to the first 200 of `/_health/ready`, and idle memory.

Onhand on a new database (it migrates it first) and on the same one again; beside it the pooled
service, which has the same framework, a pool of connections, and nothing to migrate.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

from benchmarks.baselines.ledger import create_ledger
from benchmarks.cluster import private_cluster
from benchmarks.measure import progress
from benchmarks.processes import resident_mib
from benchmarks.report import Report, describe_machine
from benchmarks.server import Service, onhand_server, pooled_server
from benchmarks.workspace import new_database, workspace

AT_MOST_SECONDS = 1.5
AT_MOST_MIB = 90.0
Start = Callable[[], AbstractContextManager[Service]]


def run(
    *,
    databases: tuple[str, ...],
    rounds: int,
    idle_seconds: float,
    with_onhand: bool,
    directory: Path | None,
) -> Report:
    """Start each side in turn; medians."""
    report = Report(
        f"Start, median of {rounds}; memory after {idle_seconds:g} idle seconds",
        columns=("side", "seconds to ready", "slowest", "idle RSS MiB"),
        plotted=("seconds to ready",),
    )
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        report.machine = describe_machine(home, postgresql=cluster.version())
        pooled_url = create_ledger(cluster, "pooled", 1, 1)
        taken: dict[str, list[tuple[float, float]]] = {}

        def measure(name: str, start: Start) -> None:
            with start() as service:
                time.sleep(idle_seconds)
                memory_mib = resident_mib(service.pid)
                taken.setdefault(name, []).append((service.seconds_to_ready, memory_mib))

        with progress() as bar:
            for number in bar.track(range(rounds), description="starting"):
                measure("pooled service", partial(pooled_server, pooled_url, 16, "statement", home))
                for database in databases if with_onhand else ():
                    url = new_database(database, f"start_{number}", cluster, home)
                    start = partial(onhand_server, url, home)
                    measure(f"Onhand, {database}, new", start)
                    measure(f"Onhand, {database}, again", start)
    for name, found in taken.items():
        seconds = [each[0] for each in found]
        memory_mib = statistics.median(each[1] for each in found)
        report.add(name, statistics.median(seconds), max(seconds), memory_mib)
        if name.startswith("Onhand"):
            middle = statistics.median(seconds)
            report.compare(f"{name}: seconds to ready", middle, at_most=AT_MOST_SECONDS)
            report.compare(f"{name}: idle RSS MiB", memory_mib, at_most=AT_MOST_MIB)
    return report
