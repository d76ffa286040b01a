"""`seals`: what it costs to seal each movement, one command at a time and in lists.

Two servers that differ in `ONHAND_SEALS` alone, each on a database of its own with the same
products; reservations over all products, on 64 connections, and lists of 10,000 adjustments.
"""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from pathlib import Path

from benchmarks import bulk, load
from benchmarks.cluster import private_cluster
from benchmarks.measure import Side, alternate
from benchmarks.prepare import prepare_products
from benchmarks.report import Report, describe_machine
from benchmarks.server import onhand_server
from benchmarks.workspace import new_database, workspace

ON_HAND = 10**6
CONNECTIONS = 64
BULK_CLIENTS = 4
COMMANDS, BODIES = 10_000, 8
AT_LEAST = 0.95
"""Sealing that costs more than a twentieth is not on by default."""

SEALS = {"sealed": "on", "not sealed": "off"}


def run(
    *,
    databases: tuple[str, ...],
    products: int,
    seconds: int,
    rounds: int,
    directory: Path | None,
) -> Report:
    """Measure both servers in turn, per database."""
    orders = itertools.count(1)
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        machine = describe_machine(home, postgresql=cluster.version(), client=load.client_name())
        sides: dict[str, Side] = {}
        for database, (name, setting) in itertools.product(databases, SEALS.items()):
            logs = home / f"{database}-{setting}"
            logs.mkdir()
            url = new_database(database, f"onhand_{setting}", cluster, logs)
            identifiers = prepare_products(url, products, ON_HAND)
            environment = {"ONHAND_SEALS": setting}
            service = stack.enter_context(onhand_server(url, logs, environment))
            sides[f"{database}, one by one, {name}"] = load.settled_side(
                cluster, service, identifiers, CONNECTIONS, seconds, keys=False
            )
            make = bulk.bodies_of(bulk.adjust, identifiers, orders, COMMANDS, BODIES)
            sides[f"{database}, in lists, {name}"] = bulk.onhand_side(
                cluster, service, make, BULK_CLIENTS
            )
        found = alternate(dict(sorted(sides.items())), rounds)
        report = Report(f"Movements sealed and not, {products:,} products, {rounds} rounds")
        report.machine = machine
    report.add_summaries(found)
    for database, how in itertools.product(databases, ("one by one", "in lists")):
        sealed, plain = (found[f"{database}, {how}, {name}"] for name in SEALS)
        ratio = sealed.beside(plain)
        report.compare(f"sealed / not, {database}, {how}", ratio, at_least=AT_LEAST)
    return report
