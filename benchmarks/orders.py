"""`orders`: what an order costs: CPU of each party, log and disk, under each way to write it.

An order is three lines of products taken by chance: reserved in one request, shipped in another;
nine movements. It is written in process, one order a commit as on a quiet day, and a hundred as on
a busy one. CPU is counted and not time, so what else the machine does matters little.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import psycopg

from benchmarks import Failed
from benchmarks.cluster import Cluster, private_cluster
from benchmarks.prepare import prepare_products
from benchmarks.processes import cpu_seconds
from benchmarks.report import Report, describe_machine
from benchmarks.workspace import new_database, workspace
from onhand.app import now
from onhand.core.commands import Command, Request, ReserveStock, ShipStock
from onhand.core.movements import Origin
from onhand.ledger.ports import Store
from onhand.ledger.posting import Done, Submission, settle
from onhand.store.engine import parse_database
from onhand.store.postgresql.per_product import PerProduct
from onhand.store.postgresql.set_based import SetBased, Strategy
from onhand.store.postgresql.store import PostgresqlStore

ON_HAND = 10**6
LINES = 3
MOVEMENTS = 3 * LINES
ORIGIN = Origin("benchmark")
COLUMNS = (
    "written",
    "orders a commit",
    "program, ms",
    "PostgreSQL, ms",
    "log, KB",
    "disk, KB",
)
WAYS: dict[str, Callable[[], Strategy]] = {"in sets": SetBased, "by product": PerProduct}


def run(*, products: int, orders: int, at_once: Sequence[int], directory: Path | None) -> Report:
    """Write orders under each strategy, on a database each."""
    report = Report(f"What an order costs, of {LINES} lines and {MOVEMENTS} movements", COLUMNS)
    with workspace(directory) as home, private_cluster(home) as cluster:
        report.machine = describe_machine(home, postgresql=cluster.version())
        for way, strategy in WAYS.items():
            url = new_database("postgresql", f"onhand_{way.replace(' ', '_')}", cluster, home)
            ids = prepare_products(url, products, ON_HAND)
            numbers = itertools.count(1)
            for many in at_once:
                store = PostgresqlStore(parse_database(url), strategy=strategy())
                with closing(store):
                    report.add(way, many, *_costs(store, cluster, url, ids, numbers, orders, many))
    report.notes.append("Without HTTP, which costs the server 55 to 74 µs a command: see `writers`")
    return report


def _costs(
    store: Store,
    cluster: Cluster,
    url: str,
    products: range,
    numbers: itertools.count[int],
    orders: int,
    at_once: int,
) -> list[float]:
    _write(store, products, numbers, at_once, at_once)
    cluster.settle()
    with psycopg.connect(url, autocommit=True) as connection:

        def reading() -> list[float]:
            row = connection.execute(
                "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, pg_database_size(current_database())"
            ).fetchone()
            assert row is not None
            own = sum(os.times()[:2])
            return [1e3 * own, 1e3 * cpu_seconds(cluster.pid), *(float(it) / 1e3 for it in row)]

        before = reading()
        _write(store, products, numbers, orders, at_once)
        after = reading()
    return [round((b - a) / orders, 3) for a, b in zip(before, after, strict=True)]


def _write(
    store: Store, products: range, numbers: itertools.count[int], orders: int, at_once: int
) -> None:
    for _ in range(0, orders, at_once):
        drawn = [(next(numbers), random.sample(products, LINES)) for _ in range(at_once)]
        _post(
            store, [[ReserveStock(it, 1, 1, order, ORIGIN) for it in ids] for order, ids in drawn]
        )
        _post(store, [[ShipStock(it, 1, 1, ORIGIN, order) for it in ids] for order, ids in drawn])


def _post(store: Store, requests: Sequence[Sequence[Command]]) -> None:
    asked = [Submission(Request(tuple(commands))) for commands in requests]
    for settled in settle(store, asked, now):
        if not isinstance(settled, Done) or not settled.outcome.applied:
            raise Failed(f"an order was not written: {settled}")
