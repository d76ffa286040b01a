"""The same commands on every store: the same answers, and the same ledger in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.against_model import Pair
from tests.support.asks import groups
from tests.support.ledger_contents import comparable
from tests.support.postgres import DatabaseServer
from tests.support.shortening import RANDOM, Batches, run_or_shorten
from tests.support.stores import (
    DatabaseShop,
    MemoryShop,
    Shop,
    postgresql_template,
    sqlite_shop,
    sqlite_template,
)

EXAMPLES = hypothesis.settings().max_examples // 25
MINUTES = st.sampled_from([0, 1, 1, 2, 5, -1])
FEW_ORDERS = st.lists(
    st.tuples(st.lists(groups(), min_size=1, max_size=4), MINUTES), min_size=5, max_size=20
)
MANY_ORDERS = st.lists(
    st.tuples(st.lists(groups(orders=range(1, 60)), min_size=5, max_size=20), MINUTES),
    min_size=3,
    max_size=8,
)


@pytest.fixture(scope="module")
def shops(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: DatabaseServer
) -> Iterator[Shops]:
    """Where fresh shops of every kind come from."""
    folder = tmp_path_factory.mktemp("shops")
    name = postgresql_template(postgresql_server)
    yield Shops(folder, sqlite_template(folder), postgresql_server, name)
    postgresql_server.drop_database(postgresql_server.url(name))


class Shops:
    """Fresh shops of every kind."""

    def __init__(self, folder: Path, file: Path, server: DatabaseServer, database: str) -> None:
        self._folder = folder
        self._file = file
        self._server = server
        self._database = database

    @contextmanager
    def fresh(self) -> Iterator[list[Shop]]:
        """One of each."""
        url = self._server.create_database(template=self._database)
        try:
            yield [MemoryShop(), sqlite_shop(self._folder, self._file), DatabaseShop(url)]
        finally:
            self._server.drop_database(url)

    def play(self, batches: Batches) -> None:
        """Play the batches on a store of each kind beside a model; compare them at the end."""
        kept = []
        with self.fresh() as fresh:
            for shop in fresh:
                with closing(shop.open()) as store:
                    pair = Pair(shop, store)
                    for batch, minutes in batches:
                        pair.play(batch, minutes, compare=False)
                    pair.compare()
                    kept.append(comparable(pair.contents))
        memory, *databases = kept
        for database in databases:
            for table, rows in memory.items():
                assert database[table] == rows, table


SETTINGS = hypothesis.settings(max_examples=EXAMPLES, phases=RANDOM)


@given(FEW_ORDERS)
@SETTINGS
def test_every_store_answers_and_keeps_the_same(shops: Shops, batches: Batches) -> None:
    run_or_shorten(shops.play, batches)


@given(MANY_ORDERS)
@SETTINGS
def test_every_store_serves_long_queues_alike(shops: Shops, batches: Batches) -> None:
    run_or_shorten(shops.play, batches)
