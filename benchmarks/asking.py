"""GET requests to ledgers of several sizes, in turn, by one client; and their plans in words."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import Failed
from benchmarks.measure import progress
from benchmarks.server import API, onhand_server
from tests.support.plans import Plan

WARM_UP = 20


@dataclass
class Taken:
    """What one read took on one ledger: each request's ms, and the rows of its answer."""

    latencies_ms: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


@contextmanager
def servers(urls: Sequence[str], logs: Path) -> Iterator[list[http.client.HTTPConnection]]:
    """A connection to a server on each database."""
    with ExitStack() as stack:
        yield [stack.enter_context(onhand_server(url, logs)).connect() for url in urls]


def ask_in_turn(
    connections: Sequence[http.client.HTTPConnection],
    paths: Sequence[Callable[[], str]],
    requests: int,
    name: str = "reading",
) -> list[Taken]:
    """Ask each connection's own path, again and again, request by request in turn."""
    taken = [Taken() for _ in connections]
    with progress() as bar:
        task = bar.add_task(name, total=requests)
        for number in range(WARM_UP + requests):
            for connection, path, so_far in zip(connections, paths, taken, strict=True):
                elapsed_ms, answer = _ask(connection, API + path())
                if number >= WARM_UP:
                    so_far.latencies_ms.append(elapsed_ms)
                    so_far.rows.append(_rows(answer))
            bar.advance(task)
    return taken


def plan_note(name: str, plans: Sequence[Plan]) -> str:
    """The indexes that a read's plans name, and the plans."""
    indexes = dict.fromkeys(index for plan in plans for index in sorted(plan.indexes))
    scanned = sorted(table for plan in plans for table in plan.scanned)
    served = [*indexes, *(f"all of {table}" for table in scanned)]
    told = "\n".join(plan.text for plan in plans)
    return f"{name}: {', '.join(served)}\n{told}"


def _ask(connection: http.client.HTTPConnection, path: str) -> tuple[float, bytes]:
    started = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    answer = response.read()
    elapsed_ms = (time.perf_counter() - started) * 1000
    if response.status != 200:
        raise Failed(f"GET {path}: {response.status} {answer[:500]!r}")
    return elapsed_ms, answer


def _rows(answer: bytes) -> int:
    data = json.loads(answer)["data"]
    return len(data if isinstance(data, list) else data.get("warehouses", [data]))
