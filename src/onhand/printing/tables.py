"""Tables: rows under a head that every page repeats; figures end at the right and are never cut."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from onhand.printing.sheets import BODY, INK, LABEL, MM, Line, Sheet

GAP = 3 * MM


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what its head says, and its cells. `is_figures`: kept on one line, to the right.

    Texts are broken where they are wider than `most` points; the one without `most` takes what the
    others leave.
    """

    title: str
    cells: Sequence[str]
    is_figures: bool = False
    most: float = math.inf


def table(sheet: Sheet, columns: Iterable[Column]) -> None:
    """Place a table."""
    shown = list(columns)
    widths = _widths(shown, sheet.width - GAP * (len(shown) - 1))
    right = [place for place, column in enumerate(shown) if column.is_figures]
    spans = sheet.spans(*widths, gap=GAP, right=right)

    def head() -> None:
        sheet.row(spans, [[Line(column.title, LABEL)] for column in shown], below=2)
        sheet.rule(0.8, INK)

    sheet.keep(4 * BODY.leading)
    head()
    sheet.on_page = head
    for cells in zip(*(column.cells for column in shown), strict=True):
        sheet.row(spans, [[Line(text)] for text in cells], above=3, below=3)
        sheet.rule()
    sheet.on_page = None


def _widths(columns: Sequence[Column], room: float) -> list[float]:
    """How wide each column is, of so much room in all.

    Figures have what they want. Texts share the rest: whoever wants less than a like share has what
    it wants, and leaves the others more.
    """
    widths = [_wanted(column) for column in columns]
    left = room - sum(widths[n] for n, column in enumerate(columns) if column.is_figures)
    texts = [place for place, column in enumerate(columns) if not column.is_figures]
    most = {n: min(widths[n], columns[n].most) for n in texts}
    for place in sorted(texts, key=most.__getitem__):
        widths[place] = min(most[place], left / len(most))
        left -= widths[place]
        del most[place]
    return widths


def _wanted(column: Column) -> float:
    """How wide a column's head and texts are."""
    widths = [LABEL.face.width(column.title, LABEL.size)]
    for text in column.cells:
        printable, _ = BODY.face.printable(text)
        widths.append(BODY.face.width(printable, BODY.size))
    return max(widths)
