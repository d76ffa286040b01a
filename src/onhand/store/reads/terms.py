"""Terms that several statements share: sorting, searching, and columns kept out of the indexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from onhand.ledger.listings import PageRequest, SortKey
from onhand.store.reads.source import AnySelect

Columns = Mapping[str, ColumnElement[Any]]


def sort_terms(
    sort: Sequence[SortKey],
    columns: Columns,
    *,
    default: str,
    nullable: frozenset[str] = frozenset(),
) -> list[ColumnElement[Any]]:
    """What to sort by: what is asked for, and in the end `default`, so that no rows tie."""
    keys = [*sort]
    if default not in {key.field for key in keys}:
        keys.append(SortKey(default, keys[-1].descending if keys else False))
    terms: list[ColumnElement[Any]] = []
    for field, descending in keys:
        column = columns[field]
        term = column.desc() if descending else column.asc()
        if field in nullable:
            # PostgreSQL's own order, and so its indexes'; SQLite has to be told.
            term = term.nulls_first() if descending else term.nulls_last()
        terms.append(term)
    return terms


def cut(statement: AnySelect, page: PageRequest) -> AnySelect:
    """One page of a sorted statement."""
    return statement.limit(page.per_page).offset((page.page - 1) * page.per_page)


def contains(
    columns: list[ColumnElement[Any]], looked_for: str, *, on_sqlite: bool
) -> ColumnElement[bool]:
    """Whether one of the columns contains a text, whatever its case.

    No index helps to find the middle of a text: this looks at every row of a catalogue. For 100,000
    products that is some 30 ms on SQLite, or three times that where the text has letters beyond
    ASCII, and 120 ms on PostgreSQL.
    """
    if on_sqlite and not looked_for.isascii():
        folded = looked_for.casefold()
        return or_(*(func.casefold(column).contains(folded, autoescape=True) for column in columns))
    escaped = looked_for.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{escaped}%"
    if on_sqlite:
        # Its LIKE passes over the case of ASCII letters by itself.
        return or_(*(column.like(pattern, escape="\\") for column in columns))
    return or_(*(column.ilike(pattern, escape="\\") for column in columns))


class Unindexed(FunctionElement[Any]):
    """A column that SQLite shall compare only, not look up.

    Without statistics it cannot tell which of two indexes leads to fewer rows; we can. PostgreSQL
    has its statistics and decides by itself.
    """

    inherit_cache = True
    name = "unindexed"

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unindexed)
def _as_it_is(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(Unindexed, "sqlite")
def _by_plus(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"
