"""Daily totals over SQL, moved on behind the writers: see `onhand.ledger.daily_totals`.

A span is read first, and added in one short transaction, which waits for no disk: what is lost with
the power is taken in again. Of several processes with the same span, one finds the position where
it was.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, update

from onhand.core.daily_totals import Total, Totals, TotalsKey, added, standings_after
from onhand.ledger.daily_totals import SPAN
from onhand.store.engine import Database, progress_engine, read_engine
from onhand.store.errors import faults_translated
from onhand.store.feed import SqlFeed
from onhand.store.reads.daily_totals import (
    POSITION,
    TOTALS,
    Position,
    of_span,
    position_from,
    standing_text,
    totals_from,
)
from onhand.store.reads.source import Source
from onhand.store.schema import daily_totals, totals_position

AT_A_TIME = 1_000
"""Days asked for in one statement."""

_KEY = [daily_totals.c[name] for name in TotalsKey._fields]
_SUMS = ("units_in", "units_out", "movements", "value")
_REPLACE = (
    update(daily_totals)
    .where(*(column == bindparam(f"at_{column.name}") for column in _KEY))
    .values({name: bindparam(f"new_{name}") for name in _SUMS})
)


class SqlDailyTotals:
    """The port on either database. Of one thread at a time; it keeps two connections."""

    def __init__(self, database: Database, span: int = SPAN) -> None:
        """Connections of its own to a migrated database; so many numbers are taken in at once."""
        self._span = span
        self._reading = read_engine(database, pool_size=1)
        self._writing = progress_engine(database)
        self._source = Source(self._reading)
        self._feed = SqlFeed(self._reading)

    def advance(self) -> bool:
        """Take in the next span of what is settled, if any; whether more is waiting after it."""
        settled = self._feed.settled()
        position = position_from(self._source.first(POSITION))
        end = min(settled, position.number + self._span)
        if end <= position.number:
            return False
        totals, end = of_span(self._source, position.number, end)
        with faults_translated(), self._writing.begin() as connection:
            if self._take(connection, position, end, totals):
                _add(connection, totals)
        return end < settled

    def forget(self) -> None:
        """Begin anew: all of the ledger is to be taken in again."""
        anew = update(totals_position).values(number=0, standing="[]")
        with faults_translated(), self._writing.begin() as connection:
            connection.execute(anew)
            connection.execute(delete(daily_totals))

    def close(self) -> None:
        """Let go of the connections."""
        self._reading.dispose()
        self._writing.dispose()

    def _take(self, connection: Connection, position: Position, end: int, totals: Totals) -> bool:
        """Move the position on, where nobody else has."""
        moved = (
            update(totals_position)
            .where(totals_position.c.number == position.number)
            .values(number=end, standing=standing_text(standings_after(position.standings, totals)))
        )
        return connection.execute(moved).rowcount == 1


def _add(connection: Connection, totals: Totals) -> None:
    """Add to the rows that are there; whoever holds the position's row writes them alone."""
    days = sorted({key.day for key in totals})
    kept: Totals = {}
    for start in range(0, len(days), AT_A_TIME):
        there = TOTALS.where(daily_totals.c.day.in_(days[start : start + AT_A_TIME]))
        rows = totals_from(connection.execute(there).all())
        kept |= {key: total for key, total in rows.items() if key in totals}
    old = sorted(kept)
    new = sorted(totals.keys() - kept.keys())
    added(kept, totals)
    if old:
        connection.execute(_REPLACE, [_row(key, kept[key], "at_", "new_") for key in old])
    if new:
        connection.execute(insert(daily_totals), [_row(key, kept[key]) for key in new])


def _row(key: TotalsKey, total: Total, at: str = "", new: str = "") -> dict[str, Any]:
    named = {f"{at}{name}": value for name, value in key._asdict().items()}
    return named | {f"{new}{name}": getattr(total, name) for name in _SUMS}
