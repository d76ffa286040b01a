"""People at real servers: closed with a user alone, known to every process, kept over a restart."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from onhand.app import App
from onhand.core.callers import Caller
from onhand.ledger.access import Role
from onhand.ledger.passwords import hashed
from onhand.ledger.people import NewUser, User
from onhand.shops import RefusedToServe
from tests.support.server import OnhandServer

BASE = "/api/v1/operations"
PASSWORD = "seven rivers to the sea"

Serve = Callable[..., OnhandServer]


def alice_at(database_url: str) -> User:
    """An administrator, made beside whatever server runs."""
    new = NewUser("alice", Role.ADMIN, password_hash=hashed(PASSWORD))
    return App().people(database_url).create(new, Caller("test"), datetime.now(UTC))


def refused(ask: Callable[[], httpx.Response]) -> bool:
    """Whether something is refused within a moment."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if ask().status_code == 401:
            return True
        time.sleep(0.05)
    return False


def signed_in(server: OnhandServer, **options: Any) -> httpx.Client:
    browser = httpx.Client(base_url=server.base_url, timeout=60, **options)
    told = {"name": "alice", "password": PASSWORD}
    answer = browser.post(f"{BASE}/session", json=told)
    assert answer.status_code == 201, answer.text
    return browser


def test_with_a_user_alone_a_server_is_closed(serve: Serve, sqlite_url: str) -> None:
    with pytest.raises(RefusedToServe, match="onhand user create NAME --role admin"):
        App().serve("0.0.0.0", 1, sqlite_url, 1)
    server = serve(sqlite_url)
    assert "No user and no API key was made yet" in server.log()
    assert server.client.get(f"{BASE}/products").status_code == 200
    alice = alice_at(sqlite_url)
    assert refused(lambda: server.client.get(f"{BASE}/products"))
    browser = signed_in(server)
    product = {"sku": "LAMP", "name": "Lamp"}
    lamp = browser.post(f"{BASE}/products", json=product).json()["data"]["id"]
    # A single command of stock goes by a lane of its own, and so must what speaks against it.
    path, adjusted = f"{BASE}/inventory/{lamp}/adjust", {"quantity": 1, "reason": "found"}
    moved = browser.post(path, json=adjusted)
    assert moved.json()["data"]["quantity_on_hand"] == 1, moved.text
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.post(path, json=adjusted, headers=headers).status_code == 403
    stranger = {"Cookie": "onhand=made-up"}
    assert server.client.post(path, json=adjusted, headers=stranger).status_code == 401
    plain = {"Content-Type": "text/plain"}
    assert browser.post(path, content=b'{"quantity": 1}', headers=plain).status_code == 415
    level = browser.get(f"{BASE}/products/{lamp}").json()["data"]
    assert level["stock_quantity"] == 1
    server.restart()
    again = httpx.Client(base_url=server.base_url, cookies=browser.cookies)
    assert again.get(f"{BASE}/me").json()["data"]["name"] == "alice"
    assert "No user and no API key" not in server.log().rpartition("Onhand")[2]
    people = App().people(sqlite_url)
    people.change(alice.id, 1, {"is_active": False}, Caller("test"), datetime.now(UTC))
    assert refused(lambda: again.get(f"{BASE}/me"))


def test_every_process_knows_who_is_signed_in(serve: Serve, postgresql_url: str) -> None:
    alice_at(postgresql_url)
    server = serve(postgresql_url, "--workers", "2")
    browser = signed_in(server)

    def statuses() -> set[int]:
        # Each connection of its own goes to whichever process takes it.
        with httpx.Client(
            base_url=server.base_url,
            timeout=60,
            cookies=browser.cookies,
            headers={"Connection": "close"},
        ) as client:
            return {client.get(f"{BASE}/me").status_code for _ in range(12)}

    assert statuses() == {200}
    kept = dict(browser.cookies)
    assert browser.delete(f"{BASE}/session").status_code == 200
    browser.cookies = httpx.Cookies(kept)
    deadline = time.monotonic() + 10
    while statuses() != {401}:
        assert time.monotonic() < deadline


def test_behind_tls_browsers_are_told_to_stay_with_it(serve: Serve, sqlite_url: str) -> None:
    settings = {"ONHAND_URL": "https://stock.example.com/"}
    server = serve(sqlite_url, environment=settings)
    for path in ("/_health/live", f"{BASE}/products", "/docs", "/nothing"):
        headers = server.client.get(path).headers
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
    alice_at(sqlite_url)
    answer = server.client.post(f"{BASE}/session", json={"name": "alice", "password": PASSWORD})
    for cookie in answer.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-onhand")
        assert cookie.endswith("; Secure")
