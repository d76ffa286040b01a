"""The model of several processes and machines: its arithmetic, on figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.machines import Costs, apart, queueing, together

MICROSECOND = 1e-6
COSTS = Costs(
    batch=20,
    server=100 * MICROSECOND,
    database=50 * MICROSECOND,
    load=10 * MICROSECOND,
    held=2e-3,
    between=1e-3,
)


@pytest.mark.parametrize(
    ("servers", "cpus", "per_second", "by"),
    [
        (1, 4, 10_000, "servers"),
        (2, 4, 20_000, "servers"),
        (16, 4, 80_000, "database"),
        (16, 8, 160_000, "servers"),
    ],
)
def test_machines_apart_are_as_fast_as_the_tightest(
    servers: int, cpus: int, per_second: float, by: str
) -> None:
    found = apart(servers, cpus, COSTS, hot=False)
    assert found.per_second == pytest.approx(per_second)
    assert found.by == by


def test_one_product_is_sold_a_batch_per_lock_and_round_trip() -> None:
    for round_trip in (0, 3e-3):
        found = apart(4, 4, COSTS, hot=True, round_trip=round_trip)
        assert found.per_second == pytest.approx(20 / (2e-3 + round_trip))
        assert found.by == "the row's lock"


def test_queueing_by_hand() -> None:
    # Alone: 1 of service and 1 beside. The second finds the first there half of the time.
    assert queueing(1, [1.0], 2.0) == pytest.approx(1 / 2)
    assert queueing(2, [1.0], 2.0) == pytest.approx(2 / (1 + 1.5))
    # Two things to queue for: each is occupied for a third of the time by one customer.
    assert queueing(2, [1.0, 1.0], 3.0) == pytest.approx(2 / (1 + 4 / 3 + 4 / 3))


@given(
    customers=st.integers(1, 8),
    shares=st.lists(st.floats(0, 1), max_size=3),
    takes=st.floats(1e-4, 1),
)
def test_queueing_stays_within_what_is_possible(
    customers: int, shares: list[float], takes: float
) -> None:
    demands = [share * takes for share in shares]
    rate = queueing(customers, demands, takes)
    assert rate <= customers / max(takes, sum(demands)) * (1 + 1e-9)
    assert all(rate * demand <= 1 + 1e-9 for demand in demands)
    assert rate >= queueing(customers - 1, demands, takes) * (1 - 1e-9)


def test_one_process_is_predicted_as_it_was_measured() -> None:
    for hot in (True, False):
        assert together(1, 2, COSTS, 5_000, hot=hot) == pytest.approx(5_000)


def test_several_on_one_machine_end_at_its_cpus() -> None:
    assert together(64, 2, COSTS, 5_000, hot=False) == pytest.approx(2 / 160e-6, rel=0.01)
    cheap = replace(COSTS, server=1e-9, database=1e-9, load=1e-9)
    assert together(4, 2, cheap, 5_000, hot=False) == pytest.approx(4 * 5_000)


def test_several_on_one_product_end_at_its_lock() -> None:
    cheap = replace(COSTS, server=1e-9, database=1e-9, load=1e-9, between=0)
    assert together(64, 2, cheap, 5_000, hot=True) == pytest.approx(20 / 2e-3, rel=0.01)
