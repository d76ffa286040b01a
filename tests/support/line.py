"""A client on one connection that writes its requests itself, byte for byte."""

from __future__ import annotations

import json
import re
import select
import socket
import time
from dataclasses import dataclass
from typing import Any, Self

from tests.support.api import BASE
from tests.support.postgres import LOOPBACK
from tests.support.server import OnhandServer

PATIENCE_S = 20
STOCK = f"{BASE}/inventory"

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Told:
    """One answer as it came."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def on_hand(self) -> int:
        """What a stock command left on hand; it must have been done."""
        assert self.status == 200, self
        return int(self.json["data"]["quantity_on_hand"])

    @property
    def lasting(self) -> tuple[int, Headers, bytes]:
        """All of it, but for what depends on the moment."""
        passing = ("date", "content-length", "x-request-id")
        headers = [(name, "" if name in passing else value) for name, value in self.headers]
        body = re.sub(rb'"(movement_ids|last_counted_at)":(\[\d+\]|"[^"]+")', b"", self.body)
        return self.status, headers, body


class Line:
    """One connection, of a client that writes its requests itself."""

    def __init__(self, server: OnhandServer) -> None:
        self._socket = socket.create_connection((LOOPBACK, server.port), timeout=PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()
        self._socket.close()

    def send(self, *parts: bytes, pause_s: float = 0) -> None:
        """Send each part by itself."""
        for part in parts:
            self._socket.sendall(part)
            time.sleep(pause_s)

    def say_no_more(self) -> None:
        """Close this side of the connection; the other may still speak."""
        self._socket.shutdown(socket.SHUT_WR)

    def has_something_to_hear(self) -> bool:
        """Whether the server has begun to say something, or closed."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def hear(self) -> Told:
        """The next answer."""
        status = int(self._stream.readline().split()[1])
        headers: Headers = []
        while line := self._stream.readline().decode("latin-1").rstrip("\r\n"):
            name, _, value = line.partition(": ")
            headers.append((name, value))
        length = int(dict(headers).get("content-length", "0"))
        return Told(status, headers, self._stream.read(length))

    def ask(self, *parts: bytes) -> Told:
        """Send a request and hear its answer."""
        self.send(*parts)
        return self.hear()

    def is_at_its_end(self) -> bool:
        """Whether the server has nothing more to say, and has closed."""
        return self._stream.read(1) == b""


def request(path: str, body: Any, *headers: str, first: str = "POST {} HTTP/1.1") -> bytes:
    """A request's bytes; a body that is not bytes becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [first.format(path), f"Host: {LOOPBACK}", *headers]
    if not {name.partition(":")[0] for name in headers} & {"Content-Length", "Transfer-Encoding"}:
        head.append(f"Content-Length: {len(content)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content


def get(path: str) -> bytes:
    return request(path, b"", first="GET {} HTTP/1.1")


def units(quantity: int, **fields: Any) -> dict[str, Any]:
    return {"quantity": quantity, "reason": "Came in", **fields}


def adjust(product: int, quantity: int, *headers: str, **options: str) -> bytes:
    return request(f"{STOCK}/{product}/adjust", units(quantity), *headers, **options)


def count(product: int, *headers: str) -> bytes:
    """A command that, from the second time on, is answered the same every time."""
    return request(f"{STOCK}/{product}/count", {"counted_quantity": 7, "counted_by": "A"}, *headers)


def chunks(content: bytes, size: int) -> bytes:
    """A body in chunks, but for the last, empty one."""
    parts = [content[start : start + size] for start in range(0, len(content), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
