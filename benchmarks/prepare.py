"""What the benchmarks need from inside the product: much data, soon, and its query plans.

These run while no server is up, by the ledger's own in-process writer, so that what is measured
stands on a ledger as the product itself would have written it.
"""

from __future__ import annotations

import asyncio
import datetime
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import httpx
from sqlalchemy import Engine

from benchmarks import Failed
from benchmarks.measure import progress
from benchmarks.server import API
from benchmarks.trade import YEAR, Trade, product
from onhand.api.application import create_api
from onhand.api.services import LiveServices
from onhand.app import App, open_services
from onhand.core.commands import Command, CreateProduct, CreateWarehouse, Request, ShipStock
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.stock_rules import Accepted
from onhand.core.warehouses import WarehouseAttributes
from onhand.ledger.ports import Store
from onhand.ledger.posting import Done, Submission, settle
from onhand.ledger.stock_views import MovementFilter
from onhand.settings import Settings
from onhand.store.engine import admin_engine, parse_database, read_engine
from onhand.store.reads import SqlReads
from tests.support.plans import Plan, asked, explained

AT_ONCE = 5_000


@dataclass(frozen=True)
class History:
    """A ledger filled with movements: its products and the moments it spans."""

    products: range
    earliest: datetime.datetime
    latest: datetime.datetime


def prepare_products(database_url: str, count: int, on_hand: int) -> range:
    """Migrate an empty database, make `count` tracked products with stock; their ids."""
    with App().store(database_url) as store:
        ids = _make_products(store, count, lambda number: (on_hand, None))
    analyze(database_url)
    return ids


def prepare_history(database_url: str, products: int, movements: int) -> History:
    """Migrate an empty database, make products and movements spread over them and over a year.

    A twentieth of the products end at or below their reorder point, whatever the size, so that a
    list's page means the same work on a small and a large ledger.
    """
    latest = datetime.datetime.now(datetime.UTC)
    earliest = latest - datetime.timedelta(days=365)
    each = max(1, movements // products - 1)
    with App().store(database_url) as store:
        ids = _make_products(
            store,
            products,
            # After its sales a product is left with 10 units, or with 1,000.
            lambda number: (each + (10 if number % 20 == 0 else 1_000), 20),
            earliest,
        )
        numbers = [product for _ in range(each) for product in ids]
        random.Random(7).shuffle(numbers)
        step = (latest - earliest) / (len(numbers) + 1)
        for start in range(0, len(numbers), AT_ONCE):
            chunk = numbers[start : start + AT_ONCE]
            commands = tuple(
                ShipStock(
                    product,
                    None,
                    1,
                    Origin("benchmark", occurred_at=earliest + step * (start + place + 1)),
                )
                for place, product in enumerate(chunk)
            )
            post(store, commands)
    analyze(database_url)
    return History(ids, earliest, latest)


def grow(
    database_url: str, *, start: int, until: int, year: int, products: int, warehouses: int
) -> None:
    """Let a `Trade` of `year` movements a year go on from `start` movements to `until`.

    From 0 on an empty database, which is migrated.
    """
    with App().store(database_url) as store, progress() as bar:
        if start == 0:
            begin = datetime.datetime.now(datetime.UTC) - YEAR
            _open_shop(store, products, warehouses)
        else:
            begin = _first_moment(database_url)
        trade = Trade(range(1, products + 1), range(1, warehouses + 1), begin, year)
        for _ in trade.commands(start):
            """Done before."""
        task = bar.add_task(f"{until:,} movements", total=until, completed=trade.made)
        commands = trade.commands(until)
        written = trade.made
        while chunk := tuple(islice(commands, AT_ONCE)):
            written += sum(
                end - start for start, end in (one.movements for one in post(store, chunk))
            )
            if written != trade.made:
                raise Failed(f"The ledger holds {written} movements, not the {trade.made} planned")
            bar.update(task, completed=written)
    analyze(database_url)


def _open_shop(store: Store, products: int, warehouses: int) -> None:
    """Make warehouses beside the first, and products without stock; their ids go from 1."""
    for number in range(2, warehouses + 1):
        about = WarehouseAttributes(f"Warehouse {number}", f"W{number}")
        post(store, (CreateWarehouse(about, Origin("benchmark")),))
    numbers = iter(range(products))
    while chunk := tuple(islice(numbers, AT_ONCE)):
        made = post(store, tuple(product(number, warehouses) for number in chunk))
        if made[-1].facts["product"].id != chunk[-1] + 1:
            raise Failed("The products' ids do not go from 1")


def _first_moment(database_url: str) -> datetime.datetime:
    reads = SqlReads(read_engine(parse_database(database_url)))
    try:
        [first] = reads.movements(MovementFilter(), None, 1)
    finally:
        reads.close()
    return first.occurred_at


def plans_of(database_url: str, paths: Sequence[str]) -> list[list[Plan]]:
    """For each path, the plans of the statements that the API itself runs for a GET of it.

    While no server is up: SQLite lets one process write, and this opens all that a server does.
    """
    return asyncio.run(_plans_of(database_url, paths))


async def _plans_of(database_url: str, paths: Sequence[str]) -> list[list[Plan]]:
    # Alone: what is sent to others asks too, whenever it likes.
    settings = Settings(database=database_url, webhooks="off")
    services = LiveServices(lambda: open_services(settings))
    transport = httpx.ASGITransport(create_api(services))
    engine = read_engine(parse_database(database_url))
    plans: list[list[Plan]] = []
    async with (
        services.running(),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        for path in paths:
            with asked(Engine) as statements:
                response = await client.get(API + path)
            if response.status_code != 200:
                raise Failed(f"GET {path}: {response.status_code} {response.text[:500]}")
            # The server keeps house meanwhile, too, which writes.
            ours = [
                statement
                for statement in statements
                if "api_keys" not in statement.sql and statement.sql.startswith(("SELECT", "WITH"))
            ]
            plans.append([explained(engine, statement) for statement in ours])
    engine.dispose()
    return plans


def _make_products(
    store: Store,
    count: int,
    stock: Callable[[int], tuple[int, int | None]],
    opened_at: datetime.datetime | None = None,
) -> range:
    origin = Origin("benchmark", reason="Opening stock", occurred_at=opened_at)
    first: int | None = None
    for start in range(0, count, AT_ONCE):
        commands = []
        for number in range(start, min(start + AT_ONCE, count)):
            on_hand, reorder_point = stock(number)
            attributes = ProductAttributes(
                f"BENCH-{number}", f"Product {number}", reorder_point=reorder_point
            )
            commands.append(CreateProduct(attributes, origin, on_hand))
        results = post(store, tuple(commands))
        if first is None:
            first = results[0].facts["product"].id
    assert first is not None
    return range(first, first + count)


def post(store: Store, commands: tuple[Command, ...]) -> list[Accepted]:
    """Carry out commands in one commit; the ledger has to accept every one."""

    def clock() -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

    [settled] = settle(store, [Submission(Request(commands))], clock)
    if not isinstance(settled, Done):
        raise Failed(f"The ledger could not be prepared: {settled}")
    accepted: list[Accepted] = []
    for command, result in zip(commands, settled.outcome.results, strict=True):
        if not isinstance(result, Accepted):
            raise Failed(f"The ledger refused {command}: {result}")
        accepted.append(result)
    return accepted


def analyze(database_url: str) -> None:
    """What a database does by itself after a while, at once: its statistics."""
    engine = admin_engine(parse_database(database_url))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(
            "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
        )
