"""Sheets: pages that are filled from top to bottom, and painted once it is known how many they are.

What is placed are texts, each on its line, and rules. Lengths are points (1/72 inch); a page's `y`
falls from its top to its foot. The same texts give the same bytes: nothing of the clock or of
chance goes in.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from onhand.printing import faces
from onhand.printing.speech import Speech

MM = 72 / 25.4
MARGIN = 18 * MM
FOOT = 22 * MM
"""What is placed ends above it; the page's number stands below."""

INK, GREY, PALE, ALERT = "#1c1c1c", "#6a6a6a", "#d4d4d4", "#b3261e"
WATERMARK = "#f0f0f0"
_RISE = 0.4
"""What a letter has above its baseline more than below it, in sizes: it stands in the middle of its
leading."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A size of paper, in points."""

    width: float
    height: float

    @property
    def sideways(self) -> Paper:
        """The same, lying on its side."""
        return Paper(self.height, self.width)


PAPERS = {"a4": Paper(210 * MM, 297 * MM), "letter": Paper(8.5 * 72, 11 * 72)}


@dataclass(frozen=True, slots=True)
class Style:
    """How a line looks: size and leading in points.

    `is_frame`: no text but a frame to fill in by hand, as wide as its column and `size` high.
    """

    size: float
    leading: float
    colour: str = INK
    is_strong: bool = False
    is_frame: bool = False

    @property
    def face(self) -> faces.Face:
        """The face it is set in."""
        return faces.semibold() if self.is_strong else faces.regular()


BODY = Style(9, 11.5)
STRONG = Style(9, 11.5, is_strong=True)
QUIET = Style(9, 11.5, GREY)
FINE = Style(8, 10.5, GREY)
LABEL = Style(7.5, 12, GREY, is_strong=True)
HEADING = Style(20, 24, is_strong=True)
LEAD = Style(11, 14, is_strong=True)
MARK = Style(11, 16, ALERT, is_strong=True)
TICK = Style(3 * MM, BODY.leading, GREY, is_frame=True)
FIELD = Style(7 * MM, 8 * MM, GREY, is_frame=True)


class Line(NamedTuple):
    """A text in one style; it may become several lines, or have them."""

    text: str
    style: Style = BODY


@dataclass(frozen=True, slots=True)
class Span:
    """A column's place: from where, how wide, and whether its lines end at its right."""

    x: float
    width: float
    is_right: bool = False


class _Text(NamedTuple):
    x: float
    y: float
    style: Style
    text: str


class _Rule(NamedTuple):
    start: float
    end: float
    y: float
    weight: float
    colour: str


class _Frame(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class _Page:
    texts: list[_Text] = field(default_factory=list)
    rules: list[_Rule] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class About:
    """What a document is: its title on every page, who it is from, when it was as it is, and in
    which language.

    `mark` says what keeps it from being in force; it stands across every page.
    """

    title: str
    author: str
    moment: datetime
    speech: Speech
    mark: str | None = None


class Sheet:
    """A document's pages as they are filled.

    `on_page` is called on every further page, to begin it.
    """

    def __init__(self, paper: Paper, about: About) -> None:
        self.paper = paper
        self.about = about
        self.on_page: Callable[[], None] | None = None
        self._pages = [_Page()]
        self._missing: set[str] = set()
        self.y = self._top = paper.height - MARGIN

    @property
    def width(self) -> float:
        """What is between the margins."""
        return self.paper.width - 2 * MARGIN

    def spans(self, *parts: float, gap: float = 0, right: Iterable[int] = ()) -> list[Span]:
        """Columns side by side between the margins, of these widths, `gap` apart; `right` ones end
        at their right.
        """
        found: list[Span] = []
        x = MARGIN
        for place, width in enumerate(parts):
            found.append(Span(x, width, place in right))
            x += width + gap
        return found

    def row(
        self,
        spans: Sequence[Span],
        cells: Sequence[Iterable[Line]],
        *,
        above: float = 0,
        below: float = 0,
    ) -> None:
        """Place cells side by side, with room above and below them.

        What does not fit the page goes to the next; what does not fit any is cut between lines.
        """
        wanted = [self.broken(cell, span.width) for span, cell in zip(spans, cells, strict=True)]
        _let_others_go_on()
        while True:
            height = max(map(_height, wanted), default=0.0)
            room = self.y - FOOT - above - below
            fits_a_page = height <= self.paper.height - 2 * MARGIN - FOOT - above - below
            if height > room and self.y < self._top and (fits_a_page or room < MARGIN):
                self._turn()
                continue
            self.y -= above
            taken = [_cut(lines, room) for lines in wanted]
            for span, (lines, _) in zip(spans, taken, strict=True):
                self._place(span, lines)
            self.y -= max(_height(lines) for lines, _ in taken) + below
            wanted = [rest for _, rest in taken]
            if not any(wanted):
                return
            self._turn()

    def broken(self, cell: Iterable[Line], width: float) -> list[Line]:
        """A cell's lines as they fit a width."""
        found: list[Line] = []
        for text, style in cell:
            for line in text.splitlines() or [""]:
                found += [Line(x, style) for x in self._lines(line, style, width)]
        return found

    def rule(
        self, weight: float = 0.4, colour: str = PALE, spans: Iterable[Span] | None = None
    ) -> None:
        """A line from margin to margin, or one under each span."""
        for x, width in [(it.x, it.width) for it in spans or (Span(MARGIN, self.width),)]:
            self._pages[-1].rules.append(_Rule(x, x + width, self.y, weight, colour))

    def skip(self, height: float) -> None:
        """Leave room, on this page only."""
        self.y = max(self.y - height, FOOT)

    def keep(self, height: float) -> None:
        """Go to the next page where less than this is left."""
        if self.y - height < FOOT:
            self._turn()

    def printed(self) -> bytes:
        """The PDF."""
        if self._missing:
            self.skip(BODY.leading)
            self.row(self.spans(self.width), [[Line(self._of_missing(), FINE)]])
        file = io.BytesIO()
        # A name, whatever the stubs say; without it each page would name another font, too.
        options: dict[str, Any] = {"initialFontName": faces.regular().name}
        canvas = Canvas(
            file,
            pagesize=(self.paper.width, self.paper.height),
            invariant=1,
            lang=self.about.speech.code,
            **options,
        )
        canvas.setTitle(self.about.title)
        canvas.setAuthor(self.about.author)
        canvas.setCreator("Onhand")
        canvas.setSubject(self.about.mark or "")
        moment = self.about.moment
        canvas.setDateFormatter(lambda *_: f"D:{moment:%Y%m%d%H%M%S}Z")
        for number, page in enumerate(self._pages, start=1):
            self._paint(canvas, page, f"{number} / {len(self._pages)}")
            canvas.showPage()
        canvas.save()
        return file.getvalue()

    def _of_missing(self) -> str:
        shown = [f"U+{ord(x):04X}" for x in sorted(self._missing)]
        codes = ", ".join(shown[:8]) + (", …" if len(shown) > 8 else "")
        words = self.about.speech.words
        return words.missing_characters.format(sign=faces.STAND_IN, codes=codes)

    def _lines(self, text: str, style: Style, width: float) -> list[str]:
        printable, missing = style.face.printable(text)
        self._missing |= missing
        return style.face.broken(printable, style.size, width)

    def _place(self, span: Span, lines: Iterable[Line]) -> None:
        y, page = self.y, self._pages[-1]
        for text, style in lines:
            x = span.x
            if style.is_frame:
                y -= style.leading
                foot = y + (style.leading - style.size) / 2
                page.frames.append(_Frame(x, foot, span.width, style.size, style.colour))
                continue
            if span.is_right:
                x += span.width - style.face.width(text, style.size)
            above = (style.leading + _RISE * style.size) / 2
            page.texts.append(_Text(x, y - above, style, text))
            y -= style.leading

    def _turn(self) -> None:
        self._pages.append(_Page())
        self.y = self.paper.height - MARGIN
        title = self.about.title
        if self.about.mark is not None:
            title = f"{self.about.mark} · {title}"
        first, *more = self._lines(title, FINE, self.width)
        self._place(Span(MARGIN, self.width), [Line(f"{first} …" if more else first, FINE)])
        self.y -= 2 * FINE.leading
        if self.on_page is not None:
            self.on_page()
        self._top = self.y

    def _paint(self, canvas: Canvas, page: _Page, number: str) -> None:
        if self.about.mark is not None:
            self._paint_across(canvas, self.about.mark)
        for start, stop, y, weight, colour in page.rules:
            canvas.setLineWidth(weight)
            canvas.setStrokeColor(HexColor(colour))
            canvas.line(start, y, stop, y)
        for x, y, width, height, colour in page.frames:
            canvas.setLineWidth(0.6)
            canvas.setStrokeColor(HexColor(colour))
            canvas.rect(x, y, width, height)
        foot = self._of_foot(Span(MARGIN, self.width, is_right=True), number)
        drawn = canvas.beginText()
        last: Style | None = None
        for place, (x, y, style, text) in enumerate((*page.texts, foot)):
            if style != last:
                drawn.setFont(style.face.name, style.size)
                drawn.setFillColor(HexColor(style.colour))
                last = style
            if place % 10 == 0:
                _let_others_go_on()
            drawn.setTextOrigin(x, y)
            drawn.textOut(text)
        canvas.drawText(drawn)

    def _of_foot(self, span: Span, number: str) -> _Text:
        x = span.x + span.width - FINE.face.width(number, FINE.size)
        return _Text(x, FOOT / 2, FINE, number)

    def _paint_across(self, canvas: Canvas, mark: str) -> None:
        face = faces.semibold()
        size = min(120.0, 0.95 * self.paper.width / face.width(mark, 1))
        canvas.saveState()
        canvas.translate(self.paper.width / 2, self.paper.height / 2)
        canvas.rotate(45)
        canvas.setFillColor(HexColor(WATERMARK))
        canvas.setFont(face.name, size)
        canvas.drawCentredString(0, -0.35 * size, mark)
        canvas.restoreState()


def _let_others_go_on() -> None:
    """Give up the interpreter's lock for a moment: whoever waits for it waits for a row, and not
    for the 5 ms after which it would be taken away.
    """
    time.sleep(0)


def _height(lines: Iterable[Line]) -> float:
    return sum(style.leading for _, style in lines)


def _cut(lines: list[Line], room: float) -> tuple[list[Line], list[Line]]:
    """The lines that fit, and the rest."""
    for place, (_, style) in enumerate(lines):
        room -= style.leading
        if room < 0:
            return lines[:place], lines[place:]
    return lines, []
