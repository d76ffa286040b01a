"""`uniform`: everybody buys something else, over 100,000 products.

Onhand over HTTP against the pooled one-transaction-per-request service and the async ORM service
over HTTP, on one PostgreSQL. Both are tuned first, briefly; the best setting runs. pgbench, without
HTTP, stands beside them as a reference.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from benchmarks import load, others, pgbench
from benchmarks.baselines.ledger import check_ledger, create_ledger
from benchmarks.cluster import private_cluster
from benchmarks.hot import pgbench_sides
from benchmarks.measure import Side, alternate
from benchmarks.prepare import prepare_products
from benchmarks.report import Report, describe_machine
from benchmarks.server import onhand_server
from benchmarks.workspace import new_database, workspace

ON_HAND = 10**6
AT_LEAST = 3.0


def run(
    *,
    databases: tuple[str, ...],
    products: int,
    connections: tuple[int, ...],
    pools: tuple[int, ...],
    clients: tuple[int, ...],
    seconds: int,
    rounds: int,
    keys: bool,
    directory: Path | None,
) -> Report:
    """Tune the other services, then measure the sides in turn."""
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        machine = describe_machine(home, postgresql=cluster.version(), client=load.client_name())
        mine: dict[str, Side] = {}
        for database in databases:
            url = new_database(database, "onhand", cluster, home)
            identifiers = prepare_products(url, products, ON_HAND)
            service = stack.enter_context(onhand_server(url, home))
            for count in connections:
                mine[f"Onhand, {database}, {count} connections"] = load.settled_side(
                    cluster, service, identifiers, count, seconds, keys
                )
        others_url = create_ledger(cluster, "others", products, ON_HAND)
        notes: list[str] = []
        theirs = others.sides(
            stack,
            cluster,
            others_url,
            range(1, products + 1),
            pools=pools,
            connections=connections,
            seconds=seconds,
            keys=keys,
            logs=home,
            notes=notes,
        )
        yardstick = create_ledger(cluster, "pgbench", products, ON_HAND)
        yardsticks = pgbench_sides(cluster, yardstick, clients, products, seconds, home)
        found = alternate(mine | theirs | yardsticks, rounds)
        check_ledger(others_url)
        check_ledger(yardstick)
        report = Report(f"Reserve over {products:,} products, {rounds} × {seconds} s a side")
        report.machine = machine
    report.notes += notes
    report.add_summaries(found)
    rates = {name: summary.per_second for name, summary in found.items()}
    for name in mine:
        at_least = AT_LEAST if "postgresql" in name else None
        others.compare(report, name, others.POOLED, rates, at_least)
        others.compare(report, name, others.ORM, rates)
        for label in pgbench.FORMS.values():
            reference = max((side for side in yardsticks if label in side), key=rates.__getitem__)
            report.compare(f"{name} / {reference}", rates[name] / rates[reference])
    return report
