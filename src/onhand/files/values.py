"""Reading the single values of a row: stock codes, quantities, prices, times.

Each reader is a dictionary from text to value that works out what it does not hold yet: files
repeat their values, and a look-up costs a tenth of a parse. A text that cannot be read raises
BadValue and is not kept. Nothing is guessed: "1,234", "£5", "1e3" and "6,95" are unreadable.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

__all__ = ["BadValue", "Prices", "Quantities", "StockCodes", "Times"]

MAXIMUM_QUANTITY = 2**53
MAXIMUM_PRICE = Decimal(10) ** 12
MAXIMUM_CODE = 64  # characters
MAXIMUM_HELD = 65_536  # texts per reader: memory stays the same however long the file is

_WHOLE = re.compile(r"[+-]?[0-9]+(?:\.0*)?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_MAXIMUM_DIGITS = 40

Value = TypeVar("Value")


class BadValue(Exception):
    """A value that cannot be used: `kind` is a stable word, `reason` a sentence."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(kind, reason)
        self.kind = kind
        self.reason = reason


class _Reader(dict[str, Value], Generic[Value]):
    """A dictionary that reads a text once."""

    def __missing__(self, text: str) -> Value:
        value = self.read(text.strip())
        if len(self) >= MAXIMUM_HELD:
            self.clear()
        self[text] = value
        return value

    def read(self, text: str) -> Value:
        """The value that `text`, without outer spaces, stands for. Raises BadValue."""
        raise NotImplementedError


class StockCodes(_Reader[str]):
    """Stock codes of goods, upper-cased."""

    def __init__(self, goods_pattern: str) -> None:
        super().__init__()
        self._is_goods = re.compile(goods_pattern).fullmatch

    def read(self, text: str) -> str:
        if not text:
            raise BadValue("blank_code", "The stock code is blank")
        code = text.upper()
        if len(code) > MAXIMUM_CODE or not code.isprintable():
            raise BadValue(
                "unreadable_code",
                f"The stock code {_shown(text)} is longer than {MAXIMUM_CODE} characters, "
                "or has some that cannot be printed",
            )
        if self._is_goods(code) is None:
            raise BadValue(
                "no_goods",
                f"The stock code {_shown(text)} is not that of goods (postage, a fee, a test?)",
            )
        return code


class Quantities(_Reader[int]):
    """Whole units; signed, within ±2^53."""

    def read(self, text: str) -> int:
        if not text:
            raise BadValue("unreadable_quantity", "The quantity is blank")
        if len(text) > _MAXIMUM_DIGITS or _WHOLE.fullmatch(text) is None:
            if len(text) <= _MAXIMUM_DIGITS and _NUMBER.fullmatch(text):
                raise BadValue("fraction", f"The quantity {text} is not a whole number of units")
            raise BadValue("unreadable_quantity", f"The quantity {_not_a_number(text)}")
        quantity = int(text.partition(".")[0])
        if not -MAXIMUM_QUANTITY <= quantity <= MAXIMUM_QUANTITY:
            raise BadValue("quantity_out_of_range", f"The quantity {text} is beyond ±2^53")
        return quantity


class Prices(_Reader[Decimal]):
    """Exact decimals, of either sign, below 10^12."""

    def read(self, text: str) -> Decimal:
        if not text:
            raise BadValue("unreadable_price", "The unit price is blank")
        if len(text) > _MAXIMUM_DIGITS or _NUMBER.fullmatch(text) is None:
            raise BadValue("unreadable_price", f"The unit price {_not_a_number(text)}")
        price = Decimal(text)
        if abs(price) >= MAXIMUM_PRICE:
            raise BadValue("price_out_of_range", f"The unit price {text} is beyond 10^12")
        return price


class Times(_Reader[datetime]):
    """Moments in UTC; a text without an offset is taken in `timezone`.

    Where a clock put back shows an hour twice, the first of the two is meant.
    """

    def __init__(self, timezone: str, time_format: str | None) -> None:
        super().__init__()
        self._timezone = ZoneInfo(timezone)
        self._time_format = time_format

    def read(self, text: str) -> datetime:
        if not text:
            raise BadValue("unreadable_time", "The time is blank")
        try:
            if self._time_format is None:
                time = datetime.fromisoformat(text)
            else:
                time = datetime.strptime(text, self._time_format)  # noqa: DTZ007 (zoned below)
            if time.tzinfo is None:
                time = time.replace(tzinfo=self._timezone)
            return time.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            wanted = self._time_format or "like 2009-12-01 07:45:00"
            raise BadValue(
                "unreadable_time", f"The time {_shown(text)} is not written {wanted}"
            ) from error


def _not_a_number(text: str) -> str:
    if _DECIMAL_COMMA.fullmatch(text):
        return f"{_shown(text)} is ambiguous: write a point for decimals and nothing for thousands"
    return f"{_shown(text)} is not a number"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
