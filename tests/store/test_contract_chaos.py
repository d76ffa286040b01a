"""PostgreSQL's sessions killed at random under several stores: every key is done once."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime

import psycopg
import pytest

from onhand.core import commands as c
from onhand.core.decide import Outcome
from onhand.core.movements import Origin
from onhand.ledger.faults import CommitUnknown, Fault, StoreBusy, StoreUnavailable
from onhand.ledger.ports import Answer, KeyPart, Store
from onhand.ledger.posting import Idempotency, Submission, settle
from onhand.store.migrate import migrate
from tests.store.contract_concurrency import random_command
from tests.support.ledger_contents import problems
from tests.support.postgres import PostgreSQLServer
from tests.support.stores import DatabaseShop, add_product, add_warehouse

SECONDS = 3.0
STORES, THREADS = 3, 6
TRIES = 100
KILL_ONE = (
    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
    " WHERE application_name = 'onhand-writer' AND datname = %s ORDER BY random() LIMIT 1) AS one"
)


@pytest.fixture
def shop(private_postgresql_server: PostgreSQLServer) -> DatabaseShop:
    """A migrated database on a server where sessions may be killed."""
    url = private_postgresql_server.create_database("chaos")
    migrate(url)
    return DatabaseShop(url)


@pytest.fixture
def stores(shop: DatabaseShop) -> Iterator[list[Store]]:
    """Several stores on it, as several servers are."""
    with ExitStack() as stack:
        yield [stack.enter_context(closing(shop.open())) for _ in range(STORES)]


class Callers:
    """Callers that move stock under keys, and send again what they are not sure of."""

    def __init__(self, stores: list[Store]) -> None:
        self.stores = stores
        self.sites = [1, add_warehouse(stores[0], "EAST"), add_warehouse(stores[0], "WEST")]
        self.products = [
            add_product(stores[0], f"P{n}", 50, allow_backorder=n % 2 == 0) for n in range(4)
        ]
        self.counted = add_product(stores[0], "COUNTED")
        self.keys: list[str] = []
        self.faults: Counter[type[Fault]] = Counter()
        self.ends_at = time.monotonic() + SECONDS

    def work(self, number: int) -> None:
        """One caller's work, until the time is up."""
        chance = random.Random(number)
        while time.monotonic() < self.ends_at:
            todo = [self._submission(chance) for _ in range(chance.randint(1, 6))]
            for _ in range(TRIES):
                settled = settle(chance.choice(self.stores), todo, lambda: datetime.now(UTC))
                self.faults.update(type(one) for one in settled if isinstance(one, Fault))
                todo = [
                    submission
                    for submission, one in zip(todo, settled, strict=True)
                    if isinstance(one, Fault)
                ]
                if not todo:
                    break
            assert not todo, "the database did not come back"

    def _submission(self, chance: random.Random) -> Submission:
        key = uuid.uuid4().hex
        if chance.random() < 0.5:
            came = c.ReceiveStock(self.counted, None, 1, Origin("tester", reference=key))
            request = c.Request((came,))
            self.keys.append(key)
        else:
            commands = [
                random_command(chance, self.products, self.sites)
                for _ in range(chance.randint(1, 4))
            ]
            request = c.Request(tuple(commands), atomic=chance.random() < 0.5)
        return Submission(request, _render, Idempotency(KeyPart(key), "same"))


def _render(outcome: Outcome, movement_ids: object) -> Answer:
    return Answer(200, b"yes")


def test_nothing_is_lost_or_done_twice_while_sessions_are_killed(
    private_postgresql_server: PostgreSQLServer, shop: DatabaseShop, stores: list[Store]
) -> None:
    callers = Callers(stores)

    def kill_sessions() -> None:
        chance = random.Random(0)
        admin = psycopg.connect(private_postgresql_server.admin_url, autocommit=True)
        with closing(admin):
            while time.monotonic() < callers.ends_at:
                time.sleep(chance.uniform(0.01, 0.15))
                admin.execute(KILL_ONE, ["chaos"])

    killer = threading.Thread(target=kill_sessions)
    killer.start()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(callers.work, range(THREADS)))
    killer.join()

    contents = shop.contents(stores[0])
    assert not problems(contents)
    done = Counter(row["reference"] for row in contents.ledger(callers.counted))
    assert done == Counter(callers.keys)
    assert callers.faults, "no session was killed at work: the test shows nothing"
    assert set(callers.faults) <= {StoreUnavailable, CommitUnknown, StoreBusy}
