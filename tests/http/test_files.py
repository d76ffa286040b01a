"""Exports and imports of a real server: what streams arrives, and what breaks off shows."""

from __future__ import annotations

import socket
import sqlite3
import time
from pathlib import Path

from tests.conftest import Serve
from tests.support.api import BASE, Api


def products(count: int) -> bytes:
    """A file of products, of 5 kB each."""
    lines = (f"S{number},Product,{'x' * 5_000}\n" for number in range(count))
    return ("sku,name,description\n" + "".join(lines)).encode()


def test_a_file_streams_in_chunks_and_comes_in_again(serve: Serve, sqlite_url: str) -> None:
    server = serve(sqlite_url)
    api = Api(server.client)
    made = server.client.post(BASE + "/imports/products", content=products(50))
    assert made.json()["data"]["created"] == 50
    with server.client.stream("GET", BASE + "/exports/products.csv") as answer:
        assert answer.headers["transfer-encoding"] == "chunked"
        content = answer.read()
    assert content.count(b"\r\n") == 51
    again = server.client.post(BASE + "/imports/products", content=content)
    assert again.json()["data"]["unchanged"] == 50
    head = server.client.head(BASE + "/exports/products.csv")
    assert (head.status_code, head.content) == (200, b"")
    assert api.get("/products", sku="S49")["meta"]["total"] == 1


def test_a_client_that_takes_nothing_keeps_no_log_from_being_cleared(
    serve: Serve, sqlite_url: str, tmp_path: Path
) -> None:
    """A read that was open would keep SQLite from writing its log back beyond it."""
    server = serve(sqlite_url)
    api = Api(server.client)
    assert server.client.post(BASE + "/imports/products", content=products(800)).is_success
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = f"GET {BASE}/exports/products.csv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        client.sendall(request.encode())
        assert client.recv(15) == b"HTTP/1.1 200 OK"
        api.product("LATER")
        with sqlite3.connect(tmp_path / "onhand.db") as database:
            deadline = time.monotonic() + 10
            while True:
                in_the_way, log, done = database.execute(
                    "PRAGMA wal_checkpoint(PASSIVE)"
                ).fetchone()
                if (in_the_way, log) == (0, done) or time.monotonic() > deadline:
                    break
                time.sleep(0.05)
        assert (in_the_way, log - done) == (0, 0)
