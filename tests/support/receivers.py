"""Receivers of webhooks: a process that writes down what comes, and one on the test's own loop."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from ssl import SSLContext
from typing import Any

import httpx

from tests.support.postgres import LOOPBACK, free_port

PROGRAM = Path(__file__).with_name("receiver_program.py")
START_PATIENCE_S = 20
PATIENCE_S = 30
PAUSE_S = 0.05


def until(so: Callable[[], bool], what: str) -> None:
    """Wait until it is so, asking now and then."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < give_up_at, f"not within {PATIENCE_S} s: {what}"
        time.sleep(PAUSE_S)


class ReceiverProcess:
    """A process that answers 204, and writes each request as a line; it keeps its port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}/hook"
        self.path = folder / f"received-{self.port}.jsonl"
        self.path.touch()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it; back when it answers."""
        command = [sys.executable, str(PROGRAM), str(self.port), str(self.path)]
        self.process = subprocess.Popen(command)
        deadline = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                httpx.get(self.url)
                return
            time.sleep(0.02)
        raise AssertionError("the receiver did not start")

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def received(self) -> list[dict[str, Any]]:
        """The events that came, in their order."""
        lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line)["event"] for line in lines if line.endswith("\n")]


class LoopReceiver:
    """A receiver on the test's own event loop, which answers as it is told, in bytes.

    `answers` are those to the first requests, `last` that to all others; `refused` those to some
    events, by their `webhook-id`.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://{LOOPBACK}:{port}/hook"
        self.requests: list[bytes] = []
        self.connections = 0
        self.answers: Sequence[bytes] = ()
        self.last = b"HTTP/1.1 204 No Content\r\n\r\n"
        self.refused: dict[bytes, bytes] = {}
        self.serving: set[asyncio.Task[None] | None] = set()

    def bodies(self) -> list[Any]:
        """The bodies that came."""
        return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in self.requests]

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection."""
        self.connections += 1
        self.serving.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                fields = dict(
                    line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line
                )
                body = await reader.readexactly(int(fields[b"content-length"]))
                number = len(self.requests)
                self.requests.append(head + body)
                answer = self.answers[number] if number < len(self.answers) else self.last
                answer = self.refused.get(fields.get(b"webhook-id", b""), answer)
                writer.write(answer)
                await writer.drain()
                if not answer or b"connection: close" in answer.lower():
                    break
        writer.close()


@asynccontextmanager
async def receiving(tls: SSLContext | None = None) -> AsyncIterator[LoopReceiver]:
    """A receiver while the block runs."""
    receiver = LoopReceiver(0)
    server = await asyncio.start_server(receiver.take, LOOPBACK, 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    receiver.url = f"{'http' if tls is None else 'https'}://{LOOPBACK}:{receiver.port}/hook"
    try:
        yield receiver
    finally:
        server.close()
        tasks = [task for task in receiver.serving if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)
