"""pgbench: what the machine's PostgreSQL does with a transaction per reservation.

pgbench is PostgreSQL's own load generator, in C, with prepared statements (`-M prepared`): no
HTTP, no JSON, no Python. It is the yardstick, not a product.
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from pathlib import Path

from benchmarks import Failed
from benchmarks.cluster import Cluster
from benchmarks.measure import Sample, Side, percentiles

SCRIPTS = Path(__file__).with_name("scripts")
FORMS = {"transaction": "multi-statement", "statement": "one-statement"}
LOGGED_SHARE = 0.1
_runs = itertools.count(1)


def reserve_side(
    cluster: Cluster, url: str, *, form: str, clients: int, products: int, seconds: int, logs: Path
) -> Side:
    """A side that reserves one unit per transaction from `clients` connections."""

    def measure() -> Sample:
        cluster.settle()
        return run(cluster, url, form, clients, products, seconds, logs)

    return measure


def run(
    cluster: Cluster, url: str, form: str, clients: int, products: int, seconds: int, logs: Path
) -> Sample:
    """Run pgbench once; every run's orders are its own."""
    number = next(_runs)
    prefix = logs / f"pgbench-{number}"
    command = [
        str(cluster.programs / "pgbench"),
        *("--no-vacuum", "--protocol=prepared"),
        *("--client", str(clients), "--jobs", str(min(clients, os.cpu_count() or 1))),
        *("--time", str(seconds), "--file", str(SCRIPTS / f"reserve_{form}.sql")),
        *("--define", f"products={products}", "--define", "number=0"),
        *("--define", f"base={number * 100_000_000_000}"),
        *("--log", f"--log-prefix={prefix}", f"--sampling-rate={LOGGED_SHARE}"),
        url,
    ]
    done = subprocess.run(
        command, capture_output=True, check=False, text=True, timeout=seconds + 60
    )
    if done.returncode != 0:
        raise Failed(f"pgbench failed:\n{done.stderr[-2000:]}")
    p50_ms, p99_ms = _logged_latencies(logs, prefix.name)
    return Sample(
        requests=int(_find(r"transactions actually processed: (\d+)", done.stdout)),
        seconds=float(seconds),
        failed=int(_find(r"failed transactions: (\d+)", done.stdout)),
        p50_ms=p50_ms,
        p99_ms=p99_ms,
    )


def _logged_latencies(logs: Path, prefix: str) -> tuple[float, float]:
    """The sampled transactions' latencies; the third word of each line is microseconds."""
    latencies_ms: list[float] = []
    for log in logs.glob(f"{prefix}.*"):
        latencies_ms += [int(line.split()[2]) / 1000 for line in log.read_text().splitlines()]
        log.unlink()
    return percentiles(latencies_ms)


def _find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise Failed(f"pgbench printed no {pattern!r}:\n{text[-2000:]}")
    return found[1]
