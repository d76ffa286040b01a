"""`hot`: everybody buys the same product.

Onhand over HTTP, one unit per request and an order each, against pgbench doing the same
reservation as one transaction each, where every transaction waits for the row lock of the one
before it. The better of pgbench's figures is the yardstick; the pooled service and the ORM service,
each at its best setting, stand beside it.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from benchmarks import Failed, load, others, pgbench
from benchmarks.baselines.ledger import check_ledger, create_ledger
from benchmarks.cluster import Cluster, private_cluster
from benchmarks.measure import Side, alternate
from benchmarks.report import Report, describe_machine
from benchmarks.server import Service, onhand_server
from benchmarks.workspace import new_database, workspace

ON_HAND = 10**9
AT_LEAST = 4.0


def run(
    *,
    databases: tuple[str, ...],
    connections: tuple[int, ...],
    pools: tuple[int, ...],
    clients: tuple[int, ...],
    seconds: int,
    rounds: int,
    keys: bool,
    directory: Path | None,
) -> Report:
    """Measure both sides in turn; an empty `databases` measures pgbench alone."""
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        machine = describe_machine(home, postgresql=cluster.version(), client=load.client_name())
        sides: dict[str, Side] = {}
        checks: list[tuple[Service, int]] = []
        for database in databases:
            url = new_database(database, "onhand", cluster, home)
            service = stack.enter_context(onhand_server(url, home))
            product = create_hot_product(service)
            checks.append((service, product))
            for count in connections:
                sides[f"Onhand, {database}, {count} connections"] = load.settled_side(
                    cluster, service, range(product, product + 1), count, seconds, keys
                )
        others_url = create_ledger(cluster, "others", 1, ON_HAND)
        notes: list[str] = []
        theirs = others.sides(
            stack,
            cluster,
            others_url,
            range(1, 2),
            pools=pools,
            connections=connections,
            seconds=seconds,
            keys=keys,
            logs=home,
            notes=notes,
        )
        yardstick = create_ledger(cluster, "pgbench", 1, ON_HAND)
        yardsticks = pgbench_sides(cluster, yardstick, clients, 1, seconds, home)
        found = alternate(sides | theirs | yardsticks, rounds)
        check_ledger(others_url)
        check_ledger(yardstick)
        for (service, product), database in zip(checks, databases, strict=True):
            mine = [side for name, side in found.items() if name.startswith(f"Onhand, {database},")]
            accepted = sum(side.requests - side.failed for side in mine)
            check_reserved(service, product, accepted, rounds * sum(connections))
        report = Report(f"Reserve on one hot product, {rounds} × {seconds} s a side")
        report.machine = machine
    report.notes += notes
    report.add_summaries(found)
    rates = {name: summary.per_second for name, summary in found.items()}
    best = max(yardsticks, key=rates.__getitem__)
    for name in sides:
        at_least = AT_LEAST if "postgresql" in name else None
        report.compare(f"{name} / {best}", rates[name] / rates[best], at_least=at_least)
        for service_name in (others.POOLED, others.ORM):
            others.compare(report, name, service_name, rates)
    return report


def create_hot_product(service: Service) -> int:
    """A product that never runs out, made over HTTP; its id."""
    body = {
        "name": "Hot product",
        "sku": "HOT-001",
        "selling_price": 9.99,
        "track_inventory": True,
        "stock_quantity": ON_HAND,
    }
    identifier: int = service.call("POST", "/products", body)["data"]["id"]
    return identifier


def pgbench_sides(
    cluster: Cluster,
    url: str,
    clients: tuple[int, ...],
    products: int,
    seconds: int,
    logs: Path,
) -> dict[str, Side]:
    """Each of pgbench's forms at each number of clients."""
    return {
        f"pgbench {label}, {count} clients": pgbench.reserve_side(
            cluster,
            url,
            form=form,
            clients=count,
            products=products,
            seconds=seconds,
            logs=logs,
        )
        for form, label in pgbench.FORMS.items()
        for count in clients
    }


def check_reserved(service: Service, product: int, accepted: int, cut_off: int) -> None:
    """The units reserved are the requests answered 2xx, plus at most `cut_off` unread answers."""
    answer = service.call("GET", f"/products/{product}?include=inventory")
    reserved = answer["data"]["inventory"]["quantity_reserved"]
    if not 0 <= reserved - accepted <= cut_off:
        raise Failed(f"{accepted} requests were answered, {reserved} units reserved")
