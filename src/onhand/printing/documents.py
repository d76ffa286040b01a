"""What all documents on paper have: who they are from, what they are, whom they are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from onhand.core.warehouses import Warehouse
from onhand.ledger.on_paper import DocumentOnPaper
from onhand.printing.contents import Column, Facts
from onhand.printing.sheets import (
    BODY,
    FINE,
    HEADING,
    INK,
    LABEL,
    LEAD,
    MARK,
    MM,
    PAPERS,
    QUIET,
    STRONG,
    About,
    Line,
    Sheet,
)
from onhand.printing.speech import Speech
from onhand.printing.tables import GAP

SKU_MOST = 32 * MM
UNIT_MOST = 18 * MM
_PARTY = 48 * MM
_NAME = 23 * MM


class ALine(Protocol):
    """A line of any document."""

    @property
    def number(self) -> int:
        """Which of its lines, from 1."""

    @property
    def product_id(self) -> int:
        """What it is about."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is: its kind and number, and whom it is about.

    `house` stands for the company where none is named. `mark` says what keeps it from being in
    force. `moment` is when it was as it is.
    """

    heading: str
    number: str
    whom: str
    house: str
    moment: datetime
    mark: str | None = None


def begun(subject: Subject, company: str, paper: str, speech: Speech) -> Sheet:
    """A sheet with who it is from, and what it is; `company` is name and address, a line each."""
    us = [line.strip() for line in company.splitlines() if line.strip()]
    title = f"{subject.heading} {subject.number}"
    if subject.whom:
        title = f"{title} · {subject.whom}"
    author = us[0] if us else subject.house
    sheet = Sheet(PAPERS[paper], About(title, author, subject.moment, speech, subject.mark))
    half = sheet.width / 2 - 4 * MM
    ours = [Line(line, LEAD if place == 0 else BODY) for place, line in enumerate(us)]
    what = [Line(subject.heading, HEADING), Line(subject.number, LEAD)]
    if subject.mark is not None:
        what.append(Line(subject.mark, MARK))
    sheet.row(sheet.spans(half, half, gap=8 * MM, right=(1,)), [ours, what], below=12)
    sheet.rule()
    return sheet


def parties(sheet: Sheet, blocks: Sequence[list[Line]], facts: Facts) -> None:
    """Whom it is about, side by side, and what else there is to know."""
    widths = [QUIET.face.width(fact, QUIET.size) for fact, value in facts if value is not None]
    # A hair more than it is: a name must not be broken for what was lost in rounding.
    name = max([_NAME, *(width + 0.01 for width in widths)])
    rest = sheet.width - len(blocks) * (_PARTY + GAP) - name - GAP
    spans = sheet.spans(*[_PARTY] * len(blocks), name, rest, gap=GAP)
    names, values = [Line(sheet.about.speech.words.details, LABEL)], [Line("", LABEL)]
    for fact, value in facts:
        if value is not None:
            lines = sheet.broken([Line(value)], spans[-1].width)
            values += lines
            names += [Line(fact, QUIET), *(Line("", QUIET) for _ in lines[1:])]
    sheet.row(spans, (*blocks, names, values), above=10, below=16)


def block(label: str, name: str, more: Iterable[str | None] = ()) -> list[Line]:
    """One of them: under its label a name, an address, whatever is known."""
    told = [Line(text) for text in more if text]
    return [Line(label, LABEL), Line(name, STRONG), *told]


def site(label: str, warehouse_id: int, warehouse: Warehouse | None, speech: Speech) -> list[Line]:
    """A warehouse; of one that the reader may not know of its number alone."""
    if warehouse is None:
        return block(label, speech.site(warehouse_id))
    return block(label, warehouse.attributes.name, (warehouse.attributes.address,))


def items(found: DocumentOnPaper, lines: Sequence[ALine], speech: Speech) -> list[Column]:
    """The columns that say what each line is about."""
    words = speech.words
    named = [found.items[line.product_id] for line in lines]
    columns = [
        Column("#", [str(line.number) for line in lines], is_figures=True),
        Column(words.sku, [item.sku for item in named], most=SKU_MOST),
        Column(words.description, [item.name for item in named]),
    ]
    if any(item.barcode for item in named):
        columns.append(Column(words.barcode, [item.barcode or "" for item in named], most=SKU_MOST))
    return [*columns, Column(words.unit, [item.unit for item in named], most=UNIT_MOST)]


def counted(title: str, units: Iterable[int], speech: Speech) -> Column:
    """A column of units."""
    return Column(title, list(map(speech.figures.quantity, units)), is_figures=True)


def notes(sheet: Sheet, text: str | None) -> None:
    """What somebody noted, if anything."""
    if text and text.strip():
        sheet.row(
            sheet.spans(sheet.width),
            [[Line(sheet.about.speech.words.notes, LABEL), Line(text)]],
            above=6,
        )


def signatures(sheet: Sheet, *labels: str) -> None:
    """Lines to sign on, side by side, all on one page."""
    sheet.keep(24 * MM)
    sheet.skip(18 * MM)
    width = (sheet.width - (len(labels) - 1) * 8 * MM) / len(labels)
    spans = sheet.spans(*[width] * len(labels), gap=8 * MM)
    sheet.rule(0.6, INK, spans)
    sheet.row(spans, [[Line(label, FINE)] for label in labels], above=1)
