"""What is exported imports again, into an empty shop, to the same state: in every format."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onhand.core.commands import (
    AdjustStock,
    Command,
    CreateProduct,
    CreateWarehouse,
    ReceiveStock,
    TransferStock,
)
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.suppliers import CreateSupplier, SetTerms, SupplierStatus
from onhand.core.warehouses import WarehouseAttributes, WarehouseType
from onhand.files.formats.writing import Format
from onhand.ledger.exports import What
from onhand.store.migrate import migrate
from tests.files.table_shop import TableShop, opened
from tests.support.stores import DatabaseShop, sqlite_shop, sqlite_template

SHOPKEEPER = Origin("shopkeeper", "stock")
ORDER = (What.WAREHOUSES, What.PRODUCTS, What.SUPPLIERS, What.TERMS, What.LEVELS)
TOLD_BY_THIS_SHOP = {"id", "created_at", "updated_at", "last_movement_at", "last_counted_at"}

CONTROL = "".join(map(chr, [*range(32), 127]))
PRINTED = st.characters(codec="utf-8", exclude_characters=CONTROL) | st.sampled_from("'=+-@\";, ")


def line(longest: int) -> st.SearchStrategy[str]:
    return st.text(PRINTED, min_size=1, max_size=longest).map(str.strip).filter(bool)


TEXT = st.none() | st.text(PRINTED | st.sampled_from("\r\n\t"), max_size=30)
MONEY = st.none() | st.decimals(0, 10**14 - 1, places=4).map(lambda it: it.normalize() + Decimal(0))
UNITS = st.none() | st.integers(0, 2**53)
CURRENCY = st.sampled_from(["USD", "EUR", "GBP"])

PRODUCTS = st.lists(
    st.fixed_dictionaries(
        {
            "sku": line(12),
            "name": line(20),
            "description": TEXT,
            "barcode": st.none() | st.just("4006381333931") | st.just("=B-1"),
            "unit": line(8),
            "selling_price": MONEY,
            "cost_price": MONEY,
            "currency": CURRENCY,
            "allow_backorder": st.booleans(),
            "reorder_point": UNITS,
            "reorder_quantity": st.none() | st.integers(1, 2**53),
            "lead_time_days": st.none() | st.integers(0, 36_500),
            "safety_stock": UNITS,
            "default_warehouse_id": st.none() | st.integers(1, 3),
            "is_active": st.booleans(),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda it: str(it["sku"]).casefold(),
)
WAREHOUSES = st.lists(
    st.tuples(line(8), line(12), TEXT, st.sampled_from(WarehouseType)),
    min_size=2,
    max_size=2,
    unique_by=lambda it: it[0].casefold(),
).filter(lambda them: all(it[0].casefold() != "main" for it in them))
SUPPLIERS = st.lists(
    st.tuples(line(8), line(12), st.sampled_from(SupplierStatus), TEXT, TEXT, CURRENCY),
    max_size=2,
    unique_by=lambda it: it[0].casefold(),
)
TERMS = st.tuples(
    st.decimals(0, 10**6, places=2).map(lambda it: it.normalize() + Decimal(0)),
    CURRENCY,
    st.integers(1, 99),
    st.integers(1, 99),
    st.none() | line(8),
    st.booleans(),
)
STOCK = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(1, 10**6)), max_size=5)


@st.composite
def shops(draw: st.DrawFn) -> list[Command]:
    """What fills a shop: everything that a shop has but documents and holds."""
    found: list[Command] = []
    for place, (code, name, address, kind) in enumerate(draw(WAREHOUSES)):
        parent = place + 1 if draw(st.booleans()) else None
        attributes = WarehouseAttributes(
            name, code, kind, address=address, parent_warehouse_id=parent
        )
        found.append(CreateWarehouse(attributes, SHOPKEEPER))
    products: list[dict[str, Any]] = draw(PRODUCTS)
    found += [CreateProduct(ProductAttributes(**it), SHOPKEEPER) for it in products]
    for number, (code, name, status, email, notes, currency) in enumerate(draw(SUPPLIERS), 1):
        fields = {"name": name, "address": email, "notes": notes, "currency": currency}
        found.append(CreateSupplier(origin=SHOPKEEPER, code=code, status=status, attributes=fields))
        for product_id in range(1, len(products) + 1):
            if not draw(st.booleans()):
                continue
            price, in_currency, minimum, pack, theirs, preferred = draw(TERMS)
            terms = {
                "price": price,
                "minimum_order_quantity": minimum,
                "pack_size": pack,
                "supplier_sku": theirs,
                "is_preferred": preferred,
            }
            found.append(
                SetTerms(
                    origin=SHOPKEEPER,
                    id=number,
                    product_id=product_id,
                    currency=in_currency,
                    attributes=terms,
                )
            )
    for place, warehouse_id, quantity in draw(STOCK):
        product_id = place % len(products) + 1
        found.append(ReceiveStock(product_id, warehouse_id, quantity, SHOPKEEPER))
        if quantity > 3:
            found.append(AdjustStock(product_id, warehouse_id, -2, SHOPKEEPER))
            found.append(
                TransferStock(product_id, warehouse_id, warehouse_id % 3 + 1, 1, SHOPKEEPER)
            )
    return found


def state(shop: TableShop) -> dict[What, list[dict[str, str]]]:
    """What a shop is, whatever its numbers and when it came to be."""
    found = {}
    for what in ORDER:
        rows = [
            {name: value for name, value in row.items() if name not in TOLD_BY_THIS_SHOP}
            for row in shop.rows(what)
        ]
        found[what] = sorted(rows, key=lambda row: list(row.values()))
    # A level that is empty again is as one that never was.
    found[What.LEVELS] = [it for it in found[What.LEVELS] if it["quantity_on_hand"] != "0"]
    return found


def check_round_trip(
    first: TableShop, second: TableShop, commands: list[Command], how: Format
) -> None:
    first.do(*commands)
    files = {what: first.give(what, how) for what in ORDER}
    for what in ORDER:
        report = second.take(what, files[what])
        assert not report.is_refused, (what, report.faults)
    assert state(second) == state(first)
    for what in ORDER:
        again = second.take(what, files[what])
        assert not any(count for effect, count in again.by_effect.items() if effect != "unchanged")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], tuple[DatabaseShop, Path]]:
    template = sqlite_template(tmp_path_factory.mktemp("template"))

    def made() -> tuple[DatabaseShop, Path]:
        folder = tmp_path_factory.mktemp("shop")
        return sqlite_shop(folder, template), folder

    return made


@settings(max_examples=15)
@given(commands=shops(), how=st.sampled_from([Format.CSV, Format.CSV, Format.XLSX]))
def test_a_shop_comes_back_as_it_was(fresh: Any, commands: list[Command], how: Format) -> None:
    with opened(*fresh()) as first, opened(*fresh()) as second:
        check_round_trip(first, second, commands, how)


@settings(max_examples=15)
@given(commands=shops(), how=st.sampled_from([Format.CSV, Format.CSV, Format.XLSX]))
def test_stock_comes_back_from_the_ledger(fresh: Any, commands: list[Command], how: Format) -> None:
    with opened(*fresh()) as first, opened(*fresh()) as second:
        first.do(*commands)
        for what in (What.WAREHOUSES, What.PRODUCTS, What.MOVEMENTS):
            report = second.take(what, first.give(what, how))
            assert not report.is_refused, (what, report.faults)
        assert state(second)[What.LEVELS] == state(first)[What.LEVELS]
        told = ("occurred_at", "sku", "warehouse", "quantity", "quantity_on_hand")
        ledgers = [
            sorted([row[name] for name in told] for row in shop.rows(What.MOVEMENTS))
            for shop in (first, second)
        ]
        assert ledgers[1] == ledgers[0]


@settings(max_examples=2)
@given(commands=shops())
def test_a_shop_comes_back_from_parquet(fresh: Any, commands: list[Command]) -> None:
    with opened(*fresh()) as first, opened(*fresh()) as second:
        check_round_trip(first, second, commands, Format.PARQUET)


@settings(max_examples=1)
@given(commands=shops())
def test_a_shop_moves_from_sqlite_to_postgresql(
    fresh: Any, commands: list[Command], postgresql_server: Any, tmp_path_factory: Any
) -> None:
    url = postgresql_server.create_database()
    migrate(url)
    folder = tmp_path_factory.mktemp("moved")
    with opened(*fresh()) as first, opened(DatabaseShop(url), folder) as second:
        check_round_trip(first, second, commands, Format.CSV)
    postgresql_server.drop_database(url)
