"""On how many CPUs a server runs."""

from __future__ import annotations

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
