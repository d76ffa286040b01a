"""The PostgreSQL store keeps the contract, alone and beside others on the same database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import psycopg
import pytest
from psycopg import pq

from onhand.store.engine import parse_database
from onhand.store.migrate import migrate
from onhand.store.postgresql.patience import PatientConnection
from onhand.store.postgresql.per_product import PerProduct
from onhand.store.postgresql.pipeline import Pipeline
from onhand.store.postgresql.store import PostgresqlStore
from tests.store.contract_concurrency import ConcurrencyContract
from tests.store.contract_database import DatabaseContract, LastingContract
from tests.support.postgres import DatabaseServer
from tests.support.sharded_sql import held_to_the_rules
from tests.support.stores import DatabaseShop, EmptiedDatabase


@pytest.fixture(scope="module")
def emptied(postgresql_server: DatabaseServer) -> Iterator[EmptiedDatabase]:
    """A migrated database, for one test after the other."""
    url = postgresql_server.create_database()
    migrate(url)
    yield EmptiedDatabase(url)
    postgresql_server.drop_database(url)


class _OnPostgresql:
    @pytest.fixture
    def shop(self, emptied: EmptiedDatabase) -> DatabaseShop:
        emptied.empty()
        return DatabaseShop(emptied.url)


class TestPostgresqlStore(_OnPostgresql, DatabaseContract):
    """All of it."""


class TestPostgresqlStoreOpenedAgain(_OnPostgresql, LastingContract):
    """What lasts."""


class TestPostgresqlStoreAtOnce(_OnPostgresql, ConcurrencyContract):
    """Many threads on one store."""


class TestPostgresqlStoresAtOnce(_OnPostgresql, ConcurrencyContract):
    """Several stores on one database, as several servers are."""

    stores_at_once = 4


class _PerProduct:
    """The strategy for sharded databases, on one that is not."""

    @pytest.fixture
    def shop(self, emptied: EmptiedDatabase) -> Iterator[DatabaseShop]:
        emptied.empty()
        with held_to_the_rules():
            yield DatabaseShop(emptied.url, PerProduct())


class TestPostgresqlStorePerProduct(_PerProduct, DatabaseContract):
    """All of it."""


class TestPostgresqlStoresPerProductAtOnce(_PerProduct, ConcurrencyContract):
    """Several stores on one database, as several servers are."""

    stores_at_once = 4


@pytest.mark.parametrize("before", [0, 1, 5])
@pytest.mark.parametrize("after", [0, 1, 5])
def test_a_session_that_is_ended_in_a_pipeline_is_lost_and_nothing_else(
    postgresql_url: str, before: int, after: int
) -> None:
    with PatientConnection.connect(postgresql_url) as connection:
        ends = ("SELECT pg_terminate_backend(pg_backend_pid())", ())
        one = ("SELECT %b::bigint", [1])
        with pytest.raises(psycopg.OperationalError):
            Pipeline(connection).run([*[one] * before, ends, *[one] * after])
        assert connection.closed


def test_a_statement_that_fails_in_a_pipeline_leaves_the_connection_as_it_was(
    postgresql_url: str,
) -> None:
    with PatientConnection.connect(postgresql_url) as connection:
        pipeline = Pipeline(connection)
        one, fails = ("SELECT %b::bigint", [1]), ("SELECT 1 / %b::bigint", [0])
        for _ in range(3):
            with pytest.raises(psycopg.errors.DivisionByZero):
                pipeline.run([one, fails, one])
            with pytest.raises(psycopg.ProgrammingError, match="cannot adapt"):
                pipeline.run([one, ("SELECT %b", [object()])])
            assert pipeline.run([one, one]) == [[(1,)], [(1,)]]
        assert not connection.closed


class LastWords:
    """A connection whose server says something else where the end of a pipeline should be."""

    def __init__(self, pgconn: pq.abc.PGconn, said: list[pq.abc.PGresult | None]) -> None:
        self._pgconn = pgconn
        self._said = said
        self._gone = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pgconn, name)

    @property
    def status(self) -> pq.ConnStatus:
        return pq.ConnStatus.BAD if self._gone else pq.ConnStatus.OK

    def get_result(self) -> pq.abc.PGresult | None:
        result = None if self._gone else self._pgconn.get_result()
        if result is not None and result.status == pq.ExecStatus.PIPELINE_SYNC:
            self._gone = True
        if self._gone and self._said:
            return self._said.pop(0)
        return None if self._gone else result


@pytest.mark.parametrize("words", [[], ["fatal"], ["fatal", None, "fatal"], [None, None]])
def test_the_last_words_of_a_server_that_stops_are_no_results(
    postgresql_url: str, words: list[str | None]
) -> None:
    with PatientConnection.connect(postgresql_url) as connection:
        fatal = connection.pgconn.exec_(b"SELECT 1 / 0")
        pipeline = Pipeline(connection)
        said = [fatal if word else None for word in words]
        pipeline._pgconn = cast(Any, LastWords(connection.pgconn, said))
        with pytest.raises(psycopg.Error):
            pipeline.run([("SELECT 1", ()), ("SELECT 2", ())])


def test_the_writer_keeps_what_the_url_asks_of_its_sessions(postgresql_url: str) -> None:
    asked = "options=-c%20work_mem%3D7MB%20-c%20lock_timeout%3D1s"
    with closing(PostgresqlStore(parse_database(f"{postgresql_url}?{asked}"))) as store:
        settings = [
            store._connected().execute(f"SHOW {name}").fetchone()
            for name in ("work_mem", "lock_timeout")
        ]
    assert settings == [("7MB",), ("5s",)]
