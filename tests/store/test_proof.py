"""A ledger that the real store wrote is sound; one that was tampered with is told so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest

from onhand.core import commands as c
from onhand.core import transfers as t
from onhand.core.movements import Origin
from onhand.ledger.faults import StoreUnavailable
from onhand.ledger.verify import verify
from onhand.store.engine import parse_database, read_engine
from onhand.store.proof import sql_proof
from tests.support.seeding import ORIGIN, Shop, open_shop


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """A shop with every kind of movement in its ledger."""
    with open_shop(database_url) as shop:
        east = shop.warehouse("East")
        lamp = shop.product("LAMP", 50, 5)
        chair = shop.product("CHAIR", 3, allow_backorder=True)
        shop.later(hours=1)
        shop.do(
            c.TransferStock(lamp, 1, east, 10, ORIGIN),
            c.ReserveStock(lamp, 1, 4, 77, ORIGIN),
            c.ReserveStock(lamp, east, 2, 78, ORIGIN, shop.now.replace(hour=23)),
            c.ReserveStock(chair, 1, 8, 79, ORIGIN),
            c.ReserveStock(chair, east, 1, 80, ORIGIN),
        )
        shop.later(hours=1)
        shop.do(
            c.AdjustStock(lamp, 1, -3, Origin("test", reason="Shipped order #77")),
            c.ReceiveStock(chair, 1, 4, ORIGIN),
            c.CountStock(lamp, east, 9, ORIGIN),
            c.ReceiveStock(lamp, east, 6, ORIGIN),
            c.ReleaseStock(lamp, 1, 1, 77, ORIGIN),
        )
        past = shop.reads.reversible(movement_id(shop, lamp, 1, 3))
        assert len(past) == 2
        shop.do(c.ReverseMovement(tuple(past), ORIGIN))
        shop.do(c.CountStock(chair, 1, 2, ORIGIN, c.OnShortfall.DEALLOCATE))
        shop.later(days=2)
        shop.do(c.ExpireReservations(lamp, east, ORIGIN))
        yield shop


@pytest.fixture
def documents(database_url: str) -> Iterator[Shop]:
    """A shop with a transfer that is a draft, and one of which a part has arrived."""
    with open_shop(database_url) as shop:
        east = shop.warehouse("East")
        lamp, chair = shop.product("LAMP", 50), shop.product("CHAIR", 3)
        lines = (t.LineGiven(lamp, 5), t.LineGiven(chair, 1), t.LineGiven(lamp, 2))
        for ship in (False, True):
            drafted = t.DraftTransfer(
                origin=ORIGIN, from_warehouse_id=1, to_warehouse_id=east, lines=lines, ship=ship
            )
            shop.do(drafted)
        arrived = (t.LineReceived(1, 2, lost=1, reason="Fell"), t.LineReceived(3, 2))
        shop.do(t.ReceiveTransfer(origin=ORIGIN, id=2, lines=arrived))
        yield shop


def movement_id(shop: Shop, product_id: int, warehouse_id: int, entry_number: int) -> int:
    """The id of a level's entry."""
    with sql_proof(shop.engine) as proof:
        place = (product_id, warehouse_id, entry_number)
        return next(entry.id for entry in proof.entries() if entry[:3] == place)


def told(shop: Shop) -> list[str]:
    """The differences, in words, through the store's own proof."""
    with shop.store.proof() as proof:
        return [str(difference) for difference in verify(proof)]


def tamper(shop: Shop, *statements: str) -> None:
    """Change what must not be changed, past the triggers."""
    if shop.database.kind == "sqlite":
        with sqlite3.connect(shop.database.file) as connection:
            for table in ("movements", "events"):
                connection.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
                connection.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")
            for statement in statements:
                connection.execute(statement)
    else:
        with psycopg.connect(shop.database.conninfo) as connection_:
            connection_.execute("SET session_replication_role = replica")
            for statement in statements:
                connection_.execute(statement.encode())


def test_what_the_store_wrote_is_sound(shop: Shop) -> None:
    assert told(shop) == []
    with sql_proof(shop.engine) as proof:
        movements, levels = proof.counts()
        assert movements == len(list(proof.entries())) > 12
        assert levels == len(list(proof.levels())) == 4
        assert len(list(proof.reversals())) == 2


def test_a_corrupted_level_is_named(shop: Shop) -> None:
    tamper(
        shop, "UPDATE levels SET on_hand = on_hand + 2 WHERE product_id = 1 AND warehouse_id = 1"
    )
    found = told(shop)
    assert found[0].startswith("Product 1, warehouse 1: level's on hand: expected ")
    assert len(found) == 2


def test_a_corrupted_movement_is_named(shop: Shop) -> None:
    first = movement_id(shop, 1, 1, 1)
    tamper(shop, f"UPDATE movements SET quantity = 51 WHERE id = {first}")
    assert told(shop) == [
        f"Product 1, warehouse 1, movement {first}: on hand after entry 1: expected 51, found 50"
    ]


def test_a_deleted_movement_is_missed(shop: Shop) -> None:
    tamper(shop, f"DELETE FROM movements WHERE id = {movement_id(shop, 1, 1, 4)}")
    assert any("entry number" in line for line in told(shop))


def test_an_inserted_movement_is_named(shop: Shop) -> None:
    moment = "0" if shop.database.kind == "sqlite" else "now()"
    tamper(
        shop,
        "INSERT INTO movements (product_id, warehouse_id, entry_number, id, movement_type,"
        " quantity, on_hand, reserved, created_by, occurred_at, created_at)"
        f" VALUES (1, 1, 99, 999, 'in', 5, 5, 0, 'thief', {moment}, {moment})",
    )
    assert any("movement 999" in line and "entry number" in line for line in told(shop))


def test_movements_in_another_order_are_named(shop: Shop) -> None:
    swap = "UPDATE movements SET entry_number = {} WHERE product_id = 1 AND warehouse_id = 1"
    tamper(
        shop,
        swap.format(50) + " AND entry_number = 3",
        swap.format(3) + " AND entry_number = 4",
        swap.format(4) + " AND entry_number = 50",
    )
    lines = [line for line in told(shop) if "entry number: expected" in line]
    assert [line.rpartition(": ")[2] for line in lines[:2]] == [
        "expected 3, found 4",
        "expected 5, found 3",
    ]


def test_a_moved_reservation_is_named(shop: Shop) -> None:
    tamper(shop, "UPDATE reservations SET order_id = 81 WHERE order_id = 79")
    found = told(shop)
    assert any("order 79" in line for line in found)
    assert any("order 81" in line for line in found)


def test_a_corrupted_total_is_named(shop: Shop) -> None:
    tamper(shop, "UPDATE product_stock SET on_hand = on_hand + 1 WHERE product_id = 2")
    (line,) = told(shop)
    assert line.startswith("Product 2: product's total on hand: expected")


DOCUMENTS_CORRUPTED = {
    "UPDATE transfer_lines SET received = 1 WHERE number = 1 AND document_id = 2": (
        "Product 1: transfer 2, as the sum of its rows and what is in transit: expected 0, found 1"
    ),
    "DELETE FROM transfer_lines WHERE number = 2": "Product 2: transfer 2, as the sum of its rows",
    "UPDATE inbounds SET in_transit = 9 WHERE product_id = 1": "level's in transit: expected 2",
    "UPDATE product_stock SET inbound = 9 WHERE product_id = 2": "total inbound: expected 1",
    "UPDATE transfers SET state = 'cancelled' WHERE id = 1": "Transfer 1: state: expected draft",
    "DELETE FROM transfers WHERE id = 1": "Transfer 1: document of its event 1: expected one",
    "UPDATE events SET to_state = 'lost' WHERE name = 'receive'": (
        "Transfer 2: state: expected lost"
    ),
    "DELETE FROM events WHERE subject_id = 2 AND version = 2": "Transfer 2: number of event 2",
}


def test_documents_that_the_store_wrote_are_sound(documents: Shop) -> None:
    assert told(documents) == []


@pytest.mark.parametrize("statement", DOCUMENTS_CORRUPTED)
def test_a_corrupted_document_is_named(documents: Shop, statement: str) -> None:
    tamper(documents, statement)
    lines = told(documents)
    assert any(DOCUMENTS_CORRUPTED[statement] in line for line in lines), lines


def test_a_proof_is_of_one_moment(shop: Shop) -> None:
    with shop.store.proof() as proof:
        before = proof.counts()
        shop.do(c.ReceiveStock(1, 1, 5, ORIGIN))
        assert proof.counts() == before
        assert list(verify(proof)) == []
    assert told(shop) == []


def test_without_a_database_the_fault_says_so() -> None:
    away = read_engine(parse_database("postgresql://someone:secret@127.0.0.1:1/onhand"))
    with pytest.raises(StoreUnavailable, match="cannot be reached"), sql_proof(away):
        pass
