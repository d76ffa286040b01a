"""Figures: amounts, quantities and days as people read them, in English.

Amounts are exact: they have as many decimals as their currency has (ISO 4217), and more where one
of them needs more; all of a column have the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Context, Decimal

_EXACT = Context(prec=60)
_DECIMALS = 2
_NO_DECIMALS = {
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"),
    *("PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
}
_THREE_DECIMALS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def amounts(values: Sequence[Decimal], currency: str) -> list[str]:
    """Amounts of one currency, all with the same decimals: `1,299.90`."""
    places = 3 if currency in _THREE_DECIMALS else 0 if currency in _NO_DECIMALS else _DECIMALS
    places = max([places, *map(_decimals, values)])
    return [f"{value:,.{places}f}" for value in values]


def quantity(units: int) -> str:
    """Units: `1,200`."""
    return f"{units:,}"


def day(when: date) -> str:
    """A day that everybody reads alike: `18 Mar 2031`."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def moment(when: datetime) -> str:
    """A moment: `18 Mar 2031, 16:45 UTC`."""
    there = when.astimezone(UTC)
    return f"{day(there)}, {there:%H:%M} UTC"


def _decimals(value: Decimal) -> int:
    exponent = value.normalize(_EXACT).as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
