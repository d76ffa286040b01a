"""Contents: what is to be printed, before it is drawn. Nothing here loads what draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from onhand.printing.figures import Figures, Value

Row = TypeVar("Row")

Facts = Sequence[tuple[str, str | None]]
"""Names and values; a value of None is left out."""


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


def columns(heads: Sequence[Head[Row]], rows: Sequence[Row], figures: Figures) -> list[Column]:
    """A list's columns, its figures as a language writes them."""
    return [
        Column(head.title, [figures.told(head.of(row)) for row in rows], head.is_figures, head.most)
        for head in heads
    ]
