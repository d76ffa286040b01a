"""The two HTTP services under test, as processes on loopback."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import Failed
from benchmarks.processes import LOOPBACK, child, ensure_alive, free_port, tail

API = "/api/v1/operations"
READY = "/_health/ready"
START_PATIENCE_SECONDS = 90
BASELINES = Path(__file__).parent / "baselines"


@dataclass(frozen=True)
class Service:
    """A running service; `secret` is the key that it wants, if it wants one."""

    port: int
    pid: int
    seconds_to_ready: float
    secret: str = ""

    @property
    def url(self) -> str:
        """Its root."""
        return f"http://{LOOPBACK}:{self.port}"

    def connect(self, timeout_seconds: float = 60) -> http.client.HTTPConnection:
        """A connection kept alive."""
        return http.client.HTTPConnection(LOOPBACK, self.port, timeout=timeout_seconds)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request below the API's base path; its decoded answer, or an error for a non-2xx."""
        connection = self.connect()
        try:
            content = None if body is None else json.dumps(body)
            headers = {"Content-Type": "application/json"}
            if self.secret:
                headers["Authorization"] = f"Bearer {self.secret}"
            connection.request(method, API + path, content, headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if not 200 <= response.status < 300:
            raise Failed(f"{method} {path}: {response.status} {text[:500]}")
        return json.loads(text)


def onhand_command() -> list[str]:
    """How to run the product: its console script beside this Python, or its module."""
    beside = shutil.which("onhand", path=str(Path(sys.executable).parent))
    return [beside] if beside else [sys.executable, "-m", "onhand"]


@contextmanager
def onhand_server(
    database_url: str,
    logs: Path,
    environment: dict[str, str] | None = None,
    *,
    source: Path | None = None,
) -> Iterator[Service]:
    """`onhand serve` on a free port; all else as it is by default or in the environment.

    `source`: the folder of another version's package.
    """
    port = free_port()
    program = onhand_command()
    if source is not None:
        program = [sys.executable, "-m", "onhand"]
        environment = {**(environment or {}), "PYTHONPATH": str(source)}
    command = [*program, "serve", "--host", LOOPBACK, "--port", str(port)]
    command += ["--database", database_url]
    with _serving(command, port, logs / "onhand.log", environment) as service:
        yield service


@contextmanager
def pooled_server(database_url: str, pool: int, form: str, logs: Path) -> Iterator[Service]:
    """The pooled service on a free port."""
    port = free_port()
    command = [sys.executable, str(BASELINES / "pooled_service.py"), "--port", str(port)]
    command += ["--database", database_url, "--pool", str(pool), "--form", form]
    with _serving(command, port, logs / "pooled_service.log") as service:
        yield service


@contextmanager
def orm_server(database_url: str, pool: int, logs: Path) -> Iterator[Service]:
    """The ORM service on a free port."""
    port = free_port()
    command = [sys.executable, str(BASELINES / "orm_service.py"), "--port", str(port)]
    command += ["--database", database_url, "--pool", str(pool)]
    with _serving(command, port, logs / "orm_service.log") as service:
        yield service


@contextmanager
def _serving(
    command: Sequence[str],
    port: int,
    log: Path,
    environment: dict[str, str] | None = None,
) -> Iterator[Service]:
    started = time.perf_counter()
    given = None if environment is None else os.environ | environment
    with child(command, log=log, environment=given) as process:
        _wait_until_ready(process, port, log, started + START_PATIENCE_SECONDS)
        yield Service(port, process.pid, time.perf_counter() - started)


def _wait_until_ready(
    process: subprocess.Popen[bytes], port: int, log: Path, deadline: float
) -> None:
    while time.perf_counter() < deadline:
        ensure_alive(process, log, "the server")
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
        try:
            connection.request("GET", READY)
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.01)
    raise Failed(f"the server was not ready in time:\n{tail(log)}")
