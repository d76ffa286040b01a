"""Replenishment: when to order and how much, in the specification's own figures first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.core.replenishment import (
    Position,
    average_daily_sales,
    days_of_cover,
    suggested_order,
    suggested_reorder_point,
)

SEED = Position(
    on_hand=18,
    reserved=0,
    backordered=0,
    on_order=0,
    in_transit=0,
    reorder_point=20,
    reorder_quantity=50,
    average_daily_sales=Decimal(0),
    lead_time_days=0,
    safety_stock=0,
)


def test_the_specification_s_example_orders_fifty() -> None:
    assert suggested_order(SEED) == 50


@pytest.mark.parametrize(
    ("on_hand", "order"),
    [(21, 0), (20, 50), (1, 50), (0, 50), (-29, 50), (-30, 100), (-31, 100)],
)
def test_the_smallest_multiple_that_lifts_the_position_above_the_point(
    on_hand: int, order: int
) -> None:
    # A position below nothing: backorders wait.
    position = replace(SEED, on_hand=max(on_hand, 0), backordered=max(-on_hand, 0))
    assert suggested_order(position) == order


def test_the_position_counts_promises_and_what_is_on_its_way() -> None:
    position = replace(SEED, on_hand=30, reserved=8, backordered=3, on_order=2)
    assert position.inventory_position == 21
    assert suggested_order(position) == 0
    assert suggested_order(replace(position, on_order=1)) == 50
    assert suggested_order(replace(position, on_order=1, in_transit=1)) == 0


def test_nothing_is_ordered_when_what_is_on_its_way_lifts_it_above_the_point() -> None:
    assert suggested_order(replace(SEED, on_order=3)) == 0
    assert suggested_order(replace(SEED, on_order=2)) == 50


def test_without_a_quantity_the_order_reaches_the_point_plus_the_lead_time_s_demand() -> None:
    unset = replace(SEED, reorder_quantity=None)
    assert suggested_order(unset) == 2
    busy = replace(unset, average_daily_sales=Decimal("2.5"), lead_time_days=7)
    assert suggested_order(busy) == 2 + 18
    assert suggested_order(replace(busy, on_hand=21)) == 0


@given(
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(0, 300),
    st.integers(0, 200),
    st.integers(1, 120),
)
def test_an_order_is_enough_and_one_package_less_would_not_be(
    on_hand: int, backordered: int, on_order: int, point: int, quantity: int
) -> None:
    position = Position(on_hand, 0, backordered, on_order, 0, point, quantity, Decimal(0), 0, 0)
    order = suggested_order(position)
    assert order % quantity == 0
    assert position.inventory_position + order > point
    if order:
        assert position.inventory_position + order - quantity <= point


def test_the_suggested_point_is_the_specification_s_formula() -> None:
    position = replace(SEED, average_daily_sales=Decimal(4), lead_time_days=7, safety_stock=12)
    assert suggested_reorder_point(position) == 4 * 7 + 12


def test_part_of_a_unit_is_rounded_up() -> None:
    position = replace(SEED, average_daily_sales=Decimal("0.01"), lead_time_days=7)
    assert suggested_reorder_point(position) == 1


def test_average_daily_sales_are_exact_to_two_decimals() -> None:
    assert average_daily_sales(100, 3) == Decimal("33.33")
    assert average_daily_sales(0, 30) == 0
    assert average_daily_sales(7, 0) == 7


def test_more_returns_than_sales_are_no_sales() -> None:
    assert average_daily_sales(-5, 10) == 0


def test_days_of_cover_say_how_long_what_is_available_lasts() -> None:
    position = replace(SEED, on_hand=18, reserved=3, average_daily_sales=Decimal("2"))
    assert days_of_cover(position) == Decimal("7.5")
    assert days_of_cover(SEED) is None
