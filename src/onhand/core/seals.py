"""Seals: a hash in each movement, over itself and the seal of the one before it at its level.

Model: the seals of a level are a chain (Haber and Stornetta, "How to time-stamp a digital
document", 1991). Whoever changes, removes, inserts or reorders an entry, but does not seal again
all that follow and the level itself, leaves a seal that does not fit. With a key, which the
database does not hold, nobody who has only the database can seal again (BLAKE2b, RFC 7693, keyed).

Invariants: a level's seal is that of its last entry; an entry made before there were seals has
none, and the first one after it has nothing to stand on.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

from onhand.core.levels import Level, StockKey
from onhand.core.movements import Movement

SEAL_BYTES = 24
"""192 bits, which are 32 letters: nobody finds two entries with one seal."""

MOST_KEY_BYTES = blake2b.MAX_KEY_SIZE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def seal(previous: str | None, movement: Movement, movement_id: int, key: bytes) -> str:
    """The seal of a movement: 32 letters of base 64.

    `previous` is the seal before it at its level, None where there is none. `key` may be empty.
    """
    (
        product_id,
        warehouse_id,
        entry_number,
        movement_type,
        quantity,
        on_hand,
        reserved,
        order_id,
        transfer_id,
        reverses_id,
        origin,
        occurred_at,
        reported_at,
        created_at,
    ) = movement
    # Every text stands behind its length, so that no two movements read the same.
    told = (
        f"{previous}|{product_id}|{warehouse_id}|{entry_number}|{movement_id}"
        f"|{movement_type._value_}|{quantity}|{on_hand}|{reserved}"
        f"|{order_id}|{transfer_id}|{reverses_id}|{origin.reference_id}"
        f"|{_microseconds(occurred_at)}|{_microseconds(reported_at)}|{_microseconds(created_at)}"
        f"|{_measured(origin.actor)}|{_measured(origin.reason)}|{_measured(origin.notes)}"
        f"|{_measured(origin.reference)}|{_measured(origin.reference_type)}"
    )
    digest = blake2b(told.encode(), digest_size=SEAL_BYTES, key=key).digest()
    return b64encode(digest).decode()


def seals_of(
    movements: Sequence[Movement],
    movement_ids: Sequence[int],
    levels: Mapping[StockKey, Level],
    key: bytes,
) -> tuple[list[str], dict[StockKey, str]]:
    """The seal of each movement, in order, and the last one of each level they are at.

    `levels` are those from before them: their seals are what the first ones stand on.
    """
    seals: list[str] = []
    last: dict[StockKey, str] = {}
    for movement, movement_id in zip(movements, movement_ids, strict=True):
        place = StockKey(movement[0], movement[1])
        previous = last.get(place)
        if previous is None:
            level = levels.get(place)
            previous = None if level is None else level.seal
        sealed = seal(previous, movement, movement_id, key)
        last[place] = sealed
        seals.append(sealed)
    return seals, last


@lru_cache(maxsize=1_000)
def _microseconds(moment: datetime | None) -> int | None:
    # Most movements of a batch share their moments.
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def _measured(text: str | None) -> str:
    return "" if text is None else f"{len(text)}:{text}"
