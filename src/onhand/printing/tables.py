"""Tables: rows under a head that every page repeats; figures end at the right and are never cut."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from onhand.printing.contents import Column
from onhand.printing.sheets import BODY, FIELD, INK, LABEL, MM, TICK, Line, Sheet, Style

GAP = 3 * MM
TICKED = TICK.size
"""How wide a column of boxes to tick is."""

SMALL = Style(8, 10)
_SMALLER = (Style(7.5, 9.5), Style(6, 8))
"""What cells are set in where their own size leaves too little room."""
_LEAST = 15 * MM


class _Column(NamedTuple):
    """How wide a column's head is, the widest word of its head, and its widest cell by its size."""

    head: float
    word: float
    cell: float

    def width(self, style: Style, *, is_broken: bool) -> float:
        # A hair more than it is: figures must not be broken for what was lost in rounding.
        return max(self.word if is_broken else self.head, self.cell * style.size) + 0.01


def table(sheet: Sheet, columns: Iterable[Column], body: Style = BODY) -> None:
    """Place a table, its cells in this style or, where that leaves too little room, smaller."""
    shown = list(columns)
    room = sheet.width - GAP * (len(shown) - 1)
    style, wanted = _layout(shown, body, room)
    widths = _widths(shown, wanted, room)
    right = [place for place, column in enumerate(shown) if column.is_figures]
    spans = sheet.spans(*widths, gap=GAP, right=right)
    styles = [style if column.frame is None else _frame(column.frame) for column in shown]

    apart = body.size / 3

    def head() -> None:
        sheet.row(spans, [[Line(column.title, LABEL)] for column in shown], below=2)
        sheet.rule(0.8, INK)

    sheet.keep(4 * BODY.leading)
    head()
    sheet.on_page = head
    for cells in zip(*(column.cells for column in shown), strict=True):
        lines = [[Line(text, it)] for text, it in zip(cells, styles, strict=True)]
        sheet.row(spans, lines, above=apart, below=apart)
        sheet.rule()
    sheet.on_page = None


def _frame(width: float) -> Style:
    return TICK if width <= TICKED else FIELD


def _layout(columns: Sequence[Column], body: Style, room: float) -> tuple[Style, list[float]]:
    """The size of a table's cells, and how wide each column would be.

    First the heads of figures are broken, then all is set smaller, until each text has its least.
    """
    measured = [_measured(column) for column in columns]
    layouts = ((body, False), (body, True), *((style, True) for style in _SMALLER))
    style, widths = body, list[float]()
    for style, is_broken in layouts:
        widths = [it.width(style, is_broken=is_broken) for it in measured]
        needed = (
            width if column.is_figures else min(width, column.most, _LEAST)
            for column, width in zip(columns, widths, strict=True)
        )
        if sum(needed) <= room:
            break
    return style, widths


def _widths(columns: Sequence[Column], wanted: Sequence[float], room: float) -> list[float]:
    """How wide each column is, of so much room in all.

    Figures have what they want. Texts share the rest: whoever wants less than a like share has what
    it wants, and leaves the others more. What is left over goes to the first text without a `most`.
    """
    widths = list(wanted)
    is_fixed = [column.is_figures or column.frame is not None for column in columns]
    left = room - sum(width for width, fixed in zip(widths, is_fixed, strict=True) if fixed)
    texts = [place for place, fixed in enumerate(is_fixed) if not fixed]
    most = {n: min(widths[n], columns[n].most) for n in texts}
    for place in sorted(texts, key=most.__getitem__):
        widths[place] = min(most[place], left / len(most))
        left -= widths[place]
        del most[place]
    widest = next((n for n in texts if columns[n].most == math.inf), None)
    if widest is not None:
        widths[widest] += max(left, 0)
    return widths


def _measured(column: Column) -> _Column:
    label, face = LABEL.face, BODY.face
    head = label.width(column.title, LABEL.size)
    word = max(label.width(word, LABEL.size) for word in column.title.split(" "))
    if column.frame is not None:
        return _Column(max(head, column.frame), max(head, column.frame), 0)
    cell = max((face.width(face.printable(text)[0], 1) for text in column.cells), default=0.0)
    return _Column(head, word if column.is_figures else head, cell)
