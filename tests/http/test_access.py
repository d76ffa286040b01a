"""Who calls, over real connections: on the connection itself and through ASGI alike."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from tests.support.api import BASE, Api
from tests.support.server import OnhandServer


def test_each_address_behind_a_trusted_proxy_has_its_share(
    serve: Callable[..., OnhandServer], sqlite_url: str
) -> None:
    server = serve(
        sqlite_url, environment={"ONHAND_RATE_LIMIT": "1", "ONHAND_TRUSTED_PROXIES": "127.0.0.1"}
    )
    with httpx.Client(headers={"X-Forwarded-For": "192.0.2.0"}, base_url=server.base_url) as client:
        lamp = Api(client).product("LAMP")
    adjust = {"quantity": 1, "reason": "Found"}

    def on_the_connection(address: str) -> httpx.Response:
        path = f"{BASE}/inventory/{lamp}/adjust"
        return server.client.post(path, json=adjust, headers={"X-Forwarded-For": address})

    def through_asgi(address: str) -> httpx.Response:
        return server.client.get(f"{BASE}/warehouses", headers={"X-Forwarded-For": address})

    for place, ask in enumerate((on_the_connection, through_asgi)):
        first, second = f"192.0.2.{2 * place + 1}", f"192.0.2.{2 * place + 2}"
        told = [ask(first) for _ in range(20)]
        assert told[0].status_code == 200
        refused = next(answer for answer in told if answer.status_code == 429)
        assert refused.headers["retry-after"] == "1"
        assert refused.json()["type"] == "/problems/too_many_requests"
        assert ask(second).status_code == 200
