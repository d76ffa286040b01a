"""A seal tells a movement from every other, whatever it stands on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from onhand.core.levels import Level, StockKey
from onhand.core.movements import Movement, MovementType, Origin
from onhand.core.seals import seal, seals_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ORIGIN = Origin("tester", "Found", None, "PO-7", "purchase_order", 7)
MOVEMENT = Movement(
    *(1, 2, 3, MovementType.IN, 5, 5, 0, None, None, None), ORIGIN, NOON, None, NOON
)
OTHERWISE: dict[str, Any] = {
    "product_id": 12,
    "warehouse_id": 3,
    "entry_number": 4,
    "movement_type": MovementType.COUNT,
    "quantity": -5,
    "on_hand": 6,
    "reserved": 1,
    "order_id": 0,
    "transfer_id": 1,
    "reverses_id": 1,
    "occurred_at": NOON + timedelta(microseconds=1),
    "reported_at": NOON,
    "created_at": NOON - timedelta(days=1),
}
ORIGIN_OTHERWISE: dict[str, Any] = {
    "actor": "tester2",
    "reason": None,
    "notes": "",
    "reference": "PO-8",
    "reference_type": "",
    "reference_id": None,
}


def test_it_is_the_same_again() -> None:
    # Written down once: seals of years ago must fit tomorrow.
    first = seal(None, MOVEMENT, 9, b"")
    assert first == "RQVeFX2C6TLdWo+d/Dz1UIqd2UFZ8ZHl"
    assert seal(first, MOVEMENT, 10, b"key") == "yL0eFa5gMMF4pWCO9YMkPzcOY2Ppju7h"


@pytest.mark.parametrize("field", OTHERWISE)
def test_every_field_counts(field: str) -> None:
    changed = MOVEMENT._replace(**{field: OTHERWISE[field]})
    assert seal(None, changed, 9, b"") != seal(None, MOVEMENT, 9, b"")


@pytest.mark.parametrize("field", ORIGIN_OTHERWISE)
def test_every_field_of_its_origin_counts(field: str) -> None:
    changed = MOVEMENT._replace(origin=replace(ORIGIN, **{field: ORIGIN_OTHERWISE[field]}))
    assert seal(None, changed, 9, b"") != seal(None, MOVEMENT, 9, b"")


def test_what_it_stands_on_its_id_and_the_key_count() -> None:
    told = {
        seal(previous, MOVEMENT, movement_id, key)
        for previous in (None, "", "x")
        for movement_id in (9, 10)
        for key in (b"", b"a", b"b")
    }
    assert len(told) == 18


def test_a_moment_is_the_same_in_every_zone() -> None:
    elsewhere = MOVEMENT._replace(occurred_at=NOON.astimezone(timezone(timedelta(hours=2))))
    assert seal(None, elsewhere, 9, b"") == seal(None, MOVEMENT, 9, b"")


TEXTS = some.none() | some.text("|:0123a", max_size=4)


@given(some.lists(TEXTS, min_size=4, max_size=4), some.lists(TEXTS, min_size=4, max_size=4))
def test_texts_never_read_as_others(one: list[str | None], other: list[str | None]) -> None:
    seals = []
    for reason, notes, reference, reference_type in (one, other):
        origin = Origin("tester", reason, notes, reference, reference_type)
        seals.append(seal(None, MOVEMENT._replace(origin=origin), 9, b""))
    assert (seals[0] == seals[1]) == (one == other)


def test_a_level_s_seals_are_a_chain() -> None:
    here, there = StockKey(1, 2), StockKey(1, 7)
    elsewhere = MOVEMENT._replace(warehouse_id=7)
    entries = [MOVEMENT, elsewhere, MOVEMENT._replace(entry_number=4)]
    seals, last = seals_of(entries, [9, 10, 11], {here: Level(seal="before")}, b"key")
    assert seals == [
        seal("before", entries[0], 9, b"key"),
        seal(None, entries[1], 10, b"key"),
        seal(seals[0], entries[2], 11, b"key"),
    ]
    assert last == {here: seals[2], there: seals[1]}
