"""Buyers at once who ask twice, and who ask for several products: nothing is sold twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.support.api import Api
from tests.support.many import Many
from tests.support.server import OnhandServer

Serve = Callable[..., OnhandServer]


@pytest.fixture(params=["sqlite", "postgresql", "postgresql with two workers"])
def server(request: pytest.FixtureRequest, serve: Serve) -> OnhandServer:
    """A server on a fresh database; one of several processes, too."""
    kind, _, workers = str(request.param).partition(" ")
    url = str(request.getfixturevalue(f"{kind}_url"))
    return serve(url, *(["--workers", "2"] if workers else []))


def test_impatient_buyers_who_ask_twice_buy_once(server: OnhandServer) -> None:
    api = Api(server.client)
    product = api.product("TEN", 10)
    path = f"/inventory/{product}/reserve"

    async def everybody() -> None:
        async with Many([server.port], 80) as buyers:
            told = await buyers.post(
                (path, {"quantity": 1, "order_id": order}, f"order-{order}")
                for order in range(1, 41)
                for _ in range(2)
            )
            # The second of a pair gets the same answer, or hears that the first is at work.
            assert {one.status for one in told} <= {200, 409, 422}
            bought = {order // 2 for order, one in enumerate(told) if one.status == 200}
            assert len(bought) == 10
            again = await buyers.post(
                (path, {"quantity": 1, "order_id": order}, f"order-{order}")
                for order in range(1, 41)
            )
            assert {n for n, one in enumerate(again) if one.status == 200} == bought

    asyncio.run(everybody())
    assert api.level(product) == (10, 10)
    assert len(api.reservations(product)) == 10


def test_lists_of_commands_at_once_sell_no_more_than_there_is(server: OnhandServer) -> None:
    api = Api(server.client)
    products = [api.product(f"P{number}", 25) for number in range(3)]

    def bundle(order: int, *, atomic: bool) -> dict[str, object]:
        one = [
            {"type": "reserve", "product_id": product, "quantity": 2, "order_id": order}
            for product in (products if order % 2 else reversed(products))
        ]
        return {"atomic": atomic, "commands": one}

    async def everybody() -> None:
        async with Many([server.port], 40) as buyers:
            told = await buyers.post(
                ("/inventory/commands", bundle(order, atomic=order % 4 < 2), None)
                for order in range(1, 41)
            )
            assert {one.status for one in told} <= {200, 422}

    asyncio.run(everybody())
    for product in products:
        on_hand, reserved = api.level(product)
        assert (on_hand, reserved) == (25, 24)
        held = [row["allocated"] for row in api.reservations(product)]
        assert held == [2] * 12
