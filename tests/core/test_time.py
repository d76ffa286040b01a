"""Time in the ledger: when it happened beside when it was written, and never backwards."""

from __future__ import annotations

from datetime import timedelta

from tests.support.stock import refusal, stocked

HOUR = timedelta(hours=1)


def test_what_says_nothing_of_its_time_happened_now() -> None:
    stock = stocked()
    stock.wait(hours=1)
    stock.adjust(1)
    entry = stock.last
    assert entry["occurred_at"] == entry["created_at"] == stock.clock.now
    assert entry["reported_at"] is None


def test_what_happened_earlier_is_kept_beside_when_it_was_written() -> None:
    stock = stocked()
    yesterday = stock.clock.now - timedelta(days=1)
    stock.adjust(1, occurred_at=yesterday)
    entry = stock.last
    assert (entry["occurred_at"], entry["created_at"]) == (yesterday, stock.clock.now)
    assert entry["reported_at"] is None


def test_nothing_happens_after_now() -> None:
    stock = stocked()
    stock.adjust(1, occurred_at=stock.clock.now)
    soon = stock.clock.now + timedelta(microseconds=1)
    for result in (
        stock.adjust(1, occurred_at=soon),
        stock.receive(1, occurred_at=soon),
        stock.reserve(1, occurred_at=soon),
        stock.count(1, occurred_at=soon),
        stock.transfer(1, 1, stock.warehouse(), occurred_at=soon),
        stock.reverse(stock.last, occurred_at=soon),
    ):
        assert refusal(result).startswith("occurred_at: ")
    assert stock.level == (1, 0, 0)


def test_an_entry_reported_late_takes_the_last_one_s_moment_and_keeps_its_own() -> None:
    stock = stocked()
    last = stock.clock.now
    stock.adjust(1)
    stock.adjust(1, occurred_at=last - HOUR)
    entry = stock.last
    assert (entry["occurred_at"], entry["reported_at"]) == (last, last - HOUR)


def test_each_warehouse_has_its_own_time() -> None:
    stock = stocked()
    east = stock.warehouse()
    stock.adjust(1)
    stock.adjust(1, at=east, occurred_at=stock.clock.now - HOUR)
    assert stock.last["occurred_at"] == stock.clock.now - HOUR
    assert stock.last["reported_at"] is None


def test_a_clock_set_back_turns_no_ledger_back() -> None:
    stock = stocked()
    stock.adjust(1)
    latest = stock.clock.now
    stock.wait(hours=-1)
    stock.adjust(1)
    entry = stock.last
    assert (entry["occurred_at"], entry["created_at"]) == (latest, latest - HOUR)
    # Nobody reported a moment: created_at tells what the clock said.
    assert entry["reported_at"] is None


def test_allocations_happen_when_the_stock_came() -> None:
    stock = stocked(0, allow_backorder=True)
    stock.reserve(2, occurred_at=stock.clock.now - 3 * HOUR)
    came = stock.clock.now - 2 * HOUR
    stock.receive(2, occurred_at=came)
    assert [entry["occurred_at"] for entry in stock.contents.movements] == [came, came]
