"""Streams of events from a real server: live, resumed, ended with it, and cut off when too slow."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.support.server import OnhandServer

API = "/api/v1/operations"
PATIENCE_S = 20
Serve = Callable[..., OnhandServer]


@dataclass
class Heard:
    """What a listener was told."""

    numbers: list[int] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    ended: bool = False
    hung_up: bool = False

    def wait_for(self, count: int) -> None:
        """Wait until so many events were told."""
        deadline = time.monotonic() + PATIENCE_S
        while len(self.events) < count:
            assert time.monotonic() < deadline, f"told {len(self.events)} events, not {count}"
            time.sleep(0.01)


@contextmanager
def listening(server: OnhandServer, query: str = "", last: int | None = None) -> Iterator[Heard]:
    """Listen beside the test, as a browser's EventSource does."""
    heard = Heard()
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    client.request("GET", f"{API}/events/stream{query}", headers=headers)
    line = client.sock
    answer = client.getresponse()
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream")
    assert answer.readline() == b"retry: 2000\n"

    def listen() -> None:
        with suppress(OSError, http.client.HTTPException):
            while text := answer.readline():
                name, _, value = text.decode().rstrip().partition(": ")
                if name == "data":
                    heard.events.append(json.loads(value))
                elif name == "id":
                    heard.numbers.append(int(value))
            heard.ended = not heard.hung_up

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield heard
    finally:
        heard.hung_up = True
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE_S)
        client.close()
        assert not thread.is_alive()


def product(server: OnhandServer, **fields: Any) -> int:
    """A product of its own."""
    body = {"sku": f"SKU-{time.monotonic_ns()}", "name": "Lamp"} | fields
    return int(
        server.client.post(f"{API}/products", json=body).raise_for_status().json()["data"]["id"]
    )


def adjust(server: OnhandServer, product_id: int, times: int = 1, **more: str) -> None:
    """Some more units, one by one."""
    command = {"type": "adjust", "product_id": product_id, "quantity": 1, "reason": "Found"} | more
    body = {"atomic": False, "commands": [command] * times}
    server.client.post(f"{API}/inventory/commands", json=body).raise_for_status()


def test_events_are_told_as_they_happen_and_resumed(serve: Serve, database_url: str) -> None:
    server = serve(database_url)
    lamp, chair = product(server), product(server)
    with listening(server) as all_of_it, listening(server, f"?product_id={chair}") as some:
        adjust(server, lamp, 2)
        adjust(server, chair)
        all_of_it.wait_for(5)
        some.wait_for(2)
    types = [event["type"] for event in all_of_it.events]
    assert sorted(types) == ["stock.adjusted"] * 3 + ["stock.back_in"] * 2
    assert [event["data"]["product_id"] for event in some.events] == [chair] * 2
    second = int(all_of_it.events[1]["id"])
    with listening(server, last=second) as resumed:
        resumed.wait_for(3)
        assert resumed.events == all_of_it.events[2:]
    with listening(server, "?after=0") as from_the_start:
        from_the_start.wait_for(7)
        assert from_the_start.events[-5:] == all_of_it.events


def test_what_happens_while_a_stream_catches_up_is_told_once(serve: Serve, sqlite_url: str) -> None:
    server = serve(sqlite_url)
    lamp = product(server)
    adjust(server, lamp, 3_000)
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            adjust(server, lamp, 20)

    busy = threading.Thread(target=go_on)
    busy.start()
    try:
        with listening(server, "?after=0&types=stock.adjusted") as heard:
            heard.wait_for(4_000)
    finally:
        stop.set()
        busy.join()
    entries = [event["data"]["entry_number"] for event in heard.events]
    assert entries == list(range(1, len(entries) + 1))


def test_a_stream_ends_in_good_order_with_its_server(serve: Serve, sqlite_url: str) -> None:
    server = serve(sqlite_url)
    lamp = product(server)
    with listening(server) as heard:
        adjust(server, lamp)
        heard.wait_for(2)
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < PATIENCE_S / 4
    assert heard.ended
    assert "error" not in server.log().lower()


def test_a_client_that_does_not_keep_up_is_cut_off(serve: Serve, sqlite_url: str) -> None:
    server = serve(sqlite_url)
    lamp = product(server)
    with socket.socket() as slow, listening(server, "?types=stock.adjusted") as other:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(f"GET {API}/events/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 200 OK")
        for _ in range(5):
            adjust(server, lamp, 1_000, notes="x" * 2_000, reason="y" * 2_000)
        # Who listens is told everything; once they were, there was too much waiting for the other.
        other.wait_for(5_000)
        assert received(slow) < 5_000
    # And they catch up later.
    with listening(server, "?after=0&types=stock.adjusted") as again:
        again.wait_for(5_000)
    assert "error" not in server.log().lower()


def received(slow: socket.socket) -> int:
    """How many events are there to be read on a connection until it ends."""
    slow.settimeout(PATIENCE_S)
    deadline = time.monotonic() + PATIENCE_S
    parts = []
    with suppress(ConnectionResetError):
        while part := slow.recv(65_536):
            parts.append(part)
            # A connection that goes on is kept alive by a word from time to time.
            assert time.monotonic() < deadline, "it was not cut off"
    return b"".join(parts).count(b"event: stock.adjusted\n")
