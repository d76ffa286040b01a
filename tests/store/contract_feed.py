"""What every store's feed tells: all that happened, in one order, from any number on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from onhand.core import commands as c
from onhand.core import transfers as t
from onhand.core.products import ProductAttributes
from onhand.core.suppliers import CreateSupplier, RemoveTerms, SetTerms, SupplierStatus
from onhand.core.warehouses import WarehouseAttributes
from onhand.ledger.feed import ANY, EventFilter, Feed, FeedEvent, NotNumberedYet
from onhand.ledger.ports import Store
from onhand.ledger.posting import Submission, settle
from onhand.store.engine import parse_database, read_engine
from onhand.store.feed import SqlFeed
from onhand.store.memory import MemoryStore
from onhand.store.memory_feed import MemoryFeed
from tests.support.stock import Stock
from tests.support.stores import TESTER, DatabaseShop, Shop, accepted, ask, ask_together


@contextmanager
def feed_of(shop: Shop, store: Store) -> Iterator[Feed]:
    """The feed of a store."""
    if isinstance(store, MemoryStore):
        yield MemoryFeed(store)
        return
    assert isinstance(shop, DatabaseShop)
    engine = read_engine(parse_database(shop.url))
    try:
        yield SqlFeed(engine)
    finally:
        engine.dispose()


def read_all(
    feed: Feed, which: EventFilter = ANY, after: int = 0, limit: int = 1_000
) -> list[FeedEvent]:
    """Everything after a number, page by page."""
    found: list[FeedEvent] = []
    while True:
        page = feed.read(which, after, limit)
        found += page.events
        assert len(page.events) <= limit
        after = page.next_after
        if not page.has_more:
            return found


def types(events: Sequence[FeedEvent]) -> list[str]:
    """Events in short."""
    return [event.type for event in events]


class FeedContract:
    """What a store's feed tells."""

    @pytest.fixture
    def feed(self, shop: Shop, store: Store) -> Iterator[Feed]:
        """The store's feed."""
        with feed_of(shop, store) as feed:
            yield feed

    def test_every_change_is_told_in_order(self, stock: Stock, feed: Feed) -> None:
        start = feed.newest()
        stock.change(allow_backorder=True, reorder_point=4)
        stock.reserve(12, order=7, ends_in=timedelta(minutes=5))
        stock.receive(3)
        stock.adjust(-1)
        stock.wait(minutes=6)
        stock.expire()
        stock.count(3)
        made = c.CreateProduct(ProductAttributes("LAMP", "Lamp"), TESTER, 5, 2)
        stock.do(made, c.CreateWarehouse(WarehouseAttributes("East", "EAST"), TESTER))
        told = read_all(feed, after=start)
        assert types(told) == [
            "product.updated",
            "stock.reserved",
            "stock.out",
            "stock.received",
            "stock.reserved",
            "backorder.allocated",
            "stock.back_in",
            "stock.adjusted",
            "stock.out",
            "stock.released",
            "reservation.expired",
            "stock.back_in",
            "stock.counted",
            "stock.low",
            "product.created",
            "stock.received",
            "stock.reserved",
            "warehouse.created",
        ]
        numbers = [event.number for event in told]
        assert numbers == sorted(set(numbers))
        assert numbers[0] > start
        assert numbers[-1] == feed.newest()

    def test_pages_of_any_size_tell_the_same(self, stock: Stock, feed: Feed) -> None:
        for _ in range(5):
            stock.adjust(1)
            stock.reserve(12)
            stock.release(12)
        everything = read_all(feed)
        for limit in (1, 2, 7):
            assert read_all(feed, limit=limit) == everything
        for place, event in enumerate(everything):
            assert read_all(feed, after=event.number) == everything[place + 1 :]

    def test_nothing_is_told_of_what_was_not_done(self, stock: Stock, feed: Feed) -> None:
        before = read_all(feed)
        stock.do(
            c.AdjustStock(stock.product, None, -11, TESTER),
            c.UpdateProduct(stock.product, {}, TESTER),
            c.UpdateProduct(99, {"name": "x"}, TESTER),
        )
        assert read_all(feed) == before

    def test_a_group_that_is_taken_back_tells_nothing(self, stock: Stock, feed: Feed) -> None:
        before = read_all(feed)
        ask_together(
            stock.store,
            c.CreateProduct(ProductAttributes("LAMP", "Lamp"), TESTER, 5),
            c.UpdateProduct(stock.product, {"name": "x"}, TESTER),
            c.AdjustStock(stock.product, None, -11, TESTER),
        )
        assert read_all(feed) == before

    def test_types_and_products_are_picked(self, stock: Stock, feed: Feed) -> None:
        other = stock.another(5)
        stock.reserve(10)
        other.adjust(1)
        some = EventFilter(frozenset({"stock.adjusted", "stock.out", "product.created"}))
        told = read_all(feed, some)
        assert types(told) == ["product.created", "product.created", "stock.out", "stock.adjusted"]
        of_other = EventFilter(product_id=other.product)
        assert types(read_all(feed, of_other)) == [
            "product.created",
            "stock.received",
            "stock.adjusted",
        ]

    def test_limits_to_warehouses_hold(self, stock: Stock, feed: Feed) -> None:
        east = stock.warehouse()
        start = feed.newest()
        stock.adjust(1, at=east)
        stock.reserve(11)
        stock.change(name="Other")
        stock.transfer(1, east, stock.warehouse("WEST"))
        line = t.LineGiven(stock.product, 1)
        for source, target in ((1, east), (1, 3)):
            sent = t.DraftTransfer(
                origin=TESTER, from_warehouse_id=source, to_warehouse_id=target, lines=(line,)
            )
            ask(stock.store, sent)
        in_the_east = read_all(feed, EventFilter(within=frozenset({east})), start)
        assert types(in_the_east) == [
            "stock.adjusted",
            "product.updated",
            "stock.transferred",
            "transfer.created",
        ]
        nowhere = read_all(feed, EventFilter(within=frozenset()), start)
        assert types(nowhere) == ["product.updated"]

    def test_a_number_that_was_never_given_is_refused(self, stock: Stock, feed: Feed) -> None:
        newest = feed.newest()
        assert feed.read(ANY, newest, 10).events == []
        with pytest.raises(NotNumberedYet, match=f"the last one is {newest}"):
            feed.read(ANY, newest + 1, 10)

    def test_documents_tell_their_steps_and_terms_their_changes(
        self, stock: Stock, feed: Feed
    ) -> None:
        start = feed.newest()
        made = CreateSupplier(
            origin=TESTER,
            code="ACME",
            status=SupplierStatus.ACTIVE,
            attributes={"name": "Acme", "currency": "USD"},
        )
        supplier = accepted(ask(stock.store, made)[0]).facts["document"].id
        for price in (3, 4):
            terms = SetTerms(
                origin=TESTER,
                id=supplier,
                product_id=stock.product,
                currency=None,
                attributes={"price": Decimal(price)},
            )
            ask(stock.store, terms)
        ask(stock.store, RemoveTerms(origin=TESTER, id=supplier, product_id=stock.product))
        told = read_all(feed, after=start)
        assert types(told) == [
            "supplier.created",
            "supplier_terms.created",
            "supplier_terms.updated",
            "supplier_terms.removed",
        ]
        assert [event.product_id for event in told] == [None, *[stock.product] * 3]
        assert told[0].subject == ("supplier", supplier)
        assert [event.version for event in told] == [1, 2, 3, 4]

    def test_settings_of_one_warehouse_are_told(self, stock: Stock, feed: Feed) -> None:
        start = feed.newest()
        here = (stock.product, 1)
        stock.do(
            c.SetStockSettings(*here, {"reorder_point": 5}, TESTER),
            c.SetStockSettings(*here, {"reorder_point": 5}, TESTER),
            c.RemoveStockSettings(*here, TESTER),
        )
        told = read_all(feed, after=start)
        assert types(told) == ["stock_settings.updated", "stock_settings.removed"]
        assert [event.changed for event in told] == [{"reorder_point": 5}, {"reorder_point": None}]
        assert [event.version for event in told] == [2, 3]

    def test_what_is_tried_is_not_told(self, stock: Stock, feed: Feed) -> None:
        start = feed.newest()
        asked = c.Request((c.AdjustStock(stock.product, None, -10, TESTER),), dry_run=True)
        settle(stock.store, [Submission(asked)], stock.clock)
        assert read_all(feed, after=start) == []

    def test_what_is_too_long_to_be_told_is_left_out(self, stock: Stock, feed: Feed) -> None:
        stock.adjust(300)
        east = stock.warehouse()
        lines = (t.LineGiven(stock.product, 1),) * 300
        sent = t.DraftTransfer(
            origin=TESTER, from_warehouse_id=1, to_warehouse_id=east, lines=lines, ship=True
        )
        transfer = accepted(ask(stock.store, sent)[0]).facts["document"].id
        start = feed.newest()
        for lines_given in ((t.LineReceived(1, 1),), None):
            arrived = t.ReceiveTransfer(origin=TESTER, id=transfer, lines=lines_given)
            ask(stock.store, arrived)
        few, all_others = (it for it in read_all(feed, after=start) if it.subject is not None)
        assert few.data is not None
        assert few.data["lines"][0]["received"] == 1
        assert all_others.data is None
        assert (all_others.from_state, all_others.to_state) == ("partially_received", "received")
        assert all_others.warehouses == (1, east)
