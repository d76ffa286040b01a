"""Verify finds what is wrong, names it, and is quiet where all is well."""

from __future__ import annotations

from onhand.core.levels import Level, StockKey
from onhand.core.movements import MovementType as T
from onhand.core.snapshot import ProductTotals
from onhand.ledger.ports import Repeated
from onhand.ledger.verify import PROGRESS_EVERY, verify
from tests.support.listed_proof import HERE, START, THERE, ListedProof


def ledger() -> ListedProof:
    """A small ledger with everything in it."""
    proof = ListedProof()
    proof.post(HERE, T.IN, 50)
    proof.post(HERE, T.RESERVED, 5, order_id=1)
    proof.post(HERE, T.RESERVED, 2, order_id=2)
    proof.post(HERE, T.RELEASED, -2, order_id=2)
    proof.post(HERE, T.TRANSFER, -10, transfer_id=1)
    proof.post(THERE, T.TRANSFER, 10, transfer_id=1)
    proof.post(HERE, T.OUT, -3)
    mended = proof.post(HERE, T.ADJUSTMENT, -4)
    proof.post(HERE, T.ADJUSTMENT, 4, reverses_id=mended)
    proof.post(THERE, T.COUNT, 0)
    proof.hold(HERE, 1, 5)
    proof.post(StockKey(9, 1), T.IN, 1)
    return proof


def told(proof: ListedProof) -> list[str]:
    """The differences, in words."""
    return [str(difference) for difference in verify(proof)]


def test_a_sound_ledger_has_no_difference() -> None:
    assert told(ledger()) == []
    assert told(ListedProof()) == []


def test_a_level_of_backorders_alone_is_sound() -> None:
    proof = ledger()
    proof.kept[StockKey(8, 1)] = Level()
    proof.summed[8] = ProductTotals()
    proof.hold(StockKey(8, 1), 5, 0, 6)
    assert told(proof) == []


def test_progress_counts_to_the_end() -> None:
    proof, seen = ListedProof(), list[int]()
    for _ in range(PROGRESS_EVERY + 5):
        proof.post(HERE, T.IN, 1)
    assert list(verify(proof, seen.append)) == []
    assert seen == [PROGRESS_EVERY, PROGRESS_EVERY + 5]


def test_a_level_that_disagrees_is_named_with_both_figures() -> None:
    proof = ledger()
    proof.kept[HERE].on_hand += 1
    assert told(proof) == [
        "Product 7, warehouse 1: level's on hand: expected 37, found 38",
        "Product 7: product's total on hand: expected 48, found 47",
    ]


def test_a_changed_quantity_is_named_once() -> None:
    proof = ledger()
    proof.change(6, quantity=-4)
    assert told(proof) == [
        "Product 7, warehouse 1, movement 7: on hand after entry 6: expected 36, found 37"
    ]


def test_a_changed_running_figure_is_named() -> None:
    proof = ledger()
    proof.change(0, on_hand=51)
    assert told(proof) == [
        "Product 7, warehouse 1, movement 1: on hand after entry 1: expected 50, found 51",
        "Product 7, warehouse 1, movement 2: on hand after entry 2: expected 51, found 50",
    ]


def test_a_deleted_entry_leaves_a_gap() -> None:
    proof = ledger()
    del proof.posted[6]
    assert told(proof) == [
        "Product 7, warehouse 1, movement 8: entry number: expected 6, found 7",
        "Product 7, warehouse 1, movement 8: on hand after entry 7: expected 36, found 33",
    ]


def test_the_last_entry_deleted_is_missed_by_its_level() -> None:
    proof = ledger()
    del proof.posted[-1]
    assert [difference.what for difference in verify(proof)] == [
        "level's on hand",
        "level's entry number",
        "level's last movement",
    ]


def test_an_inserted_entry_is_named() -> None:
    proof = ledger()
    proof.posted.append(proof.posted[8]._replace(entry_number=9, id=99, reverses_id=None))
    assert told(proof) == [
        "Product 7, warehouse 1, movement 99: on hand after entry 9: expected 41, found 37",
        "Product 7, warehouse 1: level's entry number: expected 9, found 8",
    ]


def test_entries_in_another_order_are_named() -> None:
    proof = ledger()
    proof.change(6, entry_number=7)
    proof.change(7, entry_number=6)
    whats = {difference.what for difference in verify(proof)}
    assert {"on hand after entry 6", "moment of entry 7", "id of entry 7"} <= whats


def test_reserved_beyond_on_hand_is_named() -> None:
    proof = ListedProof()
    proof.post(HERE, T.IN, 3)
    proof.post(HERE, T.RESERVED, 4, order_id=1)
    proof.hold(HERE, 1, 4)
    assert told(proof) == [
        "Product 7, warehouse 1, movement 2: reserved within on hand: expected 0 to 3, found 4"
    ]


def test_a_hold_that_the_ledger_does_not_know_is_named() -> None:
    proof = ledger()
    proof.held[0][1].allocated = 6
    assert told(proof) == [
        "Product 7, warehouse 1: units allocated to order 1: expected 5, found 6",
        "Product 7, warehouse 1: level's reserved (its reservations' sum): expected 6, found 5",
    ]


def test_a_hold_that_is_gone_is_named() -> None:
    proof = ledger()
    proof.held.clear()
    assert "Product 7, warehouse 1: units allocated to order 1: expected 5, found 0" in told(proof)


def test_backorders_that_disagree_are_named() -> None:
    proof = ledger()
    proof.kept[THERE].backordered = 2
    assert told(proof) == [
        "Product 7, warehouse 2: level's backordered: expected 0, found 2",
        "Product 7: product's total backordered: expected 2, found 0",
    ]


def test_half_a_transfer_is_named() -> None:
    proof = ledger()
    proof.change(5, transfer_id=2)
    found = told(proof)
    assert len(found) == 2
    assert "transfer 1" in found[0]
    assert "expected 0, found -10" in found[0]
    assert "transfer 2" in found[1]


def test_a_reversal_that_does_not_negate_is_named() -> None:
    proof = ledger()
    proof.change(8, reverses_id=7)
    assert told(proof) == [
        "Product 7, warehouse 1, movement 9: reversal of movement 7: expected 3 units, found 4"
    ]
    proof.change(8, reverses_id=99)
    assert "expected a movement of this product, found none" in told(proof)[0]


def test_levels_without_entries_and_entries_without_levels_are_named() -> None:
    proof = ledger()
    proof.kept[StockKey(8, 1)] = Level(on_hand=4)
    del proof.kept[StockKey(9, 1)]
    named = {(difference.product_id, difference.what) for difference in verify(proof)}
    assert {(8, "level's on hand"), (9, "level's on hand"), (9, "level's entry number")} <= named


def test_totals_that_disagree_are_named() -> None:
    proof = ledger()
    proof.summed[9].on_hand = 3
    proof.summed[10] = ProductTotals(reserved=1)
    assert told(proof) == [
        "Product 9: product's total on hand: expected 1, found 3",
        "Product 10: product's total reserved: expected 0, found 1",
    ]


def test_a_count_that_the_level_forgot_is_named() -> None:
    proof = ledger()
    proof.kept[THERE].last_counted_at = None
    (difference,) = verify(proof)
    assert difference.what == "level's last count"


def test_units_sold_by_day_are_those_of_the_ledger() -> None:
    proof = ledger()
    proof.sold[*HERE, START.date()] += 1
    proof.sold[*THERE, START.date()] = 2
    assert told(proof) == [
        "Product 7, warehouse 1: units sold on 2026-03-02: expected 3, found 4",
        "Product 7, warehouse 2: units sold on 2026-03-02: expected 0, found 2",
    ]


def test_what_is_repeated_beside_totals_is_what_the_product_says() -> None:
    proof = ledger()
    said = Repeated(
        track_inventory=True,
        allow_backorder=False,
        is_active=True,
        default_warehouse_id=None,
        reorder_point=20,
    )
    proof.copies[7] = (said, said._replace(allow_backorder=True, reorder_point=None))
    proof.copies[9] = (said, said)
    assert told(proof) == [
        "Product 7: allow_backorder, as lists go by it: expected False, found True",
        "Product 7: reorder_point, as lists go by it: expected 20, found None",
    ]
