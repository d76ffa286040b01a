"""The PostgreSQL store keeps the contract, alone and beside others on the same database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.store.contract_concurrency import ConcurrencyContract
from tests.store.contract_database import DatabaseContract, LastingContract
from tests.support.postgres import DatabaseServer
from tests.support.stores import DatabaseShop, postgresql_template


@pytest.fixture(scope="module")
def template(postgresql_server: DatabaseServer) -> Iterator[str]:
    """A migrated database."""
    name = postgresql_template(postgresql_server)
    yield name
    postgresql_server.drop_database(postgresql_server.url(name))


class _OnPostgresql:
    @pytest.fixture
    def shop(self, postgresql_server: DatabaseServer, template: str) -> Iterator[DatabaseShop]:
        url = postgresql_server.create_database(template=template)
        yield DatabaseShop(url)
        postgresql_server.drop_database(url)


class TestPostgresqlStore(_OnPostgresql, DatabaseContract):
    """All of it."""


class TestPostgresqlStoreOpenedAgain(_OnPostgresql, LastingContract):
    """What lasts."""


class TestPostgresqlStoreAtOnce(_OnPostgresql, ConcurrencyContract):
    """Many threads on one store."""


class TestPostgresqlStoresAtOnce(_OnPostgresql, ConcurrencyContract):
    """Several stores on one database, as several servers are."""

    stores_at_once = 4
