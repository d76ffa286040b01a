"""What every store's daily totals hold: each movement once, whoever moves them on and how far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from onhand.core.daily_totals import PRICE, Standings, Total, Totals, TotalsKey
from onhand.core.levels import MAX_QUANTITY
from onhand.ledger.daily_totals import SPAN, DailyTotals
from onhand.ledger.ports import Store
from onhand.ledger.verify import verify
from onhand.store.daily_totals import SqlDailyTotals
from onhand.store.engine import parse_database
from onhand.store.memory import MemoryStore
from onhand.store.memory_totals import MemoryDailyTotals
from tests.support.stock import Stock
from tests.support.stores import START, DatabaseShop, Shop

TODAY = START.date()


@contextmanager
def totals_of(shop: Shop, store: Store, span: int = SPAN) -> Iterator[DailyTotals]:
    """The daily totals of a store, moved on so many numbers at a time."""
    if isinstance(store, MemoryStore):
        yield MemoryDailyTotals(store, span)
        return
    assert isinstance(shop, DatabaseShop)
    totals = SqlDailyTotals(parse_database(shop.url), span)
    try:
        yield totals
    finally:
        totals.close()


def move_on(totals: DailyTotals) -> None:
    """Take in all that is settled."""
    while totals.advance():
        pass


class TotalsContract:
    """What daily totals hold."""

    @pytest.fixture
    def totals(self, shop: Shop, store: Store) -> Iterator[DailyTotals]:
        """The store's totals, a few numbers at a time."""
        with totals_of(shop, store, span=3) as totals:
            yield totals

    @staticmethod
    def kept(store: Store) -> tuple[Totals, Standings]:
        """What is kept; the ledger says the same."""
        with store.proof() as proof:
            assert [str(it) for it in verify(proof)] == []
            return proof.daily_totals(), proof.totals_position()[1]

    def test_days_types_and_warehouses_are_apart(self, stock: Stock, totals: DailyTotals) -> None:
        east = stock.warehouse()
        stock.receive(5)
        stock.ship(2)
        stock.transfer(4, 1, east)
        stock.wait(days=1)
        stock.adjust(-1, at=east)
        stock.count(9)
        stock.reserve(3)
        move_on(totals)
        kept, standing = self.kept(stock.store)
        tomorrow = TODAY + timedelta(days=1)
        assert kept == {
            TotalsKey(TODAY, 1, "in", "USD"): Total(15, 0, 2),
            TotalsKey(TODAY, 1, "out", "USD"): Total(0, 2, 1),
            TotalsKey(TODAY, 1, "transfer", "USD"): Total(0, 4, 1),
            TotalsKey(TODAY, east, "transfer", "USD"): Total(4, 0, 1),
            TotalsKey(tomorrow, east, "adjustment", "USD"): Total(0, 1, 1),
            TotalsKey(tomorrow, 1, "count", "USD"): Total(0, 0, 1),
        }
        assert standing == {(1, "USD"): (9, 0), (east, "USD"): (3, 0)}

    def test_values_are_those_of_the_time(self, stock: Stock, totals: DailyTotals) -> None:
        stock.change(cost_price=Decimal("2.5"))
        stock.wait(days=1)
        stock.receive(2)
        stock.change(cost_price=Decimal(3))
        stock.ship(1)
        stock.wait(days=1)
        stock.change(cost_price=Decimal(4), currency="EUR")
        stock.receive(1)
        move_on(totals)
        kept, standing = self.kept(stock.store)
        days = [TODAY + timedelta(days=number) for number in range(3)]
        values = {key[::2] + key[3:]: total.value for key, total in kept.items()}
        assert values == {
            (days[0], "in", "USD"): 0,
            (days[0], PRICE, "USD"): 25_0000,
            (days[1], "in", "USD"): 5_0000,
            (days[1], PRICE, "USD"): 6_0000,
            (days[1], "out", "USD"): -3_0000,
            (days[2], PRICE, "USD"): -33_0000,
            (days[2], PRICE, "EUR"): 44_0000,
            (days[2], "in", "EUR"): 4_0000,
        }
        assert standing == {(1, "USD"): (11, 0), (1, "EUR"): (1, 48_0000)}

    def test_any_span_leads_to_the_same(self, shop: Shop, stock: Stock) -> None:
        east = stock.warehouse()
        for number in range(6):
            stock.change(cost_price=Decimal(number + 1))
            stock.receive(number + 1, at=east if number % 2 else None)
            stock.wait(hours=9)
            stock.adjust(-1)
        found = []
        for span in (SPAN, 1, 2, 7):
            with totals_of(shop, stock.store, span) as totals:
                totals.forget()
                move_on(totals)
            found.append(self.kept(stock.store))
        assert all(one == found[0] for one in found)
        assert sum(it.value for it in found[0][1].values()) == 25 * 6_0000

    def test_it_may_be_taken_up_anywhere(self, shop: Shop, stock: Stock) -> None:
        for number in range(5):
            stock.receive(1)
            stock.change(cost_price=Decimal(number))
            with totals_of(shop, stock.store, 2) as totals:
                totals.advance()
            self.kept(stock.store)

    def test_what_is_reported_late_counts_on_its_day(
        self, stock: Stock, totals: DailyTotals
    ) -> None:
        other = stock.another()
        stock.wait(days=5)
        stock.receive(1)
        move_on(totals)
        other.receive(7, occurred_at=START)
        move_on(totals)
        kept, _ = self.kept(stock.store)
        assert kept[TotalsKey(TODAY, 1, "in", "USD")].units_in == 17

    def test_it_is_moved_on_by_one_at_a_time(self, shop: Shop, stock: Stock) -> None:
        for _ in range(4):
            stock.receive(1)
        with totals_of(shop, stock.store, 2) as one, totals_of(shop, stock.store, 3) as other:
            while one.advance() | other.advance():
                pass
        assert self.kept(stock.store)[0][TotalsKey(TODAY, 1, "in", "USD")] == Total(14, 0, 5)

    def test_no_value_is_too_large(self, stock: Stock, totals: DailyTotals) -> None:
        stock.change(cost_price=Decimal("99999999999999.9999"))
        for _ in range(3):
            stock.receive(MAX_QUANTITY - 10)
            stock.count(10)
        move_on(totals)
        kept, _ = self.kept(stock.store)
        assert kept[TotalsKey(TODAY, 1, "in", "USD")].units_in == 10 + 3 * (MAX_QUANTITY - 10)

    def test_nothing_recorded_is_no_day(self, stock: Stock, totals: DailyTotals) -> None:
        move_on(totals)
        assert not totals.advance()
        totals.forget()
        assert self.kept(stock.store) == ({}, {})
