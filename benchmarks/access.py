"""`access`: what it costs to know who calls, on the product that everybody buys.

One server on one database, open and closed in turn by taking the row of its only key away and back,
on 64 connections: two servers of the same kind already differ by more than what is to be measured.
And in process, what the gate alone takes for a request.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import time
import timeit
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from benchmarks import Failed, load
from benchmarks.cluster import Cluster, private_cluster
from benchmarks.hot import create_hot_product
from benchmarks.measure import Sample, Side, alternate
from benchmarks.processes import cpu_seconds
from benchmarks.report import Report, describe_machine
from benchmarks.server import Service, onhand_command, onhand_server
from benchmarks.workspace import new_database, workspace
from onhand.api.addresses import Proxies
from onhand.api.gate import Gate
from onhand.api.rate_limits import RateLimit
from onhand.ledger.access import Permission, Role
from onhand.ledger.keys import ApiKey, Keys, hashed, new_secret
from onhand.store.engine import admin_engine, parse_database
from onhand.store.schema import api_keys

CONNECTIONS = 64
AT_LEAST = 0.97
"""Of what an open server takes: knowing who calls costs 3 % at most."""

MOST_REQUESTS = 1_000_000
"""A limit that nobody reaches, so that it is the counting that is measured."""

OPEN, KEY = "open", "with a key"
PATIENCE_SECONDS = 10
TIMES, REPEATS = 20_000, 15


def run(
    *,
    databases: tuple[str, ...],
    seconds: int,
    rounds: int,
    directory: Path | None,
) -> Report:
    """Measure each database's server open and closed in turn; and the gate, before they run."""
    gates = gates_ns()
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        machine = describe_machine(home, postgresql=cluster.version(), client=load.client_name())
        sides: dict[str, _Metered] = {}
        for database in databases:
            logs = home / f"{database}-server"
            logs.mkdir()
            url = new_database(database, "onhand", cluster, logs)
            service = stack.enter_context(onhand_server(url, logs))
            product = create_hot_product(service)
            door = Door(service, url)
            for name, set_door in ((OPEN, door.open), (KEY, door.close)):
                sides[f"{database}, {name}"] = _Metered(
                    cluster, set_door, product, service.pid, seconds
                )
        found = alternate(sides, rounds)
        report = Report(f"Who calls, on one hot product, {rounds} × {seconds} s a side")
        report.machine = machine
    report.add_summaries(found)
    for database in databases:
        closed, opened = f"{database}, {KEY}", f"{database}, {OPEN}"
        rate = found[closed].beside(found[opened])
        report.compare(f"{KEY} / {OPEN}, {database}", rate, at_least=AT_LEAST)
        cpu = sides[closed].cpu_beside(sides[opened])
        report.compare(f"CPU time a request, {KEY} / {OPEN}, {database}", cpu)
    told = ", ".join(f"{name} {ns:,.0f} ns" for name, ns in gates.items())
    report.notes.append(f"The gate alone, CPU time a request, the least of {REPEATS}: {told}")
    return report


class _Metered:
    """A side, and the CPU time that its server took for a request in each sample."""

    def __init__(
        self,
        cluster: Cluster,
        set_door: Callable[[], Service],
        product: int,
        pid: int,
        seconds: int,
    ) -> None:
        self._set_door = set_door
        self._send = partial(_send, cluster, product, seconds)
        self._pid = pid
        self._us_per_request: list[float] = []

    def __call__(self) -> Sample:
        send = self._send(self._set_door())
        before = cpu_seconds(self._pid)
        sample = send()
        spent = cpu_seconds(self._pid) - before
        self._us_per_request.append(spent / sample.requests * 1e6)
        return sample

    def cpu_beside(self, other: _Metered) -> float:
        """How much more it took than another: the median of the rounds' ratios."""
        pairs = zip(self._us_per_request, other._us_per_request, strict=True)
        return statistics.median(mine / theirs for mine, theirs in pairs)


def _send(cluster: Cluster, product: int, seconds: int, service: Service) -> Side:
    products = range(product, product + 1)
    return load.settled_side(cluster, service, products, CONNECTIONS, seconds, keys=False)


class Door:
    """A running server's only key, whose row comes and goes: without it the server is open."""

    def __init__(self, service: Service, database_url: str) -> None:
        """Make the key; it reserves."""
        command = [*onhand_command(), "key", "create", "--role", Role.CLERK]
        command += ["--database", database_url]
        made = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        self._opened, self._closed = service, replace(service, secret=made.stdout.strip())
        self._engine = admin_engine(parse_database(database_url))
        with self._engine.connect() as connection:
            self._row = connection.execute(api_keys.select()).one()

    def open(self) -> Service:
        """Take the key away; the server, once it lets anybody in."""
        with self._engine.begin() as connection:
            connection.execute(api_keys.delete())
        return self._when(self._opened, lets_in=True)

    def close(self) -> Service:
        """Put the key back; the server as its holder calls it, once it lets in nobody else."""
        with self._engine.begin() as connection:
            connection.execute(api_keys.delete())
            connection.execute(api_keys.insert().values(**self._row._mapping))
        self._when(self._opened, lets_in=False)
        return self._when(self._closed, lets_in=True)

    def _when(self, service: Service, *, lets_in: bool) -> Service:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                service.call("GET", "/warehouses")
                is_in = True
            except Failed:
                is_in = False
            if is_in is lets_in:
                return service
            time.sleep(0.05)
        raise Failed("the server has not heard of its key in time")


def gates_ns() -> dict[str, float]:
    """Nanoseconds of CPU that it takes to know who a request comes from, by kind of server."""
    secret = new_secret()
    key = ApiKey(
        id=1,
        name="till",
        role=Role.CLERK,
        secret_hash=hashed(secret),
        created_at=datetime.now(UTC),
    )
    headers = [
        (b"host", b"127.0.0.1:8080"),
        (b"content-type", b"application/json"),
        (b"content-length", b"30"),
        (b"authorization", f"Bearer {secret}".encode()),
    ]
    direct = {"client": ("127.0.0.1", 50_000), "headers": headers}
    forwarded = {**direct, "headers": [*headers, (b"x-forwarded-for", b"192.0.2.7")]}
    limit, proxies = RateLimit(MOST_REQUESTS), Proxies("127.0.0.1")
    asked = {
        OPEN: (_gate([]), direct),
        KEY: (_gate([key]), direct),
        "with a key and a limit": (_gate([key], limit=limit), direct),
        "with a key, behind a trusted proxy": (_gate([key], proxies=proxies), forwarded),
    }
    return {
        name: _least_ns(partial(gate.admit_request, it, Permission.STOCK_RESERVE))
        for name, (gate, it) in asked.items()
    }


def _gate(
    keys: Sequence[ApiKey], *, limit: RateLimit | None = None, proxies: Proxies | None = None
) -> Gate:
    kept = cast("Keys", SimpleNamespace(all=lambda: keys))
    gate = Gate(kept, loopback=True, limit=limit, proxies=proxies)
    asyncio.run(gate.refresh())
    return gate


def _least_ns(work: Callable[[], object]) -> float:
    times = timeit.repeat(work, number=TIMES, repeat=REPEATS, timer=time.process_time)
    return min(times) / TIMES * 1e9
