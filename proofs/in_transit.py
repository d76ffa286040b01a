"""Transfers in transit while totals are read, and servers killed: on hand + in transit is constant.

Clients ship units of a few products between a few warehouses, by the line and by transfers of
several, and receive what is under way, in parts or whole, often the same transfer at once from two
sides. Others meanwhile add up what is on hand and in transit, in each read that tells both. Then
all servers are killed and started again, in the middle of it: documents and stock agree.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from proofs.ground import Ground
from proofs.result import Result
from proofs.totals import Looked, Reader, Shop
from proofs.transfers import MOST_UNITS, opened
from tests.support.api import Api
from tests.support.ledger_contents import database_contents, problems
from tests.support.many import Connection, Told, Torn
from tests.support.server import OnhandServer

MOST_LINES = 5
MOST_OPEN = 200
"""More than are ever on the road at the same time, of so few units."""

# What is counted
SHIPPED, RECEIVED, REFUSED, KILLS = (
    "transfers shipped",
    "receipts",
    "steps refused, for want of units or taken by another",
    "kills of all servers",
)


@dataclass(frozen=True)
class Sizes:
    """How many write, at least so many steps between kills; how often totals are read meanwhile.

    Reading goes on until both are reached.
    """

    writers: int
    steps: int
    reads: int
    kills: int = 0
    readers: int = 4


def run(ground: Ground, servers: int, sizes: Sizes) -> Result:
    """Ship, receive and read on `servers` processes that share the ground's database."""
    result = Result(f"nothing is lost in transit: {ground.kind}, {servers} server processes")
    result.facts = dict.fromkeys((SHIPPED, RECEIVED, REFUSED, *map(_reads, LOOKS), KILLS), 0)
    running = [ground.serve() for _ in range(servers)]
    shop = opened(Api(running[0].client))
    for number in range(sizes.kills + 1):
        # Also of those that nobody was told of before a kill.
        on_the_road = Api(running[0].client).get("/transfers", open="true", per_page=MOST_OPEN)
        under_way = [row["id"] for row in on_the_road["data"]]
        storm = _Storm(shop, running, sizes, result, number, under_way)
        if number == sizes.kills:
            storm.rage(lambda: None)
            break
        storm.rage(lambda: _kill(running))
        result.count(KILLS)
        for server in running:
            server.start()
        wrong = ground.verify_here()
        result.check(wrong is None, f"verify after a kill: {wrong}")
    _judge(ground, shop, result)
    return result


def _kill(servers: Sequence[OnhandServer]) -> None:
    for server in servers:
        server.kill()


# Reading


def by_warehouse(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """`GET /products/{id}/inventory`."""
    told = yield from reader.get(f"/products/{draw.choice(shop.products)}/inventory")
    yield from _there(shop, told["data"] if told else None)


def inventory(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """`GET /inventory/{id}`."""
    told = yield from reader.get(f"/inventory/{draw.choice(shop.products)}")
    yield from _there(shop, told["data"]["warehouses"] if told else None)


def with_inventory(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """`GET /products/{id}?include=inventory`, over all warehouses."""
    told = yield from reader.get(f"/products/{draw.choice(shop.products)}", include="inventory")
    yield from _there(shop, [told["data"]["inventory"]] if told else None)


def reorder_report(reader: Reader, shop: Shop, draw: Random) -> Looked:
    """`GET /inventory/reorder-report`, on which each product always is."""
    told = yield from reader.get("/inventory/reorder-report")
    for row in told["data"] if told else ():
        yield from _there(shop, [row])
    if told and told["meta"]["total"] != len(shop.products):
        yield f"{told['meta']['total']} products are to be reordered: {told}"


LOOKS: dict[str, Callable[[Reader, Shop, Random], Looked]] = {
    "a product by warehouse": by_warehouse,
    "its inventory": inventory,
    "the product with its inventory": with_inventory,
    "the reorder report": reorder_report,
}


def _there(shop: Shop, rows: Sequence[dict[str, Any]] | None) -> Looked:
    if rows is None:
        return
    units = sum(row["quantity_on_hand"] + row["quantity_in_transit"] for row in rows)
    if units != shop.units:
        yield f"on hand and in transit add up to {units}, not {shop.units}: {rows}"
    if any(row["quantity_on_hand"] < 0 or row["quantity_in_transit"] < 0 for row in rows):
        yield f"a quantity is below 0: {rows}"


# Writing


@dataclass
class _Storm:
    """Writers and readers, all at the same time; what they see goes into `result`."""

    shop: Shop
    servers: Sequence[OnhandServer]
    sizes: Sizes
    result: Result
    number: int
    under_way: list[int]
    """Transfers of which something is on the road."""
    taken: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)
    _noting: threading.Lock = field(default_factory=threading.Lock)

    def rage(self, at_the_end: Callable[[], None]) -> None:
        """Write until everything is read, and until what is done `at_the_end` was done to it."""
        with ThreadPoolExecutor(self.sizes.readers + 1) as pool:
            writing = pool.submit(asyncio.run, self._write())
            reading = [pool.submit(self._read, number) for number in range(self.sizes.readers)]
            try:
                for one in reading:
                    one.result()
                at_the_end()
            finally:
                self._ended.set()
            writing.result()

    async def _write(self) -> None:
        await asyncio.gather(*(self._write_as(number) for number in range(self.sizes.writers)))

    async def _write_as(self, number: int) -> None:
        connection = Connection(self.servers[number % len(self.servers)].port)
        draw = Random(f"storm {self.number}, writer {number}")
        # Whatever was under way when a server was killed is not answered.
        with suppress(Torn):
            while not self._ended.is_set():
                path, body, step = self._step(draw)
                self._note(path, step, await connection.post(path, body))
        connection.close()

    def _step(self, draw: Random) -> tuple[str, Any, str]:
        source, target = draw.sample(self.shop.sites, 2)
        ends = {"from_warehouse_id": source, "to_warehouse_id": target}
        if self.under_way and draw.random() < 0.6:
            path = f"/transfers/{draw.choice(self.under_way)}/receive"
            units = draw.randint(1, MOST_UNITS)
            part = {"lines": [{"line": 1, "received": units}]}
            return path, draw.choice([None, part]) or {}, RECEIVED
        lines = [
            {"product_id": draw.choice(self.shop.products), "quantity": draw.randint(1, MOST_UNITS)}
            for _ in range(draw.randint(1, MOST_LINES))
        ]
        if len(lines) == 1:
            return "/inventory/transfer", {**ends, **lines[0], "in_transit": True}, SHIPPED
        return "/transfers", {**ends, "lines": lines, "ship": True}, SHIPPED

    def _note(self, path: str, step: str, told: Told) -> None:
        with self._noting:
            if told.status in (httpx.codes.OK, httpx.codes.CREATED):
                self.result.count(step)
                self.taken += 1
                data = told.json["data"]
                if step == SHIPPED:
                    self.under_way.append(data.get("transfer_id") or data["id"])
                elif data["state"] == "received":
                    self.under_way.remove(data["id"])
            elif told.status in (httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY):
                self.result.count(REFUSED)
            else:
                self.result.breach(f"POST {path} was answered {told.status}: {told.body!r}")

    def _read(self, number: int) -> None:
        draw = Random(number)
        with Reader(self.servers[number % len(self.servers)].port) as reader:
            reads = 0
            while reads * self.sizes.readers < self.sizes.reads or self.taken < self.sizes.steps:
                reads += 1
                way = draw.choice(list(LOOKS))
                breaches = list(LOOKS[way](reader, self.shop, draw))
                with self._noting:
                    self.result.count(_reads(way))
                    for breach in breaches:
                        self.result.breach(f"{way}: {breach}")


def _reads(way: str) -> str:
    return f"reads: {way}"


# Judging


def _judge(ground: Ground, shop: Shop, result: Result) -> None:
    wrong = ground.verify()
    result.check(wrong is None, f"verify: {wrong}")
    contents = database_contents(ground.url)
    for problem in problems(contents):
        result.breach(problem)
    for product, units in _units(contents.levels, contents.inbounds, shop):
        result.check(units == shop.units, f"in the end there are {units} of product {product}")
    for step in (SHIPPED, RECEIVED):
        result.check(bool(result.facts[step]), f"none was counted: {step}")


def _units(
    levels: Sequence[dict[str, Any]], inbounds: Sequence[dict[str, Any]], shop: Shop
) -> Iterator[tuple[int, int]]:
    for product in shop.products:
        here = sum(row["on_hand"] for row in levels if row["product_id"] == product)
        away = sum(row["in_transit"] for row in inbounds if row["product_id"] == product)
        yield product, here + away
