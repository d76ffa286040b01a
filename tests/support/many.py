"""Many clients at once, each on a connection of its own, with next to no client between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from tests.support.api import BASE
from tests.support.postgres import LOOPBACK


@dataclass(frozen=True)
class Told:
    """What one client was told."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Many:
    """As many connections as there are clients, to one server or spread over several."""

    def __init__(self, ports: Sequence[int], clients: int) -> None:
        self._ports = [ports[number % len(ports)] for number in range(clients)]
        self._lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def __aenter__(self) -> Self:
        opened = (asyncio.open_connection(LOOPBACK, port) for port in self._ports)
        self._lines = await asyncio.gather(*opened)
        return self

    async def __aexit__(self, *error: object) -> None:
        for _, writer in self._lines:
            writer.close()

    async def post(self, asked: Iterable[tuple[str, Any, str | None]]) -> list[Told]:
        """Each client posts one (path, body, idempotency key), all at once; the answers in order.

        There may be as many as there are connections.
        """
        requests = [_request(*one) for one in asked]
        assert len(requests) <= len(self._lines)
        lines = self._lines[: len(requests)]
        for (_, writer), request in zip(lines, requests, strict=True):
            writer.write(request)
        return list(await asyncio.gather(*(_answer(reader) for reader, _ in lines)))


def _request(path: str, body: Any, key: str | None) -> bytes:
    content = json.dumps(body).encode()
    head = [
        f"POST {BASE}{path} HTTP/1.1",
        f"Host: {LOOPBACK}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *([] if key is None else [f"Idempotency-Key: {key}"]),
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content


async def _answer(reader: asyncio.StreamReader) -> Told:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(":") for line in head[1:])}
    body = await reader.readexactly(int(headers["content-length"]))
    return Told(int(head[0].split()[1]), body)
