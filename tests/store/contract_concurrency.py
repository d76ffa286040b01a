"""The contract when many act at once: threads on one store, and several stores on one shop."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Barrier

import pytest

from onhand.core import commands as c
from onhand.core.commands import Command, Request
from onhand.core.decide import Outcome
from onhand.core.products import ProductAttributes
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.stock_rules import Accepted, Result
from onhand.ledger.ports import Answer, KeyPart, Store
from onhand.ledger.posting import Done, Idempotency, Replayed, Submission, settle
from onhand.ledger.verify import verify
from tests.support.ledger_contents import problems
from tests.support.stores import TESTER, SetClock, Shop, accepted, add_product, add_warehouse, ask

THREADS = 16
Work = Callable[[Store], Sequence[Result]]


class ConcurrencyContract:
    """What every store does when many ask at once."""

    stores_at_once = 1

    @pytest.fixture
    def shop(self) -> Shop:
        """Where the ledger is kept."""
        raise NotImplementedError

    @pytest.fixture
    def stores(self, shop: Shop) -> Iterator[list[Store]]:
        """As many stores as may be open on it."""
        with ExitStack() as stack:
            stores = [shop.open() for _ in range(self.stores_at_once)]
            for store in stores:
                stack.enter_context(closing(store))
            yield stores
            assert not problems(shop.contents(stores[0]))
            with stores[0].proof() as proof:
                assert [str(difference) for difference in verify(proof)] == []

    @staticmethod
    def at_once(stores: Sequence[Store], work: Sequence[Work]) -> list[list[Result]]:
        """Do all the work at once, each piece in a thread of its own; the answers of each."""
        barrier = Barrier(len(work))

        def begin(number: int) -> list[Result]:
            barrier.wait()
            return list(work[number](stores[number % len(stores)]))

        with ThreadPoolExecutor(len(work)) as pool:
            return list(pool.map(begin, range(len(work))))

    def test_a_hot_product_is_sold_exactly_once(self, shop: Shop, stores: list[Store]) -> None:
        product = add_product(stores[0], "HOT", 50)

        def buy(first: int) -> Work:
            def work(store: Store) -> list[Result]:
                return [
                    ask(store, c.ReserveStock(product, None, 1, first + number, TESTER))[0]
                    for number in range(5)
                ]

            return work

        answers = self.at_once(stores, [buy(thread * 100 + 1) for thread in range(THREADS)])
        sold = [result for results in answers for result in results if is_yes(result)]
        refused = [result for results in answers for result in results if not is_yes(result)]
        assert (len(sold), len(refused)) == (50, 5 * THREADS - 50)
        contents = shop.contents(stores[0])
        assert contents.level(product) == (50, 50, 0)
        assert len(contents.queue(product)) == 50

    def test_transfers_to_and_fro_lose_nothing(self, shop: Shop, stores: list[Store]) -> None:
        east = add_warehouse(stores[0], "EAST")
        products = [add_product(stores[0], f"P{number}", 20) for number in range(3)]

        def move(seed: int) -> Work:
            chance = random.Random(seed)

            def work(store: Store) -> list[Result]:
                found: list[Result] = []
                for _ in range(6):
                    wanted = chance.sample(products, 3)
                    there = (1, east) if seed % 2 else (east, 1)
                    moves = [
                        c.TransferStock(product, *there, chance.randint(1, 3), TESTER)
                        for product in wanted
                    ]
                    found += ask(store, *moves)
                return found

            return work

        self.at_once(stores, [move(seed) for seed in range(8)])
        contents = shop.contents(stores[0])
        for product in products:
            here, there = contents.level(product, 1)[0], contents.level(product, east)[0]
            assert here + there == 20

    def test_one_sku_is_given_once(self, shop: Shop, stores: list[Store]) -> None:
        def make(number: int) -> Work:
            spelled = "laptop-001".upper() if number % 2 else "laptop-001"
            made = c.CreateProduct(ProductAttributes(spelled, "x"), TESTER, 3)
            return lambda store: ask(store, made)

        answers = self.at_once(stores, [make(number) for number in range(8)])
        results = [result for results in answers for result in results]
        assert sum(map(is_yes, results)) == 1
        codes = {result.code for result in results if isinstance(result, Rejected)}
        assert codes == {RejectionCode.SKU_TAKEN}
        contents = shop.contents(stores[0])
        assert len(contents.products) == len(contents.movements) == 1

    def test_one_key_moves_stock_once(self, shop: Shop, stores: list[Store]) -> None:
        product = add_product(stores[0], "P", 10)

        def send(number: int) -> Callable[[Store], list[Result]]:
            def work(store: Store) -> list[Result]:
                asked = Request((c.AdjustStock(product, None, 1, TESTER),))

                def render(outcome: Outcome, movement_ids: object) -> Answer:
                    return Answer(200, str(number).encode())

                for key in ("a", "b", "c"):
                    identity = Idempotency(KeyPart(key), "same")
                    (settled,) = settle(store, [Submission(asked, render, identity)], SetClock())
                    answers[key].append(settled)
                return []

            return work

        answers: dict[str, list[object]] = {"a": [], "b": [], "c": []}
        self.at_once(stores, [send(number) for number in range(8)])
        for told in answers.values():
            assert sum(isinstance(one, Done) for one in told) == 1, told
            bodies = {one.answer for one in told if isinstance(one, Done | Replayed)}
            assert len(bodies) == 1
        assert shop.contents(stores[0]).level(product) == (13, 0, 0)

    def test_a_warehouse_is_not_closed_over_stock_that_arrives(
        self, shop: Shop, stores: list[Store]
    ) -> None:
        for number in range(6):
            site = add_warehouse(stores[0], f"W{number}")
            product = add_product(stores[0], f"P{number}", 5)
            work = [
                acting(c.TransferStock(product, 1, site, 1, TESTER)),
                acting(c.UpdateWarehouse(site, {"is_active": False}, TESTER)),
            ]
            (moved,), (closed,) = self.at_once(stores, work)
            assert is_yes(moved) != is_yes(closed), (moved, closed)

    def test_a_product_is_not_deleted_under_stock_that_arrives(
        self, shop: Shop, stores: list[Store]
    ) -> None:
        for number in range(6):
            product = add_product(stores[0], f"P{number}")
            work = [
                acting(c.AdjustStock(product, None, 1, TESTER)),
                acting(c.RemoveProduct(product, TESTER)),
            ]
            (moved,), (removed,) = self.at_once(stores, work)
            outcome = accepted(removed).facts["outcome"]
            assert outcome == ("archived" if is_yes(moved) else "deleted")

    def test_whatever_many_do_at_once_the_ledger_stays_sound(
        self, shop: Shop, stores: list[Store]
    ) -> None:
        sites = [1, add_warehouse(stores[0], "EAST"), add_warehouse(stores[0], "WEST")]
        products = [
            add_product(stores[0], f"P{number}", 10, allow_backorder=number % 2 == 0)
            for number in range(4)
        ]

        def act(seed: int) -> Work:
            chance = random.Random(seed)

            def work(store: Store) -> list[Result]:
                found: list[Result] = []
                for _ in range(10):
                    batch = [random_command(chance, products, sites) for _ in range(4)]
                    found += ask(store, *batch)
                return found

            return work

        answers = self.at_once(stores, [act(seed) for seed in range(8)])
        assert sum(len(results) for results in answers) == 8 * 10 * 4


def acting(command: Command) -> Work:
    """Work that is one command."""
    return lambda store: ask(store, command)


def is_yes(result: Result) -> bool:
    """Whether a command was carried out."""
    return isinstance(result, Accepted)


def random_command(chance: random.Random, products: list[int], sites: list[int]) -> Command:
    """Something that may be asked of a few products in a few places."""
    product, order, units = chance.choice(products), chance.randint(1, 5), chance.randint(1, 4)
    here, there = chance.sample(sites, 2)
    match chance.randrange(9):
        case 0:
            return c.AdjustStock(product, here, chance.choice([-units, units]), TESTER)
        case 1:
            return c.ReceiveStock(product, here, units, TESTER)
        case 2:
            return c.ShipStock(product, here, units, TESTER, order)
        case 3 | 4:
            return c.ReserveStock(product, here, units, order, TESTER)
        case 5:
            return c.ReleaseStock(product, here, units, order, TESTER)
        case 6:
            return c.CountStock(product, here, units * 2, TESTER, c.OnShortfall.DEALLOCATE)
        case 7:
            changes = {"default_warehouse_id": chance.choice([None, *sites])}
            return c.UpdateProduct(product, changes, TESTER)
        case _:
            return c.TransferStock(product, here, there, units, TESTER)
