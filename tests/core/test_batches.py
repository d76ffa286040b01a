"""Batches: each command sees those before it, and nobody pays for a neighbour's fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onhand.core import commands as c
from onhand.core.decide import decide
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.rejections import Rejected
from onhand.core.snapshot import needs_of
from onhand.core.warehouses import WarehouseAttributes
from onhand.ledger.posting import Submission, settle
from tests.support.stock import Stock, past, refusal, stocked
from tests.support.stores import accepted, ask_together, done

TESTER = Origin("tester")


@pytest.fixture
def stock() -> Stock:
    """Five on hand."""
    return stocked(5)


def reserve(stock: Stock, quantity: int, order: int) -> c.ReserveStock:
    return c.ReserveStock(stock.product, None, quantity, order, TESTER)


def test_two_that_want_the_last_five_do_not_both_get_them(stock: Stock) -> None:
    first, second = stock.do(reserve(stock, 5, 1), reserve(stock, 5, 2))
    accepted(first)
    assert refusal(second).endswith("Available: 0, Requested: 5")


def test_a_rejection_touches_no_neighbour(stock: Stock) -> None:
    results = stock.do(reserve(stock, 2, 1), reserve(stock, 9, 2), reserve(stock, 3, 3))
    assert [isinstance(result, Rejected) for result in results] == [False, True, False]
    assert stock.queue == [(1, 2, 0), (3, 3, 0)]


def test_of_a_request_that_is_not_atomic_each_command_is_answered_alone(stock: Stock) -> None:
    asked = (reserve(stock, 2, 1), reserve(stock, 9, 2), reserve(stock, 3, 3))
    settled = ask_together(stock.store, *asked, atomic=False)
    assert [isinstance(result, Rejected) for result in settled.outcome.results] == [
        False,
        True,
        False,
    ]
    assert settled.outcome.applied


def test_an_atomic_request_is_carried_out_as_a_whole(stock: Stock) -> None:
    settled = ask_together(stock.store, reserve(stock, 2, 1), reserve(stock, 3, 2))
    assert settled.outcome.applied
    assert stock.queue == [(1, 2, 0), (2, 3, 0)]


def test_an_atomic_request_with_a_rejection_changes_nothing(stock: Stock) -> None:
    before = stock.contents
    settled = ask_together(
        stock.store, reserve(stock, 2, 1), reserve(stock, 9, 2), reserve(stock, 1, 3)
    )
    assert not settled.outcome.applied
    assert len(settled.outcome.results) == 2
    assert refusal(settled.outcome.results[-1]).endswith("Available: 3, Requested: 9")
    assert stock.contents == before


def test_commands_after_a_rejected_atomic_request_see_nothing_of_it(stock: Stock) -> None:
    atomic = c.Request((reserve(stock, 5, 1), reserve(stock, 1, 2)), atomic=True)
    alone = c.Request((reserve(stock, 5, 3),))
    requests = [atomic, alone]
    with stock.store.transaction(needs_of(requests), (), stock.clock.now) as transaction:
        decision = decide(requests, transaction.snapshot, stock.clock.now)
    assert [outcome.applied for outcome in decision.outcomes] == [False, True]
    assert [movement.order_id for movement in decision.movements] == [3]
    assert [movement.entry_number for movement in decision.movements] == [2]


def test_what_a_rejected_atomic_request_took_is_free_for_those_after_it(stock: Stock) -> None:
    stock.adjust(3)
    reversal = c.ReverseMovement(past([stock.last]), TESTER)
    product = c.CreateProduct(ProductAttributes("NEW", "New"), TESTER)
    site = c.CreateWarehouse(WarehouseAttributes("East", "EAST"), TESTER)
    rename = c.UpdateProduct(stock.product, {"sku": "OTHER"}, TESTER)
    for wanted in (reversal, product, site, rename):
        rejected = c.Request((wanted, reserve(stock, 99, 1)), atomic=True)
        settled = settle(
            stock.store, [Submission(rejected), Submission(c.Request((wanted,)))], stock.clock
        )
        first, second = (done(one).outcome for one in settled)
        assert not first.applied
        accepted(second.results[0])


def test_a_rejected_atomic_request_takes_back_changes_of_the_catalogue_too(stock: Stock) -> None:
    archive = c.UpdateProduct(stock.product, {"is_active": False, "sku": "OTHER"}, TESTER)
    settled = ask_together(stock.store, archive, reserve(stock, 1, 1))
    assert refusal(settled.outcome.results[-1]).startswith("product_id: ")
    (product,) = stock.contents.products
    assert product["is_active"]
    assert product["sku"] == "LAPTOP-001"
    stock.another(sku="OTHER")


def test_each_answer_names_the_entries_its_command_wrote(stock: Stock) -> None:
    ship = c.ShipStock(stock.product, None, 2, TESTER, order_id=1)
    settled = ask_together(stock.store, reserve(stock, 2, 1), ship, reserve(stock, 1, 2))
    spans = [accepted(result).movements for result in settled.outcome.results]
    assert spans == [(0, 1), (1, 3), (3, 4)]
    written = stock.contents.movements[-4:]
    assert [row["id"] for row in written] == list(settled.movement_ids)


def test_the_answer_tells_the_level_after_its_own_command(stock: Stock) -> None:
    first, second = stock.do(reserve(stock, 2, 1), reserve(stock, 1, 2))
    assert (accepted(first).on_hand, accepted(first).reserved) == (5, 2)
    assert (accepted(second).on_hand, accepted(second).reserved) == (5, 3)


def test_deciding_is_a_function_of_its_arguments(stock: Stock) -> None:
    request = c.Request((reserve(stock, 2, 1), replace(reserve(stock, 9, 2), quantity=9)))
    decisions = []
    for _ in range(2):
        with stock.store.transaction(needs_of([request]), (), stock.clock.now) as transaction:
            before = transaction.snapshot.levels[stock.store_key].copy()
            decisions.append(decide([request], transaction.snapshot, stock.clock.now))
            assert transaction.snapshot.levels[stock.store_key] == before
    assert decisions[0] == decisions[1]
