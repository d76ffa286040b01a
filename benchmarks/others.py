"""The other services over HTTP, each tuned before it is measured: its best setting runs.

pooled service   one transaction per request, in two forms, at several pool sizes
ORM service      FastAPI and an async ORM, at several pool sizes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

from benchmarks import load, pgbench
from benchmarks.cluster import Cluster
from benchmarks.measure import Side, progress
from benchmarks.report import Report
from benchmarks.server import Service, orm_server, pooled_server

POOLED, ORM = "pooled service", "ORM service"
TUNING_CONNECTIONS, TUNING_SECONDS = 64, 3

Start = Callable[[], AbstractContextManager[Service]]


def settings_of(url: str, pools: tuple[int, ...], logs: Path) -> dict[str, dict[str, Start]]:
    """Each service's settings to try, by their names."""
    return {
        POOLED: {
            f"{label} × {pool}": partial(pooled_server, url, pool, form, logs)
            for pool in pools
            for form, label in pgbench.FORMS.items()
        },
        ORM: {f"a pool of {pool}": partial(orm_server, url, pool, logs) for pool in pools},
    }


def sides(
    stack: ExitStack,
    cluster: Cluster,
    url: str,
    products: range,
    *,
    pools: tuple[int, ...],
    connections: tuple[int, ...],
    seconds: int,
    keys: bool,
    logs: Path,
    notes: list[str],
) -> dict[str, Side]:
    """Tune both services on a ledger, start each at its best, and give its sides.

    `notes` is told what was tried. The ORM service takes no Idempotency-Keys: with `keys` it
    is left out.
    """
    found: dict[str, Side] = {}
    for name, settings in settings_of(url, pools, logs).items():
        if name == ORM and keys:
            continue
        rates = tune(name, settings, cluster, products)
        best = max(rates, key=lambda setting: rates[setting])
        tried = ", ".join(f"{setting} {rate:,.0f}/s" for setting, rate in rates.items())
        notes.append(f"{name}: {best}, the best of: {tried}")
        service = stack.enter_context(settings[best]())
        for count in connections:
            found[f"{name}, {count} connections"] = load.settled_side(
                cluster, service, products, count, seconds, keys
            )
    return found


def tune(
    name: str, settings: Mapping[str, Start], cluster: Cluster, products: range
) -> dict[str, float]:
    """The rate of a service with each of its settings, briefly."""
    rates: dict[str, float] = {}
    with progress() as bar:
        task = bar.add_task(f"tuning the {name}", total=len(settings))
        for setting, start in settings.items():
            cluster.settle()
            with start() as service:
                side = load.reserve_side(
                    service, products, connections=TUNING_CONNECTIONS, seconds=TUNING_SECONDS
                )
                rates[setting] = side().per_second
            bar.advance(task)
    return rates


def compare(
    report: Report,
    mine: str,
    name: str,
    rates: Mapping[str, float],
    at_least: float | None = None,
) -> None:
    """Add the ratio of one of Onhand's sides to another service's best side, if it ran."""
    theirs = [side for side in rates if side.startswith(f"{name},")]
    if theirs:
        best = max(theirs, key=lambda side: rates[side])
        report.compare(f"{mine} / {best}", rates[mine] / rates[best], at_least=at_least)
