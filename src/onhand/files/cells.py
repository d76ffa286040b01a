"""Cells: what a file's cell holds, and what each kind of column makes of it.

A cell is a text where the file is CSV, and a value of its own type where it is a workbook or
Parquet. Nothing is guessed: "1,234", "12,50", "£5" and "1e3" are no numbers, "31/12/2025" is no
day, and a number too long for a spreadsheet to keep is not taken. A cell that cannot be used raises
BadCell, whose reason is a sentence.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from math import isfinite
from typing import Any, NamedTuple, Protocol, TypeAlias

from onhand.core.levels import MAX_QUANTITY
from onhand.files.harmless import original

__all__ = [
    "BadCell",
    "Cell",
    "Choice",
    "Codes",
    "Day",
    "Flag",
    "Kind",
    "Line",
    "Moment",
    "Money",
    "Number",
    "SheetFault",
    "Text",
    "Whole",
    "is_blank",
]

MONEY_DIGITS = 14
MONEY_DECIMALS = 4
SHEET_DIGITS = 15
"""Digits that spreadsheets keep of a number; what is longer has been rounded by them."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,30}(?:\.0{1,30})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?", re.ASCII)
_COMMA = re.compile(r"[+-]?[0-9][0-9.,'’ \u00a0\u202f]*[,'’ \u00a0\u202f][0-9.,]*", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_YES = frozenset(("true", "yes", "1"))
_NO = frozenset(("false", "no", "0"))
_SHOWN = 40


class SheetFault(NamedTuple):
    """What a workbook's cell holds instead of a value: an error, or a formula never worked out."""

    text: str


Cell: TypeAlias = str | int | float | Decimal | bool | date | datetime | SheetFault | None


class BadCell(Exception):
    """A cell that cannot be used; `reason` is a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Kind(Protocol):
    """What a column holds. `expected` ends the sentence "Must be …"."""

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        ...

    def read(self, cell: Cell) -> Any:
        """The value of a cell that is not blank. Raises BadCell."""
        ...


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing, as far as one can see."""
    return cell is None or (type(cell) is str and (not cell or cell.isspace()))


@dataclass(frozen=True, slots=True)
class Line:
    """A text on one line, without outer spaces; `fault` says what else may be wrong with it."""

    longest: int
    fault: Callable[[str], str | None] | None = None

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        return f"a text of up to {self.longest:,} characters, on one line"

    def read(self, cell: Cell) -> str:
        """The text of a cell."""
        text = _text(cell).strip()
        if not text:
            raise BadCell("Must not be blank")
        if len(text) > self.longest:
            raise BadCell(f"Must be {self.expected}; it has {len(text):,}")
        if _CONTROL.search(text):
            raise BadCell(f"Must be {self.expected}, without control characters")
        fault = self.fault(text) if self.fault is not None else None
        if fault is not None:
            raise BadCell(fault)
        return text


@dataclass(frozen=True, slots=True)
class Number(Line):
    """What a document goes by: a whole number of ours, or what others call theirs."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of any number of lines, kept as it is; it may be empty."""

    longest: int

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        return f"a text of up to {self.longest:,} characters"

    def read(self, cell: Cell) -> str:
        """The text of a cell."""
        text = _text(cell)
        if len(text) > self.longest:
            raise BadCell(f"Must be {self.expected}; it has {len(text):,}")
        if _CONTROL_IN_LINES.search(text):
            raise BadCell(f"Must be {self.expected}, without control characters")
        return text


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    low: int
    high: int = MAX_QUANTITY

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        if self.high < MAX_QUANTITY:
            return f"a whole number from {self.low} to {self.high}"
        return f"a whole number of {self.low} or more"

    def read(self, cell: Cell) -> int:
        """The number of a cell."""
        if type(cell) is str:
            text = cell.strip()
            if not _WHOLE.fullmatch(text):
                raise _no_number(self.expected, text)
            number = int(text.partition(".")[0])
        elif type(cell) is int:
            number = cell
        elif isinstance(cell, float | Decimal) and isfinite(cell) and cell == int(cell):
            number = int(cell)
        else:
            raise _unfit(self.expected, cell)
        if not self.low <= number <= self.high:
            raise BadCell(f"Must be {self.expected}; got {_shown(number)}")
        return number


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: 0 or more, below 10^14, with up to four decimals."""

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        return f"an amount of 0 or more, with up to {MONEY_DECIMALS} decimals"

    def read(self, cell: Cell) -> Decimal:
        """The amount of a cell."""
        if type(cell) is str:
            text = cell.strip()
            if not _NUMBER.fullmatch(text):
                raise _no_number(self.expected, text)
            amount = Decimal(text)
        elif type(cell) is int or isinstance(cell, Decimal):
            amount = Decimal(cell)
        elif type(cell) is float:
            # A formula's 19.990000000000002 is what a spreadsheet shows as 19.99.
            amount = Decimal(f"{cell:.{SHEET_DIGITS}g}")
        else:
            raise _unfit(self.expected, cell)
        if not amount.is_finite() or amount < 0:
            raise BadCell(f"Must be {self.expected}; got {_shown(cell)}")
        if amount and amount.adjusted() >= MONEY_DIGITS:
            raise BadCell(f"Must be below 10^{MONEY_DIGITS}; got {_shown(cell)}")
        if amount != round(amount, MONEY_DECIMALS):
            raise BadCell(f"Must have up to {MONEY_DECIMALS} decimals; got {_shown(cell)}")
        return _fewest_digits(amount)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        return "true or false"

    def read(self, cell: Cell) -> bool:
        """What a cell says."""
        if type(cell) is bool:
            return cell
        text = _text(cell).strip().casefold()
        if text in _YES or text in _NO:
            return text in _YES
        raise _unfit(self.expected, cell)


@dataclass(frozen=True, slots=True)
class Day:
    """A day."""

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        return "a day, as 2025-01-15"

    def read(self, cell: Cell) -> date:
        """The day of a cell."""
        if isinstance(cell, datetime):
            if cell.time() == datetime.min.time():
                return cell.date()
        elif isinstance(cell, date):
            return cell
        elif type(cell) is str and _DAY.fullmatch(cell.strip()):
            try:
                return date.fromisoformat(cell.strip())
            except ValueError:
                pass
        raise _unfit(self.expected, cell)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, kept in UTC; a workbook's, which cannot name a zone, is taken to be in UTC."""

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        return "a moment with its zone, as 2025-01-15T16:45:00Z"

    def read(self, cell: Cell) -> datetime:
        """The moment of a cell."""
        moment = cell
        if type(cell) is str:
            try:
                moment = datetime.fromisoformat(cell.strip())
            except ValueError:
                raise _unfit(self.expected, cell) from None
            if moment.tzinfo is None:
                raise _unfit(self.expected, cell)
        if not isinstance(moment, datetime):
            raise _unfit(self.expected, cell)
        try:
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except OverflowError:
            raise _unfit(self.expected, cell) from None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words, whatever its case."""

    words: tuple[str, ...]

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        return "one of " + ", ".join(self.words[:-1]) + " and " + self.words[-1]

    def read(self, cell: Cell) -> str:
        """The word in a cell."""
        word = _text(cell).strip().casefold()
        if word not in self.words:
            raise _unfit(self.expected, cell)
        return word


@dataclass(frozen=True, slots=True)
class Codes:
    """Several codes in one cell, the first one first: `MAIN; NORTH`."""

    longest: int
    most: int

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        return "codes with semicolons between them, as MAIN; NORTH"

    def read(self, cell: Cell) -> tuple[str, ...]:
        """The codes in a cell."""
        try:
            rows = list(
                csv.reader([_text(cell)], delimiter=";", skipinitialspace=True, strict=True)
            )
        except csv.Error:
            raise _unfit(self.expected, cell) from None
        codes = tuple(code.strip() for code in rows[0])
        if not all(codes) or len(codes) > self.most or max(map(len, codes)) > self.longest:
            raise _unfit(self.expected, cell)
        return codes

    @staticmethod
    def written(codes: Sequence[str]) -> str:
        """The codes as one cell."""
        text = StringIO()
        csv.writer(text, delimiter=";", lineterminator="").writerow(codes)
        return text.getvalue()


def _text(cell: Cell) -> str:
    """A cell as text: a number that was meant as one, as a SKU of digits, is written out."""
    if type(cell) is str:
        return original(cell)
    if type(cell) is bool:
        return "true" if cell else "false"
    if type(cell) is float and cell.is_integer() and abs(cell) < 10**SHEET_DIGITS:
        return str(int(cell))
    if type(cell) is int and abs(cell) < 10**SHEET_DIGITS:
        return str(cell)
    if isinstance(cell, int | float):
        if abs(cell) >= 10**SHEET_DIGITS:
            raise BadCell(
                f"Is a number of more than {SHEET_DIGITS} digits, of which a spreadsheet rounds"
                " the last ones: format the column as text, and write it again"
            )
        return f"{cell:.{SHEET_DIGITS}g}"
    if isinstance(cell, Decimal):
        return f"{_fewest_digits(cell):f}"
    if isinstance(cell, date):
        raise BadCell(
            "Is a date in this file; a spreadsheet may have taken a text for one: format the column"
            " as text, and write it again"
        )
    raise _unfit("a text", cell)


def _no_number(expected: str, text: str) -> BadCell:
    if _COMMA.fullmatch(text):
        return BadCell(
            f"Must be {expected}, with a point for decimals and nothing for thousands;"
            f" got {_shown(text)}"
        )
    return _unfit(expected, text)


def _unfit(expected: str, cell: Cell) -> BadCell:
    if isinstance(cell, SheetFault):
        return BadCell(f"Must be {expected}; the cell holds {cell.text}")
    return BadCell(f"Must be {expected}; got {_shown(cell)}")


def _shown(cell: Cell) -> str:
    text = " ".join(str(cell).split())
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _fewest_digits(amount: Decimal) -> Decimal:
    shortest = amount.normalize()
    exponent = shortest.as_tuple().exponent
    return shortest.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else shortest
