"""Needs: a batch declares all it will read, and no rule reads more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta
from itertools import tee
from typing import Any

import hypothesis
from hypothesis import given
from hypothesis import strategies as st

from onhand.core import commands as c
from onhand.core.decide import decide
from onhand.core.levels import StockKey
from onhand.core.movements import Origin
from onhand.core.products import ProductRules
from onhand.core.snapshot import Needs, NewIds, Snapshot, needs_of, orders_named, resolved
from onhand.ledger.ports import KeyPart
from onhand.store.memory import MemoryStore, MemoryTransaction
from tests.support.against_model import Pair
from tests.support.asks import Group, groups
from tests.support.declared import declared_only
from tests.support.shortening import RANDOM, Batches, run_or_shorten
from tests.support.stores import START, MemoryShop

BATCHES = st.lists(
    st.tuples(st.lists(groups(), min_size=1, max_size=3), st.sampled_from([0, 1, 3])),
    min_size=1,
    max_size=12,
)


class Watched(dict[Any, Any]):
    """A mapping that remembers what was looked up in it."""

    def __init__(self, rows: dict[Any, Any]) -> None:
        super().__init__(rows)
        self.looked_up: set[Any] = set()

    def get(self, key: Any, default: Any = None) -> Any:
        self.looked_up.add(key)
        return super().get(key, default)

    def __getitem__(self, key: Any) -> Any:
        self.looked_up.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.looked_up.add(key)
        return super().__contains__(key)


class WatchingStore(MemoryStore):
    """A store that holds every batch to what it declared."""

    requests: Sequence[c.Request] = ()

    @contextmanager
    def transaction(
        self, needs: Needs, keys: Sequence[KeyPart], now: datetime
    ) -> Iterator[MemoryTransaction]:
        with super().transaction(needs, keys, now) as transaction:
            snapshot = transaction.snapshot
            watched = copy(snapshot)
            watched.levels = Watched(snapshot.levels)
            watched.reservations = Watched(snapshot.reservations)
            watched.totals = Watched(snapshot.totals)
            transaction.snapshot = watched
            yield transaction
            places = declared_places(needs, snapshot.rules)
            assert watched.levels.looked_up <= places
            assert watched.reservations.looked_up <= places
            made_now = {place.product_id for place in places} if not snapshot.rules else set()
            assert watched.totals.looked_up <= {*needs.stocked_products, *made_now}


class WatchingShop(MemoryShop):
    """A shop on a store that watches."""

    def open(self) -> Any:
        return WatchingStore(START)


def declared_places(needs: Needs, rules: dict[int, ProductRules]) -> set[StockKey]:
    """The levels that a batch declared; those of products made just now are new and need none."""
    places = {resolved(*place, rules) for place in needs.levels if place[0] in rules}
    return places | {StockKey(product_id, 1) for product_id in range(1, 4) if not rules}


@given(BATCHES)
@hypothesis.settings(max_examples=30, phases=RANDOM)
def test_no_rule_looks_up_what_was_not_declared(batches: Batches) -> None:
    def run(batches: Batches) -> None:
        shop = WatchingShop()
        pair = Pair(shop, shop.open())
        for batch, minutes in batches:
            pair.play(batch, minutes)

    run_or_shorten(run, batches)


@given(BATCHES, st.lists(groups(), min_size=1, max_size=4))
@hypothesis.settings(max_examples=50, phases=RANDOM)
def test_what_was_not_declared_makes_no_difference(before: Batches, batch: list[Group]) -> None:
    def run(batches: Batches) -> None:
        shop = MemoryShop()
        pair = Pair(shop, shop.open())
        for earlier, minutes in batches[:-1]:
            pair.play(earlier, minutes)
        for last, minutes in batches[-1:]:
            requests = pair.requests(last)
            now = pair.clock.now + timedelta(minutes=minutes)
            needs = needs_of(requests)
            with pair.store.transaction(needs, (), now) as transaction:
                full, other = doubled(transaction.snapshot)
                declared = declared_only(other, needs, now)
                assert decide(requests, full, now) == decide(requests, declared, now)

    run_or_shorten(run, [*before, (batch, 1)])


def doubled(snapshot: Snapshot) -> tuple[Snapshot, Snapshot]:
    """Two snapshots of the same rows, each with new ids of its own to use up."""
    one, other = copy(snapshot), copy(snapshot)
    ids = snapshot.new_ids
    products, warehouses = tee(ids.products), tee(ids.warehouses)
    reservations, transfers = tee(ids.reservations), tee(ids.transfers)
    for place, twin in enumerate((one, other)):
        twin.new_ids = NewIds(
            products[place], warehouses[place], reservations[place], transfers[place]
        )
    return one, other


def test_products_are_locked_in_the_order_of_their_ids() -> None:
    adjust = [c.AdjustStock(p, None, 1, Origin("tester")) for p in (9, 2, 70, 2, 1)]
    needs = needs_of([c.Request((command,)) for command in adjust])
    assert needs.stocked_products == [1, 2, 9, 70]


def test_orders_are_named_by_a_number_sign_and_digits() -> None:
    def named(reason: str | None, reference: str | None = None) -> list[int]:
        return orders_named(Origin("tester", reason, "Notes of #99", reference))

    assert named("Shipped order #789") == [789]
    assert named("#1, #2 and SO#3", "#4") == [1, 2, 3, 4]
    assert named("Order #000789") == [789]
    assert named("Order 789", None) == []
    assert named("Box # 789, #A1, #٣, #0") == []
    assert named(None) == []
