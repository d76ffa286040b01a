"""The feed over SQL: which numbers are settled, and the events up to there.

SQLite has one writer, whose commits are in the order of its numbers: what its counter says is
settled.

On PostgreSQL a transaction that has drawn a number from the sequence holds a lock on it until it
has ended: nothing that writers are asked for, but how `nextval` works, and `pg_locks` shows it. The
lock is taken before a number is drawn, and given back after what was written can be seen. So:

    read the last number that was drawn, then who holds the lock;
    once all of these have ended, every number up to that one is settled.

Whoever comes later draws larger numbers. A transaction of anybody else, however long, is none of
these.
"""

from __future__ import annotations

import threading

from sqlalchemy import Engine, text

from onhand.ledger.faults import StoreUnavailable
from onhand.ledger.feed import EventFilter, FeedPage, page_of, span_end
from onhand.store.reads import events
from onhand.store.reads.source import Source

SEQUENCE = "movement_ids"
"""What events are numbered by, movements among them."""

_LAST_ON_SQLITE = text(f"SELECT last_id FROM id_counters WHERE name = '{SEQUENCE}'")
_LAST_ON_POSTGRESQL = text(
    "SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END, pg_is_in_recovery()"
    f" FROM {SEQUENCE}"
)
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation'"
    f" AND relation = '{SEQUENCE}'::regclass AND mode = 'RowExclusiveLock'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

MOST_MARKS = 64


class SqlFeed:
    """The feed's port, on either database. Safe to use from many threads."""

    def __init__(self, engine: Engine) -> None:
        """Read through a read engine of the database that is written to, not of a replica."""
        self._source = Source(engine)
        self._mutex = threading.Lock()
        self._marks = Marks()

    def read(self, which: EventFilter, after: int, limit: int) -> FeedPage:
        """Up to `limit` settled events after a number. Raises `NotNumberedYet`."""
        settled, newest = self._settled()
        end = span_end(after, settled, newest)
        found = events.of_span(self._source, which, (after, end), limit) if end > after else ()
        return page_of(found, which, end, limit, settled, newest)

    def newest(self) -> int:
        """The last number that was given."""
        return self._settled()[1]

    def settled(self) -> int:
        """The last number up to which nothing more can come."""
        return self._settled()[0]

    def _settled(self) -> tuple[int, int]:
        if self._source.on_sqlite:
            row = self._source.first(_LAST_ON_SQLITE)
            assert row is not None
            return row[0], row[0]
        # Who looked first must also be the first to draw conclusions.
        with self._mutex:
            row = self._source.first(_LAST_ON_POSTGRESQL)
            assert row is not None
            newest, is_replica = row
            if is_replica:
                raise StoreUnavailable("Events are read from the database that is written to")
            writers = frozenset(row[0] for row in self._source.rows(_WRITERS))
            return self._marks.settled(newest, writers), newest


class Marks:
    """Numbers, each with the transactions that may have still been writing up to it when noted."""

    def __init__(self) -> None:
        self._settled = 0
        self._marks: list[tuple[int, frozenset[str]]] = []

    def settled(self, newest: int, writers: frozenset[str]) -> int:
        """The last settled number, given the last one drawn and who held the lock after that."""
        waiting = []
        for number, at_work in [*self._marks, (newest, writers)]:
            if at_work.isdisjoint(writers):
                self._settled = max(self._settled, number)
            else:
                waiting.append((number, at_work))
        # The oldest must stay, to be settled some day; of the others the last says most.
        if len(waiting) > MOST_MARKS:
            del waiting[MOST_MARKS - 1 : -1]
        self._marks = waiting
        return self._settled
