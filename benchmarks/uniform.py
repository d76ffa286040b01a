"""`uniform`: everybody buys something else, over 100,000 products.

Onhand over HTTP against the pooled one-transaction-per-request service over HTTP, on one
PostgreSQL. The pooled service is tuned first: each form at each pool size, briefly; the best runs.
pgbench, without HTTP, stands beside them as a reference.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from benchmarks import load, pgbench
from benchmarks.baselines.ledger import check_ledger, create_ledger
from benchmarks.cluster import Cluster, private_cluster
from benchmarks.hot import onhand_side, pgbench_sides
from benchmarks.measure import Side, alternate, progress
from benchmarks.prepare import prepare_products
from benchmarks.report import Report, describe_machine
from benchmarks.server import onhand_server, pooled_server
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
    """Tune the pooled service, then measure the sides in turn."""
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
                mine[f"Onhand, {database}, {count} connections"] = onhand_side(
                    cluster, service, identifiers, count, seconds, keys
                )
        pooled_url = create_ledger(cluster, "pooled", products, ON_HAND)
        identifiers = range(1, products + 1)
        tuned = tune(cluster, pooled_url, identifiers, pools, home)
        pool, form = max(tuned, key=lambda setting: tuned[setting])
        service = stack.enter_context(pooled_server(pooled_url, pool, form, home))
        pooled = {
            f"pooled service, {count} connections": onhand_side(
                cluster, service, identifiers, count, seconds, keys
            )
            for count in connections
        }
        yardstick = create_ledger(cluster, "pgbench", products, ON_HAND)
        yardsticks = pgbench_sides(cluster, yardstick, clients, products, seconds, home)
        found = alternate(mine | pooled | yardsticks, rounds)
        check_ledger(pooled_url)
        check_ledger(yardstick)
        report = Report(f"Reserve over {products:,} products, {rounds} × {seconds} s a side")
        report.machine = machine
    report.add_summaries(found)
    best = max(pooled, key=lambda name: found[name].per_second)
    for name in mine:
        at_least = AT_LEAST if "postgresql" in name else None
        ratio = found[name].per_second / found[best].per_second
        report.compare(f"{name} / {best}", ratio, at_least=at_least)
        for label in pgbench.FORMS.values():
            of_form = [side for side in yardsticks if label in side]
            reference = max(of_form, key=lambda side: found[side].per_second)
            ratio = found[name].per_second / found[reference].per_second
            report.compare(f"{name} / {reference}", ratio)
    report.notes.append(
        f"pooled service: {pgbench.FORMS[form]}, a pool of {pool}, the best of: "
        + ", ".join(
            f"{pgbench.FORMS[tried]} × {size} {rate:,.0f}/s"
            for (size, tried), rate in tuned.items()
        )
    )
    return report


def tune(
    cluster: Cluster,
    url: str,
    products: range,
    pools: tuple[int, ...],
    logs: Path,
    *,
    connections: int = 64,
    seconds: int = 3,
) -> dict[tuple[int, str], float]:
    """The pooled service's rate with each pool size and form."""
    settings = [(pool, form) for pool in pools for form in pgbench.FORMS]
    rates: dict[tuple[int, str], float] = {}
    with progress() as bar:
        task = bar.add_task("tuning the pooled service", total=len(settings))
        for pool, form in settings:
            cluster.settle()
            with pooled_server(url, pool, form, logs) as service:
                side = load.reserve_side(
                    service, products, connections=connections, seconds=seconds
                )
                rates[pool, form] = side().per_second
            bar.advance(task)
    return rates
