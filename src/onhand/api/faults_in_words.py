"""What a field must be, in words: read off its type, so that no message can contradict the code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from onhand.api.fields import (
    CURRENCY,
    CURSOR,
    MAX_ID,
    MONEY_DECIMALS,
    MONEY_DIGITS,
    NO_NUL,
    SECRET,
    Money,
)
from onhand.core.levels import MAX_QUANTITY
from onhand.ledger.people import NAME as USER_NAME

_SHOWN_CHARACTERS = 60


@lru_cache(maxsize=1024)
def expectation(kind: Any) -> str:
    """What a value of this type is, as the end of "Must be …"."""
    return _expected(inspect.type_info(kind))


def unfit(kind: Any, raw: bytes | str) -> str:
    """A value does not fit its type; a secret is not told back."""
    if _is_secret(kind):
        return f"Must be {expectation(kind)}"
    return f"Must be {expectation(kind)}; got {shown(raw)}"


def missing(kind: Any) -> str:
    """A required field is not there."""
    return f"This field is required: {expectation(kind)}"


def unknown(name: str, known: Iterable[str]) -> str:
    """A field that nobody knows; close names are offered."""
    close = difflib.get_close_matches(name[:64], list(known), n=1, cutoff=0.6)
    return f'Unknown field. Did you mean "{close[0]}"?' if close else "Unknown field"


def shown(raw: bytes | str) -> str:
    """The start of what was sent, as it was written."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def _is_secret(kind: Any) -> bool:
    info = inspect.type_info(kind)
    parts = info.types if isinstance(info, inspect.UnionType) else (info,)
    schemas = [part.extra_json_schema for part in parts if isinstance(part, inspect.Metadata)]
    return any(schema is not None and schema.items() >= SECRET.items() for schema in schemas)


def _expected(info: inspect.Type) -> str:
    match info:
        case inspect.Metadata():
            return _expected(info.type)
        case inspect.IntType():
            return "a whole number" + _range(info)
        case inspect.FloatType():
            return "a number"
        case inspect.BoolType():
            return "true or false"
        case inspect.StrType():
            return _text(info)
        case inspect.DateTimeType():
            return "a moment with its zone, as 2025-01-15T16:45:00Z or 2025-01-15T17:45:00+01:00"
        case inspect.DateType():
            return "a day, as 2025-01-15"
        case inspect.EnumType():
            return one_of(member.value for member in info.cls)
        case inspect.LiteralType():
            return one_of(info.values)
        case inspect.NoneType():
            return "null"
        case inspect.CustomType() if info.cls is Money:
            return (
                f"an amount of money: a number of 0 or more, with up to {MONEY_DECIMALS} decimals"
                f" and below 10^{MONEY_DIGITS}"
            )
        case inspect.UnionType():
            # That null stands for "nothing" goes without saying.
            words = [_expected(part) for part in info.types if not _is_null(part)]
            return " or ".join(dict.fromkeys(words))
        case inspect.ListType() | inspect.VarTupleType() | inspect.CollectionType():
            return "a list" + _length(info.min_length, info.max_length, "items")
        case inspect.StructType() | inspect.DictType():
            return "an object"
        case _:
            return "something else"


def _is_null(info: inspect.Type) -> bool:
    return isinstance(info, inspect.NoneType)


def _range(info: inspect.IntType) -> str:
    low = info.ge if info.ge is not None else None if info.gt is None else info.gt + 1
    high = info.le if info.le is not None else None if info.lt is None else info.lt - 1
    if low is not None and high is not None and high < MAX_QUANTITY:
        return f" from {low} to {high}"
    if low == -MAX_QUANTITY and high == MAX_QUANTITY:
        return f" between {low} and {high}"
    if high in (MAX_QUANTITY, MAX_ID):
        return f" of {low} or more, up to {high}"
    if low is not None:
        return f" of {low} or more"
    return "" if high is None else f" of {high} or less"


def _text(info: inspect.StrType) -> str:
    pattern = None if info.pattern is None else info.pattern[len("^") : -len(r"\Z")]
    if pattern == CURRENCY:
        return "three capital letters, as USD"
    if pattern == CURSOR:
        return "the next_cursor of an earlier answer, unchanged"
    if pattern is not None and pattern.startswith("-?("):
        choice = one_of(pattern[3 : pattern.index(")")].split("|"))
        return f"fields to sort by, separated by commas, with - for descending: {choice}"
    if pattern == USER_NAME:
        return "1 to 64 letters, digits and . _ @ + -, the first of them a letter or a digit"
    words = "a text" + _length(info.min_length, info.max_length, "characters")
    if pattern is None:
        return words
    if pattern == NO_NUL:
        return f"{words}, without NUL"
    lines = "" if r"\x0B" in pattern else ", on one line"
    blank = ", not blank" if info.min_length else ""
    return f"{words}{lines}{blank}, without control characters"


def _length(low: int | None, high: int | None, what: str) -> str:
    if low and high:
        return f" of {low:,} to {high:,} {what}"
    if high is not None:
        return f" of up to {high:,} {what}"
    return f" of {low:,} {what} or more" if low else ""


def one_of(values: Iterable[Any]) -> str:
    """A choice in words."""
    names = [str(value) for value in values]
    if len(names) == 1:
        return names[0]
    return "one of " + ", ".join(names[:-1]) + " and " + names[-1]


def field_types(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """A struct's fields by the name they have in JSON."""
    return _fields(kind)


@lru_cache(maxsize=256)
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}
