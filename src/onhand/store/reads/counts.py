"""Counts: a page of them, the sheet to count by, and what differs from the book."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, func, select

from onhand.core.counts import Count, CountEntry
from onhand.ledger.counts import CountFilter, CountView, Sheet, SheetLine, Variance, VarianceLine
from onhand.ledger.listings import Listing, PageRequest
from onhand.store.documents import KEPT
from onhand.store.reads.source import AnyRow, AnySelect, Source
from onhand.store.reads.terms import cut, sort_terms
from onhand.store.schema import count_entries, count_lines, counts, movements, products

SORTS: dict[str, ColumnElement[Any]] = {
    name: counts.c[name] for name in ("id", "created_at", "updated_at")
}
_COLUMNS = KEPT[Count.kind].columns
_LINE, _ENTRY = count_lines.c, count_entries.c
_ID: BindParameter[int] = bindparam("id")
_HEAD = select(*(counts.c[name] for name in _COLUMNS)).where(counts.c.id == _ID)
_LINES = count_lines.join(counts, counts.c.id == _LINE.document_id).join(
    products, products.c.id == _LINE.product_id
)


def listing(source: Source, which: CountFilter, page: PageRequest) -> Listing[CountView]:
    """A page of counts."""
    terms = sort_terms(page.sort, SORTS, default="id")
    wanted = _wanted(which)
    found = select(*(counts.c[name] for name in _COLUMNS)).where(*wanted).order_by(*terms)
    heads = cut(found, page).subquery("found")
    lines = select(func.count()).where(_LINE.document_id == heads.c.id)
    counted = lines.where(_LINE.counted.is_not(None))
    recount = lines.where(_LINE.counted.is_(None), _LINE.recount.is_not(None))
    again = {name: heads.c[name] for name in SORTS}
    rows_of = select(
        *heads.c, *(each.scalar_subquery() for each in (lines, counted, recount))
    ).order_by(*sort_terms(page.sort, again, default="id"))
    return source.listing(which, page, rows_of, counts, wanted, _shaped)


def sheet(source: Source, count_id: int, counted_by: str | None) -> Sheet | None:
    """A count's lines as its counters see them: no quantity among them."""
    given = {"id": count_id, "counted_by": counted_by}
    heads, lines = source.of_one_moment([_HEAD, _sheet(counted_by is not None)], given)
    if not heads:
        return None
    return Sheet(_count(heads[0]), [SheetLine(*row) for row in lines])


def variance(source: Source, count_id: int) -> Variance | None:
    """A count's lines beside what the book said when each was counted, and all entries."""
    statements = [_HEAD, _variance(), _entries()]
    heads, lines, entries = source.of_one_moment(statements, {"id": count_id})
    if not heads:
        return None
    return Variance(
        _count(heads[0]),
        [VarianceLine(*row) for row in lines],
        [CountEntry(*row) for row in entries],
    )


@lru_cache
def _sheet(of_one_counter: bool) -> AnySelect:
    product = products.c
    named = (product.sku, product.name, product.barcode, product.unit)
    columns = (_LINE.number, _LINE.product_id, *named, _LINE.recount.is_not(None))
    if not of_one_counter:
        found = select(*columns, _LINE.counted.is_not(None)).select_from(_LINES)
    else:
        theirs = (
            select(_ENTRY.line, _ENTRY.round)
            .where(_ENTRY.document_id == _ID, _ENTRY.counted_by == bindparam("counted_by"))
            .distinct()
            .cte("theirs")
        )
        same = and_(theirs.c.line == _LINE.number, theirs.c.round == _LINE.round)
        found = select(*columns, theirs.c.line.is_not(None)).select_from(
            _LINES.outerjoin(theirs, same)
        )
    return found.where(_LINE.document_id == _ID).order_by(_LINE.number)


@lru_cache
def _variance() -> AnySelect:
    # One look-up in the ledger's key for each line, as `as_of` makes.
    then = (
        select(movements.c.on_hand)
        .where(
            movements.c.product_id == _LINE.product_id,
            movements.c.warehouse_id == counts.c.warehouse_id,
            movements.c.occurred_at <= _LINE.counted_at,
        )
        .order_by(movements.c.occurred_at.desc(), movements.c.id.desc())
        .limit(1)
        .correlate(count_lines, counts)
        .scalar_subquery()
    )
    # What is posted keeps what it was compared with.
    book = func.coalesce(_LINE.book, then, 0)
    product = products.c
    return (
        select(
            _LINE.number,
            _LINE.product_id,
            product.sku,
            product.name,
            product.cost_price,
            product.currency,
            _LINE.round,
            _LINE.recount,
            _LINE.counted,
            _LINE.counted_at,
            _LINE.counted_by,
            book,
        )
        .select_from(_LINES)
        .where(_LINE.document_id == _ID)
        .order_by(_LINE.number)
    )


@lru_cache
def _entries() -> AnySelect:
    columns = [column for column in _ENTRY if column.name != "document_id"]
    return select(*columns).where(_ENTRY.document_id == _ID).order_by(_ENTRY.number)


def _wanted(which: CountFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if which.states:
        wanted.append(counts.c.state.in_(which.states))
    if which.within is not None:
        wanted.append(counts.c.warehouse_id.in_(which.within))
    if which.warehouse_id is not None:
        wanted.append(counts.c.warehouse_id == which.warehouse_id)
    if which.product_id is not None:
        line = and_(_LINE.document_id == counts.c.id, _LINE.product_id == which.product_id)
        wanted.append(exists().where(line))
    return wanted


def _count(row: AnyRow) -> Count:
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=False))
    return Count(**values)


def _shaped(row: AnyRow) -> CountView:
    return CountView(_count(row), *row[len(_COLUMNS) :])
