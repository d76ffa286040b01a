"""Speech: the languages that papers speak, each its words and how it writes figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from onhand.printing import figures as f
from onhand.printing.figures import Figures
from onhand.printing.words import Words, de, en


@dataclass(frozen=True, slots=True)
class Speech:
    """A language: its code (BCP 47), its words, and how it writes figures."""

    code: str
    words: Words
    figures: Figures

    def day(self, when: date | None) -> str | None:
        """A day, if it is known."""
        return None if when is None else self.figures.day(when)

    def moment(self, when: datetime | None) -> str | None:
        """A moment, if it is known."""
        return None if when is None else self.figures.moment(when)

    def site(self, warehouse_id: int) -> str:
        """A warehouse whose name the reader may not know."""
        return self.words.warehouse_number.format(number=warehouse_id)


ENGLISH = Speech("en", en.EN, f.ENGLISH)
GERMAN = Speech("de", de.DE, f.GERMAN)
SPOKEN: Mapping[str, Speech] = {it.code: it for it in (ENGLISH, GERMAN)}
"""Each, by its code."""
