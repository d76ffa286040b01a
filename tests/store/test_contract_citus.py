"""The PostgreSQL store keeps the contract on a Citus cluster, where `ONHAND_TEST_CITUS` names one.

That is the URL of a database on the coordinator, empty or used by this module before, and of a
superuser. What runs is said at the end of every test run: see `tests/conftest.py`.
"""

from __future__ import annotations

import os
from contextlib import closing

import psycopg
import pytest

from onhand.ledger.faults import StorageFull, StoreRefused
from onhand.store.engine import parse_database
from onhand.store.migrate import migrate
from onhand.store.postgresql.per_product import PerProduct
from onhand.store.postgresql.sharding import prepare
from onhand.store.postgresql.store import PostgresqlStore
from onhand.store.schema.distribution import PLACES, Placing
from tests.cli.test_shard import as_role
from tests.store.contract_concurrency import ConcurrencyContract
from tests.store.contract_database import DatabaseContract
from tests.support.stores import DatabaseShop, EmptiedDatabase

ROLE = "onhand_contract"


@pytest.fixture(scope="module")
def cluster() -> EmptiedDatabase:
    """The cluster's database, migrated and prepared, for one test after the other."""
    url = os.environ["ONHAND_TEST_CITUS"]
    migrate(url)
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
            connection.execute(f"CREATE ROLE {ROLE} LOGIN".encode())
    list(prepare(parse_database(url), ROLE))
    return EmptiedDatabase(url)


class _OnCitus:
    @pytest.fixture
    def shop(self, cluster: EmptiedDatabase) -> DatabaseShop:
        cluster.empty()
        return DatabaseShop(as_role(cluster.url, ROLE))

    @staticmethod
    def run(shop: DatabaseShop, statement: str) -> None:
        """Change the database past the ledger; here privileges refuse what triggers do."""
        try:
            DatabaseContract.run(shop, statement)
        except StorageFull as error:
            raise StoreRefused(str(error)) from error


class TestCitusStore(_OnCitus, DatabaseContract):
    """All of it."""


class TestCitusStoresAtOnce(_OnCitus, ConcurrencyContract):
    """Several stores on one cluster, as several servers are."""

    stores_at_once = 4


def test_the_strategy_follows_from_the_database(cluster: EmptiedDatabase) -> None:
    with closing(PostgresqlStore(parse_database(cluster.url))) as store:
        store._connected()
        assert isinstance(store._strategy, PerProduct)


def test_a_second_preparation_moves_nothing(cluster: EmptiedDatabase) -> None:
    again = [sql for _, sql in prepare(parse_database(cluster.url), ROLE)]
    assert {sql.split()[0] for sql in again} == {"GRANT", "REVOKE"}


def test_all_of_a_product_is_on_one_worker(cluster: EmptiedDatabase) -> None:
    with psycopg.connect(cluster.url) as connection:
        groups = connection.execute(
            "SELECT logicalrelid::text, colocationid FROM pg_dist_partition WHERE partmethod = 'h'"
        ).fetchall()
    together = {group for table, group in groups if PLACES[table].is_by_product}
    assert len(together) == 1
    assert {table for table, _ in groups} == {
        name for name, place in PLACES.items() if place.placing is Placing.SPREAD
    }
