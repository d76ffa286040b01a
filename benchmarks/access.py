"""`access`: what it costs to know who calls, on the product that everybody buys.

Servers that differ in that alone, each on a database of its own, on 64 connections: one is open,
one wants a key with each request, and one counts each key's requests besides. In process, what the
gate alone takes for a request.
"""

from __future__ import annotations

import asyncio
import itertools
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
from benchmarks.cluster import private_cluster
from benchmarks.hot import create_hot_product
from benchmarks.measure import Side, alternate
from benchmarks.report import Report, describe_machine
from benchmarks.server import Service, onhand_command, onhand_server
from benchmarks.workspace import new_database, workspace
from onhand.api.addresses import Proxies
from onhand.api.gate import Gate
from onhand.api.rate_limits import RateLimit
from onhand.ledger.access import Permission, Role
from onhand.ledger.keys import ApiKey, Keys, hashed, new_secret

CONNECTIONS = 64
AT_LEAST = 0.97
"""Of what an open server takes: knowing who calls costs 3 % at most."""

MOST_REQUESTS = 1_000_000
"""A limit that nobody reaches, so that it is the counting that is measured."""

OPEN, KEY, LIMIT = "open", "with a key", "with a key and a limit"
LIMITS = {OPEN: 0, KEY: 0, LIMIT: MOST_REQUESTS}
PATIENCE_SECONDS = 10
TIMES, REPEATS = 20_000, 15


def run(
    *,
    databases: tuple[str, ...],
    seconds: int,
    rounds: int,
    directory: Path | None,
) -> Report:
    """Measure the servers in turn, per database; and the gate, before they run."""
    gates = gates_ns()
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        machine = describe_machine(home, postgresql=cluster.version(), client=load.client_name())
        sides: dict[str, Side] = {}
        for database, (number, name) in itertools.product(databases, enumerate(LIMITS)):
            logs = home / f"{database}-{number}"
            logs.mkdir()
            url = new_database(database, f"onhand_{number}", cluster, logs)
            environment = {"ONHAND_RATE_LIMIT": str(LIMITS[name])}
            service = stack.enter_context(onhand_server(url, logs, environment))
            product = create_hot_product(service)
            if name != OPEN:
                service = with_key(service, url)
            sides[f"{database}, {name}"] = load.settled_side(
                cluster, service, range(product, product + 1), CONNECTIONS, seconds, keys=False
            )
        found = alternate(sides, rounds)
        report = Report(f"Who calls, on one hot product, {rounds} × {seconds} s a side")
        report.machine = machine
    report.add_summaries(found)
    for database, name in itertools.product(databases, (KEY, LIMIT)):
        rate, opened = (found[f"{database}, {it}"].per_second for it in (name, OPEN))
        report.compare(f"{name} / {OPEN}, {database}", rate / opened, at_least=AT_LEAST)
    told = ", ".join(f"{name} {ns:,.0f} ns" for name, ns in gates.items())
    report.notes.append(f"The gate alone, CPU time a request, the least of {REPEATS}: {told}")
    return report


def with_key(service: Service, url: str) -> Service:
    """The same server, closed by a key that reserves; wait until it has heard of that."""
    command = [*onhand_command(), "key", "create", "--role", Role.CLERK, "--database", url]
    made = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    closed = replace(service, secret=made.stdout.strip())
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            service.call("GET", "/warehouses")
        except Failed:
            closed.call("GET", "/warehouses")
            return closed
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
        LIMIT: (_gate([key], limit=limit), direct),
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
