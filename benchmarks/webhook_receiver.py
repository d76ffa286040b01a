"""A receiver of webhooks as a process of its own: it takes what comes, and checks it.

    POST /hook       an event: 204
    POST /again      forget what came
    GET  /figures    what came since: how many, how often twice, what was missing or out of order

Events of one product and warehouse must come in the order of their entries, none left out.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from typing import Any

import httptools
import msgspec
import uvloop
from msgspec import Struct

from benchmarks.processes import LOOPBACK


class Moved(Struct):
    """What is looked at of a movement."""

    product_id: int
    warehouse_id: int
    entry_number: int


class Event(Struct):
    """What is looked at of an event."""

    id: str
    data: Moved


class Figures(Struct):
    """What came."""

    received: int = 0
    repeated: int = 0
    out_of_order: int = 0
    seconds: float = 0.0


class Book:
    """All that came since the last time it was forgotten."""

    def __init__(self) -> None:
        self.figures = Figures()
        self._last: dict[tuple[int, int], int] = {}
        self._numbers: set[str] = set()
        self._began = 0.0
        self._decode = msgspec.json.Decoder(Event).decode

    def take(self, body: bytes) -> None:
        now = time.perf_counter()
        event = self._decode(body)
        figures, moved = self.figures, event.data
        if not figures.received:
            self._began = now
        figures.received += 1
        figures.seconds = now - self._began
        if event.id in self._numbers:
            figures.repeated += 1
            return
        self._numbers.add(event.id)
        level = (moved.product_id, moved.warehouse_id)
        before = self._last.get(level, moved.entry_number - 1)
        figures.out_of_order += moved.entry_number != before + 1
        self._last[level] = moved.entry_number


class Receiver(asyncio.Protocol):
    """One connection."""

    book = Book()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._parser: Any = httptools.HttpRequestParser(self)
        self._body = b""

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._url, self._body = url, b""

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        answer = b"HTTP/1.1 204 No Content\r\n\r\n"
        if self._url == b"/hook":
            self.book.take(self._body)
        elif self._url == b"/again":
            Receiver.book = Book()
        else:
            told = msgspec.json.encode(self.book.figures)
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(told), told)
        self._transport.write(answer)


async def serve(port: int) -> None:
    """Receive until ended."""
    server = await asyncio.get_running_loop().create_server(Receiver, LOOPBACK, port)
    await server.serve_forever()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    uvloop.run(serve(arguments.parse_args().port))
