"""Many clients at once, each on a connection of its own, with next to no client between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from tests.support.api import headers_of, whole
from tests.support.postgres import LOOPBACK


class Torn(Exception):
    """The connection was refused, or ended before the answer was here whole."""


@dataclass(frozen=True)
class Told:
    """What one client was told; `replayed`: that it was told so before."""

    status: int
    body: bytes
    replayed: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """One client's connection to a server, opened when it is first needed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        """Connect, unless that was done. Raises `Torn`."""
        if self._streams is None:
            try:
                self._streams = await asyncio.open_connection(LOOPBACK, self.port)
            except OSError as error:
                raise Torn(str(error)) from error

    async def post(
        self, path: str, body: Any, key: str | None = None, version: int | None = None
    ) -> Told:
        """Post a body, under a key and about a version where these are given. Raises `Torn`."""
        await self.open()
        assert self._streams is not None
        reader, writer = self._streams
        try:
            writer.write(_request(path, body, headers_of(key, version)))
            return await _answer(reader)
        except (OSError, EOFError) as error:
            self.close()
            raise Torn(str(error)) from error

    def close(self) -> None:
        """End it; the next request opens it again."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Many:
    """As many connections as there are clients, to one server or spread over several."""

    def __init__(self, ports: Sequence[int], clients: int) -> None:
        self.connections = [Connection(ports[number % len(ports)]) for number in range(clients)]

    async def __aenter__(self) -> Self:
        await asyncio.gather(*(one.open() for one in self.connections))
        return self

    async def __aexit__(self, *error: object) -> None:
        for one in self.connections:
            one.close()

    async def post(self, asked: Iterable[tuple[str, Any, str | None]]) -> list[Told]:
        """Each client posts one (path, body, idempotency key), all at once; the answers in order.

        There may be as many as there are connections.
        """
        requests = list(asked)
        assert len(requests) <= len(self.connections)
        posted = zip(self.connections, requests, strict=False)
        return list(await asyncio.gather(*(one.post(*request) for one, request in posted)))


def _request(path: str, body: Any, headers: Mapping[str, str]) -> bytes:
    # As httpx writes it: whoever repeats it sends the same bytes.
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    head = [
        f"POST {whole(path)} HTTP/1.1",
        f"Host: {LOOPBACK}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content


async def _answer(reader: asyncio.StreamReader) -> Told:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    lines = (line.partition(":") for line in head[1:])
    headers = {name.lower(): value.strip() for name, _, value in lines}
    body = await reader.readexactly(int(headers["content-length"]))
    return Told(int(head[0].split()[1]), body, headers.get("idempotent-replayed") == "true")
