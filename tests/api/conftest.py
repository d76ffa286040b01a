"""Shops to call: the whole API in this process, once on each kind of database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api.harness import Shop
from tests.support.postgres import DatabaseServer

NewProduct = Callable[..., dict[str, Any]]

_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    """A shop that the tests of one module share: each makes the products it needs."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('shop') / 'onhand.db'}"
        yield from running(url)
        return
    server: DatabaseServer = request.getfixturevalue("postgresql_server")
    url = server.create_database()
    yield from running(url)
    server.drop_database(url)


def running(url: str, **options: Any) -> Iterator[Shop]:
    """A shop on a database, until the tests are done with it."""
    shop = Shop(url, **options)
    yield shop
    shop.close()


@pytest.fixture
def product(shop: Shop) -> NewProduct:
    """Make a product of its own: `product(stock_quantity=100)`."""

    def make(**fields: Any) -> dict[str, Any]:
        number = next(_numbers)
        body = {"sku": f"SKU-{number}", "name": f"Product {number}"} | fields
        made = shop("POST", "/products", body)
        assert made.status == 201, made.body
        data: dict[str, Any] = made.data
        return data

    return make
