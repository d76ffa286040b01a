"""What the reads answer, on both databases, beside what plain Python works out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from onhand.core import commands as c
from onhand.core.movements import MovementType, Origin
from onhand.core.stock_status import StockStatus
from onhand.core.transfers import ReceiveTransfer
from onhand.ledger.listings import PageRequest, SortKey
from onhand.ledger.stock_views import (
    MovementCursor,
    MovementFilter,
    MovementView,
    ProductFilter,
    Quantities,
    ReservationFilter,
    WarehouseFilter,
)
from tests.support.seeding import ORIGIN, START, Shop, open_shop

EVERYTHING = PageRequest(1, 200)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """An empty shop."""
    with open_shop(database_url) as shop:
        yield shop


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """Two warehouses, three products, and a week of every kind of movement.

    Warehouse 2, products 1 to 3.
    """
    east = shop.warehouse("East Coast", code="EAST")
    shop.product("LAMP-1", 100, 10, reorder_point=20, selling_price=Decimal("19.90"))
    shop.product("CHAIR", 8, reorder_point=10, barcode="4006381333931", allow_backorder=True)
    shop.product("DESK", cost_price=Decimal("100.1234"), selling_price=Decimal("250"))
    for day in range(7):
        shop.later(days=1)
        shop.do(
            c.TransferStock(1, 1, east, 5, ORIGIN),
            c.ReserveStock(1, east, 2, 100 + day, ORIGIN, shop.now + timedelta(days=30 - day)),
            c.ShipStock(
                1,
                1,
                1 + day,
                Origin("test", reference="S", reference_type="sales_order", reference_id=day),
            ),
            c.ReserveStock(2, 1, 3, 100 + day, ORIGIN),
            c.CountStock(1, east, 5 * (day + 1), ORIGIN),
        )
    return shop


def ledger(shop: Shop) -> list[MovementView]:
    """All movements in the order of pages."""
    found = shop.reads.movements(MovementFilter(), None, 10_000)
    return sorted(found, key=lambda movement: (movement.occurred_at, movement.id))


def test_a_product_comes_back_as_it_was_made(busy: Shop) -> None:
    found = busy.reads.product(3)
    assert found is not None
    assert found.product.attributes.cost_price == Decimal("100.1234")
    assert str(found.product.attributes.selling_price) == "250"
    assert found.product.created_at == START
    assert (found.on_hand, found.reserved) == (0, 0)
    assert busy.reads.product(99) is None


def test_quantities_sum_over_warehouses_or_are_of_one(busy: Shop) -> None:
    here, east = (busy.reads.quantities(1, warehouse) for warehouse in (1, 2))
    both = busy.reads.quantities(1)
    assert (here.on_hand, here.reserved) == (100 - 35 - 28, 10)
    assert (east.on_hand, east.reserved, east.last_counted_at) == (35, 14, busy.now)
    assert (both.on_hand, both.reserved) == (72, 24)
    assert both.last_movement_at == both.last_counted_at == busy.now
    for warehouse, expected in ((None, both), (1, here), (2, east)):
        found = busy.reads.product(1, warehouse)
        assert found is not None
        assert (found.on_hand, found.reserved) == (expected.on_hand, expected.reserved)
    never = Quantities(0, 0, 0, None, None)
    assert busy.reads.quantities(3) == busy.reads.quantities(1, 9) == never
    assert type(both.on_hand) is int


def test_levels_by_warehouse(busy: Shop) -> None:
    here, east = busy.reads.levels(1)
    assert (here.warehouse_id, here.warehouse_name) == (1, "Main Warehouse")
    assert (east.warehouse_id, east.warehouse_name) == (2, "East Coast")
    assert east.quantities == busy.reads.quantities(1, 2)
    assert busy.reads.levels(3) == []


def test_units_on_their_way_are_told_where_nothing_is_yet(busy: Shop) -> None:
    west = busy.warehouse("West")
    sent = c.TransferStock(1, 1, west, 2, ORIGIN, in_transit=True)
    before = busy.reads.quantities(1)
    done = busy.do(sent, sent)
    everywhere = busy.reads.quantities(1)
    assert (everywhere.on_hand, everywhere.in_transit) == (before.on_hand - 4, 4)
    *_, there = busy.reads.levels(1)
    assert (there.warehouse_id, there.warehouse_name) == (west, "West")
    assert there.quantities == busy.reads.quantities(1, west)
    assert there.quantities == Quantities(0, 0, 0, None, None, in_transit=4)
    for one in done:
        busy.do(ReceiveTransfer(origin=ORIGIN, id=one.facts["transfer_id"]))
    assert busy.reads.quantities(1, west).on_hand == 4
    assert busy.reads.quantities(1).in_transit == 0


def test_levels_as_of_any_moment_are_what_the_ledger_says(busy: Shop) -> None:
    told = ledger(busy)
    moments = {START - timedelta(seconds=1), busy.now + timedelta(days=1)}
    for entry in told:
        moments |= {entry.occurred_at, entry.occurred_at - timedelta(microseconds=1)}
    for moment in moments:
        for product_id in (1, 2, 3):
            last = {
                entry.warehouse_id: (entry.on_hand, entry.reserved, entry.id, entry.occurred_at)
                for entry in told
                if entry.product_id == product_id and entry.occurred_at <= moment
            }
            found = busy.reads.levels_as_of(product_id, moment)
            assert {
                level.warehouse_id: (
                    level.on_hand,
                    level.reserved,
                    level.movement_id,
                    level.occurred_at,
                )
                for level in found
            } == last
            assert [level.warehouse_id for level in found] == sorted(last)
            narrowed = busy.reads.levels_as_of(product_id, moment, 2)
            assert list(narrowed) == [level for level in found if level.warehouse_id == 2]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"product_id": 1},
        {"product_id": 1, "warehouse_id": 2},
        {"warehouse_id": 1},
        {"movement_type": MovementType.TRANSFER},
        {"product_id": 1, "movement_type": MovementType.OUT},
        {"warehouse_id": 2, "movement_type": MovementType.COUNT},
        {"reference_type": "sales_order"},
        {"reference_id": 3},
        {"reference_type": "sales_order", "reference_id": 3},
        {"reference_type": "purchase_order", "reference_id": 3},
        {"order_id": 103},
        {"order_id": 103, "product_id": 2},
    ],
)
def test_pages_of_movements_leave_nothing_out(
    busy: Shop, filters: dict[str, Any], descending: bool
) -> None:
    spans: list[dict[str, Any]] = [{}, {"since": START + timedelta(days=2), "until": busy.now}]
    for span in spans:
        expected = [
            movement.id
            for movement in ledger(busy)
            if all(getattr(movement, name) == value for name, value in filters.items())
            and span.get("since", START) <= movement.occurred_at
            and movement.occurred_at < span.get("until", busy.now + timedelta(days=1))
        ]
        found: list[int] = []
        after: MovementCursor | None = None
        while page := busy.reads.movements(
            MovementFilter(**filters, **span), after, 3, descending=descending
        ):
            found += [movement.id for movement in page]
            after = MovementCursor(page[-1].occurred_at, page[-1].id)
        assert found == (expected[::-1] if descending else expected)


def test_one_movement_and_what_reversing_it_mends(busy: Shop) -> None:
    first = busy.reads.movement(ledger(busy)[0].id)
    assert first is not None
    assert (first.movement_type, first.quantity) == (MovementType.IN, 100)
    assert first.created_by == "test"
    transfer = next(m for m in ledger(busy) if m.movement_type is MovementType.TRANSFER)
    halves = busy.reads.reversible(transfer.id)
    assert [half.id for half in halves] == [transfer.id, transfer.id + 1]
    assert [half.quantity for half in halves] == [-5, 5]
    assert [half.id for half in busy.reads.reversible(transfer.id + 1)] == [
        transfer.id + 1,
        transfer.id,
    ]
    assert [past.quantity for past in busy.reads.reversible(first.id)] == [100]
    assert busy.reads.movement(9_999) is None
    assert busy.reads.reversible(9_999) == ()


def test_reservations_are_found_and_sorted(busy: Shop) -> None:
    every = busy.reads.reservations(ReservationFilter(), EVERYTHING)
    assert every.total == len(every.rows) == 15
    assert [one.id for one in every.rows] == sorted(one.id for one in every.rows)
    assert busy.reads.reservation(every.rows[3].id) == every.rows[3]
    assert busy.reads.reservation(9_999) is None
    soon = busy.now + timedelta(days=25)
    for which, expected in (
        (ReservationFilter(order_id=103), lambda one: one.order_id == 103),
        (ReservationFilter(product_id=2), lambda one: one.product_id == 2),
        (ReservationFilter(product_id=1, warehouse_id=2), lambda one: one.warehouse_id == 2),
        (ReservationFilter(warehouse_id=2), lambda one: one.warehouse_id == 2),
        (
            ReservationFilter(order_id=103, product_id=1),
            lambda one: (one.order_id, one.product_id) == (103, 1),
        ),
        (
            ReservationFilter(expiring_before=soon),
            lambda one: one.expires_at is not None and one.expires_at < soon,
        ),
        (
            ReservationFilter(product_id=1, expiring_before=soon),
            lambda one: one.expires_at is not None and one.expires_at < soon,
        ),
    ):
        found = busy.reads.reservations(which, EVERYTHING)
        assert list(found.rows) == [one for one in every.rows if expected(one)]
    by_end = busy.reads.reservations(
        ReservationFilter(), PageRequest(1, 200, (SortKey("expires_at"),))
    ).rows
    ends = [one.expires_at for one in by_end]
    known = [end for end in ends if end is not None]
    assert ends == sorted(known) + [None] * (len(ends) - len(known))
    owed = next(one for one in every.rows if one.backordered)
    assert (owed.allocated, owed.backordered) == (2, 1)


def test_warehouses_are_found_and_sorted(busy: Shop) -> None:
    reads = busy.reads
    main = reads.warehouse(1)
    assert main is not None
    assert (main.attributes.name, main.attributes.code) == ("Main Warehouse", "MAIN")
    assert reads.warehouse(9) is None

    def ids(which: WarehouseFilter, *sort: SortKey) -> list[int]:
        return [one.id for one in reads.warehouses(which, PageRequest(1, 50, sort)).rows]

    assert ids(WarehouseFilter()) == [1, 2]
    assert ids(WarehouseFilter(), SortKey("name")) == [2, 1]
    assert ids(WarehouseFilter(code="east")) == ids(WarehouseFilter(search="coast")) == [2]
    assert ids(WarehouseFilter(type="main")) == [1]
    assert ids(WarehouseFilter(is_active=False)) == []
    assert reads.warehouses(WarehouseFilter(), PageRequest(2, 1)).total == 2


def test_products_are_found(busy: Shop) -> None:
    def ids(**filters: Any) -> list[int]:
        page = busy.reads.products(ProductFilter(**filters), EVERYTHING)
        assert page.total == len(page.rows)
        return [one.product.id for one in page.rows]

    assert ids() == [1, 2, 3]
    assert ids(sku=" lamp-1 ") == ids(search="AMP-") == [1]
    assert ids(barcode="4006381333931") == ids(search="38133") == [2]
    assert ids(barcode="1") == ids(search="p%-") == ids(search="_") == []
    assert ids(is_active=True) == [1, 2, 3]
    assert ids(is_active=False, search="lamp") == []
    assert ids(stock_status=StockStatus.ON_BACKORDER) == [2]
    assert ids(stock_status=StockStatus.OUT_OF_STOCK, search="desk") == [3]
    assert ids(stock_status=StockStatus.OUT_OF_STOCK, warehouse_id=2) == [3]
    assert ids(stock_status=StockStatus.IN_STOCK, warehouse_id=2) == [1]


def test_search_takes_texts_as_they_are(shop: Shop) -> None:
    for name in ("100% wool", "under_score", "back\\slash", "Übergröße"):
        shop.product(name, name=name)
    for looked_for, name in (
        ("0%", "100% wool"),
        ("R_S", "under_score"),
        ("k\\s", "back\\slash"),
        ("Übergröße", "Übergröße"),
    ):
        found = shop.reads.products(ProductFilter(search=looked_for), EVERYTHING).rows
        assert [one.product.attributes.name for one in found] == [name]


def test_search_knows_the_case_of_every_letter_on_sqlite(sqlite_url: str) -> None:
    with open_shop(sqlite_url) as shop:
        shop.product("X", name="Übergröße")
        assert shop.reads.products(ProductFilter(search="ÜBERGRÖSSE"), EVERYTHING).total == 1


def test_many_threads_ask_at_once(busy: Shop) -> None:
    expected = busy.reads.quantities(1)

    def ask(_: int) -> bool:
        return busy.reads.quantities(1) == expected and len(busy.reads.levels(1)) == 2

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(ask, range(400)))


def test_moments_are_utc(busy: Shop) -> None:
    movement = busy.reads.movement(ledger(busy)[0].id)
    assert movement is not None
    assert movement.occurred_at.tzinfo is UTC
    assert isinstance(movement.created_at, datetime)
