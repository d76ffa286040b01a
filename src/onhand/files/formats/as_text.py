"""Values as the texts that CSV and workbooks hold, each distinct one written once.

Tables repeat their values, and a look-up costs a tenth of writing one: that is what lets a million
movements be written in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from onhand.files.cells import Codes, Day, Flag, Kind, Moment, Money, Number, Whole
from onhand.files.harmless import harmless

__all__ = ["batches", "moment_text", "text_of"]

ROWS_AT_A_TIME = 2_000
MOST_KEPT = 65_536
"""Texts kept per column: memory stays the same however long the table is."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (UTC throughout, and without a zone it is faster)


class _Written(dict[Any, str]):
    """A dictionary that writes what it does not hold yet."""

    def __init__(self, write: Callable[[Any], str]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, value: Any) -> str:
        text = "" if value is None else self._write(value)
        if len(self) >= MOST_KEPT:
            self.clear()
        self[value] = text
        return text


def text_of(kind: Kind) -> Callable[[Any], Any]:
    """What writes a column's values; None becomes an empty text."""
    return _Written(_WRITE.get(type(kind), harmless)).__getitem__


def moment_text(moment: datetime | int) -> str:
    """A moment, or microseconds since 1970, as `2025-01-15T16:45:00Z`."""
    if isinstance(moment, int):
        # By place: by name, making the timedelta took longer than all the rest.
        return (_EPOCH + timedelta(0, 0, moment)).isoformat() + "Z"
    return moment.isoformat().replace("+00:00", "Z")


def batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """Some rows at a time."""
    left = iter(rows)
    while batch := list(islice(left, ROWS_AT_A_TIME)):
        yield batch


def _money(amount: Decimal) -> str:
    return f"{amount:f}"


def _flag(flag: bool) -> str:
    return "true" if flag else "false"


def _codes(codes: str) -> str:
    return harmless(Codes.written(codes.split("\n")))


_WRITE: Mapping[type[Any], Callable[[Any], str]] = {
    Whole: str,
    Number: str,
    Money: _money,
    Flag: _flag,
    Day: date.isoformat,
    Moment: moment_text,
    Codes: _codes,
}
