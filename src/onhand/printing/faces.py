"""Faces: the font that documents are printed in, and how its texts are measured and broken.

The font is Source Sans Pro, out of a package: Latin, Greek and Cyrillic letters, and figures of one
width, which stand below each other. No font of the machine is looked for. Texts are never read as
markup; they are drawn letter by letter.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

STAND_IN = "◊"
"""Printed for a character that the font does not have."""

_THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True)
class Face:
    """One weight of the font: its name for the PDF, and each character's width in thousandths."""

    name: str
    advances: Mapping[str, float]

    def width(self, text: str, size: float) -> float:
        """How wide a printable text is, in points."""
        return sum(map(self.advances.__getitem__, text)) * size / _THOUSANDTHS

    def broken(self, text: str, size: float, limit: float) -> list[str]:
        """A printable line as lines that fit `limit` points: broken at spaces, else anywhere."""
        if self.width(text, size) <= limit:
            return [text]
        lines: list[str] = []
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}" if line else word
            if self.width(longer, size) <= limit:
                line = longer
                continue
            if line:
                lines.append(line)
            *whole, line = self._pieces(word, size, limit)
            lines += whole
        return [*lines, line]

    def _pieces(self, word: str, size: float, limit: float) -> Iterator[str]:
        room = limit * _THOUSANDTHS / size
        start, used = 0, 0.0
        for place, character in enumerate(word):
            advance = self.advances[character]
            if used + advance > room and place > start:
                yield word[start:place]
                start, used = place, 0.0
            used += advance
        yield word[start:]

    def printable(self, text: str) -> tuple[str, set[str]]:
        """A line as it can be printed, and the characters that `STAND_IN` stands in for.

        Letters are composed with their accents; what is invisible, as marks of direction, is left
        out.
        """
        if text.isascii() and text.isprintable():
            return text, set()
        composed = unicodedata.normalize("NFC", text.replace("\t", "    "))
        visible = "".join(x for x in composed if unicodedata.category(x) not in ("Cf", "Cc"))
        missing = {x for x in visible if x not in self.advances}
        if missing:
            visible = "".join(STAND_IN if x in missing else x for x in visible)
        return visible, missing


@cache
def regular() -> Face:
    """The face of what is read."""
    return _registered("Regular")


@cache
def semibold() -> Face:
    """The face of what is found first."""
    return _registered("Semibold")


def _registered(weight: str) -> Face:
    font = TTFont(f"SourceSansPro-{weight}", str(_folder() / f"SourceSansPro-{weight}.ttf"))
    pdfmetrics.registerFont(font)
    widths: Mapping[int, float] = font.face.charWidths
    return Face(font.fontName, {chr(code): width for code, width in widths.items()})


def _folder() -> Path:
    spec = importlib.util.find_spec("font_source_sans_pro")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package font-source-sans-pro is not installed")
    return Path(spec.origin).parent / "files"
