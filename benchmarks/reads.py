"""`reads`: what a read costs on a ledger, and on one ten times its size.

Two databases of one shape, S and 10 × S, a server on each, and one client that asks both in turn,
request by request. The ratio of the median latencies says whether a read grows with the ledger.
"""

from __future__ import annotations

import datetime
import http.client
import random
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from benchmarks import Failed
from benchmarks.cluster import private_cluster
from benchmarks.measure import percentiles, progress
from benchmarks.prepare import History, explain_reads, prepare_history
from benchmarks.report import Report, describe_machine
from benchmarks.server import API, onhand_server
from benchmarks.workspace import new_database, workspace

AT_MOST = 1.3
WARM_UP = 20


def _product(history: History) -> str:
    return f"/products/{random.choice(history.products)}?include=inventory"


def _low_stock(history: History) -> str:
    return "/inventory/low-stock"


def _reorder_report(history: History) -> str:
    return "/inventory/reorder-report"


def _movements(history: History) -> str:
    return f"/stock-movements?product_id={random.choice(history.products)}"


def _as_of(history: History) -> str:
    moment = history.earliest + random.random() * (history.latest - history.earliest)
    text = quote(moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return f"/inventory/{random.choice(history.products)}?as_of={text}"


READS: dict[str, Callable[[History], str]] = {
    "product with inventory": _product,
    "low-stock page": _low_stock,
    "reorder-report page": _reorder_report,
    "movements of a product": _movements,
    "inventory as of a moment": _as_of,
}


def run(
    *,
    databases: tuple[str, ...],
    products: int,
    movements: int,
    times: int,
    requests: int,
    directory: Path | None,
) -> Report:
    """Prepare both sizes, then ask both in turn."""
    report = Report(
        f"Median latency in ms, {requests} requests each: {products:,} products and {movements:,}"
        f" movements (S) against {times} times as many",
        columns=("read", "S p50", "S p99", f"{times}S p50", f"{times}S p99", "ratio"),
        plotted=("S p50", f"{times}S p50"),
    )
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        report.machine = describe_machine(home, postgresql=cluster.version())
        for database in databases:
            sizes: list[tuple[http.client.HTTPConnection, History]] = []
            for factor in (1, times):
                url = new_database(database, f"reads_{factor}", cluster, home)
                history = prepare_history(url, products * factor, movements * factor)
                service = stack.enter_context(onhand_server(url, home))
                sizes.append((service.connect(), history))
            for name, path in READS.items():
                small, large = _ask_in_turn(sizes, path, requests)
                ratio = large[0] / small[0]
                report.add(f"{name}, {database}", *small, *large, ratio)
                report.compare(f"{name}, {database}", ratio, at_most=AT_MOST)
            report.notes += _indexes(url, history, database)
    return report


def _ask_in_turn(
    sizes: list[tuple[http.client.HTTPConnection, History]],
    path: Callable[[History], str],
    requests: int,
) -> list[tuple[float, float]]:
    """Median and 99th percentile in ms of one read on each size."""
    latencies_ms: list[list[float]] = [[] for _ in sizes]
    with progress() as bar:
        task = bar.add_task("reading", total=requests)
        for number in range(WARM_UP + requests):
            for (connection, history), taken in zip(sizes, latencies_ms, strict=True):
                elapsed_ms = _ask(connection, API + path(history))
                if number >= WARM_UP:
                    taken.append(elapsed_ms)
            bar.advance(task)
    return [percentiles(taken) for taken in latencies_ms]


def _ask(connection: http.client.HTTPConnection, path: str) -> float:
    started = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    answer = response.read()
    elapsed_ms = (time.perf_counter() - started) * 1000
    if response.status != 200:
        raise Failed(f"GET {path}: {response.status} {answer[:500]!r}")
    return elapsed_ms


def _indexes(url: str, history: History, database: str) -> list[str]:
    """For each query, the indexes its plan names, and the plan."""
    lines = []
    for plan in explain_reads(url, history):
        named = re.findall(r"using (?:covering )?(?:index )?(\w+)", plan.text, re.IGNORECASE)
        served = ", ".join(dict.fromkeys(named)) or "no index"
        lines.append(f"{database}, {plan.query}: {served}\n{plan.text}")
    return lines
