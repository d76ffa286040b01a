"""Shops to call: the whole API in this process, once on each kind of database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from onhand.ledger.access import Scope
from tests.api.browsing import ALICE, BOB, Browser, CountedHasher, cheap_hashes
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


@pytest.fixture(scope="module")
def hasher() -> Iterator[CountedHasher]:
    """Passwords cost little to hash, and it is counted."""
    with cheap_hashes() as hasher:
        yield hasher


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def guarded(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    hasher: CountedHasher,
) -> Iterator[Shop]:
    """A shop behind a proxy, with two users: alice, an administrator, and bob, a clerk."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('guarded') / 'onhand.db'}"
    else:
        server: DatabaseServer = request.getfixturevalue("postgresql_server")
        url = server.create_database()
    for shop in running(url, trusted_proxies="127.0.0.1"):
        people = {"alice": ("admin", ALICE), "bob": ("clerk", BOB)}
        key = shop.keys.give(Scope.ADMIN, name="first")
        shop.refresh()
        for name, (role, password) in people.items():
            told = {"name": name, "role": role, "password": password}
            assert shop("POST", "/users", told, headers=key).status == 201
        yield shop
    if request.param == "postgresql":
        server.drop_database(url)


@pytest.fixture
def alice(guarded: Shop) -> Browser:
    """An administrator's browser, signed in."""
    browser = Browser(guarded)
    assert browser.signs_in("alice", ALICE).status == 201
    return browser
