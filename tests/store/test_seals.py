"""Whoever changes, removes, inserts or reorders sealed movements is found out, and told where."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from onhand.core import commands as c
from onhand.core.movements import Movement, MovementType, Origin
from onhand.core.seals import seal
from onhand.ledger.verify import verify
from tests.store.test_proof import tamper
from tests.support.seeding import ORIGIN, START, Shop, open_shop

KEY = b"kept elsewhere"
REAL = Origin("test", "Came in", "two pallets", "PO-7", "purchase_order", 7)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """A shop whose movements are sealed: five of one product in one warehouse, entries 1 to 5."""
    with open_shop(database_url, KEY) as shop:
        lamp = shop.product("LAMP", 50)
        for _ in range(4):
            shop.later(hours=1)
            shop.do(c.ReceiveStock(lamp, 1, 10, REAL))
        yield shop


def told(shop: Shop, key: bytes = KEY) -> list[str]:
    """The differences, in words."""
    with shop.store.proof() as proof:
        return [str(difference) for difference in verify(proof, seal_key=key)]


def names(lines: list[str], entry: int, movement: int | None = None) -> bool:
    """Whether an entry's seal is said not to fit; its movement's id is the next number, for the
    first one tells of the product.
    """
    movement = entry + 1 if movement is None else movement
    start = f"Product 1, warehouse 1, movement {movement}: seal of entry {entry}: expected "
    return any(line.startswith(start) for line in lines)


def test_what_the_store_sealed_fits(shop: Shop) -> None:
    assert told(shop) == []
    with shop.store.proof() as proof:
        seals = [entry.seal for entry in proof.entries()]
        ((_, level),) = proof.levels()
    assert None not in seals
    assert len(set(seals)) == 5
    assert level.seal == seals[-1]


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'Came in!'",
        "notes = NULL",
        "reference = 'PO-8'",
        "reference_type = 'gift'",
        "reference_id = 8",
        "created_by = 'somebody else'",
        "order_id = 5",
        "movement_type = 'adjustment'",
        "reported_at = created_at",
        "created_at = occurred_at",
        "seal = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'",
        "seal = NULL",
    ],
)
def test_a_changed_movement_is_named_where_its_sums_still_agree(shop: Shop, change: str) -> None:
    if change.startswith("created_at"):
        moment = "0" if shop.database.kind == "sqlite" else "'1970-01-01'"
        change = f"created_at = {moment}"
    tamper(shop, f"UPDATE movements SET {change} WHERE entry_number = 3")
    lines = told(shop)
    assert names(lines, 3)
    # A changed seal is what the next one stands on.
    assert len(lines) == (2 if "seal" in change else 1)


def test_a_removed_movement_is_missed(shop: Shop) -> None:
    tamper(shop, "DELETE FROM movements WHERE entry_number = 3")
    assert names(told(shop), 4)


def test_a_removed_last_movement_is_missed_though_its_level_was_mended(shop: Shop) -> None:
    tamper(
        shop,
        "DELETE FROM movements WHERE entry_number = 5",
        "UPDATE levels SET on_hand = 80, entry_number = 4,"
        " last_movement_at = (SELECT occurred_at FROM movements WHERE entry_number = 4)",
        "UPDATE product_stock SET on_hand = 80",
    )
    (line,) = told(shop)
    assert line.startswith("Product 1, warehouse 1: level's seal: expected ")


def test_an_inserted_movement_is_named(shop: Shop) -> None:
    columns = "product_id, warehouse_id, movement_type, quantity, reserved, created_by, created_at"
    tamper(
        shop,
        "UPDATE movements SET entry_number = entry_number + 1, on_hand = on_hand + 1"
        " WHERE entry_number > 2",
        f"INSERT INTO movements ({columns}, entry_number, id, on_hand, occurred_at, seal)"
        f" SELECT {columns.replace('quantity', '1')}, 3, 99, on_hand + 1, occurred_at, seal"
        " FROM movements WHERE entry_number = 2",
    )
    assert names(told(shop), 3, 99)


def test_movements_in_another_order_are_named(shop: Shop) -> None:
    swap = "UPDATE movements SET entry_number = {} WHERE entry_number = {}"
    tamper(shop, swap.format(50, 3), swap.format(3, 4), swap.format(4, 50))
    lines = told(shop)
    assert names(lines, 4, 4)
    assert names(lines, 3, 5)


def test_who_has_no_key_cannot_seal_again(shop: Shop) -> None:
    with shop.store.proof() as proof:
        *_, before, last = (entry for entry in proof.entries())
    origin = Origin("test", "Came in late", "two pallets", "PO-7", "purchase_order", 7)
    forged = seal(before.seal, last.movement()._replace(origin=origin), last.id, b"")
    tamper(
        shop,
        f"UPDATE movements SET reason = 'Came in late', seal = '{forged}' WHERE entry_number = 5",
        f"UPDATE levels SET seal = '{forged}'",
    )
    assert names(told(shop), 5)


def test_another_key_fits_nothing(shop: Shop) -> None:
    assert len(told(shop, b"another")) == 5


def test_a_ledger_may_be_sealed_from_some_day_on(database_url: str) -> None:
    with open_shop(database_url) as shop:
        lamp = shop.product("LAMP", 50)
        shop.do(c.ReceiveStock(lamp, 1, 1, ORIGIN))
        shop.seal_with(KEY)
        shop.do(c.ReceiveStock(lamp, 1, 2, ORIGIN), c.ReserveStock(lamp, 1, 3, 7, ORIGIN))
        assert told(shop) == []
        tamper(shop, "UPDATE movements SET reason = 'x' WHERE entry_number = 3")
        assert names(told(shop), 3)


def test_from_then_on_a_movement_without_a_seal_is_named(shop: Shop) -> None:
    shop.seal_with(None)
    shop.do(c.ReceiveStock(1, 1, 1, ORIGIN))
    shop.seal_with(KEY)
    shop.do(c.ReceiveStock(1, 1, 1, ORIGIN))
    (line,) = told(shop)
    assert names([line], 6)
    assert line.endswith("found none")


def test_a_stored_movement_is_read_as_it_was_decided(shop: Shop) -> None:
    with shop.store.proof() as proof:
        first, second, *_ = proof.entries()
    assert first.movement().movement_type is MovementType.IN
    later = START.replace(hour=START.hour + 1)
    assert second.movement() == Movement(
        *(1, 1, 2, MovementType.IN, 10, 60, 0, None, None, None), REAL, later, None, later
    )
