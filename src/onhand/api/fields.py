"""Fields: the types of what a client may send, each with its range, its words and its checks.

A type says what msgspec can check (range, length, pattern) in `Meta`, which also is its JSON
Schema, and what it cannot in `Check`. Texts hold no control characters: PostgreSQL refuses NUL, and
no label, file or terminal wants the others. Money is exact: a JSON number becomes a Decimal digit
by digit, never by way of a binary float.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Annotated, Any

from msgspec import Meta

from onhand.core.levels import MAX_QUANTITY
from onhand.core.products import barcode_fault
from onhand.ledger.people import LONGEST_NAME
from onhand.ledger.people import NAME as USER_NAME

MAX_ID = 2**63 - 1
MONEY_DECIMALS = 4
MONEY_DIGITS = 14
"""Before the point: with four decimals after it, an amount is a 64-bit count of ten-thousandths."""

EXACT = Context(prec=60)
"""Wide enough for any price times any quantity: nothing is rounded."""

CURSOR = r"[0-9]{1,17}-[1-9][0-9]{0,17}"
"""A position in time: microseconds since the year 1, and an id. Any that fits is a position."""

CURRENCY = r"[A-Z]{3}"
"""An ISO 4217 code."""

NO_NUL = r"[^\x00]*"
"""What PostgreSQL can be asked for."""

SECRET = {"format": "password"}
"""What a schema says of a text that is never shown, nor told back where it is wrong."""

_LINE = r"[^\x00-\x1F\x7F]*[^\x00-\x20\x7F][^\x00-\x1F\x7F]*"
_LINES = r"[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*"
_NOT_BLANK = r"[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*[^\x00-\x20\x7F][^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*"


@dataclass(frozen=True, slots=True)
class Check:
    """A check that a schema cannot express: the fault of a value in words, or None."""

    fault: Callable[[Any], str | None]


class Money(Decimal):
    """An exact amount as it comes in: 0 <= amount < 10^14, with up to four decimals."""


def plain(amount: Decimal) -> Decimal:
    """The same amount in the fewest digits, never in powers of ten: 1299.9900 is 1299.99."""
    shortest = amount.normalize(EXACT)
    exponent = shortest.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        return shortest.quantize(Decimal(1), context=EXACT)
    return shortest


def money(value: Any) -> Money:
    """A decoded JSON number as money; a ValueError says what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("it is no number")
    amount = Decimal(value)
    if amount.is_nan() or (amount.is_signed() and amount):
        raise ValueError("it is negative")
    # By its exponent, before any arithmetic: 1e999999999 must not be written out.
    if amount and amount.adjusted() >= MONEY_DIGITS:
        raise ValueError("it is too large")
    shortest = plain(amount) if amount else Decimal(0)
    exponent = shortest.as_tuple().exponent
    if shortest != amount or not isinstance(exponent, int) or -exponent > MONEY_DECIMALS:
        raise ValueError("it has too many decimals")
    return Money(shortest)


def decode_hook(kind: type[Any], value: Any) -> Any:
    """The hook for types that msgspec does not know."""
    if kind is Money:
        return money(value)
    raise NotImplementedError(kind)


def utc(moment: datetime) -> datetime:
    """The same moment in UTC."""
    return moment.astimezone(UTC)


def optional_utc(moment: datetime | None) -> datetime | None:
    """The same moment in UTC, or None."""
    return None if moment is None else moment.astimezone(UTC)


def moment_fault(moment: datetime) -> str | None:
    """Why a moment cannot be kept in UTC, or None."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return "Must be a moment between the years 1 and 9999 in UTC"
    return None


def of_pattern(pattern: str, **more: Any) -> Meta:
    """A text that fits a pattern as a whole.

    It ends in `\\Z`, for Python's `$` lets a line end follow; the document has JSON Schema's `$`.
    """
    return Meta(pattern=rf"^{pattern}\Z", **more)


def wanted(longest: int, description: str) -> Meta:
    """What a filter takes: any text that a database can be asked for, so none with NUL in it."""
    return of_pattern(NO_NUL, max_length=longest, description=description)


def _quantity(low: int, description: str) -> Meta:
    return Meta(ge=low, le=MAX_QUANTITY, description=description)


def _line(longest: int, description: str) -> Meta:
    return of_pattern(_LINE, min_length=1, max_length=longest, description=description)


def _lines(longest: int, description: str) -> Meta:
    return of_pattern(_LINES, max_length=longest, description=description)


Quantity = Annotated[int, _quantity(-MAX_QUANTITY, "Units, signed; whole numbers only.")]
PositiveQuantity = Annotated[int, _quantity(1, "Units, at least 1; whole numbers only.")]
CountedQuantity = Annotated[int, _quantity(0, "Units, 0 or more; whole numbers only.")]
Days = Annotated[int, Meta(ge=0, le=36_500, description="Days.")]
Seconds = Annotated[int, Meta(ge=1, le=3_153_600_000, description="Seconds.")]

Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
ProductId = Annotated[int, Meta(ge=1, le=MAX_ID, description="A product's id.")]
WarehouseId = Annotated[int, Meta(ge=1, le=MAX_ID, description="A warehouse's id.")]
SupplierId = Annotated[int, Meta(ge=1, le=MAX_ID, description="A supplier's id.")]
OrderId = Annotated[
    int, Meta(ge=1, le=MAX_ID, description="The order's number, a 64-bit integer of the shop's.")
]

Sku = Annotated[str, _line(64, "Unique, whatever its case.")]
Name = Annotated[str, _line(255, "A name, on one line.")]
Code = Annotated[str, _line(32, "Unique, whatever its case.")]
Unit = Annotated[str, _line(32, "What one unit is, as `piece` or `kg`.")]
Person = Annotated[str, _line(255, "Who did it.")]
Reason = Annotated[
    str,
    of_pattern(_NOT_BLANK, min_length=1, max_length=2000, description="Why, for the audit trail."),
]
Notes = Annotated[str, _lines(2000, "Anything worth keeping.")]
Description = Annotated[str, _lines(10_000, "A longer text.")]
Address = Annotated[str, _lines(2000, "A postal address.")]
Email = Annotated[
    str,
    of_pattern(
        r"[^\x00-\x20\x7F@]+@[^\x00-\x20\x7F@]+",
        max_length=254,
        description="An e-mail address.",
        examples=["orders@example.com"],
    ),
]
Phone = Annotated[str, _line(64, "A telephone number, in any form.")]
PaymentTerms = Annotated[str, _line(255, "When and how it is paid, as `30 days net`.")]
Reference = Annotated[
    str, _line(255, "The document behind it, as a purchase order's or a count's number.")
]
ReferenceType = Annotated[str, _line(64, "What kind of document it is, as `purchase_order`.")]
Barcode = Annotated[
    str,
    _line(64, "A barcode. 8, 12, 13 or 14 digits are a GTIN, whose check digit must be right."),
    Check(barcode_fault),
]
Currency = Annotated[
    str,
    of_pattern(
        CURRENCY,
        min_length=3,
        max_length=3,
        description="An ISO 4217 code: three capital letters.",
        examples=["USD"],
    ),
]
UserName = Annotated[
    str,
    of_pattern(
        USER_NAME,
        min_length=1,
        max_length=LONGEST_NAME,
        description="What a user signs in with, and movements name: unique, whatever its case.",
        examples=["alice"],
    ),
]
Password = Annotated[
    str,
    of_pattern(
        NO_NUL,
        min_length=1,
        max_length=1024,
        description="A password; any characters, as long as it is not among the first to be tried.",
        extra_json_schema=SECRET,
    ),
]
Day = Annotated[date, Meta(description="A day, as `2025-01-15`.")]
Instant = Annotated[datetime, Meta(tz=True)]
"""A moment in an answer, in UTC."""

Moment = Annotated[
    datetime,
    Meta(tz=True, description="A moment with its zone (`Z` or an offset); kept and shown in UTC."),
    Check(moment_fault),
]
"""Decoded as sent: pass it through `utc` before it goes on."""
