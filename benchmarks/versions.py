"""`versions`: this Onhand beside another commit of it, on the product that everybody buys.

What everything that came in between costs a busy server: events, access, the web app. Each is a
server of its own on a database of its own, made by its own migrations, on 64 connections.
"""

from __future__ import annotations

import itertools
import subprocess
from contextlib import ExitStack
from pathlib import Path

from benchmarks import Failed, load
from benchmarks.cluster import private_cluster
from benchmarks.hot import create_hot_product
from benchmarks.measure import Side, alternate
from benchmarks.report import Report, describe_machine
from benchmarks.server import onhand_server
from benchmarks.workspace import new_database, workspace

CONNECTIONS = 64
AT_LEAST = 0.93
"""Of what the other commit takes: the events' part, 7 %, leaves so much."""

REPOSITORY = Path(__file__).parent.parent
NOW = "this Onhand"


def run(
    *, against: str, databases: tuple[str, ...], seconds: int, rounds: int, directory: Path | None
) -> Report:
    """Measure both in turn, per database; raises Failed where there is no such commit."""
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        commit, source = _checked_out(against, home / "other")
        cluster = stack.enter_context(private_cluster(home))
        machine = describe_machine(home, postgresql=cluster.version(), client=load.client_name())
        sides: dict[str, Side] = {}
        versions = {NOW: None, commit: source}
        for database, (number, name) in itertools.product(databases, enumerate(versions)):
            logs = home / f"{database}-{number}"
            logs.mkdir()
            url = new_database(database, f"onhand_{number}", cluster, logs)
            service = stack.enter_context(onhand_server(url, logs, source=versions[name]))
            product = create_hot_product(service)
            sides[f"{database}, {name}"] = load.settled_side(
                cluster, service, range(product, product + 1), CONNECTIONS, seconds, keys=False
            )
        found = alternate(sides, rounds)
        report = Report(f"Two versions, one hot product, {rounds} × {seconds} s a side")
        report.machine = machine
    report.add_summaries(found)
    for database in databases:
        now, before = (found[f"{database}, {name}"] for name in versions)
        report.compare(f"{NOW} / {commit}, {database}", now.beside(before), at_least=AT_LEAST)
    return report


def _checked_out(revision: str, to: Path) -> tuple[str, Path]:
    """The commit's short name, and its sources, which leave with the workspace."""
    commit = _git("rev-parse", "--short", "--verify", f"{revision}^{{commit}}").strip()
    to.mkdir()
    archive = to / "sources.tar"
    _git("archive", "--output", str(archive), commit, "src")
    subprocess.run(["tar", "-xf", str(archive), "-C", str(to)], check=True, timeout=60)
    return commit, to / "src"


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(REPOSITORY), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode != 0:
        raise Failed(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout
