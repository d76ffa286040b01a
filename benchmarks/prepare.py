"""What the benchmarks need from inside the product: much data, soon, and its query plans.

These run while no server is up, by the ledger's own in-process writer, so that what is measured
stands on a ledger as the product itself would have written it.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import Failed
from onhand.app import App
from onhand.core.commands import Command, CreateProduct, Request, ShipStock
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.stock_rules import Accepted
from onhand.ledger.ports import Store
from onhand.ledger.posting import Done, Submission, settle
from onhand.ledger.reads import MovementFilter, PageRequest
from onhand.store.engine import admin_engine, parse_database, read_engine
from onhand.store.reads import SqlReads
from tests.support.plans import asked, explained

AT_ONCE = 5_000


@dataclass(frozen=True)
class History:
    """A ledger filled with movements: its products and the moments it spans."""

    products: range
    earliest: datetime.datetime
    latest: datetime.datetime


@dataclass(frozen=True)
class Plan:
    """How the database answers one of the product's queries."""

    query: str
    text: str


def prepare_products(database_url: str, count: int, on_hand: int) -> range:
    """Migrate an empty database, make `count` tracked products with stock; their ids."""
    with App().store(database_url) as store:
        ids = _make_products(store, count, lambda number: (on_hand, None))
    _analyze(database_url)
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
            _post(store, commands)
    _analyze(database_url)
    return History(ids, earliest, latest)


def explain_reads(database_url: str, history: History) -> list[Plan]:
    """EXPLAIN (or EXPLAIN QUERY PLAN) of each read the `reads` benchmark measures."""
    engine = read_engine(parse_database(database_url))
    reads = SqlReads(engine)
    product = history.products[len(history.products) // 2]
    middle = history.earliest + (history.latest - history.earliest) / 2
    page = PageRequest()
    questions: dict[str, Callable[[], object]] = {
        "product with inventory": lambda: (reads.product(product), reads.quantities(product)),
        "low-stock page": lambda: reads.low_stock(page),
        "reorder-report page": lambda: reads.to_reorder(page, history.latest),
        "movements of a product": lambda: reads.movements(MovementFilter(product), None, 51),
        "inventory as of a moment": lambda: reads.levels_as_of(product, middle),
    }
    plans: list[Plan] = []
    for name, ask in questions.items():
        with asked(engine) as statements:
            ask()
        told = "\n".join(explained(engine, statement).text for statement in statements)
        plans.append(Plan(name, told))
    reads.close()
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
        results = _post(store, tuple(commands))
        if first is None:
            first = results[0].facts["product"].id
    assert first is not None
    return range(first, first + count)


def _post(store: Store, commands: tuple[Command, ...]) -> list[Accepted]:
    def clock() -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)

    [settled] = settle(store, [Submission(Request(commands))], clock)
    if not isinstance(settled, Done):
        raise Failed(f"The ledger could not be prepared: {settled}")
    accepted = [result for result in settled.outcome.results if isinstance(result, Accepted)]
    if len(accepted) < len(commands):
        raise Failed("The ledger refused a command of the preparation")
    return accepted


def _analyze(database_url: str) -> None:
    """What a database does by itself after a while, at once: its statistics."""
    engine = admin_engine(parse_database(database_url))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(
            "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
        )
