"""Daily totals: against a plain model, moved on by many, by some that are killed, and in words."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onhand.core import commands as c
from onhand.core.movements import Origin
from onhand.ledger.daily_totals import keep_totals
from onhand.ledger.faults import StoreUnavailable
from onhand.ledger.ports import Store
from onhand.ledger.reports import ActivityFilter
from onhand.ledger.verify import verify
from onhand.ledger.writer import Writer
from onhand.store.daily_totals import SqlDailyTotals
from onhand.store.engine import admin_engine, parse_database, read_engine
from onhand.store.migrate import migrate
from onhand.store.reads import SqlReads
from tests.store.contract_totals import move_on
from tests.support.stock import Stock
from tests.support.stores import (
    START,
    DatabaseShop,
    SetClock,
    add_product,
    add_warehouse,
    ask,
    sqlite_shop,
    sqlite_template,
)

FIRST = START.date() - timedelta(days=3)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file."""
    return sqlite_template(tmp_path_factory.mktemp("template"))


@dataclass
class Model:
    """What was done, day by day, one line each."""

    on_hand: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    last_day: dict[tuple[int, int], date] = field(default_factory=dict)
    prices: dict[int, tuple[Decimal, str]] = field(default_factory=dict)
    units: list[tuple[date, int, str, int]] = field(default_factory=list)
    values: list[tuple[date, int, str, Decimal]] = field(default_factory=list)

    def moved(self, day: date, product: int, site: int, kind: str, units: int) -> None:
        """Some units of a product came, or went."""
        day = max(day, self.last_day.get((product, site), day))
        self.last_day[product, site] = day
        self.on_hand[product, site] += units
        self.units.append((day, site, kind, units))
        self.values.append((day, site, self.prices[product][1], self.prices[product][0] * units))

    def priced(self, day: date, product: int, price: tuple[Decimal, str]) -> None:
        """A product costs something else."""
        before, self.prices[product] = self.prices[product], price
        for (other, site), units in self.on_hand.items():
            if other == product:
                self.values.append((day, site, before[1], -before[0] * units))
                self.values.append((day, site, price[1], price[0] * units))

    def told(self, day: date, sites: tuple[int, ...]) -> tuple[object, ...]:
        """A day as a report should have it."""
        here = [it for it in self.units if it[1] in sites]
        today = [it for it in here if it[0] == day]
        values: dict[str, Decimal] = defaultdict(Decimal)
        for on, site, currency, value in self.values:
            if on <= day and site in sites:
                values[currency] += value
        return (
            sum(units for *_, kind, units in today if kind != "transfer" and units > 0),
            -sum(units for *_, kind, units in today if kind != "transfer" and units < 0),
            sum(units for *_, kind, units in today if kind == "transfer" and units > 0),
            -sum(units for *_, kind, units in today if kind == "transfer" and units < 0),
            len(today),
            sum(units for on, *_, units in here if on <= day),
            {currency: value for currency, value in values.items() if value},
        )


_product, _site = st.integers(0, 1), st.integers(0, 1)
_steps = st.one_of(
    st.tuples(st.just("adjust"), _product, _site, st.integers(-9, 9), st.integers(0, 3)),
    st.tuples(st.just("adjust"), _product, _site, st.integers(1, 9), st.just(0)),
    st.tuples(st.just("transfer"), _product, _site, st.integers(1, 4)),
    st.tuples(
        st.just("price"), _product, st.integers(0, 5), st.sampled_from(["USD", "EUR", "USD"])
    ),
    st.tuples(st.just("wait"), st.integers(1, 30)),
    st.tuples(st.just("total"), st.integers(1, 9)),
)


@settings(max_examples=40)
@given(steps=st.lists(_steps, max_size=25))
def test_a_report_is_what_was_done(
    tmp_path_factory: pytest.TempPathFactory, template: Path, steps: list[tuple[object, ...]]
) -> None:
    shop = sqlite_shop(tmp_path_factory.mktemp("walk"), template)
    store, clock, model = shop.open(), SetClock(), Model()
    products = [add_product(store, sku) for sku in ("A", "B")]
    sites = (1, add_warehouse(store, "EAST"))
    model.prices = dict.fromkeys(products, (Decimal(0), "USD"))
    for name, *given_ in steps:
        carry_out(str(name), given_, shop, store, clock, model, products, sites)
    reads = SqlReads(read_engine(parse_database(shop.url)), clock)
    last = clock.now.date()
    for which in (sites, *((site,) for site in sites)):
        asked = ActivityFilter(FIRST, last, None if which == sites else which[0])
        activity = reads.activity(asked)
        assert activity.is_complete
        for day in activity.days:
            found = (
                *(day.units_in, day.units_out, day.transferred_in, day.transferred_out),
                *(day.movements, day.on_hand, day.values),
            )
            assert found == model.told(day.day, which), day.day
    with store.proof() as proof:
        assert [str(it) for it in verify(proof)] == []
    reads.close()
    store.close()


def carry_out(
    name: str,
    given_: list[object],
    shop: DatabaseShop,
    store: Store,
    clock: SetClock,
    model: Model,
    products: list[int],
    sites: tuple[int, ...],
) -> None:
    """Do a step, and tell the model what came of it."""
    today = clock.now.date()
    match name, *given_:
        case "wait", int(hours):
            clock.now += timedelta(hours=hours)
        case "total", int(span):
            totals = SqlDailyTotals(parse_database(shop.url), span)
            totals.advance()
            totals.close()
        case "adjust", int(at), int(place), int(units), int(days_ago):
            product, site = products[at], sites[place]
            if units == 0 or model.on_hand[product, site] + units < 0:
                return
            moment = clock.now - timedelta(days=days_ago)
            origin = Origin("tester", reason="x", occurred_at=moment)
            ask(store, c.AdjustStock(product, site, units, origin), clock=clock)
            model.moved(moment.date(), product, site, "adjustment", units)
        case "transfer", int(at), int(place), int(units):
            product, source, target = products[at], sites[place], sites[1 - place]
            if model.on_hand[product, source] < units:
                return
            moved = c.TransferStock(product, source, target, units, Origin("tester"))
            ask(store, moved, clock=clock)
            model.moved(today, product, source, "transfer", -units)
            model.moved(today, product, target, "transfer", units)
        case "price", int(at), int(cost), str(currency):
            change = {"cost_price": Decimal(cost), "currency": currency}
            ask(store, c.UpdateProduct(products[at], change, Origin("tester")), clock=clock)
            model.priced(today, products[at], (Decimal(cost), currency))


MOVER = """
import sys, time
from onhand.ledger.faults import Fault
from onhand.store.daily_totals import SqlDailyTotals
from onhand.store.engine import parse_database
totals = SqlDailyTotals(parse_database(sys.argv[1]), 3)
print("ready", flush=True)
while True:
    try:
        totals.advance() or time.sleep(0.001)
    except Fault:
        pass
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_are_killed_leave_nothing_out_and_add_nothing_twice(
    request: pytest.FixtureRequest, kind: str
) -> None:
    url: str = request.getfixturevalue(f"{kind}_url")
    migrate(url)
    shop, random = DatabaseShop(url), Random(7)
    store = shop.open()
    stock = Stock(shop, store, add_product(store, "LAPTOP", 10), SetClock())

    def mover() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", MOVER, url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    movers = [mover() for _ in range(3)]
    try:
        for number in range(8):
            for _ in range(10):
                stock.receive(1)
            stock.change(cost_price=Decimal(number))
            time.sleep(random.random() / 50)
            one = movers.pop(0)
            one.kill()
            one.wait()
            if number < 4:
                movers.append(mover())
            elif not movers:
                break
    finally:
        for one in movers:
            one.kill()
            one.wait()
    totals = SqlDailyTotals(parse_database(url))
    move_on(totals)
    totals.close()
    with store.proof() as proof:
        assert proof.totals_position()[0] > 0
        assert [str(it) for it in verify(proof)] == []
        [[on_hand, _]] = proof.totals_position()[1].values()
    assert on_hand == stock.level[0]
    store.close()


def test_a_wrong_total_is_named_and_a_wrong_position_too(tmp_path: Path, template: Path) -> None:
    shop = sqlite_shop(tmp_path, template)
    store = shop.open()
    stock = Stock(shop, store, add_product(store, "LAPTOP", 10, cost_price=Decimal(2)), SetClock())
    stock.receive(5)
    totals = SqlDailyTotals(parse_database(shop.url))
    move_on(totals)
    totals.close()
    for statement in (
        "UPDATE daily_totals SET units_in = '14'",
        """UPDATE totals_position SET standing = '[[1, "USD", 15, 1]]'""",
    ):
        with admin_engine(parse_database(shop.url)).begin() as connection:
            connection.exec_driver_sql(statement)
    with store.proof() as proof:
        told = [str(it) for it in verify(proof)]
    assert told == [
        "Daily totals, warehouse 1: units in of in on 2025-01-15 in USD: expected 15, found 14",
        "Daily totals, warehouse 1: what is on hand in USD: expected (15, 300000), found (15, 1)",
    ]
    store.close()


class Recorded:
    """Totals that take in a span at a time, and fail once."""

    def __init__(self, ended: Callable[[], object]) -> None:
        self.left = [True, StoreUnavailable("away"), ValueError("oops"), True, False]
        self.ended = ended

    def advance(self) -> bool:
        if not self.left:
            self.ended()
            return False
        found = self.left.pop(0)
        if isinstance(found, Exception):
            raise found
        return bool(found)

    def forget(self) -> None:
        raise NotImplementedError


def test_no_fault_ends_it(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onhand.ledger.daily_totals.INTERVAL_SECONDS", 0.01)
    store = sqlite_shop(tmp_path, template).open()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        writer = Writer(store, SetClock(), batch_limit=10, queue_limit=10)
        ended = asyncio.Event()
        totals = Recorded(lambda: loop.call_soon_threadsafe(ended.set))
        task = asyncio.create_task(keep_totals(totals, writer))
        await asyncio.wait_for(ended.wait(), 5)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await writer.drain()

    asyncio.run(run())
    store.close()
