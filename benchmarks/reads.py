"""`reads`: what a read costs on a ledger, and on one ten times its size.

Two databases of one shape, S and 10 × S, a server on each, and one client that asks both in turn,
request by request. The ratio of the median latencies says whether a read grows with the ledger.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import quote

from benchmarks.asking import ask_in_turn, plan_note, servers
from benchmarks.cluster import private_cluster
from benchmarks.measure import percentiles
from benchmarks.prepare import History, plans_of, prepare_history
from benchmarks.report import Report, describe_machine
from benchmarks.workspace import new_database, workspace

AT_MOST = 1.3


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
    factors = (1, times)
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        report.machine = describe_machine(home, postgresql=cluster.version())
        for database in databases:
            urls = [new_database(database, f"reads_{factor}", cluster, home) for factor in factors]
            histories = [
                prepare_history(url, products * factor, movements * factor)
                for url, factor in zip(urls, factors, strict=True)
            ]
            with servers(urls, home) as connections:
                for name, path in READS.items():
                    asks = [partial(path, history) for history in histories]
                    found = ask_in_turn(connections, asks, requests)
                    small, large = (percentiles(taken.latencies_ms) for taken in found)
                    ratio = large[0] / small[0]
                    report.add(f"{name}, {database}", *small, *large, ratio)
                    report.compare(f"{name}, {database}", ratio, at_most=AT_MOST)
            paths = [path(histories[-1]) for path in READS.values()]
            plans = zip(READS, plans_of(urls[-1], paths), strict=True)
            report.notes += [plan_note(f"{database}, {name}", found) for name, found in plans]
    return report
