"""Nobody who follows the feed of a PostgreSQL database misses an event, however writers overlap.

A reader that trusts numbers as they come is planted beside it: where that one loses nothing, the
test would show nothing.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import psycopg
import pytest
from sqlalchemy import Engine

from onhand.core import commands as c
from onhand.core.commands import Request
from onhand.core.decide import decide
from onhand.core.snapshot import needs_of
from onhand.ledger.feed import ANY, FeedEvent
from onhand.ledger.ports import Store, Transaction
from onhand.store.engine import parse_database, read_engine
from onhand.store.feed import MOST_MARKS, Marks, SqlFeed
from onhand.store.migrate import migrate
from tests.store.contract_feed import read_all
from tests.support.stores import START, TESTER, DatabaseShop, add_product, ask

WRITERS = 4
FOR_SECONDS = 1.5


class NaiveFeed(SqlFeed):
    """A feed that takes every number for settled once it is drawn."""

    def _settled(self) -> tuple[int, int]:
        newest = super()._settled()[1]
        return newest, newest


@pytest.fixture
def shop(postgresql_url: str) -> DatabaseShop:
    migrate(postgresql_url)
    return DatabaseShop(postgresql_url)


@pytest.fixture
def engine(shop: DatabaseShop) -> Iterator[Engine]:
    engine = read_engine(parse_database(shop.url))
    yield engine
    engine.dispose()


@contextmanager
def stores(shop: DatabaseShop, count: int) -> Iterator[list[Store]]:
    """As many stores on the one database as there are servers."""
    with ExitStack() as stack:
        yield [stack.enter_context(closing(shop.open())) for _ in range(count)]


@contextmanager
def underway(store: Store, product: int) -> Iterator[Transaction]:
    """A batch that has its numbers and is not committed; it is on leaving."""
    request = Request((c.AdjustStock(product, None, 1, TESTER),))
    with store.transaction(needs_of([request]), (), START) as transaction:
        decision = decide([request], transaction.snapshot, START)
        numbers = transaction.numbers(decision.event_count)
        yield transaction
        transaction.commit(decision, numbers, {}, START)


def followed(feed: SqlFeed, found: list[FeedEvent], after: int) -> int:
    """Read on; where to go on the next time."""
    page = feed.read(ANY, after, 1_000)
    found += page.events
    return page.next_after


def test_what_commits_late_is_told_in_its_place(shop: DatabaseShop, engine: Engine) -> None:
    feed, naive = SqlFeed(engine), NaiveFeed(engine)
    seen: list[FeedEvent] = []
    with stores(shop, 2) as (slow, fast):
        one, other = add_product(slow, "ONE", 1), add_product(slow, "OTHER", 1)
        after = naive_after = followed(feed, [], 0)
        with underway(slow, one):
            ask(fast, c.AdjustStock(other, None, 1, TESTER))
            after = followed(feed, seen, after)
            assert seen == []
            seen_by_naive: list[FeedEvent] = []
            naive_after = followed(naive, seen_by_naive, naive_after)
            assert [event.product_id for event in seen_by_naive] == [other]
        followed(feed, seen, after)
        assert [event.product_id for event in seen] == [one, other]
        followed(naive, seen_by_naive, naive_after)
        assert [event.product_id for event in seen_by_naive] == [other]


def test_a_writer_that_gives_up_holds_nothing_back(shop: DatabaseShop, engine: Engine) -> None:
    feed = SqlFeed(engine)
    with stores(shop, 2) as (slow, fast):
        one, other = add_product(slow, "ONE", 1), add_product(slow, "OTHER", 1)
        after = feed.newest()

        def give_up() -> None:
            with underway(slow, one):
                ask(fast, c.AdjustStock(other, None, 1, TESTER))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            give_up()
        assert [event.product_id for event in read_all(feed, after=after)] == [other]


def test_others_who_write_for_long_hold_nothing_back(shop: DatabaseShop, engine: Engine) -> None:
    feed = SqlFeed(engine)
    with stores(shop, 1) as (store,), psycopg.connect(shop.url) as other:
        other.execute("CREATE TABLE notes (note text)")
        other.execute("SELECT pg_current_xact_id()")
        product = add_product(store, "ONE", 1)
        page = feed.read(ANY, 0, 10)
        assert [event.product_id for event in page.events] == [product, product]
        assert page.settled == page.newest


def test_many_writers_at_once_are_told_whole_and_in_order(
    shop: DatabaseShop, engine: Engine
) -> None:
    feed, naive = SqlFeed(engine), NaiveFeed(engine)
    with stores(shop, WRITERS) as several:
        products = [add_product(several[0], f"P{number}", 1) for number in range(WRITERS * 2)]
        ends_at = time.monotonic() + FOR_SECONDS

        def write(number: int) -> None:
            chance = random.Random(number)
            while time.monotonic() < ends_at:
                product = chance.choice(products)
                if chance.random() < 0.3:
                    with underway(several[number], product):
                        time.sleep(chance.uniform(0.0, 0.03))
                else:
                    ask(several[number], c.AdjustStock(product, None, 1, TESTER))

        def read(reader: SqlFeed) -> list[FeedEvent]:
            found: list[FeedEvent] = []
            after = 0
            while any(it.is_alive() for it in writers):
                after = followed(reader, found, after)
            found += read_all(reader, after=after)
            return found

        writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        with ThreadPoolExecutor(2) as readers:
            told, told_by_naive = readers.map(read, (feed, naive))
    everything = read_all(SqlFeed(engine))
    assert [event.number for event in told] == [event.number for event in everything]
    assert_in_order(told)
    assert len(told_by_naive) < len(everything), "nothing overlapped: the test shows nothing"


def assert_in_order(told: Sequence[FeedEvent]) -> None:
    """Each level's entries come one after the other, from the first, without a gap."""
    entries: dict[int, list[int]] = {}
    for event in told:
        if event.movement is not None:
            place = event.movement.product_id
            entries.setdefault(place, []).append(event.movement.entry_number)
    for numbers in entries.values():
        assert numbers == list(range(1, len(numbers) + 1))


def test_marks_are_settled_when_all_their_writers_have_ended() -> None:
    marks = Marks()
    assert marks.settled(10, frozenset("ab")) == 0
    assert marks.settled(12, frozenset("bc")) == 0
    assert marks.settled(15, frozenset("c")) == 10
    assert marks.settled(20, frozenset("d")) == 15
    assert marks.settled(20, frozenset()) == 20


def test_marks_do_not_pile_up_behind_a_writer_that_takes_long() -> None:
    marks = Marks()
    for number in range(1, 5 * MOST_MARKS):
        assert marks.settled(number, frozenset({"long", f"short {number}"})) == 0
    assert len(marks._marks) == MOST_MARKS
    assert marks.settled(1_000, frozenset({"new"})) == 5 * MOST_MARKS - 1


def test_marks_go_on_however_often_one_looks() -> None:
    marks = Marks()
    writers = [f"writer {number}" for number in range(3)]
    settled = 0
    for number in range(1, 100 * MOST_MARKS):
        if number % (2 * MOST_MARKS) == 0:
            writers = [*writers[1:], f"writer {number}"]
        settled = marks.settled(number, frozenset(writers))
    assert settled > 90 * MOST_MARKS
