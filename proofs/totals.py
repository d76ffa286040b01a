"""Every way to read how many units there are of a product, and what must hold of each answer.

The units move between warehouses all the time, so an answer that was put together from two moments
shows it: the sum of what it tells is then not what there is.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Self
from urllib.parse import urlencode

from tests.support.api import BASE
from tests.support.postgres import LOOPBACK


@dataclass(frozen=True)
class Shop:
    """Products that are moved about: as many units of each as ever, and as many of them reserved.

    `since` is a moment after which they are all there.
    """

    products: Sequence[int]
    sites: Sequence[int]
    units: int
    reserved: int
    since: datetime


class Reader:
    """A connection to read by, with next to no client in it: the server is to be busy, not this."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def get(self, path: str, **query: object) -> Generator[str, None, Any]:
        """What a GET answers; None, and a sentence about it, where that was no success."""
        target = f"{BASE}{path}?{urlencode(query)}" if query else BASE + path
        self._connection.request("GET", target)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status == http.client.OK:
            return json.loads(body)
        yield f"GET {target} was answered {answer.status}: {body!r}"
        return None


Looked = Iterator[str]
"""What was wrong with an answer; nothing when all was well."""

Look = Callable[[Reader, Shop, Random], Looked]


def by_warehouse(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """`GET /products/{id}/inventory`."""
    told = yield from reader.get(f"/products/{draw.choice(shop.products)}/inventory")
    if told:
        yield from _summed(shop, told["data"])
        yield from _is(told, "total_available", shop.units - shop.reserved)


def inventory(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """`GET /inventory/{id}`, now."""
    told = yield from reader.get(f"/inventory/{draw.choice(shop.products)}")
    if told:
        yield from _all_there(shop, told["data"])
        yield from _summed(shop, told["data"]["warehouses"])


def in_the_past(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """`GET /inventory/{id}?as_of=`, of any moment since the units were there until now."""
    now = datetime.now(UTC)
    # Half of them look at what is being written.
    moment = now if draw.random() < 0.5 else shop.since + (now - shop.since) * draw.random()
    product = draw.choice(shop.products)
    told = yield from reader.get(f"/inventory/{product}", as_of=moment.isoformat())
    if told:
        yield from _all_there(shop, told["data"])
        yield from _summed(shop, told["data"]["warehouses"])


def with_inventory(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """`GET /products/{id}?include=inventory`, over all warehouses."""
    told = yield from reader.get(f"/products/{draw.choice(shop.products)}", include="inventory")
    if told:
        yield from _is(told["data"], "stock_quantity", shop.units)
        yield from _all_there(shop, told["data"]["inventory"])


def with_inventory_here(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """The same of one warehouse: its product and its inventory tell the same quantities."""
    product, site = draw.choice(shop.products), draw.choice(shop.sites)
    told = yield from reader.get(f"/products/{product}", include="inventory", warehouse_id=site)
    if told:
        data, there = told["data"], told["data"]["inventory"]
        for name, same in (("stock", "on_hand"), ("reserved", "reserved")):
            yield from _is(data, f"{name}_quantity", there[f"quantity_{same}"])
        yield from _not_negative([there])


def products(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """`GET /products`: the list's sums."""
    told = yield from reader.get("/products")
    for row in told["data"] if told else ():
        yield from _is(row, "stock_quantity", shop.units)
        yield from _is(row, "reserved_quantity", shop.reserved)


def low_stock(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """`GET /inventory/low-stock`, on which each product always is."""
    told = yield from reader.get("/inventory/low-stock")
    if told:
        yield from _is(told["meta"], "total", len(shop.products))
    for row in told["data"] if told else ():
        yield from _is(row, "quantity_on_hand", shop.units)


LOOKS: dict[str, Look] = {
    "a product by warehouse": by_warehouse,
    "its inventory now": inventory,
    "its inventory as of a past moment": in_the_past,
    "the product with its inventory": with_inventory,
    "the same in one warehouse": with_inventory_here,
    "the list of products": products,
    "the low-stock list": low_stock,
}


def _all_there(shop: Shop, told: dict[str, Any]) -> Looked:
    yield from _is(told, "quantity_on_hand", shop.units)
    yield from _is(told, "quantity_reserved", shop.reserved)
    yield from _is(told, "quantity_available", shop.units - shop.reserved)


def _summed(shop: Shop, rows: Sequence[dict[str, Any]]) -> Looked:
    for name, wanted in (
        ("quantity_on_hand", shop.units),
        ("quantity_reserved", shop.reserved),
        ("quantity_available", shop.units - shop.reserved),
    ):
        total = sum(row[name] for row in rows)
        if total != wanted:
            yield f"{name} adds up to {total}, not {wanted}: {rows}"
    yield from _not_negative(rows)


def _not_negative(rows: Iterable[dict[str, Any]]) -> Looked:
    for row in rows:
        for name in ("quantity_on_hand", "quantity_reserved", "quantity_available"):
            if row[name] < 0:
                yield f"{name} is {row[name]}: {row}"


def _is(told: dict[str, Any], name: str, wanted: int) -> Looked:
    if told[name] != wanted:
        yield f"{name} is {told[name]}, not {wanted}: {told}"
