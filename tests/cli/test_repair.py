"""`onhand repair` mends what follows from the ledger, and never the ledger."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from onhand.app import App
from onhand.core import commands as c
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.reservations import held_for
from onhand.ledger.posting import Done, Submission, settle
from onhand.shops import now
from onhand.store.engine import admin_engine, parse_database
from proofs.backups.older import rows_of
from tests.support.command_line import onhand

ORIGIN = Origin("test")
KEYS = {
    "levels": ("product_id", "warehouse_id"),
    "product_stock": ("product_id",),
    "reservations": ("product_id", "warehouse_id", "order_id"),
    "inbounds": ("product_id", "warehouse_id"),
    "daily_sales": ("product_id", "warehouse_id", "day"),
    "daily_totals": ("day", "warehouse_id", "kind", "currency"),
}
FIGURES = {
    "levels": (
        "on_hand",
        "reserved",
        "backordered",
        "entry_number",
        "last_movement_at",
        "is_watched",
    ),
    "product_stock": ("on_hand", "reserved", "backordered", "inbound", "reorder_point"),
    "reservations": ("allocated",),
    "inbounds": ("on_order", "in_transit"),
    "daily_sales": ("quantity",),
    "daily_totals": ("units_in", "movements", "value"),
}
BREAKS = [(table, figure) for table, figures in FIGURES.items() for figure in figures]
BREAKS += [(table, "") for table in KEYS]  # the row is gone
TOLD = ("movements", "products", "warehouses", "events", "sales_orders", "purchase_orders")
"""Tables that nothing else tells what stands in; no repair changes them."""


def break_at_random(url: str, breaks: Sequence[tuple[str, str]], random: Random) -> None:
    """Change or remove a derived row for each break, as the constraints allow."""
    for table, figure in breaks:
        with admin_engine(parse_database(url)).begin() as connection:
            _break(connection, table, figure, random)


def _break(connection: Connection, table: str, figure: str, random: Random) -> None:
    keys = KEYS[table]
    columns = ", ".join(keys)
    rows = connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY {columns}")).all()
    if not rows:
        return
    place = dict(zip(keys, random.choice(rows), strict=True))
    here = " AND ".join(f"{key} = :{key}" for key in keys)
    if not figure:
        connection.execute(text(f"DELETE FROM {table} WHERE {here}"), place)
        return
    by = random.randint(1, 9)
    changed = f"{figure} + {by}"
    if figure in ("reserved", "on_hand") and random.random() < 0.5:
        # Both, so that no constraint is in the way.
        changed = f"{figure} + {by}, {'reserved' if figure == 'on_hand' else 'on_hand'} = on_hand"
    if figure == "last_movement_at":
        changed = "NULL"
    if figure == "is_watched":
        changed = "NOT is_watched"
    with suppress(IntegrityError), connection.begin_nested():
        connection.execute(text(f"UPDATE {table} SET {figure} = {changed} WHERE {here}"), place)


def told(url: str) -> dict[str, Any]:
    """The rows that a repair must leave as they are."""
    there = rows_of(url)
    return {name: there[name].rows for name in TOLD}


@pytest.mark.parametrize("seed", [1])
def test_whatever_follows_is_mended(shop_url: str, seed: int) -> None:
    before = rows_of(shop_url)
    break_at_random(shop_url, BREAKS * 2, Random(seed))
    assert onhand("verify", "--database", shop_url).code == 1
    broken = rows_of(shop_url)
    assert onhand("repair", "--database", shop_url).code == 1
    assert rows_of(shop_url) == broken, "a dry run changes nothing"
    mended = onhand("repair", "--apply", "--database", shop_url)
    assert mended.code == 0, mended.text
    assert onhand("verify", "--database", shop_url).code == 0
    after = rows_of(shop_url)
    for name in TOLD:
        assert after[name] == before[name], name
    for name in ("levels", "product_stock", "daily_totals"):
        assert without_backorders(after[name]) == without_backorders(before[name]), name
    assert onhand("repair", "--database", shop_url).text == (
        "Everything agrees: there is nothing to mend.\n"
    )


def without_backorders(rows: Any) -> Any:
    """Rows but for what an order of the shop's own waits for, which nothing else tells."""
    return rows.only([name for name in rows.columns if name != "backordered"])


@settings(max_examples=8)
@given(breaks=st.lists(st.sampled_from(BREAKS), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_any_breaks_together_are_mended(
    small_file: Path, breaks: list[tuple[str, str]], seed: int
) -> None:
    file = small_file.with_name("broken.db")
    shutil.copyfile(small_file, file)
    url = f"sqlite:///{file}"
    before = told(url)
    break_at_random(url, breaks, Random(seed))
    mended = onhand("repair", "--apply", "--database", url)
    assert mended.code == 0, mended.text
    assert onhand("verify", "--database", url).code == 0
    assert told(url) == before


def test_what_no_order_asks_for_is_released_by_a_movement(shop_url: str, tmp_path: Path) -> None:
    before = rows_of(shop_url)["movements"]
    with App().store(shop_url) as store:
        [held] = settle(
            store,
            [
                Submission(
                    c.Request(
                        (
                            c.ReceiveStock(1, 1, 7, ORIGIN),
                            c.ReserveStock(1, 1, 5, held_for(77), ORIGIN),
                        )
                    )
                )
            ],
            now,
        )
        assert isinstance(held, Done)
    report = tmp_path / "report.jsonl"
    mended = onhand("repair", "--apply", "--report", report, "--database", shop_url)
    assert mended.code == 0, mended.text
    assert "5 units released: Held beyond what sales order 77 says" in mended.text
    after = rows_of(shop_url)["movements"]
    assert set(before.rows) < set(after.rows)
    of = after.columns.index
    [released] = [row for row in after.rows if row[of("created_by")] == "onhand:repair"]
    assert released[of("movement_type")] == "released"
    assert released[of("quantity")] == -5
    [entry] = [json.loads(line) for line in report.read_text().splitlines()]
    assert entry["released"] == 5
    assert entry["by"] == "onhand:repair"
    assert "Cannot write" in onhand("repair", "--report", report, "--database", shop_url).text


@pytest.mark.parametrize(
    ("tampering", "why"),
    [
        (
            "UPDATE movements SET quantity = quantity + 1 WHERE entry_number = 1",
            "on hand after entry",
        ),
        ("UPDATE movements SET order_id = NULL WHERE movement_type = 'reserved'", "allocated"),
        ("DELETE FROM movements WHERE entry_number = 2", "entry number"),
        ("UPDATE sales_orders SET state = 'cancelled'", "state"),
    ],
)
def test_rewritten_history_is_refused(
    small_file: Path, tmp_path: Path, tampering: str, why: str
) -> None:
    file = tmp_path / "onhand.db"
    shutil.copyfile(small_file, file)
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TRIGGER movements_no_update")
        connection.execute("DROP TRIGGER movements_no_delete")
        connection.execute(tampering)
    url = f"sqlite:///{file}"
    before = rows_of(url)
    mended = onhand("repair", "--apply", "--database", url)
    assert mended.code == 1
    assert "Not mended" in mended.text
    assert why in mended.text
    assert "never rewritten" in mended.text
    assert told(url) == {name: before[name].rows for name in TOLD}


def test_a_broken_seal_is_refused(sqlite_url: str) -> None:
    sealed = {"ONHAND_SEALS": "on", "ONHAND_SEAL_KEY": "secret", "ONHAND_DATABASE": sqlite_url}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sealed.items():
            patch.setenv(name, value)
        with App().store(sqlite_url) as store:
            product = c.CreateProduct
            attributes = ProductAttributes(sku="LAMP", name="Lamp")
            settle(store, [Submission(c.Request((product(attributes, ORIGIN, 5),)))], now)
        with sqlite3.connect(parse_database(sqlite_url).file) as connection:
            connection.execute("UPDATE levels SET on_hand = 6")
        # Without the key nobody can tell whether the ledger is what it was.
        assert "seal" in onhand("repair", "--apply", ONHAND_SEAL_KEY="another").text
        assert onhand("repair", "--apply").code == 0
        assert onhand("verify").code == 0


def test_a_server_that_runs_on_the_file_is_told(shop_url: str) -> None:
    with admin_engine(parse_database(shop_url)).begin() as connection:
        connection.execute(text("UPDATE levels SET backordered = backordered + 1"))
    with App().store(shop_url):
        mended = onhand("repair", "--apply", "--database", shop_url)
    if shop_url.startswith("sqlite"):
        assert "Another Onhand process" in mended.text
    else:
        assert mended.code == 0, mended.text
