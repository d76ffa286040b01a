"""The Python client, against a real server."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from docs.client_types import STUB, stub
from onhand.client import (
    AsyncClient,
    Client,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Stale,
    Unauthorized,
    Unreachable,
)
from onhand.client.asking import BY_NAME, asked
from tests.conftest import Serve
from tests.support.server import OnhandServer


@pytest.fixture
def server(serve: Serve, sqlite_url: str) -> OnhandServer:
    """A server of its own."""
    return serve(sqlite_url)


@pytest.fixture
def onhand(server: OnhandServer) -> Iterator[Client]:
    """A client of it."""
    with Client(server.base_url) as client:
        yield client


def test_answers_are_what_is_documented(onhand: Client) -> None:
    made = onhand.create_product(sku="LAMP", name="Lamp", selling_price=Decimal("12.30"))
    product = made.data
    assert (product.sku, product.selling_price) == ("LAMP", Decimal("12.3"))
    assert isinstance(product.created_at, datetime)
    adjusted = onhand.adjust_stock(product.id, quantity=10, reason="Found")
    assert (adjusted.data.quantity_on_hand, adjusted.message) == (10, "Stock adjusted successfully")
    read = onhand.read_product(product.id)
    assert (read.data.stock_quantity, read.etag) == (10, made.etag)
    stock = onhand.read_product_inventory(product.id)
    assert (len(stock.data), stock.beside["total_available"]) == (1, 10)
    of_2020 = onhand.read_inventory(product.id, as_of=datetime(2020, 1, 1, tzinfo=UTC))
    assert of_2020.data.quantity_on_hand == 0


def test_lists_are_read_page_by_page(onhand: Client) -> None:
    lines = [{"type": "receive", "product_id": 1, "quantity": 1}] * 25
    onhand.create_product(sku="LAMP", name="Lamp")
    onhand.carry_out_commands(commands=lines)
    for number in range(6):
        onhand.create_product(sku=f"SKU-{number}", name=f"Lamp {number}")
    products = onhand.list_products(per_page=2, sort="sku", search="lamp ")
    assert [product.sku for product in products] == [f"SKU-{number}" for number in range(6)]
    assert products.total() == 6
    assert len([*products.pages()]) == 3
    moved = [row.quantity_after for row in onhand.list_stock_movements(per_page=10)]
    assert sorted(moved) == list(range(1, 26))
    assert onhand.list_products(search="nothing").first() is None


def test_refusals_are_exceptions_that_say_why(onhand: Client) -> None:
    with pytest.raises(NotFound) as missing:
        onhand.read_product(99)
    assert missing.value.errors == {"product_id": ["Product 99 does not exist"]}
    product = onhand.create_product(sku="LAMP", name="Lamp", stock_quantity=5).data
    with pytest.raises(Invalid) as short:
        onhand.reserve_stock(product.id, quantity=6, order_id=1)
    assert (short.value.status, short.value.name) == (422, "insufficient_available")
    assert str(short.value) == "Insufficient stock available. Available: 5, Requested: 6"
    with pytest.raises(Conflict):
        onhand.change_warehouse(1, is_active=False)
    renamed = onhand.change_product(product.id, name="Lantern", if_match=1)
    with pytest.raises(Stale):
        onhand.change_product(product.id, name="Torch", if_match=1)
    onhand.change_product(product.id, name="Torch", if_match=renamed.etag)


def test_a_command_is_tried_and_repeated(onhand: Client) -> None:
    product = onhand.create_product(sku="LAMP", name="Lamp", stock_quantity=5).data
    tried = onhand.adjust_stock(product.id, quantity=-1, reason="Lost", dry_run=True)
    assert (tried.dry_run, tried.data.quantity_on_hand) == (True, 4)
    for replayed in (False, True):
        lost = onhand.adjust_stock(product.id, quantity=-1, reason="Lost", idempotency_key="x")
        assert (lost.replayed, lost.data.quantity_on_hand) == (replayed, 4)


def test_what_gets_no_answer_is_sent_again_and_done_once(server: OnhandServer) -> None:
    with Client(server.base_url, retry_for=60) as onhand:
        product = onhand.create_product(sku="LAMP", name="Lamp").data
        stopping = threading.Event()

        def kill_and_start() -> None:
            while not stopping.wait(0.4):
                server.kill()
                server.start()

        killing = threading.Thread(target=kill_and_start)
        killing.start()
        done = 0
        until = time.monotonic() + 3
        while time.monotonic() < until:
            done += 1
            answer = onhand.adjust_stock(product.id, quantity=1, reason="Found")
            assert answer.data.adjustment == 1
        stopping.set()
        killing.join()
        assert onhand.read_inventory(product.id).data.quantity_on_hand == done


def test_a_server_that_is_not_there_is_told_with_the_key(server: OnhandServer) -> None:
    server.kill()
    with Client(server.base_url, retry_for=0.3) as onhand:
        with pytest.raises(Unreachable) as away:
            onhand.adjust_stock(1, quantity=1, reason="Found", idempotency_key="mine")
        assert away.value.idempotency_key == "mine"
        with pytest.raises(Unreachable):
            onhand.list_products().first()


def test_keys_are_sent_and_their_limits_told(serve: Serve, sqlite_url: str) -> None:
    secret = _reading_key(sqlite_url)
    server = serve(sqlite_url)
    with Client(server.base_url, secret) as onhand:
        assert onhand.list_products().total() == 0
        with pytest.raises(Forbidden):
            onhand.create_product(sku="LAMP", name="Lamp")
    with Client(server.base_url, "onhand_wrong") as onhand, pytest.raises(Unauthorized):
        onhand.list_products().first()


def _reading_key(database_url: str) -> str:
    command = [sys.executable, "-m", "onhand", "key", "create", "--name", "mine"]
    command += ["--scope", "read", "--database", database_url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"onhand_\S+", told)
    assert found is not None, told
    return found[0]


def test_the_same_on_an_event_loop(server: OnhandServer) -> None:
    async def work() -> None:
        async with AsyncClient(server.base_url) as onhand:
            made = await onhand.create_product(sku="LAMP", name="Lamp", stock_quantity=3)
            held = await asyncio.gather(
                *(
                    onhand.reserve_stock(made.data.id, quantity=1, order_id=order)
                    for order in (1, 2, 3)
                )
            )
            assert {one.data.reserved for one in held} == {1}
            orders = [row.order_id async for row in onhand.list_reservations(per_page=2)]
            assert set(orders) == {1, 2, 3}
            with pytest.raises(Invalid):
                await onhand.reserve_stock(made.data.id, quantity=1, order_id=4)
        server.kill()
        async with AsyncClient(server.base_url, retry_for=0.2) as onhand:
            with pytest.raises(Unreachable):
                await onhand.list_products().first()

    asyncio.run(work())


@pytest.mark.parametrize(
    ("name", "in_path", "given"),
    [
        ("adjust_stock", (), {"quantity": 1}),
        ("adjust_stock", (1, 2), {}),
        ("adjust_stock", (1,), {"quantty": 1}),
        ("read_product", (1,), {"dry_run": True}),
        ("read_product", (1,), {"if_match": 1}),
        ("read_product", (1,), {"idempotency_key": "x"}),
    ],
)
def test_a_wrong_call_is_a_type_error(name, in_path, given) -> None:
    with Client() as onhand, pytest.raises(TypeError, match=name):
        getattr(onhand, name)(*in_path, **given)


def test_a_moment_has_a_zone() -> None:
    with Client() as onhand, pytest.raises(ValueError, match="time zone"):
        onhand.read_inventory(1, as_of=datetime(2026, 1, 1))  # noqa: DTZ001


def test_no_path_is_broken_out_of() -> None:
    assert asked("read_problem", ("../../x?y#z",), {}).path == "/problems/..%2F..%2Fx%3Fy%23z"


def test_the_types_are_those_of_the_operations() -> None:
    assert STUB.read_text(encoding="utf-8") == stub(), "run `make docs`"
    assert len(BY_NAME) > 100
    for name in BY_NAME:
        assert callable(getattr(Client, name))
