"""Transfers in opposite order, all at once, while totals are read: units are moved, never made.

Writers move units of a few products between a few warehouses, each against the others' order: from
low warehouses to high or back, in lists whose products rise or fall, all or none or each alone.
Others meanwhile read each product's total in every way there is, now and in the past, and rename
products and warehouses. A total is always what it was, no quantity is below 0, nobody gets a 5xx.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, pairwise
from random import Random
from typing import Any

import httpx
import psycopg

from proofs.ground import Ground, Kind
from proofs.result import Result
from proofs.totals import LOOKS, Reader, Shop
from tests.support.api import Api
from tests.support.ledger_contents import Contents, database_contents, problems
from tests.support.many import Many, Told
from tests.support.server import OnhandServer

PRODUCTS, WAREHOUSES = 4, 3
UNITS, RESERVED = 60, 6
MOST_UNITS, MOST_IN_LIST = 9, 6
RENAMING_PAUSE_S = 0.05

# What is counted
MOVING, DONE, REFUSED = (
    "requests that move",
    "transfers done",
    "transfers refused for want of units",
)
RENAMED = "names changed meanwhile"


@dataclass(frozen=True)
class Sizes:
    """How many write without end, and how often totals are read meanwhile, by how many."""

    writers: int
    reads: int
    readers: int = 4


def run(ground: Ground, servers: int, sizes: Sizes) -> Result:
    """Move and read on `servers` processes that share the ground's database."""
    result = Result(f"transfers keep totals: {ground.kind}, {servers} server processes")
    result.facts = dict.fromkeys((MOVING, DONE, REFUSED, *map(_reads, LOOKS), RENAMED), 0)
    running = [ground.serve() for _ in range(servers)]
    shop = opened(Api(running[0].client))
    storm = _Storm(shop, running, sizes, result)
    storm.rage()
    _judge_ledger(ground, shop, storm.accepted, result)
    if ground.kind is Kind.postgresql:
        result.facts["deadlocks inside PostgreSQL"] = _deadlocks(ground.url)
    return result


def opened(api: Api) -> Shop:
    """A shop with as many units of each product in the first warehouse as there will ever be."""
    sites = [1, *(api.warehouse(f"SITE-{number}") for number in range(2, WAREHOUSES + 1))]
    # Ever below its reorder point, each is on the low-stock list.
    fields = {"reserved_quantity": RESERVED, "reorder_point": 10 * UNITS}
    products = [api.product(f"MOVED-{n}", UNITS, **fields) for n in range(1, PRODUCTS + 1)]
    return Shop(products, sites, UNITS, RESERVED, datetime.now(UTC))


@dataclass
class _Storm:
    """Writers, readers and renamers, all at the same time; what they see goes into `result`."""

    shop: Shop
    servers: Sequence[OnhandServer]
    sizes: Sizes
    result: Result
    accepted: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)
    _noting: threading.Lock = field(default_factory=threading.Lock)

    def rage(self) -> None:
        """Write until everything is read."""
        with ThreadPoolExecutor(self.sizes.readers + 2) as pool:
            renaming = pool.submit(self._rename)
            writing = pool.submit(asyncio.run, self._write())
            reading = [pool.submit(self._read, number) for number in range(self.sizes.readers)]
            try:
                for one in reading:
                    one.result()
            finally:
                self._ended.set()
            renaming.result()
            writing.result()
        self.result.check(self.accepted > 0, "no transfer was done")

    async def _write(self) -> None:
        await asyncio.gather(*(self._write_as(number) for number in range(self.sizes.writers)))

    async def _write_as(self, number: int) -> None:
        port = self.servers[number % len(self.servers)].port
        async with Many([port], 1) as line:
            for path, body in asked(self.shop, number):
                if self._ended.is_set():
                    return
                [told] = await line.post([(path, body, None)])
                self._note(path, told)

    def _note(self, path: str, told: Told) -> None:
        with self._noting:
            self.result.count(MOVING)
            if told.status not in (200, 422):
                self.result.breach(f"POST {path} was answered {told.status}: {told.body!r}")
                return
            moved, refused = _counted(told)
            self.accepted += moved
            self.result.count(DONE, moved)
            self.result.count(REFUSED, refused)

    def _read(self, number: int) -> None:
        draw = Random(number)
        share = range(number, self.sizes.reads, self.sizes.readers)
        with Reader(self.servers[number % len(self.servers)].port) as reader:
            for _ in share:
                self._look(reader, "a product by warehouse", draw)
                # For each of the reads that were promised, one of any way as well.
                self._look(reader, draw.choice(list(LOOKS)), draw)

    def _look(self, reader: Reader, way: str, draw: Random) -> None:
        breaches = list(LOOKS[way](reader, self.shop, draw))
        with self._noting:
            self.result.count(_reads(way))
            for breach in breaches:
                self.result.breach(f"{way}: {breach}")

    def _rename(self) -> None:
        """Change what locks more than a product's row, and what is joined with levels."""
        with httpx.Client(base_url=self.servers[-1].base_url, timeout=60) as client:
            for number in count(1):
                product = self.shop.products[number % PRODUCTS]
                site = self.shop.sites[number % WAREHOUSES]
                for path in (f"/products/{product}", f"/warehouses/{site}"):
                    told = Api(client).patch(path, {"name": f"Named {number} times"})
                    with self._noting:
                        self.result.count(RENAMED)
                        if told.status_code != httpx.codes.OK:
                            self.result.breach(f"PATCH {path} was answered {told.text}")
                if self._ended.wait(RENAMING_PAUSE_S):
                    return


def asked(shop: Shop, writer: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a writer asks, without end; every second one goes the other way, in everything."""
    draw, backwards = Random(f"writer {writer}"), bool(writer % 2)
    while True:
        if draw.random() < 0.5:
            yield (
                "/inventory/transfer",
                _transfer(shop, draw, draw.choice(shop.products), backwards),
            )
            continue
        size = draw.randint(2, MOST_IN_LIST)
        products = sorted(draw.choices(shop.products, k=size), reverse=backwards)
        commands = [
            {"type": "transfer", **_transfer(shop, draw, one, backwards)} for one in products
        ]
        yield "/inventory/commands", {"atomic": draw.random() < 0.5, "commands": commands}


def _transfer(shop: Shop, draw: Random, product: int, backwards: bool) -> dict[str, int]:
    source, target = sorted(draw.sample(shop.sites, 2), reverse=backwards)
    return {
        "product_id": product,
        "from_warehouse_id": source,
        "to_warehouse_id": target,
        "quantity": draw.randint(1, MOST_UNITS),
    }


def _counted(told: Told) -> tuple[int, int]:
    """How many transfers an answer says were done, and how many refused."""
    if told.status != httpx.codes.OK:
        return 0, 1
    data = told.json["data"]
    if isinstance(data, dict):
        return 1, 0
    done = sum(one["status"] == "accepted" for one in data)
    return done, len(data) - done


def _judge_ledger(ground: Ground, shop: Shop, accepted: int, result: Result) -> None:
    wrong = ground.verify()
    result.check(wrong is None, f"verify: {wrong}")
    contents = database_contents(ground.url)
    for problem in problems(contents):
        result.breach(problem)
    halves = [row for row in contents.movements if row["movement_type"] == "transfer"]
    result.check(
        len(halves) == 2 * accepted,
        f"{accepted} transfers were answered with a yes, {len(halves)} halves are in the ledger",
    )
    result.facts["moments of the ledger added up"] = _judge_moments(contents, shop, result)


def _judge_moments(contents: Contents, shop: Shop, result: Result) -> int:
    moments = 0
    for product in shop.products:
        for moment, on_hand in sums_by_moment(contents, product):
            moments += 1
            result.check(
                on_hand == shop.units,
                f"as of {moment} there were {on_hand} units of product {product} in all",
            )
    return moments


def sums_by_moment(contents: Contents, product: int) -> Iterator[tuple[datetime, int]]:
    """A product's units over all warehouses as of each moment at which something happened."""
    rows = [row for row in contents.movements if row["product_id"] == product]
    rows.sort(key=lambda row: (row["occurred_at"], row["id"]))
    on_hand: dict[int, int] = {}
    for row, following in pairwise([*rows, None]):
        assert row is not None
        on_hand[row["warehouse_id"]] = row["on_hand"]
        if following is None or following["occurred_at"] != row["occurred_at"]:
            yield row["occurred_at"], sum(on_hand.values())


def _reads(way: str) -> str:
    return f"reads: {way}"


def _deadlocks(url: str) -> int:
    query = b"SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
