"""Queries: the part of a URL after `?`, as a typed struct, or a problem that names every fault.

A parameter nobody knows is refused like an unknown field of a body: a mistyped filter must not
quietly list everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, TypeVar, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta, Struct, ValidationError

from onhand.api import faults_in_words as words
from onhand.api.bodies import Faults, bare, checks_in, union_parts
from onhand.api.fields import Check, of_pattern
from onhand.api.problems import invalid, unreadable
from onhand.core.reservations import held_for
from onhand.ledger.listings import PageRequest, SortKey

Query = TypeVar("Query", bound=Struct)

PARAMETERS_LIMIT = 100
_NO_ORDER = -(2**63)

# 5.0 is the whole number 5, as in a body: JSON Schema has it so.
_INTEGER = re.compile(r"(-?[0-9]{1,30})(?:\.0{1,30})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LOST_PLUS = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$", re.ASCII)


class Paging(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which page of a list."""

    page: Annotated[int, Meta(ge=1, le=1_000_000, description="Which page, from 1.")] = 1
    per_page: Annotated[int, Meta(ge=1, le=200, description="How many rows a page has.")] = 50


def page_request(query: Paging, sort: str | None = None) -> PageRequest:
    """The page and order that a query asks for."""
    return PageRequest(query.page, query.per_page, sort_keys(sort))


def order_asked(order_id: int | None, sales_order_id: int | None) -> int | None:
    """The order id that a query looks for: no order is of both kinds."""
    if sales_order_id is None:
        return order_id
    return held_for(sales_order_id) if order_id is None else _NO_ORDER


class PageMeta(Struct, kw_only=True):
    """Where a page stands in its list."""

    current_page: int
    per_page: int
    total: int
    last_page: int


def page_meta(query: Paging, total: int) -> PageMeta:
    """What a list says of itself."""
    last_page = max(1, -(-total // query.per_page))
    return PageMeta(
        current_page=query.page, per_page=query.per_page, total=total, last_page=last_page
    )


def sort_keys(text: str | None) -> tuple[SortKey, ...]:
    """`-created_at,name` as keys; of a field named twice the first counts."""
    keys: dict[str, SortKey] = {}
    for part in (text or "").split(","):
        name = part.removeprefix("-")
        if name:
            keys.setdefault(name, SortKey(name, part.startswith("-")))
    return tuple(keys.values())


def sorting(*allowed: str) -> Meta:
    """What a `sort` parameter takes: names out of `allowed`, `-` for descending."""
    one = f"-?({'|'.join(allowed)})"
    return of_pattern(
        f"{one}(,{one})*",
        max_length=200,
        description=f"Fields to sort by, `-` for descending: {', '.join(allowed)}.",
        examples=[f"-{allowed[-1]},{allowed[0]}"],
    )


def _moment_fault(text: str) -> str | None:
    try:
        from_moment(text)
        until_moment(text)
    except (ValueError, OverflowError):
        return (
            "Must be a day, as 2025-01-15, or a moment with its zone, as 2025-01-15T16:45:00Z"
            f" (write a + as %2B); got {words.shown(text)}"
        )
    return None


DayOrMoment = Annotated[
    str,
    Meta(
        description="A UTC day, as `2025-01-15`, or a moment with its zone.",
        max_length=64,
        extra_json_schema={"anyOf": [{"format": "date"}, {"format": "date-time"}]},
    ),
    Check(_moment_fault),
]


def from_moment(text: str) -> datetime:
    """The moment, or the beginning of the UTC day."""
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    return _moment(text)


def until_moment(text: str) -> datetime:
    """The moment, or the end of the UTC day: the first moment that is no longer of it."""
    if _DAY.fullmatch(text):
        return from_moment(text) + timedelta(days=1)
    return _moment(text)


def _moment(text: str) -> datetime:
    # A plus sign that was not escaped arrives as a space.
    text = _LOST_PLUS.sub(r"\1+\2", text)
    try:
        moment: datetime = msgspec.convert(text, Annotated[datetime, Meta(tz=True)])
    except ValidationError as error:
        raise ValueError(str(error)) from None
    return moment.astimezone(UTC)


def parse(query_string: bytes, kind: type[Query]) -> Query:
    """Decode a query. Raises a 400 where it is no text, a 422 with all its faults."""
    fields = words.field_types(kind)
    hints = _hints(kind)
    faults: Faults = {}
    values: dict[str, Any] = {}
    for name, text in _pairs(query_string):
        if name not in fields:
            faults.setdefault(name[:100], []).append(
                words.unknown(name, fields).replace("field", "parameter")
            )
        elif name in values or name in faults:
            faults.setdefault(name, []).append("Give this parameter once")
        else:
            fault, value = _converted(text, hints[fields[name].name])
            if fault is not None:
                faults[name] = [fault]
            values[name] = value
    for name, field in fields.items():
        if field.required and name not in values:
            faults[name] = [words.missing(hints[field.name])]
    if faults:
        raise invalid(faults)
    return msgspec.convert(values, kind)


def _pairs(query_string: bytes) -> list[tuple[str, str]]:
    if not query_string:
        return []
    try:
        return parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=PARAMETERS_LIMIT,
        )
    except UnicodeError:
        raise unreadable("The query is not valid UTF-8, percent-encoded") from None
    except ValueError:
        raise unreadable(f"A query may have up to {PARAMETERS_LIMIT} parameters") from None


def _converted(text: str, hint: Any) -> tuple[str | None, Any]:
    """A parameter's fault, or None and its value."""
    kind = _required(hint)
    plain = bare(kind)
    value: Any = text
    if plain is int:
        whole = _INTEGER.fullmatch(text)
        if whole is None:
            return words.unfit(kind, text), None
        value = int(whole[1])
    elif plain is bool:
        if text.lower() not in ("true", "false", "1", "0"):
            return words.unfit(kind, text), None
        value = text.lower() in ("true", "1")
    elif plain is datetime:
        value = _LOST_PLUS.sub(r"\1+\2", text)
    try:
        converted = msgspec.convert(value, kind)
    except ValidationError:
        return words.unfit(kind, text), None
    checks: list[Callable[[Any], str | None]] = [check.fault for check in checks_in(kind)]
    fault = next((fault for check in checks if (fault := check(converted))), None)
    return fault, value


@lru_cache(maxsize=256)
def _required(hint: Any) -> Any:
    """The type without null: in a query nothing is null, it is left out."""
    parts = union_parts(hint)
    kinds = [part for part in parts if part is not type(None)]
    return kinds[0] if len(kinds) == 1 else hint


@lru_cache(maxsize=64)
def _hints(kind: type[Struct]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)
