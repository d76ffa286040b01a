"""Contents: what is to be printed, before it is drawn. Nothing here loads what draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from onhand.printing import figures

Row = TypeVar("Row")

Value = str | int | Decimal | date | None
"""What a cell may tell; a moment is a date, too."""

Facts = Sequence[tuple[str, str | None]]
"""Names and values; a value of None is left out."""

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what its head says, and its cells. `is_figures`: kept on one line, to the right.

    Texts are broken where they are wider than `most` points; the first without `most` takes what
    the others leave. `frame`: empty, so many points wide, to be filled in by hand.
    """

    title: str
    cells: Sequence[str]
    is_figures: bool = False
    most: float = math.inf
    frame: float | None = None


@dataclass(frozen=True, slots=True)
class Head(Generic[Row]):
    """A column of a list: what its head says, and what it tells of each row."""

    title: str
    of: Callable[[Row], Value]
    is_figures: bool = False
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class Report:
    """A list to print: its columns, and what was asked, in words.

    `total` is how many rows there are; None: more than are shown, and nobody counted them. `sums`
    stand above the list. `moment` is when it was so.
    """

    title: str
    moment: datetime
    columns: Sequence[Column]
    total: int | None
    facts: Facts = ()
    sums: Sequence[tuple[str, str]] = field(default=())

    @property
    def rows(self) -> int:
        """How many rows are shown."""
        return len(self.columns[0].cells)


def columns(heads: Sequence[Head[Row]], rows: Sequence[Row]) -> list[Column]:
    """A list's columns."""
    return [
        Column(head.title, [told(head.of(row)) for row in rows], head.is_figures, head.most)
        for head in heads
    ]


def told(value: Value) -> str:
    """A value as people read it."""
    match value:
        case None:
            return NOTHING
        case str():
            return value
        case int():
            return figures.quantity(value)
        case Decimal():
            return f"{value:,f}"
        case datetime():
            return figures.moment(value)
    return figures.day(value)
