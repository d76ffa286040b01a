"""Two servers on one database, and one count between them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from onhand.core import counts as c
from onhand.core.commands import ShipStock
from onhand.core.movements import Origin
from onhand.core.stock_rules import Accepted, Result
from onhand.ledger.ports import Store
from onhand.store.migrate import migrate
from tests.support.ledger_contents import database_contents, problems
from tests.support.stores import DatabaseShop, SetClock, accepted, add_product, ask

CLERK = Origin("clerk")
ROUNDS = 10


def test_one_count_is_posted_once_while_its_products_are_sold(postgresql_url: str) -> None:
    migrate(postgresql_url)
    shop = DatabaseShop(postgresql_url)
    servers = [shop.open(), shop.open()]
    clock = SetClock()
    products = [add_product(servers[0], f"SKU-{number}", 100) for number in range(20)]
    together = threading.Barrier(2)

    def at_once(server: Store, approve: c.ApproveCount) -> Result:
        together.wait()
        sold = [ShipStock(product, 1, 1, CLERK) for product in products]
        return ask(server, *sold[::2], approve, *sold[1::2], clock=clock)[10]

    for _ in range(ROUNDS):
        clock.now += timedelta(minutes=1)
        named = tuple(products)
        drafted = c.DraftCount(
            origin=CLERK, warehouse_id=1, scope=c.PRODUCTS, product_ids=named, start=True
        )
        [made] = ask(servers[0], drafted, clock=clock)
        count: c.Count = accepted(made).facts["document"]
        on_hand = {row["product_id"]: row["on_hand"] for row in shop.contents(servers[0]).levels}
        counted = tuple(c.Counted(product, on_hand[product] + 1) for product in products)
        clock.now += timedelta(seconds=1)
        for command in (
            c.RecordCount(origin=CLERK, id=count.id, counted_by="Ann", counted=counted),
            c.SubmitCount(origin=CLERK, id=count.id),
        ):
            [result] = ask(servers[1], command, clock=clock)
            accepted(result)
        clock.now += timedelta(seconds=1)
        approve = c.ApproveCount(origin=CLERK, id=count.id)
        with ThreadPoolExecutor(2) as threads:
            results = list(threads.map(at_once, servers, [approve, approve]))
        assert sum(isinstance(result, Accepted) for result in results) == 1
    for server in servers:
        server.close()
    contents = database_contents(postgresql_url)
    assert not problems(contents)
    # One found and two sold, each round.
    assert {row["on_hand"] for row in contents.levels} == {100 - ROUNDS}
