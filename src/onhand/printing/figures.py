"""Figures: amounts, quantities and days as people read them, in each language.

Amounts are exact: they have as many decimals as their currency has (ISO 4217), and more where one
of them needs more; all of a column have the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal

NOTHING = "–"
"""What stands for a value that nobody knows."""

Value = str | int | Decimal | date | None
"""What may be told; a moment is a date, too."""

_EXACT = Context(prec=60)
_DECIMALS = 2
_NO_DECIMALS = {
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"),
    *("PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
}
_THREE_DECIMALS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Figures:
    """How a language writes: its marks in place of English's comma and point, and its days."""

    marks: Mapping[int, int]
    written_day: Callable[[date], str]

    def amounts(self, values: Sequence[Decimal], currency: str) -> list[str]:
        """Amounts of one currency, all with the same decimals: `1,299.90`."""
        places = 3 if currency in _THREE_DECIMALS else 0 if currency in _NO_DECIMALS else _DECIMALS
        places = max([places, *map(_decimals, values)])
        return [self._marked(f"{value:,.{places}f}") for value in values]

    def money(self, amount: Decimal | None, currency: str) -> str | None:
        """An amount and its currency, if there is one: `1,299.90 EUR`."""
        return None if amount is None else f"{self.amounts([amount], currency)[0]} {currency}"

    def quantity(self, units: int) -> str:
        """Units: `1,200`."""
        return self._marked(f"{units:,}")

    def signed(self, units: int) -> str:
        """Units that came or went: `+1,200`."""
        return self._marked(f"{units:+,}")

    def percent(self, rate: Decimal | None) -> str:
        """A rate in percent, if it is known: `12.5 %`."""
        return NOTHING if rate is None else f"{self.told(rate)} %"

    def day(self, when: date) -> str:
        """A day that everybody who speaks it reads alike: `18 Mar 2031`."""
        return self.written_day(when)

    def moment(self, when: datetime) -> str:
        """A moment: `18 Mar 2031, 16:45 UTC`."""
        there = when.astimezone(UTC)
        return f"{self.day(there)}, {there:%H:%M} UTC"

    def told(self, value: Value) -> str:
        """A value as people read it."""
        match value:
            case None:
                return NOTHING
            case str():
                return value
            case int():
                return self.quantity(value)
            case Decimal():
                return self._marked(f"{value:,f}")
            case datetime():
                return self.moment(value)
        return self.day(value)

    def _marked(self, text: str) -> str:
        return text.translate(self.marks) if self.marks else text


def _decimals(value: Decimal) -> int:
    exponent = value.normalize(_EXACT).as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _english_day(when: date) -> str:
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def _german_day(when: date) -> str:
    return f"{when.day:02}.{when.month:02}.{when.year}"


ENGLISH = Figures({}, _english_day)
GERMAN = Figures(str.maketrans(",.", ".,"), _german_day)
