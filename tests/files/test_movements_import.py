"""What happened comes in from a file: row by row, by the rules, all or nothing, never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from onhand.core.commands import CreateWarehouse, ReserveStock
from onhand.core.movements import Origin
from onhand.core.warehouses import WarehouseAttributes
from onhand.files.importing import table_import
from onhand.ledger.exports import What
from tests.files.table_shop import TableShop, done, faults, opened
from tests.support.stores import TESTER, add_product, sqlite_shop, sqlite_template

Rows = list[list[object]]
HEAD: list[object] = ["sku", "warehouse", "movement_type", "quantity"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def shop(tmp_path: Path, template: Path) -> Iterator[TableShop]:
    with opened(sqlite_shop(tmp_path, template), tmp_path) as shop:
        yield shop


def on_hand(shop: TableShop) -> dict[tuple[str, str], int]:
    return {
        (row["sku"], row["warehouse"]): int(row["quantity_on_hand"])
        for row in shop.rows(What.LEVELS)
    }


def test_each_row_does_what_happened(shop: TableShop) -> None:
    add_product(shop.store, "A")
    shop.do(CreateWarehouse(WarehouseAttributes("North", "NORTH"), TESTER))
    rows: Rows = [
        HEAD,
        ["A", "MAIN", "in", 10],
        ["A", "MAIN", "reserved", 4],
        ["A", "MAIN", "out", -2],
        ["A", "MAIN", "transfer", -3],
        ["A", "NORTH", "transfer", 3],
        ["A", "MAIN", "count", 0],
        ["A", "MAIN", "in", -1],
        ["A", "NORTH", "", 5],
    ]
    assert done(shop.take(What.MOVEMENTS, rows)) == {"posted": 6, "unchanged": 2}
    assert shop.movements() == [
        ("in", "A", 10),
        ("out", "A", -2),
        ("adjustment", "A", -3),
        ("adjustment", "A", 3),
        ("adjustment", "A", -1),
        ("adjustment", "A", 5),
    ]
    assert on_hand(shop) == {("A", "MAIN"): 4, ("A", "NORTH"): 8}


def test_it_happened_when_and_why_the_row_says(shop: TableShop) -> None:
    add_product(shop.store, "A")
    told = ["occurred_at", "sku", "quantity", "reason", "reference", "notes"]
    row = ["2020-05-01T10:00:00Z", "A", "7", "Found behind a shelf", "INV-7", "Dusty"]
    shop.take(What.MOVEMENTS, [told, row])
    [found] = shop.rows(What.MOVEMENTS)
    assert [found[name] for name in told] == row
    assert found["movement_type"] == "adjustment"


def test_a_row_goes_by_those_before_it_however_many(
    shop: TableShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_import, "RECORDS_AT_A_TIME", 3)
    add_product(shop.store, "A", 1)
    sold: Rows = [["A", "MAIN", "out", -1] for _ in range(8)]
    rows: Rows = [HEAD, ["A", "MAIN", "in", 7], *sold]
    assert done(shop.take(What.MOVEMENTS, rows, dry_run=True)) == {"posted": 9}
    assert on_hand(shop) == {("A", "MAIN"): 1}
    # One more than there was: nothing of the file happens.
    report = shop.take(What.MOVEMENTS, [*rows, ["A", "MAIN", "out", -1]])
    assert [it[:2] for it in faults(report)] == [(11, "quantity")]
    assert on_hand(shop) == {("A", "MAIN"): 1}
    assert done(shop.take(What.MOVEMENTS, rows)) == {"posted": 9}
    assert on_hand(shop) == {("A", "MAIN"): 0}
    # The same file again is what was done already, equal rows and all.
    assert done(shop.take(What.MOVEMENTS, rows)) == {"before": 9}
    assert on_hand(shop) == {("A", "MAIN"): 0}


def test_what_is_held_is_not_sold_from_under_it(shop: TableShop) -> None:
    product_id = add_product(shop.store, "A", 5)
    shop.do(ReserveStock(product_id, None, 4, 77, TESTER))
    report = shop.take(What.MOVEMENTS, [HEAD, ["A", "MAIN", "out", -2]])
    assert [it[:2] for it in faults(report)] == [(2, "quantity")]
    assert report.is_refused


def test_wrong_rows_are_named(shop: TableShop) -> None:
    add_product(shop.store, "A", 5)
    later = (shop.clock() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows: Rows = [
        ["sku", "warehouse", "movement_type", "quantity", "occurred_at"],
        ["B", "MAIN", "in", 1, ""],
        ["A", "SOUTH", "in", 1, ""],
        ["A", "MAIN", "stolen", -1, ""],
        ["A", "MAIN", "in", 0, ""],
        ["A", "MAIN", "in", 1, later],
        ["A", "MAIN", "out", -6, ""],
        ["A", "MAIN", "out", -5, ""],
    ]
    report = shop.take(What.MOVEMENTS, rows, skip_wrong=True, dry_run=True)
    assert sorted(it[:2] for it in faults(report)) == [
        (2, "sku"),
        (3, "warehouse"),
        (4, "movement_type"),
        (5, "quantity"),
        (6, "occurred_at"),
        (7, "quantity"),
    ]
    assert done(shop.take(What.MOVEMENTS, rows, skip_wrong=True)) == {"posted": 1}
    assert on_hand(shop) == {("A", "MAIN"): 0}
    # Mended and sent again, what was done stays done.
    mended: Rows = [rows[0], ["A", "MAIN", "in", 3, ""], rows[-1]]
    assert done(shop.take(What.MOVEMENTS, mended)) == {"posted": 1, "before": 1}
    assert on_hand(shop) == {("A", "MAIN"): 3}


def test_who_may_touch_one_warehouse_moves_nothing_elsewhere(shop: TableShop) -> None:
    add_product(shop.store, "A")
    shop.do(CreateWarehouse(WarehouseAttributes("North", "NORTH"), TESTER))
    theirs = Origin("clerk", within=frozenset({1}))
    rows: Rows = [HEAD, ["A", "MAIN", "in", 1], ["A", "NORTH", "in", 1]]
    report = shop.take(What.MOVEMENTS, rows, origin=theirs)
    assert [it[:2] for it in faults(report)] == [(3, "warehouse")]
    assert on_hand(shop) == {}
