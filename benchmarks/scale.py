"""`scale`: every read of the contract on ledgers of growing size, and what they take on disk.

One shop's year of trade (`trade.py`), stopped at each size: every database is a copy of the one
before that grew. Then a server on each, and one client that asks all of them in turn, request by
request.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.asking import ask_in_turn, plan_note, servers
from benchmarks.cluster import private_cluster
from benchmarks.disk import Disk, measure_disk
from benchmarks.measure import percentile
from benchmarks.prepare import grow, plans_of
from benchmarks.questions import QUESTIONS, know
from benchmarks.report import Report, describe_machine
from benchmarks.shelf import Shelf
from benchmarks.trade import LINES_PER_ORDER
from benchmarks.workspace import workspace

AT_MOST = 1.5
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
MINUTES_A_YEAR = 365 * 24 * 60
ORDERS_A_MINUTE = 1_000
MOVEMENTS_A_LINE = 3  # reserved; released and out, when it is shipped


def run(
    *,
    databases: tuple[str, ...],
    sizes: tuple[int, ...],
    products: int,
    warehouses: int,
    requests: int,
    directory: Path | None,
    keep: bool = False,
) -> Report:
    """Fill what is not there yet, then ask all sizes in turn."""
    sizes = tuple(sorted(set(sizes)))
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory, keep=keep))
        cluster = None
        if "postgresql" in databases:
            cluster = stack.enter_context(private_cluster(home))
        report = new_report(sizes, products, warehouses, requests)
        version = {"postgresql": cluster.version()} if cluster else {}
        report.machine = describe_machine(home, **version)
        for database in databases:
            shelf = Shelf(cluster if database == "postgresql" else None, home)
            urls = fill(shelf, sizes, products, warehouses)
            measure(report, database, urls, sizes, requests, home)
    return report


def new_report(sizes: Sequence[int], products: int, warehouses: int, requests: int) -> Report:
    """An empty one, with what has to be said of these sizes."""
    report = Report(
        f"Latency in ms, {requests} requests each: {products:,} products, {warehouses} warehouses,"
        f" {' / '.join(f'{size:,}' for size in sizes)} movements",
        columns=(
            "read",
            "rows",
            *(f"{_short(size)} {share}" for size in sizes for share in SHARES),
            "p95 ratio",
        ),
        curves_over="movements",
    )
    report.notes.append(
        "Rows: of an answer, the median, on the smallest and the largest ledger. All sizes are one"
        f" shop's year of {sizes[-1]:,} movements, stopped earlier or later: on a smaller ledger"
        " fewer levels exist, more products are out of stock, and no sale may lie within the days"
        " that the reports add up."
    )
    return report


def fill(shelf: Shelf, sizes: Sequence[int], products: int, warehouses: int) -> list[str]:
    """Have a database of each size on the shelf; their URLs."""
    names = [f"scale_{products}x{warehouses}_{size}_of_{sizes[-1]}" for size in sizes]
    for number, (name, size) in enumerate(zip(names, sizes, strict=True)):
        if not shelf.holds(name):
            start_from = names[number - 1] if number else None
            start = sizes[number - 1] if number else 0
            grown = partial(grow, start=start, until=size, year=sizes[-1])
            shelf.make(name, start_from, partial(grown, products=products, warehouses=warehouses))
    return [shelf.url(name) for name in names]


def measure(
    report: Report,
    database: str,
    urls: Sequence[str],
    sizes: Sequence[int],
    requests: int,
    logs: Path,
) -> None:
    """Ask everything of every size, and add to the report what it took, plans and disk too."""
    known = [know(url) for url in urls]
    with servers(urls, logs) as connections:
        for question in QUESTIONS:
            asks = [partial(question.path, one) for one in known]
            found = ask_in_turn(connections, asks, requests, question.name)
            rows = [int(percentile(taken.rows, 0.5)) for taken in found]
            p95 = [percentile(taken.latencies_ms, SHARES["p95"]) for taken in found]
            figures = [
                percentile(taken.latencies_ms, share)
                for taken in found
                for share in SHARES.values()
            ]
            name = f"{question.name}, {database}"
            ratio = p95[-1] / p95[0]
            report.add(name, f"{rows[0]} → {rows[-1]}", *figures, ratio)
            report.compare(f"{name}, p95", ratio, at_most=AT_MOST)
            points = [(float(size), value) for size, value in zip(sizes, p95, strict=True)]
            panel = f"{question.part}, {database}, p95 in ms"
            report.curves.setdefault(panel, {})[question.name] = points
    paths = [question.path(known[-1]) for question in QUESTIONS]
    for question, plans in zip(QUESTIONS, plans_of(urls[-1], paths), strict=True):
        report.notes.append(plan_note(f"{database}, {question.name}", plans))
    report.notes += _disk(database, [measure_disk(url) for url in urls])


def _disk(database: str, sizes: Sequence[Disk]) -> list[str]:
    """What the largest ledger takes, and what a year of many orders would."""
    largest = sizes[-1]
    count = largest.movements
    each = largest.database / count
    told = (
        f"{largest.database / 1e9:.2f} GB, {each:.0f} bytes a movement:"
        f" {largest.rows / count:.0f} in its table, {largest.indexes / count:.0f} in its indexes,"
        " the rest in all other tables"
    )
    lines = [f"{database}, {count:,} movements: {told}"]
    if len(sizes) > 1:
        before = sizes[-2]
        each = (largest.database - before.database) / (count - before.movements)
        lines.append(f"{database}, each movement after the first {before.movements:,}: {each:.0f}")
    orders = ORDERS_A_MINUTE * MINUTES_A_YEAR
    count = orders * LINES_PER_ORDER * MOVEMENTS_A_LINE
    told = f"{count:,} movements, {count * each / 1e12:.1f} TB at {each:.0f} bytes"
    lines.append(
        f"{database}, a year at {ORDERS_A_MINUTE:,} orders a minute: {orders:,} orders of"
        f" {LINES_PER_ORDER} lines, each reserved, released and shipped: {told}"
    )
    return lines


def _short(number: int) -> str:
    """1000000 as 1e6, where it is a power of ten."""
    text = str(number)
    return f"1e{len(text) - 1}" if text.strip("0") == "1" and number > 9 else text
