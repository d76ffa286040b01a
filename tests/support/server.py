"""`onhand serve` as a process of its own, to be asked, stopped, killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import psutil

from tests.support.nursery import Child, start
from tests.support.postgres import LOOPBACK, free_port
from tests.support.processes import kill

START_PATIENCE_S = 90
STOP_PATIENCE_S = 30


class ServerFailed(Exception):
    """The server did not start or did not stop; the message ends with what it printed."""


class OnhandServer:
    """One server on one database. It keeps its port, and so its URL, over every restart."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        module: str = "onhand",
        program: Sequence[str] = (),
    ) -> None:
        """`module` is run in the place of Onhand; what it is must be on the environment's path.

        So is `program`, of another environment than the tests'.
        """
        self.port = free_port()
        self.base_url = f"http://{LOOPBACK}:{self.port}"
        self.log_path = folder / f"server-{self.port}.log"
        self.process: Child | subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(base_url=self.base_url, timeout=30)
        self._program = program or (sys.executable, "-m", module)
        self._arguments = ["serve", "--host", LOOPBACK, "--port", str(self.port)]
        self._arguments += ["--database", database_url, *arguments]
        # Settings of whoever runs the tests must not reach the server under test.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("ONHAND_")}
        self._environment = inherited | dict(environment or {})

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, *, wait: bool = True) -> None:
        """Start the process; back when it is ready to answer, or at once without `wait`."""
        if self.is_running():
            raise ServerFailed("the server runs already")
        # Connections to the process before this one are of no use.
        self.client.close()
        self.client = httpx.Client(base_url=self.base_url, timeout=30)
        folder = self.log_path.parent
        self.process = start(
            self._program, self._arguments, folder, self._environment, self.log_path
        )
        if wait:
            self.await_ready()

    def await_ready(self, patience_s: float = START_PATIENCE_S) -> None:
        """Wait until the server says that it is ready."""
        deadline = time.monotonic() + patience_s
        while not self.is_ready():
            if not self.is_running():
                raise ServerFailed(f"the server ended with {self.exit_code()}\n{self.log()}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"not ready within {patience_s} s\n{self.log()}")
            time.sleep(0.02)

    def is_ready(self) -> bool:
        """Whether GET /_health/ready answers 200."""
        try:
            return self.client.get("/_health/ready", timeout=2).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def exit_code(self) -> int | None:
        """What the last process ended with; negative for a signal; None while it runs."""
        return self.process.poll() if self.process else None

    def stop(self, patience_s: float = STOP_PATIENCE_S) -> int:
        """Ask the server to end (SIGTERM), wait until it has, and give its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            message = f"still running {patience_s} s after SIGTERM\n{self.log()}"
            raise ServerFailed(message) from None

    def kill(self) -> None:
        """Kill the server and its workers at once (SIGKILL)."""
        if self.process is None or self.process.poll() is not None:
            return
        # Not yet waited for, the process is at least a zombie: its id is its own.
        server = psutil.Process(self.process.pid)
        kill([server, *server.children(recursive=True)])
        self.process.wait(STOP_PATIENCE_S)

    def restart(self) -> None:
        """Stop the server, and start it on the same database and port."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End the process, by force if it must be, and the client's connections."""
        self.client.close()
        if self.is_running():
            with suppress(ServerFailed):
                self.stop(patience_s=10)
        self.kill()

    def log(self) -> str:
        """All that the server printed since the first start."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
