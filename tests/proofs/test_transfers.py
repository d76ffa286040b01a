"""In short: transfers against each other while totals are read; and each check finds its bug."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from proofs import transfers
from proofs.ground import Ground
from proofs.transfers import DONE, Sizes
from tests.support.api import Api
from tests.support.ledger_contents import database_contents
from tests.support.server import OnhandServer

SIZES = Sizes(writers=16, reads=40)
FEW_READS = Sizes(writers=8, reads=50)


def test_totals_stay_and_nobody_is_turned_away(ground: Ground) -> None:
    result = transfers.run(ground, servers=1, sizes=SIZES)
    assert result.holds, result.breaches
    assert result.facts[DONE]


def test_several_servers_keep_totals(postgresql_ground: Ground) -> None:
    result = transfers.run(postgresql_ground, servers=3, sizes=SIZES)
    assert result.holds, result.breaches
    assert result.facts[DONE]


# Planted bugs


class Planted(Ground):
    """A ground whose servers run a piece of code before anything else."""

    _servers = 0

    def plant(self, code: str) -> None:
        """Say what the servers are to run; PLANTED tells each its number, from 0."""
        folder = self.folder / "planted"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(code)

    def serve(self, *arguments: str, **options: Any) -> OnhandServer:
        """Start a server with the bug."""
        path = [str(self.folder / "planted"), os.environ.get("PYTHONPATH", "")]
        given = {"PYTHONPATH": os.pathsep.join(path), "PLANTED": str(self._servers)}
        self._servers += 1
        return super().serve(*arguments, environment=given, **options)


@pytest.fixture
def planted(postgresql_ground: Ground) -> Planted:
    """A fresh PostgreSQL database for servers with bugs, which the fixture's ground ends."""
    made = Planted(postgresql_ground.kind, postgresql_ground.folder, postgresql_ground.url, None)
    made._open = postgresql_ground._open
    return made


READ_WAREHOUSE_BY_WAREHOUSE = """
import time
from onhand.store.reads import levels

whole = levels.by_warehouse

def torn(source, product_id):
    for site in [level.warehouse_id for level in whole(source, product_id)]:
        time.sleep(0.002)
        yield from (one for one in whole(source, product_id) if one.warehouse_id == site)

levels.by_warehouse = lambda source, product_id: list(torn(source, product_id))
"""


def test_a_read_of_several_moments_is_found(planted: Planted) -> None:
    planted.plant(READ_WAREHOUSE_BY_WAREHOUSE)
    result = transfers.run(planted, servers=1, sizes=FEW_READS)
    assert any(
        breach.startswith("a product by warehouse: quantity_on_hand adds up to")
        for breach in result.breaches
    ), result.breaches


# One server locks one product after the other, from the last to the first, and none tries again.
LOCK_THE_OTHER_WAY_ROUND = """
import os
import time
from onhand.ledger import posting
from onhand.store.postgresql import store as postgresql
from onhand.store.postgresql.sql import LOCK_STOCK

posting.BUSY_TRIES = 1
load = postgresql.PostgresqlTransaction._load

def lock_and_load(self, needs, keys, now):
    self._run([("BEGIN", ())])
    for product in sorted(needs.stocked_products, reverse=True):
        self._run([(LOCK_STOCK, [[product]])])
        time.sleep(0.03)
    load(self, needs, keys, now)

if os.environ["PLANTED"] == "0":
    postgresql.PostgresqlTransaction._load = lock_and_load
"""


def test_a_deadlock_that_reaches_a_client_is_found(planted: Planted) -> None:
    planted.plant(LOCK_THE_OTHER_WAY_ROUND)
    result = transfers.run(planted, servers=3, sizes=SIZES)
    assert any("was answered 503" in breach for breach in result.breaches), result.breaches


def test_halves_of_different_moments_are_found(ground: Ground) -> None:
    api = Api(ground.serve().client)
    shop = transfers.opened(api)
    body = {"product_id": shop.products[0], "from_warehouse_id": 1, "to_warehouse_id": 2}
    assert api.post("/inventory/transfer", body | {"quantity": 5}).is_success
    contents = database_contents(ground.url)
    sums = [units for _, units in transfers.sums_by_moment(contents, shop.products[0])]
    assert set(sums) == {shop.units}
    contents.movements[-1]["occurred_at"] += timedelta(microseconds=1)
    sums = [units for _, units in transfers.sums_by_moment(contents, shop.products[0])]
    assert sums == [shop.units, shop.units - 5, shop.units]
