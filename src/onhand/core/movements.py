"""Movements: the immutable entries of the ledger.

Model: each entry changes one quantity of one level by a signed amount and tells both quantities
after it. `in`, `out`, `adjustment`, `transfer` and `count` change on hand; `reserved` and
`released` change reserved. The sum of a level's entries is the level.

Identity: (product, warehouse, entry number), gapless. The numeric id an API shows is given by the
store when the entry is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from onhand.core.levels import StockKey


class MovementType(StrEnum):
    """What a movement was; the words are the specification's."""

    IN = "in"
    OUT = "out"
    ADJUSTMENT = "adjustment"
    TRANSFER = "transfer"
    COUNT = "count"
    RESERVED = "reserved"
    RELEASED = "released"

    @property
    def is_physical(self) -> bool:
        """Whether it changes on hand; the others change reserved."""
        return self not in RESERVING


RESERVING = frozenset({MovementType.RESERVED, MovementType.RELEASED})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from: who asked, on which document, why, and when it happened.

    `occurred_at` is None where the caller says nothing: then it happened now. `address` is where
    the request came from; `within` are the warehouses whose stock the actor may touch, None: all.
    """

    actor: str
    reason: str | None = None
    notes: str | None = None
    reference: str | None = None
    reference_type: str | None = None
    reference_id: int | None = None
    occurred_at: datetime | None = None
    address: str | None = None
    within: frozenset[int] | None = None


class Movement(NamedTuple):
    """One entry of the ledger, as decided.

    `quantity` is signed. `on_hand` and `reserved` are the level's, after the entry. `occurred_at`
    never runs backwards within a level; where an earlier moment was reported, `reported_at` keeps
    it.
    """

    product_id: int
    warehouse_id: int
    entry_number: int
    movement_type: MovementType
    quantity: int
    on_hand: int
    reserved: int
    order_id: int | None
    transfer_id: int | None
    reverses_id: int | None
    origin: Origin
    occurred_at: datetime
    reported_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PastMovement:
    """What a reversal must know of a movement already written; it can not have changed since.

    `document` is the one whose step wrote it, as people call it: `Transfer 7`.
    """

    id: int
    key: StockKey
    movement_type: MovementType
    quantity: int
    order_id: int | None = None
    document: str | None = None
