"""Reports come from a replica, and nobody is answered from before what was committed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from onhand.app import replica_of
from onhand.core import commands as c
from onhand.ledger.exports import ExportFilter, What
from onhand.ledger.listings import PageRequest
from onhand.settings import Settings
from onhand.shops import RefusedToServe
from onhand.store.engine import parse_database, read_engine
from onhand.store.reads import SqlReads
from onhand.store.replica import Replica
from tests.conftest import Serve
from tests.support.postgres import PostgreSQLServer
from tests.support.seeding import ORIGIN, Shop, open_shop

PAGE = PageRequest(1, 50)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[PostgreSQLServer, PostgreSQLServer]]:
    """A primary, and a replica that streams from it."""
    primary = PostgreSQLServer.create()
    primary.create_database("shop")
    with open_shop(primary.url("shop")) as shop:
        shop.product("LOW", 5, reorder_point=5)
    replica = PostgreSQLServer.standby_of(primary)
    yield primary, replica
    replica.remove()
    primary.remove()


@pytest.fixture
def primary(servers: tuple[PostgreSQLServer, PostgreSQLServer]) -> PostgreSQLServer:
    """The server that is written to."""
    return servers[0]


@pytest.fixture
def standby(servers: tuple[PostgreSQLServer, PostgreSQLServer]) -> PostgreSQLServer:
    """The server that streams from it."""
    servers[1].start()
    return servers[1]


@pytest.fixture
def shop(primary: PostgreSQLServer) -> Iterator[Shop]:
    """The shop, on its primary."""
    with open_shop(primary.url("shop")) as shop:
        yield shop


@contextmanager
def reading(
    shop: Shop, standby: PostgreSQLServer, **options: float
) -> Iterator[tuple[SqlReads, Replica]]:
    """Reads of the shop, with a replica."""
    engine = read_engine(parse_database(standby.url("shop")))
    replica = Replica(shop.engine, engine, **({"patience_s": 20, "lost_for_s": 0.05} | options))
    with closing(SqlReads(read_engine(shop.database), lambda: shop.now, replica)) as reads:
        yield reads, replica


def on_hand(reads: SqlReads) -> int:
    """What the report of low stock tells of the one product."""
    [line] = reads.low_stock(PAGE).rows
    return line.on_hand


def set_to(shop: Shop, quantity: int) -> int:
    """Count the product; the quantity."""
    shop.do(c.CountStock(1, None, quantity, ORIGIN))
    return quantity


@contextmanager
def held_up(standby: PostgreSQLServer) -> Iterator[None]:
    """Within it the replica takes in nothing new."""
    with psycopg.connect(standby.url("shop"), autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
        wanted = "SELECT pg_get_wal_replay_pause_state() = 'paused'"
        while connection.execute(wanted).fetchone() != (True,):
            time.sleep(0.01)
        try:
            yield
        finally:
            connection.execute("SELECT pg_wal_replay_resume()")


def test_a_report_from_the_replica_has_everything_that_was_committed(
    shop: Shop, standby: PostgreSQLServer
) -> None:
    with reading(shop, standby) as (reads, replica):
        for quantity in [1, 2, 3, 4] * 5:
            set_to(shop, quantity)
            assert on_hand(reads) == quantity
        assert (replica.reports, replica.elsewhere) == (20, 0)
        assert (replica.is_up(), replica.lag()) == (1, 0)


def test_a_replica_that_is_behind_is_passed_over_and_its_lag_told(
    shop: Shop, standby: PostgreSQLServer
) -> None:
    set_to(shop, 4)
    with reading(shop, standby, patience_s=0.05) as (reads, replica), held_up(standby):
        set_to(shop, 1)
        assert on_hand(reads) == 1
        assert (replica.reports, replica.elsewhere) == (0, 1)
        assert replica.is_up() == 1
        assert (replica.lag() or 0) > 0


def test_who_allows_a_lag_is_answered_from_what_the_replica_has(
    shop: Shop, standby: PostgreSQLServer
) -> None:
    set_to(shop, 4)
    with reading(shop, standby) as (reads, _):
        assert on_hand(reads) == 4
    allowing = reading(shop, standby, allowed_lag_s=3_600)
    with held_up(standby), allowing as (reads, replica):
        set_to(shop, 2)
        assert on_hand(reads) == 4
        assert replica.reports == 1
        assert reads.quantities(1).on_hand == 2


def test_without_its_replica_a_shop_reports_from_the_primary_and_takes_it_back(
    shop: Shop, standby: PostgreSQLServer
) -> None:
    with reading(shop, standby) as (reads, replica):
        set_to(shop, 3)
        assert on_hand(reads) == 3
        before = replica.reports
        standby.kill()
        assert on_hand(reads) == 3
        assert [row[0] for row in exported(reads)] == [1]
        assert replica.reports == before
        assert replica.is_up() == 0
        standby.start()
        time.sleep(0.06)
        assert on_hand(reads) == 3
        assert replica.reports == before + 1
        assert replica.is_up() == 1


def exported(reads: SqlReads) -> list[tuple[object, ...]]:
    """The products, as they are exported."""
    with reads.exported(What.PRODUCTS, ExportFilter()) as told:
        return [tuple(row) for row in told.rows]


def test_an_export_from_the_replica_is_that_of_the_primary(
    shop: Shop, standby: PostgreSQLServer
) -> None:
    with reading(shop, standby) as (reads, replica):
        assert exported(reads) == exported(shop.reads)
        assert replica.reports == 1


def test_a_server_reads_reports_from_its_replica_and_tells_of_it(
    shop: Shop, primary: PostgreSQLServer, standby: PostgreSQLServer, serve: Serve
) -> None:
    server = serve(primary.url("shop"), "--replica", standby.url("shop"))
    set_to(shop, 2)
    api = "/api/v1/operations/inventory"
    report = server.client.get(f"{api}/low-stock").json()
    assert [line["quantity_on_hand"] for line in report["data"]] == [2]
    figures = server.client.get("/metrics").text.splitlines()
    assert "onhand_replica_up 1.0" in figures
    assert "onhand_replica_reports 1.0" in figures


def test_a_replica_that_was_promoted_is_none(shop: Shop, standby: PostgreSQLServer) -> None:
    with reading(shop, standby) as (reads, replica):
        standby.execute(b"SELECT pg_promote(true, 20)")
        shop.do(c.CountStock(1, None, 1, ORIGIN))
        assert on_hand(reads) == 1
        assert (replica.reports, replica.is_up()) == (0, 0)


@pytest.mark.parametrize(
    ("database", "replica"),
    [
        ("sqlite:///onhand.db", "postgresql://replica/onhand"),
        ("postgresql://primary/onhand", "sqlite:///copy.db"),
    ],
)
def test_sqlite_has_no_replica(database: str, replica: str) -> None:
    with pytest.raises(RefusedToServe, match="SQLite has none"):
        replica_of(Settings(database=database, replica=replica))
