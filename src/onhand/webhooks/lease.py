"""The lease: which of several server processes sends, told without comparing clocks.

Each process watches the beat of whoever holds the lease. One that stood still for `STANDS_S` of the
watcher's own time belongs to nobody any more. A holder that could not raise it for `HOLDS_S` stops
sending before anybody else begins.
"""

from __future__ import annotations

from onhand.ledger.webhooks import Lease

BEAT_S = 1.0
HOLDS_S = 2.5
STANDS_S = 5.0


class Watch:
    """What one process knows of the lease. Moments are seconds of a clock that only goes on."""

    def __init__(self, owner: str, *, is_alone: bool) -> None:
        """`owner` names this process; `is_alone`: no other can have the database open."""
        self._owner = owner
        self._is_alone = is_alone
        self._seen: Lease | None = None
        self._seen_at = 0.0

    def may_take(self, lease: Lease, now: float) -> bool:
        """Whether the lease may be taken that was just looked at."""
        if lease.owner in (None, self._owner) or self._is_alone:
            return True
        if lease != self._seen:
            self._seen, self._seen_at = lease, now
        return now - self._seen_at >= STANDS_S
