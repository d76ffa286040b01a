"""`import`: a million real invoice lines into SQLite, wall time and peak memory.

The other side is the floor: Python reads the same file and inserts each line into one table,
10,000 a transaction, durably, without products, rules, levels or a ledger.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import Failed
from benchmarks.measure import progress
from benchmarks.processes import run_measured
from benchmarks.report import Report, describe_machine
from benchmarks.server import onhand_command
from benchmarks.workspace import sqlite_url, workspace

AT_MOST_SECONDS = 90.0
AT_MOST_MIB = 300.0
TIMEOUT_SECONDS = 900
PLAIN_IMPORT = Path(__file__).parent / "baselines" / "plain_import.py"


def run(
    *, file: Path, options: tuple[str, ...], rounds: int, with_onhand: bool, directory: Path | None
) -> Report:
    """Import the file into a fresh database, each side in turn; a second import moves nothing."""
    if not file.exists():
        raise Failed(f"{file} is not there: name the sales file with --file")
    report = Report(
        f"Import of {file.name}, {rounds} round(s)",
        columns=("side", "seconds", "peak RSS MiB"),
        plotted=("seconds",),
    )
    floor = [sys.executable, str(PLAIN_IMPORT), str(file)]
    product = [*onhand_command(), "import", "sales", str(file), *options, "--database"]
    taken: dict[str, list[tuple[float, float]]] = {}
    with workspace(directory) as home, progress() as bar:
        report.machine = describe_machine(home)
        task = bar.add_task("importing", total=rounds * (3 if with_onhand else 1))

        def measure(name: str, command: list[str]) -> None:
            bar.update(task, description=name)
            found = run_measured(command, log=home / "import.log", timeout_seconds=TIMEOUT_SECONDS)
            taken.setdefault(name, []).append(found)
            bar.advance(task)

        for number in range(rounds):
            measure("plain rows (the floor)", [*floor, str(home / f"plain-{number}.db")])
            if with_onhand:
                url = sqlite_url(home, f"onhand-{number}")
                measure("onhand import sales", [*product, url])
                measure("the same file again", [*product, url])
    for name, found in taken.items():
        report.add(name, *_best(found))
    if with_onhand:
        seconds, peak_mib = _best(taken["onhand import sales"])
        report.compare("seconds", seconds, at_most=AT_MOST_SECONDS)
        report.compare("peak RSS MiB", peak_mib, at_most=AT_MOST_MIB)
        floor_seconds, _ = _best(taken["plain rows (the floor)"])
        report.compare("onhand import / plain rows", seconds / floor_seconds)
    return report


def _best(found: list[tuple[float, float]]) -> tuple[float, float]:
    """The shortest time and the highest peak."""
    return min(seconds for seconds, _ in found), max(peak for _, peak in found)
