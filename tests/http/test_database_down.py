"""The database goes away: callers are told so, and all is well by itself when it is back.

What becomes of commands that were under way is in tests/proofs/test_kills.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.http.conftest import Verify
from tests.support.api import BASE, Api
from tests.support.postgres import PostgreSQLServer
from tests.support.server import OnhandServer

PATIENCE_S = 20
Serve = Callable[[str], OnhandServer]


@pytest.fixture(scope="module")
def database_server() -> Iterator[PostgreSQLServer]:
    """A durable server of this module's own, which its tests stop, kill and start."""
    server = PostgreSQLServer.create(durable=True)
    yield server
    server.remove()


@pytest.fixture
def url(database_server: PostgreSQLServer) -> Iterator[str]:
    """A fresh database on it."""
    database_server.start()
    url = database_server.create_database()
    yield url
    database_server.start()
    database_server.drop_database(url)


def until_well(api: Api, path: str, body: dict[str, object], key: str) -> httpx.Response:
    """Send the same again until it is answered, as a client does that is told to try later."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        answer = api.post(path, body, key)
        if answer.is_success or time.monotonic() > give_up_at:
            return answer
        assert answer.status_code == 503, answer.text
        time.sleep(0.1)


def test_while_the_database_is_down_everything_says_so_and_then_goes_on(
    database_server: PostgreSQLServer, url: str, serve: Serve, verify: Verify
) -> None:
    server = serve(url)
    api = Api(server.client)
    product = api.product("P", 10)
    body = {"quantity": 1, "reason": "Came in"}
    path = f"/inventory/{product}/adjust"
    database_server.stop()

    for _ in range(3):
        asked = api.post(path, body, "k")
        assert asked.status_code == 503, asked.text
        assert asked.headers["content-type"] == "application/problem+json"
        assert int(asked.headers["retry-after"]) >= 1
        assert "errors" in asked.json()
        assert "connection" not in asked.text.lower()
    read = server.client.get(f"{BASE}/products/{product}")
    assert read.status_code == 503, read.text
    assert "retry-after" in read.headers
    assert server.client.get("/_health/ready").status_code == 503
    assert server.client.get("/_health/live").status_code == 200

    database_server.start()
    assert until_well(api, path, body, "k").is_success
    assert api.level(product) == (11, 0)
    assert server.client.get("/_health/ready").status_code == 200
    verify(url)


def test_a_database_that_was_restarted_while_nobody_asked_is_nobody_s_business(
    database_server: PostgreSQLServer, url: str, serve: Serve
) -> None:
    server = serve(url)
    api = Api(server.client)
    product = api.product("P", 10)
    database_server.restart()
    answer = api.post(f"/inventory/{product}/adjust", {"quantity": 1, "reason": "Came in"})
    assert answer.is_success, answer.text
    assert api.level(product) == (11, 0)
