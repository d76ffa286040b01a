"""Lists, on both databases: what stands on them, in which order, cut into which pages."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert

from onhand.core import commands as c
from onhand.core.replenishment import SALES_WINDOW_DAYS
from onhand.core.stock_status import StockStatus, stock_status
from onhand.ledger.listings import PageRequest, SortKey
from onhand.ledger.stock_views import ProductFilter
from onhand.store.engine import admin_engine
from onhand.store.reads import source
from onhand.store.schema import inbounds, levels, product_stock, products, stock_settings
from tests.support.seeding import ORIGIN, START, Shop, open_shop

EVERYTHING = PageRequest(1, 200)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """An empty shop."""
    with open_shop(database_url) as shop:
        yield shop


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    "field", ["id", "sku", "name", "selling_price", "created_at", "updated_at"]
)
def test_products_are_sorted_and_cut_into_pages(shop: Shop, field: str, descending: bool) -> None:
    for number in range(12):
        shop.later(seconds=number % 3)
        price = None if number % 4 == 0 else Decimal(number % 5)
        shop.product(f"sku{(number * 5) % 12:02}", name=f"N{number % 4}", selling_price=price)

    def key(product: Any) -> Any:
        value = getattr(product, field, None) or getattr(product.attributes, field, None)
        return (value is None, value if value is not None else 0, product.id)

    made = [view.product for view in shop.reads.products(ProductFilter(), EVERYTHING).rows]
    expected = [product.id for product in sorted(made, key=key, reverse=descending)]
    found: list[int] = []
    for number in (1, 2, 3):
        page = shop.reads.products(
            ProductFilter(), PageRequest(number, 5, (SortKey(field, descending),))
        )
        assert page.total == 12
        found += [view.product.id for view in page.rows]
    assert found == expected
    assert shop.reads.products(ProductFilter(), PageRequest(9, 5)).total == 12


STOCK = st.fixed_dictionaries(
    {
        "track_inventory": st.booleans(),
        "allow_backorder": st.booleans(),
        "is_active": st.booleans(),
        "reorder_point": st.none() | st.integers(0, 4),
        "on_hand": st.integers(0, 5),
        "reserved": st.integers(0, 5),
        "backordered": st.integers(0, 2),
        "inbound": st.integers(0, 3),
        "here": st.none()
        | st.fixed_dictionaries(
            {
                "on_hand": st.integers(0, 5),
                "reserved": st.integers(0, 5),
                "backordered": st.integers(0, 2),
                "inbound": st.integers(0, 3),
                # What this warehouse says of its own.
                "reorder_point": st.none() | st.integers(0, 4),
            }
        ),
    }
)
NOWHERE: dict[str, Any] = {"on_hand": 0, "reserved": 0, "reorder_point": None}


@given(stock=st.lists(STOCK, min_size=1, max_size=25))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lists_agree_with_the_rules_to_the_letter(shop: Shop, stock: list[dict[str, Any]]) -> None:
    put_on_shelves(shop, stock)
    expected: dict[tuple[str, int | None], list[int]] = {}
    for product_id, one in enumerate(stock, 1):
        rules = {name: one[name] for name in ("track_inventory", "allow_backorder")}
        for warehouse, there in ((None, one), (1, one["here"] or NOWHERE)):
            on_hand, reserved = there["on_hand"], there["reserved"]
            point = in_force(one, there)
            status = stock_status(**rules, on_hand=on_hand, reserved=reserved, reorder_point=point)
            expected.setdefault((status.value, warehouse), []).append(product_id)
            if not (one["track_inventory"] and one["is_active"]) or there is NOWHERE:
                continue
            if point is not None and on_hand <= point:
                expected.setdefault(("low", warehouse), []).append(product_id)
            if on_hand - reserved <= 0:
                expected.setdefault(("out", warehouse), []).append(product_id)
            position = on_hand - reserved - there["backordered"] + there["inbound"]
            if point is not None and min(on_hand, position) <= point:
                expected.setdefault(("reorder", warehouse), []).append(product_id)
    reads = shop.reads
    for warehouse in (None, 1):
        for status in StockStatus:
            which = ProductFilter(stock_status=status, warehouse_id=warehouse)
            found = [view.product.id for view in reads.products(which, EVERYTHING).rows]
            assert found == expected.get((status.value, warehouse), [])
        for name, listing in (
            ("low", reads.low_stock(EVERYTHING, warehouse)),
            ("out", reads.out_of_stock(EVERYTHING, warehouse)),
            ("reorder", reads.to_reorder(EVERYTHING, shop.now, warehouse)),
        ):
            assert [line.product_id for line in listing.rows] == expected.get((name, warehouse), [])
            assert listing.total == len(listing.rows)
            for line in listing.rows:
                one = stock[line.product_id - 1]
                there = one if warehouse is None else one["here"]
                assert line.reorder_point == in_force(one, there)


def in_force(product: dict[str, Any], there: dict[str, Any]) -> int | None:
    """The reorder point that is gone by."""
    own: int | None = there["reorder_point"]
    point: int | None = product["reorder_point"]
    return point if own is None else own


def put_on_shelves(shop: Shop, stock: list[dict[str, Any]]) -> None:
    """Replace the catalogue by products with these quantities; `here` is their level in 1."""
    with admin_engine(shop.database).begin() as connection:
        for table in (stock_settings, inbounds, levels, product_stock, products):
            connection.execute(delete(table))
        for product_id, one in enumerate(stock, 1):
            # What the schema's own CHECK would refuse is made to fit.
            one["reserved"] = min(one["reserved"], one["on_hand"])
            quantities = {name: value for name, value in one.items() if name != "here"}
            flags = ("track_inventory", "allow_backorder", "is_active", "reorder_point")
            connection.execute(
                insert(products).values(
                    id=product_id,
                    sku=f"S{product_id}",
                    sku_key=f"s{product_id}",
                    name="Thing",
                    unit="piece",
                    currency="USD",
                    version=1,
                    created_at=START,
                    updated_at=START,
                    **{flag: one[flag] for flag in flags},
                )
            )
            connection.execute(insert(product_stock).values(product_id=product_id, **quantities))
            if one["here"] is not None:
                put_in_main(connection, product_id, one)


def put_in_main(connection: Connection, product_id: int, product: dict[str, Any]) -> None:
    """A product's level in warehouse 1, what is on its way there, and its settings."""
    here = product["here"]
    here["reserved"] = min(here["reserved"], here["on_hand"])
    place = {"product_id": product_id, "warehouse_id": 1}
    connection.execute(
        insert(levels).values(
            **place,
            **{name: here[name] for name in ("on_hand", "reserved", "backordered")},
            entry_number=1,
            is_watched=product["track_inventory"] and product["is_active"],
            reorder_point=in_force(product, here),
        )
    )
    coming = {
        "on_order": here["inbound"] // 2,
        "in_transit": here["inbound"] - here["inbound"] // 2,
    }
    connection.execute(insert(inbounds).values(**place, **coming))
    if here["reorder_point"] is not None:
        point = here["reorder_point"]
        connection.execute(insert(stock_settings).values(**place, reorder_point=point))


def test_a_line_tells_what_was_sold_in_the_window(shop: Shop) -> None:
    east = shop.warehouse("East")
    old = shop.product("OLD", 100, reorder_point=500, lead_time_days=4, cost_price=Decimal("2.5"))
    shop.do(c.TransferStock(old, 1, east, 30, ORIGIN), c.ShipStock(old, 1, 20, ORIGIN))
    shop.later(days=SALES_WINDOW_DAYS - 1)
    new = shop.product("NEW", 5, reorder_point=500, safety_stock=3)
    shop.do(c.ShipStock(old, east, 7, ORIGIN), c.ShipStock(old, 1, 2, ORIGIN))
    first, second = shop.reads.low_stock(EVERYTHING).rows
    assert (first.product_id, first.units_sold, first.sales_days) == (old, 29, SALES_WINDOW_DAYS)
    assert (first.lead_time_days, first.cost_price, first.currency) == (4, Decimal("2.5"), "USD")
    assert (second.product_id, second.units_sold, second.sales_days) == (new, 0, 1)
    assert second.safety_stock == 3
    (there,) = shop.reads.low_stock(EVERYTHING, east).rows
    assert (there.on_hand, there.units_sold, there.sales_days) == (23, 7, 1)
    shop.later(days=1)
    line = shop.reads.to_reorder(EVERYTHING, shop.now).rows[0]
    assert (line.units_sold, line.sales_days) == (9, SALES_WINDOW_DAYS)
    past = shop.reads.to_reorder(EVERYTHING, START).rows[0]
    assert (past.units_sold, past.sales_days) == (20, 1)


def test_lists_are_sorted_and_cut_into_pages(shop: Shop) -> None:
    for number in range(7):
        shop.product(f"s{6 - number}", number, name=f"n{number % 3}", reorder_point=9 - number % 2)
    for field, value in (
        ("product_id", lambda line: line.product_id),
        ("name", lambda line: line.name),
        ("sku", lambda line: line.sku),
        ("quantity_on_hand", lambda line: line.on_hand),
        ("reorder_point", lambda line: line.reorder_point),
    ):
        for descending in (False, True):
            sort = (SortKey(field, descending),)
            lines = shop.reads.low_stock(PageRequest(1, 50, sort)).rows
            assert list(lines) == sorted(
                lines, key=lambda line: (value(line), line.product_id), reverse=descending
            )
            pages = [shop.reads.low_stock(PageRequest(n, 3, sort)) for n in (1, 2, 3)]
            assert [line for page in pages for line in page.rows] == list(lines)
            assert {page.total for page in pages} == {7}
    assert shop.reads.low_stock(PageRequest(5, 3)).total == 7
    assert shop.reads.out_of_stock(EVERYTHING, 1).total == 0


def test_a_large_total_is_kept_for_a_while(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LARGE_TOTAL", 2)
    monkeypatch.setattr(source, "LONG_COUNT_S", 1_000)
    monkeypatch.setattr(source, "KEPT_FOR", 1_000_000)
    shop.product("A")
    one = PageRequest(1, 1)
    assert shop.reads.products(ProductFilter(), one).total == 1
    shop.product("B")
    assert shop.reads.products(ProductFilter(), one).total == 2
    shop.product("C")
    assert shop.reads.products(ProductFilter(), one).total == 2
    assert shop.reads.products(ProductFilter(is_active=True), one).total == 3


def test_a_total_that_took_long_is_kept_for_a_while(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "LONG_COUNT_S", 0)
    monkeypatch.setattr(source, "KEPT_FOR", 1_000_000)
    shop.product("A")
    one = PageRequest(1, 1)
    assert shop.reads.products(ProductFilter(), one).total == 1
    shop.product("B")
    assert shop.reads.products(ProductFilter(), one).total == 1
    # What the page itself tells needs no count.
    assert shop.reads.products(ProductFilter(), EVERYTHING).total == 2
