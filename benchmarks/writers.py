"""`writers`: several server processes, each with a writer of its own, on one PostgreSQL.

Everybody reserves one product (hot), or each another one of many (uniform). What one process costs
per command is measured with each share of the connections; from that alone the model in
`machines.py` tells what several do here, which is measured in the same turns, and what further
machines would add, which is not.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import Failed, load, machines
from benchmarks.cluster import Cluster, private_cluster
from benchmarks.hot import check_reserved, create_hot_product
from benchmarks.measure import Side, alternate
from benchmarks.metering import Metered, median_costs, metered
from benchmarks.prepare import prepare_products
from benchmarks.processes import run_measured
from benchmarks.report import PREDICTED, Report, describe_machine
from benchmarks.server import Service, onhand_command, onhand_server
from benchmarks.workspace import workspace

ON_HAND = 10**6
COLUMNS = (
    *("side", "per s", "model", "commits/s", "batch", "server", "database", "load", "held ms"),
    *("locks %", "log %", "else"),
)
"""CPU of server, database and load generator in microseconds per command; `else` in CPUs."""

HOT, UNIFORM = "hot", "uniform"
DATABASE_CPUS = 4
SERVER_PROCESSES = (1, 2, 4, 8)
VERIFY_SECONDS = 600


@dataclass(frozen=True)
class Sides:
    """The sides of one load: samples by processes and connections."""

    load: str
    taken: dict[tuple[int, int], list[Metered]]

    def rate(self, processes: int, connections: int) -> float:
        """The median of commands per second."""
        return statistics.median(
            one.sample.per_second for one in self.taken[processes, connections]
        )

    def busy_elsewhere(self, processes: int, connections: int) -> float:
        """The median of CPUs that anything else kept busy meanwhile."""
        return statistics.median(one.busy_elsewhere for one in self.taken[processes, connections])

    def predicted(self, processes: int, connections: int) -> float:
        """What the model makes of one process with its share of the connections."""
        share = connections // processes
        return machines.together(
            processes,
            len(psutil.Process().cpu_affinity()) - self.busy_elsewhere(processes, connections),
            median_costs(self.taken[1, share]),
            self.rate(1, share),
            hot=self.load == HOT,
        )


def run(
    *,
    loads: tuple[str, ...],
    processes: tuple[int, ...],
    products: int,
    connections: tuple[int, ...],
    seconds: int,
    rounds: int,
    directory: Path | None,
) -> Report:
    """Measure one process and several in turn, for each load; predict, and compare."""
    if any(count % number for count in connections for number in processes):
        raise Failed("the connections must divide among the processes")
    wanted = sorted({1, *processes})
    shares = {(1, count // number) for count in connections for number in wanted}
    settings = sorted(shares | {(number, count) for number in wanted for count in connections})
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        machine = describe_machine(home, postgresql=cluster.version(), client=load.client_name())
        found = [
            _measure(name, count, settings, cluster, seconds, rounds, home)
            for name, count in ((HOT, 1), (UNIFORM, products))
            if name in loads
        ]
    report = Report(
        f"Several processes on one PostgreSQL, one product and {products:,},"
        f" {rounds} × {seconds} s a side",
        columns=COLUMNS,
        curves_over="server processes",
        by_powers=False,
    )
    report.machine = machine
    for sides in found:
        _tell(report, sides, wanted, connections)
    _tell_what_is_added(report, found, max(connections))
    return report


def _measure(
    name: str,
    products: int,
    settings: Sequence[tuple[int, int]],
    cluster: Cluster,
    seconds: int,
    rounds: int,
    home: Path,
) -> Sides:
    """One load's sides, in turn, on a database of its own; its ledger must be right after it."""
    taken: dict[tuple[int, int], list[Metered]] = defaultdict(list)
    url = cluster.create_database(name)
    with _servers(url, home, {number for number, _ in settings}, products) as (services, wanted):
        sides: dict[str, Side] = {}
        for number, count in settings:
            side = load.settled_side(cluster, services[number], wanted, count, seconds, keys=False)
            sides[f"{name} {count} × {number}"] = metered(
                side, cluster, name, services[number].pid, taken[number, count]
            )
        summaries = alternate(sides, rounds)
        accepted = sum(one.requests - one.failed for one in summaries.values())
        if products == 1:
            cut_off = rounds * sum(count for _, count in settings)
            check_reserved(services[1], wanted.start, accepted, cut_off)
    command = [*onhand_command(), "verify", "--database", url]
    run_measured(command, log=home / "verify.log", timeout_seconds=VERIFY_SECONDS)
    return Sides(name, taken)


@contextmanager
def _servers(
    url: str, home: Path, numbers: set[int], products: int
) -> Iterator[tuple[dict[int, Service], range]]:
    """A server with each number of processes, on one database that has the products; and these."""
    wanted = prepare_products(url, products, ON_HAND) if products > 1 else None
    with ExitStack() as stack:
        services = {
            number: stack.enter_context(onhand_server(url, home, {"ONHAND_WORKERS": str(number)}))
            for number in sorted(numbers)
        }
        if wanted is None:
            product = create_hot_product(services[1])
            wanted = range(product, product + 1)
        yield services, wanted


def _tell(
    report: Report, sides: Sides, processes: Sequence[int], connections: Sequence[int]
) -> None:
    """A row for each side, what several are against one, and the model against them."""
    failed = 0
    for (number, count), taken in sorted(sides.taken.items(), key=lambda one: one[0][::-1]):
        costs = median_costs(taken)
        is_predicted = number > 1
        report.add(
            f"{sides.load} {count} × {number}",
            round(sides.rate(number, count)),
            round(sides.predicted(number, count)) if is_predicted else None,
            round(statistics.median(one.commits_per_second for one in taken)),
            round(costs.batch, 1),
            *(round(1e6 * each) for each in (costs.server, costs.database, costs.load)),
            round(1e3 * costs.held, 2),
            round(100 * statistics.mean(one.waiting_for_locks for one in taken)),
            round(100 * statistics.mean(one.waiting_for_log for one in taken)),
            round(sides.busy_elsewhere(number, count), 2),
        )
        failed += sum(one.sample.failed for one in taken)
    if failed:
        report.notes.append(f"{sides.load}: {failed} requests failed")
    panel = report.curves.setdefault(sides.load, {})
    for count in connections:
        for number in processes[1:]:
            measured, alone = sides.rate(number, count), sides.rate(1, count)
            predicted = sides.predicted(number, count)
            name = f"{sides.load} {count} × {number}"
            report.compare(f"{name} / × 1", measured / alone)
            report.compare(f"{name}, model / measured", predicted / measured)
            told = median_costs(sides.taken[1, count // number]).total
            taken_cpu = median_costs(sides.taken[number, count]).total
            report.compare(f"{name}, CPU per command, model / measured", told / taken_cpu)
        panel[f"{count} connections"] = [
            (number, sides.rate(number, count)) for number in processes
        ]
        panel[f"{count} connections{PREDICTED}"] = [
            (1, sides.rate(1, count)),
            *((number, sides.predicted(number, count)) for number in processes[1:]),
        ]


def _tell_what_is_added(report: Report, found: Sequence[Sides], connections: int) -> None:
    """The model's ceilings for machines apart, each process with so many connections."""
    for sides in found:
        hot = sides.load == HOT
        costs = median_costs(sides.taken[1, connections])
        lock = f", and {costs.batch / costs.held:,.0f}/s in all by the row's lock" if hot else ""
        report.notes.append(
            f"{sides.load}, machines apart, {connections} connections a process: at most"
            f" {1 / costs.server:,.0f}/s by each server process,"
            f" {1 / costs.database:,.0f}/s by each CPU of the database{lock}"
        )
        bounds = {
            number: machines.apart(number, DATABASE_CPUS, costs, hot=hot)
            for number in SERVER_PROCESSES
        }
        told = ", ".join(
            f"{number}: {bound.per_second:,.0f}/s ({bound.by})" for number, bound in bounds.items()
        )
        report.notes.append(f"so, with {DATABASE_CPUS} CPUs of the database, processes: {told}")
