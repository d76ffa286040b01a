"""On how many CPUs a server runs."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil
import pytest

from tests.support.server import OnhandServer

Serve = Callable[..., OnhandServer]

pytestmark = pytest.mark.skipif(
    not hasattr(psutil.Process, "cpu_affinity"), reason="the system cannot bind a process to a CPU"
)


def cpus(server: OnhandServer) -> int:
    assert server.process is not None
    return len(psutil.Process(server.process.pid).cpu_affinity())


def test_a_single_process_on_postgresql_keeps_to_one(postgresql_url: str, serve: Serve) -> None:
    assert cpus(serve(postgresql_url)) == 1


def test_on_sqlite_it_uses_all(sqlite_url: str, serve: Serve) -> None:
    assert cpus(serve(sqlite_url)) == len(psutil.Process().cpu_affinity())


@pytest.mark.parametrize("how", ["one", "all"])
def test_it_does_as_it_is_told(postgresql_url: str, serve: Serve, how: str) -> None:
    mine = len(psutil.Process().cpu_affinity())
    server = serve(postgresql_url, environment={"ONHAND_CPUS": how})
    assert cpus(server) == (1 if how == "one" else mine)


@pytest.mark.parametrize(("how", "each"), [("auto", None), ("one", 1), ("all", None)])
def test_several_processes_spread_over_the_cpus(
    postgresql_url: str, serve: Serve, how: str, each: int | None
) -> None:
    mine = psutil.Process().cpu_affinity()
    environment = {"ONHAND_WORKERS": "2", "ONHAND_CPUS": how}
    server = serve(postgresql_url, environment=environment)
    assert server.process is not None
    assert cpus(server) == len(mine)
    started = time.monotonic()
    taken: list[list[int]] = []
    # The server is ready with the first of them.
    while len(taken) < 2 or any(len(them) != (each or len(mine)) for them in taken):
        assert time.monotonic() - started < 20, taken
        children = psutil.Process(server.process.pid).children()
        workers = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        taken = [worker.cpu_affinity() for worker in workers]
    if each:
        assert len({cpu for them in taken for cpu in them}) == min(2, len(mine))
