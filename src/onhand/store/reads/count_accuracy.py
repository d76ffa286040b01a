"""How good the book was, over the counts that were posted: one row per count, and what differed.

A line that does not differ is accurate whatever the tolerance, so it is only counted; those that do
are held against the rule outside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import bindparam, func, select

from onhand.core.count_accuracy import Tolerance
from onhand.core.counts import POSTED
from onhand.ledger.reports import CountAccuracy, CountAccuracyFilter
from onhand.store.columns import Moment
from onhand.store.reads.source import AnyRow, AnySelect, Source
from onhand.store.schema import count_lines, counts

_LINE = count_lines.c


def count_accuracy(
    source: Source, which: CountAccuracyFilter, tolerance: Tolerance
) -> list[CountAccuracy]:
    """Every count that was posted within the days, the last one first."""
    given = {"since": which.since, "until": which.until}
    found, differing = source.of_one_moment(
        [_counts(which.warehouses), _differing(which.warehouses)], given
    )
    told: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for count_id, counted, book in differing:
        told[count_id].append((book, counted))
    return [_accuracy(row, told[row[0]], tolerance) for row in found]


def _accuracy(
    row: AnyRow, differing: Sequence[tuple[int, int]], tolerance: Tolerance
) -> CountAccuracy:
    count_id, warehouse_id, reference, posted_at, records = row
    return CountAccuracy(
        count_id,
        warehouse_id,
        reference,
        posted_at,
        records,
        records - sum(not tolerance.holds(book, counted) for book, counted in differing),
        sum(max(0, counted - book) for book, counted in differing),
        sum(max(0, book - counted) for book, counted in differing),
    )


@lru_cache(64)
def _counts(warehouses: frozenset[int] | None) -> AnySelect:
    records = select(func.count()).where(
        _LINE.document_id == counts.c.id, _LINE.counted.is_not(None)
    )
    found = select(
        counts.c.id,
        counts.c.warehouse_id,
        counts.c.reference,
        counts.c.updated_at,
        records.scalar_subquery(),
    )
    return _posted(found, warehouses).order_by(counts.c.updated_at.desc(), counts.c.id.desc())


@lru_cache(64)
def _differing(warehouses: frozenset[int] | None) -> AnySelect:
    found = select(_LINE.document_id, _LINE.counted, _LINE.book).select_from(
        count_lines.join(counts, counts.c.id == _LINE.document_id)
    )
    return _posted(found, warehouses).where(_LINE.counted != _LINE.book)


def _posted(found: AnySelect, warehouses: frozenset[int] | None) -> AnySelect:
    # Nothing changes a count once it is posted, so that is when it was changed last.
    found = found.where(
        counts.c.state == POSTED,
        counts.c.updated_at >= bindparam("since", type_=Moment),
        counts.c.updated_at < bindparam("until", type_=Moment),
    )
    return found if warehouses is None else found.where(counts.c.warehouse_id.in_(warehouses))
