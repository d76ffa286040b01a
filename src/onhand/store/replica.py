"""Reading reports from a replica: a copy that PostgreSQL keeps by streaming, a moment behind.

Nobody may be answered from before what they have written, whichever server took it. So a report
asks the primary how far its log reaches, and takes the replica once that is there, too: what was
committed before the question, by anybody, is in the answer. It waits a moment for that; where it
takes longer, or the replica is lost, the primary answers. With an allowance (`allowed_lag_s`) the
replica is taken as it is, as long as it is no further behind.

A replica that was promoted is none any more, and may have gone its own way: it is not asked.
"""

from __future__ import annotations

import threading
import time

from sqlalchemy import Engine, text

from onhand.ledger.faults import Fault
from onhand.store.errors import faults_translated
from onhand.store.reads.source import Source

PATIENCE_S = 0.5
"""So long a report waits for the replica to have what was committed before."""

LOOK_EVERY_S = 0.01
LOST_FOR_S = 5.0
"""So long a replica that was lost is left alone."""

_END = text("SELECT pg_current_wal_flush_lsn()::text")
# `lag` is 0 where all that has arrived is replayed: without writes there is no newer moment.
_STATE = text(
    "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= CAST(:lsn AS pg_lsn),"
    " CASE WHEN pg_last_wal_replay_lsn() >= CAST(:lsn AS pg_lsn) THEN 0 ELSE"
    " coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0) END"
)


class Replica:
    """A replica beside its primary. Safe to use from many threads."""

    def __init__(
        self,
        primary: Engine,
        replica: Engine,
        *,
        allowed_lag_s: float = 0,
        patience_s: float = PATIENCE_S,
        lost_for_s: float = LOST_FOR_S,
    ) -> None:
        """Take a read engine of each; the replica's is ours to close."""
        self.engine = replica
        self.source = Source(replica)
        self._primary = Source(primary)
        self._allowed_lag_s = allowed_lag_s
        self._patience_s = patience_s
        self._lost_for_s = lost_for_s
        self._mutex = threading.Lock()
        self._left_alone_until = 0.0
        self._lag_s: float | None = None
        self._is_up: bool | None = None
        self.reports = 0
        self.elsewhere = 0

    def will_do(self) -> bool:
        """Whether the replica may answer what is asked now; counted as if it then did.

        Raises what the primary raises.
        """
        can = time.monotonic() >= self._left_alone_until and self._is_there()
        with self._mutex:
            self.reports += can
            self.elsewhere += not can
        return can

    def lost(self) -> None:
        """It did not answer a report that it should have: the primary has to, for a while."""
        self._left_alone_until = time.monotonic() + self._lost_for_s
        self._is_up, self._lag_s = False, None
        with self._mutex:
            self.reports -= 1
            self.elsewhere += 1

    def lag(self) -> float | None:
        """Seconds it was behind when it was last looked at; None: it was lost, or not asked."""
        return self._lag_s

    def is_up(self) -> float | None:
        """1 or 0: whether it answered when it was last asked; None: it never was."""
        return None if self._is_up is None else float(self._is_up)

    def close(self) -> None:
        """Let go of the replica's connections."""
        self.engine.dispose()

    def _is_there(self) -> bool:
        end = self._primary.first(_END)
        assert end is not None
        gives_up_at = time.monotonic() + self._patience_s
        while True:
            try:
                with faults_translated():
                    row = self.source.first(_STATE, {"lsn": end[0]})
            except Fault:
                row = None
            if row is None or not row[0]:
                self._left_alone_until = time.monotonic() + self._lost_for_s
                self._is_up, self._lag_s = False, None
                return False
            self._is_up, self._lag_s = True, max(0.0, float(row[2]))
            if row[1] or self._lag_s < self._allowed_lag_s:
                return True
            if time.monotonic() >= gives_up_at:
                return False
            time.sleep(LOOK_EVERY_S)
