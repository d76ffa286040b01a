"""The demo's shop: the same from the same seed, bookable event by event, with something to see."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from onhand.core.products import barcode_fault
from onhand.demo.catalogue import DemoProduct, gtin_13
from onhand.demo.events import (
    Correction,
    Count,
    CustomerReturn,
    Event,
    Receipt,
    Reservation,
    Shipment,
    Transfer,
)
from onhand.demo.shop import DemoShop

UNTIL = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SMALL = {"products": 40, "days": 40, "orders_per_day": 6.0}


@pytest.fixture(scope="module", params=[1, 2], ids=lambda seed: f"seed {seed}")
def shop(request: pytest.FixtureRequest) -> DemoShop:
    return DemoShop(request.param, until=UNTIL)


@pytest.fixture(scope="module")
def events(shop: DemoShop) -> list[Event]:
    return list(shop.events())


def test_the_same_seed_makes_the_same_shop_to_the_letter() -> None:
    one, two = (DemoShop(7, until=UNTIL, **SMALL) for _ in range(2))  # type: ignore[arg-type]
    assert repr(one.products) == repr(two.products)
    told = repr(list(one.events()))
    assert told == repr(list(two.events())) == repr(list(one.events()))
    other = DemoShop(8, until=UNTIL, **SMALL)  # type: ignore[arg-type]
    assert repr(other.products) != repr(one.products)
    assert repr(list(other.events())) != told


def test_the_order_of_hashes_changes_nothing() -> None:
    program = (
        "from datetime import UTC, datetime\n"
        "from hashlib import sha256\n"
        "from onhand.demo.shop import DemoShop\n"
        "shop = DemoShop(7, until=datetime(2026, 11, 24, tzinfo=UTC), products=40, days=40)\n"
        "text = repr((shop.products, shop.warehouses, list(shop.events())))\n"
        "print(sha256(text.encode()).hexdigest())\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_its_size_and_kinds(shop: DemoShop, events: list[Event]) -> None:
    assert len(shop.products) == 300
    assert [warehouse.code for warehouse in shop.warehouses] == ["MAIN", "NORTH", "HARBOUR"]
    assert sum(warehouse.order_share for warehouse in shop.warehouses) == pytest.approx(1)
    assert 60_000 <= len(events) <= 100_000
    kinds = {Receipt, Shipment, CustomerReturn, Correction, Transfer, Count, Reservation}
    assert {type(event) for event in events} == kinds


def test_events_come_in_order_of_time_and_end_in_time(shop: DemoShop, events: list[Event]) -> None:
    assert events[0].occurred_at == shop.since == UNTIL - timedelta(days=182)
    assert all(one.occurred_at <= two.occurred_at for one, two in pairwise(events))
    assert UNTIL - timedelta(hours=1) < events[-1].occurred_at < UNTIL


def played(events: list[Event]) -> dict[tuple[str, str], int]:
    """Books every event in a plain model, which refuses what the ledger would."""
    on_hand: dict[tuple[str, str], int] = defaultdict(int)
    for event in events:
        match event:
            case Shipment(_, sku, warehouse, quantity):
                assert quantity > 0
                on_hand[sku, warehouse] -= quantity
                assert on_hand[sku, warehouse] >= 0, event
            case Receipt(_, sku, warehouse, quantity) | CustomerReturn(_, sku, warehouse, quantity):
                assert quantity > 0
                on_hand[sku, warehouse] += quantity
            case Correction(_, sku, warehouse, quantity):
                assert quantity != 0
                on_hand[sku, warehouse] += quantity
                assert on_hand[sku, warehouse] >= 0, event
            case Transfer(_, sku, source, target, quantity):
                assert quantity > 0
                assert source != target
                on_hand[sku, source] -= quantity
                on_hand[sku, target] += quantity
                assert on_hand[sku, source] >= 0, event
            case Count(_, sku, warehouse, counted_quantity):
                assert counted_quantity >= 0
                on_hand[sku, warehouse] = counted_quantity
            case Reservation():
                pass
    return on_hand


def test_no_event_asks_for_more_than_is_there(events: list[Event]) -> None:
    played(events)


@pytest.mark.parametrize("days", [1, 3, 30, 400])
@pytest.mark.parametrize("products", [1, 7])
@pytest.mark.parametrize("warehouses", [1, 5])
def test_small_shops_hold_together_too(products: int, days: int, warehouses: int) -> None:
    shop = DemoShop(
        3,
        until=UNTIL,
        products=products,
        days=days,
        warehouses=warehouses,
        orders_per_day=2.0,
    )
    events = list(shop.events())
    played(events)
    assert all(one.occurred_at <= two.occurred_at for one, two in pairwise(events))
    assert len({product.name for product in shop.products}) == products


@pytest.mark.parametrize("hour", [0, 3, 9, 20, 21, 22, 23])
def test_it_may_end_at_any_hour(hour: int) -> None:
    for day in (1, 2, 4, 6, 7):
        until = datetime(2026, 3, day, hour, 30, tzinfo=UTC)
        shop = DemoShop(5, until=until, **SMALL)  # type: ignore[arg-type]
        events = list(shop.events())
        played(events)
        assert all(one.occurred_at <= two.occurred_at for one, two in pairwise(events))
        assert events[-1].occurred_at < until


def test_every_screen_has_something(shop: DemoShop, events: list[Event]) -> None:
    on_hand = played(events)
    total: Counter[str] = Counter()
    for (sku, _), quantity in on_hand.items():
        total[sku] += quantity
    out = [product for product in shop.products if total[product.sku] == 0]
    low = [product for product in shop.products if 0 < total[product.sku] <= product.reorder_point]
    assert 5 <= len(out) <= 45
    assert 15 <= len(low) <= 90

    reservations = [event for event in events if isinstance(event, Reservation)]
    assert len(reservations) >= 25
    assert len({event.order_id for event in reservations}) == len(reservations)
    by_sku = {product.sku: product for product in shop.products}
    backordered = 0
    for event in reservations:
        available = on_hand[event.sku, event.warehouse]
        held = min(available, event.quantity)
        on_hand[event.sku, event.warehouse] -= held
        if held < event.quantity:
            backordered += 1
            assert by_sku[event.sku].allow_backorder
        assert event.expires_at is None or event.expires_at >= UNTIL + timedelta(hours=6)
    assert backordered >= 3
    assert any(event.expires_at for event in reservations)

    counts = [event for event in events if isinstance(event, Count)]
    assert {event.warehouse for event in counts} == {"MAIN", "NORTH", "HARBOUR"}
    assert len({event.reference for event in counts}) >= 15  # three warehouses, six months


def test_products_make_sense(shop: DemoShop) -> None:
    products = shop.products
    for attribute in ("sku", "name", "barcode"):
        assert len({getattr(product, attribute) for product in products}) == len(products)
    for product in products:
        assert barcode_fault(product.barcode) is None
        assert len(product.barcode) == 13
        assert 0 < product.cost_price < product.selling_price
        assert product.selling_price.as_tuple().exponent == -2
        assert product.safety_stock > 0
        demand_of_lead_time = product.daily_demand * product.lead_time_days
        assert product.reorder_point >= demand_of_lead_time + product.safety_stock
        assert product.reorder_quantity > product.daily_demand * 28
    best, worst = products[0], products[-1]
    assert best.share_of_lines > 50 * worst.share_of_lines


def test_more_products_than_names_still_have_different_names() -> None:
    shop = DemoShop(1, until=UNTIL, products=6_000)
    assert len({product.name for product in shop.products}) == 6_000
    assert any("No. 2" in product.name for product in shop.products)


def test_a_known_barcode() -> None:
    assert gtin_13(400638133393) == "4006381333931"


def test_what_makes_no_shop_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        DemoShop(1, until=datetime(2026, 1, 1))  # noqa: DTZ001 (that is the fault)
    with pytest.raises(ValueError, match="warehouses"):
        DemoShop(1, until=UNTIL, warehouses=6)
    for wrong in ({"products": 0}, {"days": 0}, {"orders_per_day": 0.0}):
        with pytest.raises(ValueError, match="at least one"):
            DemoShop(1, until=UNTIL, **wrong)


def test_the_end_may_be_told_in_any_timezone() -> None:
    there = UNTIL.astimezone(timezone(timedelta(hours=9)))
    one = DemoShop(1, until=there, **SMALL)  # type: ignore[arg-type]
    two = DemoShop(1, until=UNTIL, **SMALL)  # type: ignore[arg-type]
    assert repr(list(one.events())) == repr(list(two.events()))


def test_a_late_supplier_s_products_get_nothing_in_the_last_weeks(
    shop: DemoShop, events: list[Event]
) -> None:
    late = {product.sku for product in shop.products if product.is_late}
    assert isinstance(shop.products[0], DemoProduct)
    assert late
    recent = UNTIL - timedelta(days=55)
    assert not [
        event
        for event in events
        if isinstance(event, Receipt) and event.sku in late and event.occurred_at > recent
    ]
