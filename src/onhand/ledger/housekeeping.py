"""Housekeeping: what time does to the ledger, done in the background through the one writer.

Expired reservations are released soon after their moment. Nothing depends on it: whoever touches a
level releases what has expired there first. Answers kept for idempotency keys are dropped when no
client can still be repeating the request, and so is what others keep for a while, as sessions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from onhand.core.commands import ExpireReservations, Request
from onhand.core.draft import EXPIRY_ACTOR
from onhand.core.levels import StockKey
from onhand.core.movements import Origin
from onhand.ledger.faults import Fault, StoreUnavailable
from onhand.ledger.ports import Clock, Store
from onhand.ledger.posting import Submission
from onhand.ledger.writer import Writer

EXPIRY_INTERVAL_SECONDS = 1.0
EXPIRY_LIMIT = 500
ANSWERS_KEPT = timedelta(days=30)
_FORGET_INTERVAL = timedelta(hours=1)

log = structlog.get_logger(__name__)


Forget = Callable[[datetime], int]
"""Drops what is over by a moment; how much that was."""


async def keep_house(
    store: Store, writer: Writer, clock: Clock, forgetting: Sequence[Forget] = ()
) -> None:
    """Run until cancelled; a fault is logged and the work is taken up again."""
    forgotten_at: datetime | None = None
    while True:
        try:
            await release_expired(store, writer, clock)
            writer.figures.is_up = True
            now = clock()
            if forgotten_at is None or now - forgotten_at >= _FORGET_INTERVAL:
                while await asyncio.to_thread(store.forget_answers, now - ANSWERS_KEPT):
                    pass
                for forget in forgetting:
                    await asyncio.to_thread(forget, now)
                forgotten_at = now
        except Fault as fault:
            if isinstance(fault, StoreUnavailable):
                writer.figures.is_up = False
            log.warning("housekeeping.postponed", fault=str(fault))
        except Exception:
            # An error of the program itself must not end housekeeping for good.
            log.exception("housekeeping.failed")
        await asyncio.sleep(EXPIRY_INTERVAL_SECONDS)


async def release_expired(store: Store, writer: Writer, clock: Clock) -> int:
    """Release what has expired by now, everywhere; at how many levels."""
    released = 0
    before: Sequence[StockKey] = ()
    while True:
        keys = await asyncio.to_thread(store.expired, clock(), EXPIRY_LIMIT)
        if keys:
            origin = Origin(actor=EXPIRY_ACTOR)
            commands = tuple(ExpireReservations(*key, origin) for key in keys)
            await writer.submit(Submission(Request(commands)))
            released += len(keys)
        # The same ones again: the clock was set back meanwhile, and for now they have not expired.
        if len(keys) < EXPIRY_LIMIT or keys == before:
            return released
        before = keys
