"""`exports`: a million movements out of a running server as a file; its time and peak memory.

The other side is the floor: Python asks the same database for all that its table has, and writes it
as CSV, without an order, names of products and warehouses, harmless cells or HTTP.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import Failed
from benchmarks.cluster import private_cluster
from benchmarks.measure import progress
from benchmarks.prepare import prepare_history
from benchmarks.processes import resident_mib, run_measured
from benchmarks.report import Report, describe_machine
from benchmarks.server import API, Service, onhand_server
from benchmarks.workspace import new_database, workspace

AT_MOST_SECONDS = 15.0
AT_MOST_MIB = 200.0
TIMEOUT_SECONDS = 600
PRODUCTS = 10_000
PLAIN_EXPORT = Path(__file__).parent / "baselines" / "plain_export.py"
PLAIN = "plain rows (the floor)"
CHUNK_BYTES = 1 << 20


def run(
    *,
    databases: tuple[str, ...],
    formats: Sequence[str],
    movements: int,
    rounds: int,
    directory: Path | None,
) -> Report:
    """Export the movements of each database in each format and plainly, in turn; the best times."""
    report = Report(
        f"Export of {movements:,} movements of {PRODUCTS:,} products, best of {rounds} round(s)",
        columns=("side", "seconds", "MB", "peak RSS MiB"),
        plotted=("seconds",),
    )
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        report.machine = describe_machine(home, postgresql=cluster.version())
        for database in databases:
            url = new_database(database, "exports", cluster, home)
            prepare_history(url, PRODUCTS, movements)
            best: dict[str, tuple[float, float, float]] = {}
            for _, side in _turns(rounds, (PLAIN, *formats)):
                found = _plainly(url, home) if side == PLAIN else _exported(url, side, home)
                best[side] = min(best.get(side, found), found)
            for side, (seconds, megabytes, peak_mib) in best.items():
                name = f"{database}, {side}"
                report.add(name, seconds, megabytes, peak_mib)
                if side == PLAIN:
                    continue
                report.compare(f"{name}: seconds", seconds, at_most=AT_MOST_SECONDS)
                report.compare(f"{name}: peak RSS MiB", peak_mib, at_most=AT_MOST_MIB)
                report.compare(f"{name} / plain rows", seconds / best[PLAIN][0])
    return report


def _turns(rounds: int, sides: Sequence[str]) -> list[tuple[int, str]]:
    with progress() as bar:
        turns = [(number, side) for number in range(rounds) for side in sides]
        return list(bar.track(turns, description="exporting"))


def _plainly(url: str, home: Path) -> tuple[float, float, float]:
    file = home / "plain.csv"
    command = [sys.executable, str(PLAIN_EXPORT), url, str(file)]
    seconds, peak_mib = run_measured(
        command, log=home / "plain.log", timeout_seconds=TIMEOUT_SECONDS
    )
    return seconds, file.stat().st_size / 1e6, peak_mib


def _exported(url: str, form: str, home: Path) -> tuple[float, float, float]:
    """Seconds from the request to the file's end, its MB, and the peak of a new server."""
    with onhand_server(url, home) as service:
        file = home / f"movements.{form}"
        started = time.perf_counter()
        _download(service, f"{API}/exports/movements.{form}", file)
        seconds = time.perf_counter() - started
        return seconds, file.stat().st_size / 1e6, resident_mib(service.pid, peak=True)


def _download(service: Service, path: str, file: Path) -> None:
    connection = service.connect(TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status != 200:
            raise Failed(f"GET {path}: {answer.status} {answer.read(500)!r}")
        with file.open("wb") as kept:
            shutil.copyfileobj(answer, kept, CHUNK_BYTES)
    finally:
        connection.close()
