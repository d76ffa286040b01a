"""Load on `POST /inventory/{id}/reserve`: wrk where it is installed, else an equal client here.

Each request reserves one unit for an order of its own. Every answer's status is looked at.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks import Failed
from benchmarks.cluster import Cluster
from benchmarks.measure import Sample, Side, percentiles
from benchmarks.processes import LOOPBACK
from benchmarks.server import API, Service

SCRIPT = Path(__file__).parent / "scripts" / "reserve.lua"
_runs = itertools.count(1)


def client_name() -> str:
    """Which client runs on this machine."""
    return "wrk" if shutil.which("wrk") else "the benchmarks' own asyncio client"


def reserve_side(
    service: Service, products: range, *, connections: int, seconds: int, keys: bool = False
) -> Side:
    """A side that reserves one unit of a random product of `products` per request."""

    def measure() -> Sample:
        first_order = next(_runs) * 10_000_000_000
        if shutil.which("wrk"):
            return _run_wrk(service, products, first_order, connections, seconds, keys)
        return asyncio.run(_run_own(service, products, first_order, connections, seconds, keys))

    return measure


def settled_side(
    cluster: Cluster,
    service: Service,
    products: range,
    connections: int,
    seconds: int,
    keys: bool,
) -> Side:
    """The same, with PostgreSQL's dirty pages written out before each sample."""
    send = reserve_side(service, products, connections=connections, seconds=seconds, keys=keys)

    def measure() -> Sample:
        cluster.settle()
        return send()

    return measure


def _run_wrk(
    service: Service, products: range, first_order: int, connections: int, seconds: int, keys: bool
) -> Sample:
    prefix = f"benchmark-{first_order}" if keys else ""
    command = ["wrk", "--threads", "1", "--connections", str(connections)]
    command += ["--duration", f"{seconds}s", "--timeout", "10s", "--script", str(SCRIPT)]
    arguments = [str(products.start), str(len(products)), str(first_order), prefix]
    arguments += [service.secret] if service.secret else []
    done = subprocess.run(
        [*command, service.url, "--", *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=seconds + 60,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode != 0 or not lines:
        raise Failed(f"wrk failed:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    found: dict[str, Any] = json.loads(lines[0].removeprefix("RESULT "))
    return Sample(
        requests=found["requests"],
        seconds=found["seconds"],
        failed=found["refused"] + found["broken"],
        p50_ms=found["p50_ms"],
        p99_ms=found["p99_ms"],
    )


async def _run_own(
    service: Service, products: range, first_order: int, connections: int, seconds: int, keys: bool
) -> Sample:
    """As wrk does: each connection sends, waits for the answer, sends again."""
    orders = itertools.count(first_order + 1)
    latencies_ms: list[float] = []
    failed = 0
    started = time.perf_counter()
    deadline = started + seconds

    async def buyer() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection(LOOPBACK, service.port)
        try:
            while (sent := time.perf_counter()) < deadline:
                product = random.choice(products)
                writer.write(_request(product, next(orders), keys, service.secret))
                status = await asyncio.wait_for(_read_answer(reader), 10)
                failed += not 200 <= status < 300
                latencies_ms.append((time.perf_counter() - sent) * 1000)
        finally:
            writer.close()

    await asyncio.gather(*(buyer() for _ in range(connections)))
    p50_ms, p99_ms = percentiles(latencies_ms)
    elapsed = time.perf_counter() - started
    return Sample(len(latencies_ms), elapsed, failed, p50_ms, p99_ms)


def _request(product: int, order: int, keys: bool, secret: str) -> bytes:
    body = f'{{"quantity":1,"order_id":{order}}}'
    key = f"Idempotency-Key: benchmark-{order}\r\n" if keys else ""
    key += f"Authorization: Bearer {secret}\r\n" if secret else ""
    return (
        f"POST {API}/inventory/{product}/reserve HTTP/1.1\r\nHost: {LOOPBACK}\r\n"
        f"Content-Type: application/json\r\n{key}Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def _read_answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])
