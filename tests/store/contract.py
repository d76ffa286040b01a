"""The stores' contract: what the ledger may rely on, whatever keeps it.

Each store subclasses the contracts it keeps in its own module and says where a shop is kept. Beside
this one, every store's, there are `contract_concurrency` and, for what lasts, `contract_database`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from onhand.core import commands as c
from onhand.core.commands import Request
from onhand.core.decide import Outcome, decide
from onhand.core.levels import StockKey
from onhand.core.products import ProductAttributes
from onhand.core.rejections import Rejected
from onhand.core.snapshot import needs_of
from onhand.ledger.ports import OWN_KEYS, Answer, KeyPart, Store
from onhand.ledger.posting import (
    Done,
    Idempotency,
    KeyReused,
    Replayed,
    Settlement,
    Submission,
    settle,
)
from onhand.ledger.verify import verify
from tests.store.contract_columns import TEXTS, ColumnsContract
from tests.store.contract_documents import DocumentsContract
from tests.store.contract_feed import FeedContract
from tests.store.contract_settings import SettingsContract
from tests.store.contract_totals import TotalsContract, move_on, totals_of
from tests.support.ledger_contents import Contents, problems
from tests.support.stock import Stock, facts, refusal
from tests.support.stores import (
    START,
    TESTER,
    SetClock,
    Shop,
    accepted,
    add_product,
    ask,
    ask_together,
)


class StoreContract(
    ColumnsContract, DocumentsContract, FeedContract, SettingsContract, TotalsContract
):
    """What every store does."""

    @pytest.fixture
    def shop(self) -> Shop:
        """Where the ledger is kept."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, shop: Shop) -> Iterator[Store]:
        """A store on it."""
        store = shop.open()
        yield store
        store.close()

    @pytest.fixture
    def stock(self, shop: Shop, store: Store) -> Stock:
        """Ten of one product in warehouse 1."""
        return Stock(shop, store, add_product(store, "LAPTOP-001", 10), SetClock())

    @pytest.fixture(autouse=True)
    def sound(self, shop: Shop, store: Store) -> Iterator[None]:
        """After every test the ledger is sound: by our own sums, and by those of `verify`."""
        yield
        assert not problems(shop.contents(store))
        with totals_of(shop, store) as totals:
            move_on(totals)
        with store.proof() as proof:
            assert [str(difference) for difference in verify(proof)] == []

    # One commit

    def test_nothing_is_written_without_a_commit(self, stock: Stock) -> None:
        before = stock.contents
        request = Request((c.AdjustStock(stock.product, None, 1, TESTER),))
        with stock.store.transaction(needs_of([request]), (), START) as transaction:
            decision = decide([request], transaction.snapshot, START)
            transaction.numbers(decision.event_count)
        assert stock.contents == before
        stock.adjust(1)
        assert stock.level == (11, 0, 0)

    def test_nothing_is_written_when_something_fails_before_the_commit(self, stock: Stock) -> None:
        before = stock.contents
        request = Request((c.AdjustStock(stock.product, None, 1, TESTER),))

        def fail() -> None:
            with stock.store.transaction(needs_of([request]), (), START) as transaction:
                decide([request], transaction.snapshot, START)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert stock.contents == before
        stock.adjust(1)
        assert stock.level == (11, 0, 0)

    def test_rejections_alone_write_nothing(self, stock: Stock) -> None:
        before = stock.contents
        stock.do(
            c.AdjustStock(stock.product, None, -11, TESTER),
            c.ReserveStock(stock.product, 1, 11, 1, TESTER),
            c.AdjustStock(99, None, 1, TESTER),
            c.CreateProduct(ProductAttributes("laptop-001", "x"), TESTER),
        )
        assert stock.contents == before

    def test_a_rejected_atomic_request_writes_nothing(self, stock: Stock) -> None:
        before = stock.contents
        done = ask_together(
            stock.store,
            c.CreateProduct(ProductAttributes("NEW", "New"), TESTER, 5),
            c.AdjustStock(stock.product, None, -11, TESTER),
        )
        assert not done.outcome.applied
        assert stock.contents == before

    # What is read

    def test_a_batch_is_given_what_it_declared(self, stock: Stock) -> None:
        other = stock.another(5)
        east = stock.warehouse()
        stock.adjust(1, at=east)
        stock.reserve(2, order=1)
        stock.reserve(3, order=2)
        other.reserve(1, order=1)
        request = Request((c.ReleaseStock(stock.product, None, 1, 2, TESTER),))
        with stock.store.transaction(needs_of([request]), (), START) as transaction:
            snapshot = transaction.snapshot
        here = StockKey(stock.product, 1)
        assert snapshot.levels[here].on_hand == 10
        assert snapshot.reservations[here][2].allocated == 3
        assert snapshot.warehouse_activity[1]
        self.assert_nothing_else(snapshot.levels, {here})
        self.assert_nothing_else(snapshot.reservations, {here})
        self.assert_nothing_else(snapshot.reservations[here], {2})
        self.assert_nothing_else(snapshot.rules, {stock.product})

    def assert_nothing_else(self, found: Any, declared: set[Any]) -> None:
        """A database loads only what was declared; the memory store has everything at hand."""
        assert declared <= set(found)

    def test_no_warehouse_means_the_default_as_it_is_now(self, stock: Stock) -> None:
        east = stock.warehouse()
        stock.adjust(4, at=east)
        stock.change(default_warehouse_id=east)
        stock.reserve(3)
        assert (stock.level_at(1), stock.level_at(east)) == ((10, 0, 0), (4, 3, 0))

    def test_a_default_changed_in_the_same_batch_holds_for_those_after(self, stock: Stock) -> None:
        east = stock.warehouse()
        stock.change(allow_backorder=True)
        stock.reserve(3, order=1, at=east)
        add = c.AdjustStock(stock.product, None, 2, TESTER)
        stock.do(add, c.UpdateProduct(stock.product, {"default_warehouse_id": east}, TESTER), add)
        assert (stock.level_at(1), stock.level_at(east)) == ((12, 0, 0), (2, 2, 1))

    def test_a_batch_of_nothing_is_settled(self, store: Store) -> None:
        assert settle(store, [], SetClock()) == []
        (done,) = settle(store, [Submission(Request(()))], SetClock())
        assert isinstance(done, Done)

    # Queues of backorders

    def test_a_long_queue_is_served_from_its_head(self, stock: Stock) -> None:
        stock.change(allow_backorder=True)
        stock.reserve(10, order=1)
        stock.do(
            *(c.ReserveStock(stock.product, None, 2, order, TESTER) for order in range(2, 402))
        )
        stock.receive(5)
        assert stock.level == (15, 15, 795)
        assert stock.queue[:5] == [(1, 10, 0), (2, 2, 0), (3, 2, 0), (4, 1, 1), (5, 0, 2)]

    def test_one_batch_may_empty_the_head_of_a_queue_and_serve_what_follows(
        self, stock: Stock
    ) -> None:
        stock.change(allow_backorder=True)
        stock.reserve(10, order=1)
        stock.do(
            *(c.ReserveStock(stock.product, None, 1, order, TESTER) for order in range(2, 102))
        )
        give_up = [c.ReleaseStock(stock.product, None, 1, order, TESTER) for order in range(2, 32)]
        stock.do(
            *give_up,
            c.ReleaseStock(stock.product, None, 4, 1, TESTER),
            c.ReceiveStock(stock.product, None, 6, TESTER),
            c.CountStock(stock.product, None, 20, TESTER),
        )
        served = [order for order, allocated, _ in stock.queue if allocated]
        assert served == [1, *range(32, 46)]
        assert stock.level == (20, 20, 56)

    def test_a_queue_is_served_from_its_head_whoever_else_the_batch_names(
        self, stock: Stock
    ) -> None:
        stock.change(allow_backorder=True)
        stock.reserve(10, order=1)
        for order in (2, 3, 4, 5):
            stock.reserve(1, order=order)
        stock.do(
            c.ReserveStock(stock.product, None, 1, 5, TESTER),
            c.ReleaseStock(stock.product, None, 1, 4, TESTER),
            c.ReceiveStock(stock.product, None, 1, TESTER),
        )
        assert stock.queue == [(1, 10, 0), (2, 1, 0), (3, 0, 1), (5, 0, 2)]

    def test_a_queue_is_served_however_the_warehouse_is_named(self, stock: Stock) -> None:
        stock.change(allow_backorder=True)
        stock.reserve(10, order=1)
        stock.do(*(c.ReserveStock(stock.product, None, 1, order, TESTER) for order in range(2, 42)))
        stock.do(
            c.ReceiveStock(stock.product, None, 1, TESTER),
            c.ReceiveStock(stock.product, 1, 20, TESTER),
            c.ReceiveStock(stock.product, None, 9, TESTER),
        )
        assert stock.level == (40, 40, 10)

    def test_a_shortfall_deallocates_the_newest_of_many(self, stock: Stock) -> None:
        stock.adjust(90)
        stock.do(
            *(c.ReserveStock(stock.product, None, 1, order, TESTER) for order in range(1, 101))
        )
        hit = facts(stock.count(95, deallocate=True))["deallocated"]
        assert [one["order_id"] for one in hit] == [100, 99, 98, 97, 96]
        stock.receive(2)
        waiting = [order for order, _, backordered in stock.queue if backordered]
        assert waiting == [98, 99, 100]

    # Expiry

    def test_several_reservations_expire_at_once(self, stock: Stock) -> None:
        stock.change(allow_backorder=True)
        for order in range(1, 11):
            stock.reserve(1, order=order, ends_in=timedelta(minutes=order))
        stock.do(
            *(c.ReserveStock(stock.product, None, 1, order, TESTER) for order in range(50, 70))
        )
        stock.wait(minutes=7)
        assert list(stock.store.expired(stock.clock.now, 10)) == [StockKey(stock.product, 1)]
        stock.expire()
        assert [order for order, allocated, _ in stock.queue if allocated] == [
            8,
            9,
            10,
            *range(50, 57),
        ]
        assert stock.store.expired(stock.clock.now, 10) == []

    def test_levels_at_which_something_has_expired_are_found(self, stock: Stock) -> None:
        others = [stock.another(3, sku=f"OTHER-{number}") for number in range(4)]
        for number, other in enumerate(others):
            other.reserve(1, order=1, ends_in=timedelta(minutes=number + 1))
            other.reserve(1, order=2, ends_in=timedelta(minutes=number + 1))
        now = START + timedelta(minutes=3)
        expected = {StockKey(other.product, 1) for other in others[:3]}
        assert set(stock.store.expired(now, 10)) == expected
        assert len(stock.store.expired(now, 2)) == 2
        assert stock.store.expired(START, 10) == []

    # Idempotency keys

    def test_a_key_replays_the_first_answer_to_the_letter(self, stock: Stock) -> None:
        body = b'{"a": "\\u00e9 \xc3\xa9 \xff\x00", "n": 1.10}'
        first = self.keyed(stock, "k", body=body)
        assert isinstance(first, Done)
        again = self.keyed(stock, "k", body=b"another")
        assert again == Replayed(Answer(201, body))
        assert stock.level == (11, 0, 0)

    def test_a_key_used_for_something_else_does_nothing(self, stock: Stock) -> None:
        self.keyed(stock, "k")
        other = self.keyed(stock, "k", fingerprint="other", quantity=5)
        assert isinstance(other, KeyReused)
        assert stock.level == (11, 0, 0)

    def test_each_part_of_a_request_is_kept_by_itself(self, stock: Stock) -> None:
        self.keyed(stock, "k", part=0, body=b"first")
        self.keyed(stock, "k", part=1, body=b"second")
        assert self.keyed(stock, "k", part=0) == Replayed(Answer(201, b"first"))
        assert self.keyed(stock, "k", part=1) == Replayed(Answer(201, b"second"))
        assert isinstance(self.keyed(stock, "k", part=2), Done)
        assert stock.level == (13, 0, 0)

    def test_a_rejection_is_an_answer_to_keep_too(self, stock: Stock) -> None:
        self.keyed(stock, "k", quantity=-11, body=b"no")
        stock.adjust(5)
        assert self.keyed(stock, "k", quantity=-11) == Replayed(Answer(201, b"no"))
        assert stock.level == (15, 0, 0)

    def test_known_and_new_keys_share_a_batch(self, stock: Stock) -> None:
        self.keyed(stock, "old")
        asked = [self.submission(stock, key) for key in ("new", "old", "newer")]
        settled = settle(stock.store, asked, stock.clock)
        assert [type(one) for one in settled] == [Done, Replayed, Done]
        assert stock.level == (13, 0, 0)

    @pytest.mark.parametrize("key", [TEXTS["quotes"], TEXTS["sql"], TEXTS["emoji"], "x" * 255])
    def test_a_key_may_be_any_text(self, stock: Stock, key: str) -> None:
        self.keyed(stock, key)
        assert isinstance(self.keyed(stock, key), Replayed)
        assert isinstance(self.keyed(stock, key.swapcase() + "_"), Done)

    def test_old_answers_are_forgotten_and_our_own_stay(self, stock: Stock) -> None:
        self.keyed(stock, "old")
        self.keyed(stock, f"{OWN_KEYS}import:1")
        stock.wait(days=30)
        self.keyed(stock, "young")
        assert stock.store.forget_answers(stock.clock.now - timedelta(days=1)) == 1
        assert isinstance(self.keyed(stock, "old"), Done)
        assert isinstance(self.keyed(stock, "young"), Replayed)
        assert isinstance(self.keyed(stock, f"{OWN_KEYS}import:1"), Replayed)

    def keyed(self, stock: Stock, key: str, **asked: Any) -> Settlement:
        """Add to the stock under a client's key."""
        (settled,) = settle(stock.store, [self.submission(stock, key, **asked)], stock.clock)
        assert isinstance(settled, Settlement), settled
        return settled

    @staticmethod
    def submission(
        stock: Stock,
        key: str,
        *,
        part: int = 0,
        fingerprint: str = "same",
        quantity: int = 1,
        body: bytes = b"yes",
    ) -> Submission:
        """What a client sends under a key."""
        request = Request((c.AdjustStock(stock.product, None, quantity, TESTER),))
        identity = Idempotency(KeyPart(key, part), fingerprint)

        def render(outcome: Outcome, movement_ids: object) -> Answer:
            return Answer(201, body)

        return Submission(request, render, identity)

    # Ids

    def test_ids_rise_with_every_movement(self, stock: Stock) -> None:
        for _ in range(3):
            stock.do(*(c.AdjustStock(stock.product, None, 1, TESTER) for _ in range(5)))
            stock.adjust(-99)
        ids = [row["id"] for row in stock.contents.ledger(stock.product)]
        assert ids == sorted(set(ids))

    def test_entry_numbers_have_no_gaps_whatever_is_rejected(self, stock: Stock) -> None:
        for quantity in (1, -99, 2, -98, 3):
            stock.adjust(quantity)
        numbers = [row["entry_number"] for row in stock.contents.ledger(stock.product)]
        assert numbers == [1, 2, 3, 4]

    def test_an_id_of_something_deleted_is_not_given_again(self, stock: Stock) -> None:
        gone = stock.another()
        accepted(stock.do(c.RemoveProduct(gone.product, TESTER))[0])
        assert stock.another().product > gone.product

    # The catalogue

    def test_a_product_and_its_opening_stock_are_one_commit(self, store: Store, shop: Shop) -> None:
        made = c.CreateProduct(ProductAttributes("A", "A"), TESTER, 5, 2)
        product = accepted(ask(store, made)[0]).facts["product"].id
        contents = shop.contents(store)
        assert contents.told(product) == [("in", 5), ("reserved", 2)]
        assert contents.level(product) == (5, 2, 0)

    def test_many_products_are_made_in_one_batch(self, store: Store, shop: Shop) -> None:
        made = [
            c.CreateProduct(ProductAttributes(f"SKU-{number}", "x"), TESTER, number % 3)
            for number in range(300)
        ]
        ids = [accepted(result).facts["product"].id for result in ask(store, *made)]
        assert ids == sorted(set(ids))
        contents = shop.contents(store)
        assert len(contents.products) == 300
        assert [contents.level(product)[0] for product in ids[:6]] == [0, 1, 2, 0, 1, 2]

    def test_a_sku_is_taken_whatever_its_case(self, stock: Stock) -> None:
        wanted = c.CreateProduct(ProductAttributes("LAPTOP-001".lower(), "x"), TESTER)
        assert refusal(stock.do(wanted)[0]).startswith("sku: ")

    def test_skus_may_be_swapped_in_one_batch(self, stock: Stock) -> None:
        other = stock.another(sku="B")
        results = stock.do(
            c.UpdateProduct(other.product, {"sku": "C"}, TESTER),
            c.UpdateProduct(stock.product, {"sku": "B"}, TESTER),
            c.UpdateProduct(other.product, {"sku": "LAPTOP-001"}, TESTER),
        )
        assert not any(isinstance(result, Rejected) for result in results)
        skus = {row["id"]: row["sku"] for row in stock.contents.products}
        assert skus == {stock.product: "B", other.product: "LAPTOP-001"}

    def test_a_removed_product_leaves_nothing(self, stock: Stock) -> None:
        gone = stock.another()
        stock.do(c.RemoveProduct(gone.product, TESTER))
        contents: Contents = stock.contents
        assert [row["id"] for row in contents.products] == [stock.product]
        assert [row["product_id"] for row in contents.product_stock] == [stock.product]
