"""How values go to SQLite and back: moments and money as whole numbers, rows as a JSON array."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import compress
from typing import Any

import msgspec
from sqlalchemy import Boolean, Date, Table
from sqlalchemy.types import TypeEngine

from onhand.store import rows as r
from onhand.store.columns import (
    MONEY_SCALE,
    Moment,
    Money,
    from_microseconds,
    plain,
    to_microseconds,
)
from onhand.store.sqlite.sql import Varying

_encode = msgspec.json.Encoder().encode


def encoded(values: Sequence[Any]) -> str:
    """Values as a JSON array."""
    return _encode(values).decode()


def bound(rows: Sequence[r.Row]) -> tuple[Varying, tuple[Any, ...]]:
    """Which columns vary, and what to bind: the others' values, then the rows as JSON."""
    columns = list(zip(*rows, strict=True))
    varying = tuple(map(r.varies, columns))
    constants = [
        _written(column[0]) for column, varies in zip(columns, varying, strict=True) if not varies
    ]
    vary = [_all_written(column) for column in compress(columns, varying)]
    given: Sequence[Any] = vary[0] if len(vary) == 1 else list(zip(*vary, strict=True))
    # Rows that are all alike leave nothing to tell but how many there are.
    return varying, (*constants, encoded(given or [0] * len(rows)))


def _written(value: Any) -> Any:
    """A value as the database keeps it."""
    written = _WRITTEN.get(type(value))
    return value if written is None else written(value)


def _all_written(column: Sequence[Any]) -> Sequence[Any]:
    if _WRITTEN.keys().isdisjoint(map(type, column)):
        return column
    # Many rows share a moment.
    written = {value: _written(value) for value in set(column)}
    return [written[value] for value in column]


def read_as(
    table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[list[Any]]:
    """Rows of a table, each value as its column means it."""
    read = [_reader(table.c[name].type) for name in columns]
    for row in rows:
        yield [
            value if convert is None or value is None else convert(value)
            for convert, value in zip(read, row, strict=True)
        ]


def _reader(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    return next((read for known, read in _READ.items() if isinstance(kind, known)), None)


def _money(units: int) -> Decimal:
    return plain(Decimal(units).scaleb(-MONEY_SCALE))


_WRITTEN: Mapping[type, Callable[[Any], Any]] = {
    datetime: to_microseconds,
    date: date.isoformat,
    Decimal: lambda amount: int(amount.scaleb(MONEY_SCALE)),
}
_READ: Mapping[type[TypeEngine[Any]], Callable[[Any], Any]] = {
    Moment: from_microseconds,
    Money: _money,
    Boolean: bool,
    Date: date.fromisoformat,
}


class Moments(dict[int | None, Any]):
    """Moments by their microseconds, worked out once: many rows share one."""

    def __missing__(self, microseconds: int | None) -> datetime | None:
        moment = None if microseconds is None else from_microseconds(microseconds)
        self[microseconds] = moment
        return moment
