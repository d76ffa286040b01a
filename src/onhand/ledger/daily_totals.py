"""Daily totals are kept beside the ledger: who moves them on, and how far they are; no I/O.

Writers do not touch them. What was recorded is numbered in the feed (`onhand.ledger.feed`), and the
totals have a position there: everything up to it is in them, once, and nothing after it. Whoever
moves them on takes in a span of settled numbers in one commit, which holds only where the position
is still where it was: so any number of processes may try, and one that is killed loses nothing.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

import structlog

from onhand.ledger.faults import Fault
from onhand.ledger.writer import Writer

SPAN = 10_000
"""How many numbers are taken in at once; a report adds as many that are not taken in yet."""

MOST_PRICES = 500
"""How many changes of products a span holds at most: each is a look at its levels."""

INTERVAL_SECONDS = 1.0
REST = 4
BUSY_REST = 50
"""This many times as long as a span took is rested after it: while nobody waits for the writer, and
while somebody does, to whom no more than a fiftieth is taken away.
"""

log = structlog.get_logger(__name__)


class DailyTotals(Protocol):
    """Where the totals are kept. Raises the ledger's faults; of one thread at a time."""

    def advance(self) -> bool:
        """Take in the next span of what is settled, if any; whether more is waiting after it."""
        ...

    def forget(self) -> None:
        """Begin anew: all of the ledger is to be taken in again."""
        ...


def added_up_anew(totals: DailyTotals) -> None:
    """Begin anew, and take in all that is settled."""
    totals.forget()
    while totals.advance():
        pass


async def keep_totals(totals: DailyTotals, writer: Writer) -> None:
    """Move the totals on until cancelled; a fault is logged and the work is taken up again."""
    while True:
        rest = INTERVAL_SECONDS
        started = time.monotonic()
        try:
            has_more = await asyncio.to_thread(totals.advance)
            took = time.monotonic() - started
            if writer.waiting:
                rest = max(rest, BUSY_REST * took)
            elif has_more:
                rest = min(rest, REST * took)
        except Fault as fault:
            log.warning("totals.postponed", fault=str(fault))
        except Exception:
            # An error of the program itself must not end this for good.
            log.exception("totals.failed")
        await asyncio.sleep(rest)
