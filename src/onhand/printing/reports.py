"""Reports: any list as a table on paper that lies on its side, with what was asked above it."""

from __future__ import annotations

from collections.abc import Sequence

from onhand.printing.contents import Report
from onhand.printing.sheets import (
    BODY,
    HEADING,
    LABEL,
    LEAD,
    MM,
    PAPERS,
    STRONG,
    About,
    Line,
    Sheet,
)
from onhand.printing.speech import Speech
from onhand.printing.tables import SMALL, table

_SIDE_BY_SIDE = 5
"""Facts in a row."""


def report(told: Report, company: str, paper: str, speech: Speech) -> bytes:
    """A report as a PDF; `company` is whose it is: its first line stands above."""
    us = next((line.strip() for line in company.splitlines() if line.strip()), "")
    moment = speech.figures.moment(told.moment)
    about = About(f"{told.title} · {moment}", us or "Onhand", told.moment, speech)
    sheet = Sheet(PAPERS[paper].sideways, about)
    half = sheet.width / 2 - 4 * MM
    what = [Line(told.title, HEADING), Line(moment, LEAD)]
    sheet.row(sheet.spans(half, half, gap=8 * MM, right=(1,)), [[Line(us, LEAD)], what], below=8)
    sheet.rule()
    sheet.skip(8)
    _facts(sheet, [(name, value) for name, value in told.facts if value is not None])
    _facts(sheet, told.sums)
    cut = _cut(told, speech)
    if cut:
        sheet.row(sheet.spans(sheet.width), [[Line(cut, STRONG)]], below=8)
    table(sheet, told.columns, SMALL)
    end = cut or (_rows(told.rows, speech) if told.rows else speech.words.nothing)
    sheet.row(sheet.spans(sheet.width), [[Line(end, STRONG if cut else BODY)]], above=8)
    return sheet.printed()


def _facts(sheet: Sheet, facts: Sequence[tuple[str, str]]) -> None:
    """Names above their values, some in a row."""
    width = (sheet.width - (_SIDE_BY_SIDE - 1) * 6 * MM) / _SIDE_BY_SIDE
    spans = sheet.spans(*[width] * _SIDE_BY_SIDE, gap=6 * MM)
    for start in range(0, len(facts), _SIDE_BY_SIDE):
        shown = facts[start : start + _SIDE_BY_SIDE]
        cells = [[Line(name.upper(), LABEL), Line(value)] for name, value in shown]
        sheet.row(spans[: len(cells)], cells, below=8)


def _cut(told: Report, speech: Speech) -> str:
    """That there is more than is shown; else nothing."""
    if told.total is not None and told.total <= told.rows:
        return ""
    rows, words = _rows(told.rows, speech), speech.words
    if told.total is None:
        return words.cut.format(rows=rows)
    return words.cut_of.format(rows=rows, total=speech.figures.quantity(told.total))


def _rows(count: int, speech: Speech) -> str:
    if count == 1:
        return speech.words.one_row
    return speech.words.many_rows.format(count=speech.figures.quantity(count))
