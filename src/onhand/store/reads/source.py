"""What runs the statements: a pooled connection each, once more if it was lost, errors as faults.

A list's total costs more the longer the list grows, so it is counted only when the page does not
tell it by itself (a page that is not full is the last one), and a count of a thousand or more, or
one that took long, is kept for twenty times as long as it took: counting takes at most a twentieth
of the time, and such a total may be that little bit behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Executable,
    FromClause,
    Row,
    Select,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError

from onhand.ledger.listings import Listing, PageRequest
from onhand.store.errors import faults_translated

Value = TypeVar("Value")
Shape = TypeVar("Shape")
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

LARGE_TOTAL = 1_000
LONG_COUNT_S = 0.05
KEPT_FOR = 20


class Source:
    """The database, as the subjects' modules ask it. Safe to use from many threads."""

    def __init__(self, engine: Engine) -> None:
        """Ask through a read engine (`onhand.store.engine.read_engine`)."""
        self._engine = engine
        self._totals: dict[Hashable, tuple[float, int]] = {}

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self._engine.dialect.name == "sqlite"

    def rows(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[AnyRow]:
        """All rows of a statement."""
        return self._run(lambda connection: connection.execute(statement, parameters).all())

    def first(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> AnyRow | None:
        """The only row of a statement, or None."""
        return self._run(lambda connection: connection.execute(statement, parameters).first())

    def of_one_moment(
        self, statements: Sequence[Executable], parameters: Mapping[str, Any] | None = None
    ) -> list[Sequence[AnyRow]]:
        """The rows of several statements, none of which sees what is committed meanwhile."""
        begin = "BEGIN" if self.on_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

        def work(connection: Connection) -> list[Sequence[AnyRow]]:
            connection.exec_driver_sql(begin)
            try:
                return [connection.execute(one, parameters).all() for one in statements]
            finally:
                connection.exec_driver_sql("COMMIT")

        return self._run(work)

    def listing(
        self,
        question: Hashable,
        page: PageRequest,
        rows_of: AnySelect,
        counted: FromClause,
        wanted: Sequence[ColumnElement[bool]],
        shaped: Callable[[AnyRow], Shape],
        parameters: Mapping[str, Any] | None = None,
    ) -> Listing[Shape]:
        """A page of rows, and how many rows of `counted` there are in all that are `wanted`.

        `question` tells one list from another, whatever their pages.
        """
        offset = (page.page - 1) * page.per_page
        rows = self.rows(rows_of, parameters)
        if len(rows) < page.per_page and (rows or page.page == 1):
            total = offset + len(rows)
        else:
            statement = select(func.count()).select_from(counted).where(*wanted)
            total = self._total(question, statement, parameters)
        return Listing([shaped(row) for row in rows], total)

    def _total(
        self, question: Hashable, statement: Select[int], parameters: Mapping[str, Any] | None
    ) -> int:
        start = time.monotonic()
        valid_until, total = self._totals.get(question, (0.0, 0))
        if start < valid_until:
            return total
        total = self._run(lambda connection: connection.execute(statement, parameters).scalar_one())
        now = time.monotonic()
        # Few rows may still have to be sought among very many, as what is out in a warehouse.
        if total < LARGE_TOTAL and now - start < LONG_COUNT_S:
            self._totals.pop(question, None)
            return total
        # What nobody asks for any more must not pile up.
        for old in [asked for asked, (until, _) in list(self._totals.items()) if until < now]:
            self._totals.pop(old, None)
        self._totals[question] = (now + KEPT_FOR * (now - start), total)
        return total

    def _run(self, work: Callable[[Connection], Value]) -> Value:
        with faults_translated():
            try:
                with self._engine.connect() as connection:
                    return work(connection)
            except DBAPIError as error:
                # The connection had gone while it lay in the pool; a read may simply be repeated.
                if not error.connection_invalidated:
                    raise
            with self._engine.connect() as connection:
                return work(connection)
