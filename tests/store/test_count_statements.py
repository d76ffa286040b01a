"""Each step of a count is as many statements for many lines as for few, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from onhand.core import counts as c
from onhand.core.commands import ReceiveStock, ShipStock
from onhand.core.documents import DocumentCommand
from onhand.core.movements import Origin
from onhand.store.migrate import migrate
from onhand.store.postgresql.store import PostgresqlStore
from onhand.store.sqlite.store import SqliteStore
from tests.support.ledger_contents import database_contents, problems
from tests.support.statements import noted
from tests.support.stores import DatabaseShop, SetClock, accepted, add_product, ask

CLERK = Origin("clerk")


def steps_of_a_count(
    store: SqliteStore | PostgresqlStore, clock: SetClock, products: Sequence[int]
) -> dict[str, int]:
    """How many statements each step of a count takes, from its draft to its posting."""
    taken: dict[str, int] = {}

    def step(command: DocumentCommand) -> c.Count:
        with noted(store) as statements:
            [result] = ask(store, command, clock=clock)
        taken[type(command).__name__] = len(statements)
        count: c.Count = accepted(result).facts["document"]
        clock.now += timedelta(seconds=1)
        return count

    count = step(
        c.DraftCount(
            origin=CLERK,
            warehouse_id=1,
            scope=c.PRODUCTS,
            product_ids=tuple(products),
            start=True,
        )
    )
    named: dict[str, Any] = {"origin": CLERK, "id": count.id}
    counted = tuple(c.Counted(product, 7) for product in products)
    step(c.RecordCount(**named, counted_by="Ann", counted=counted))
    step(c.RecordCount(**named, counted_by="Bob", counted=counted))
    # Each has moved since, so that the ledger is asked for each.
    ask(store, *(ShipStock(product, 1, 1, CLERK) for product in products), clock=clock)
    step(c.SubmitCount(**named))
    assert step(c.ApproveCount(**named)).state == c.POSTED
    return taken


def test_no_step_takes_more_statements_for_more_lines(database_url: str) -> None:
    migrate(database_url)
    store = DatabaseShop(database_url).open()
    assert isinstance(store, SqliteStore | PostgresqlStore)
    clock = SetClock()
    products = [add_product(store, f"SKU-{number}") for number in range(300)]
    clock.now += timedelta(days=1)
    ask(store, *(ReceiveStock(product, 1, 10, CLERK) for product in products), clock=clock)
    clock.now += timedelta(seconds=1)
    # The first time a store runs a statement, it may have to prepare it.
    steps_of_a_count(store, clock, products[:2])
    few = steps_of_a_count(store, clock, products[2:5])
    many = steps_of_a_count(store, clock, products[5:])
    store.close()
    assert few == many
    contents = database_contents(database_url)
    assert not problems(contents)
    posted = [row for row in contents.movements if row["movement_type"] == "count"]
    assert [row["quantity"] for row in posted] == [-3] * 300
    assert {row["on_hand"] for row in contents.levels} == {6}
