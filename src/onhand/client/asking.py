"""Asking: an operation and its arguments as one HTTP request, before anything is sent."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec

from onhand.api.endpoints import OPERATIONS
from onhand.api.operations import File, Operation, Shape, Stream

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it goes out. `is_list`: its answer is a page of rows of `kind`."""

    method: str
    path: str
    query: Mapping[str, str]
    content: bytes | None
    headers: Mapping[str, str]
    kind: Any
    is_list: bool

    @property
    def key(self) -> str | None:
        """Its idempotency key, if it is a command."""
        return self.headers.get("Idempotency-Key")

    @property
    def may_repeat(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.method == "GET" or self.key is not None

    def turned_to(self, following: Mapping[str, str]) -> Asked:
        """The same list, from another place on."""
        return replace(self, query={**self.query, **following})


BY_NAME: Mapping[str, Operation] = {
    one.operation_id: one
    for one in OPERATIONS
    if not (one.is_endless or one.media or one.takes_files)
}
"""Every operation, by the name of its method; but streams, for which lists of events stand in, and
files of tables, which go from one disk to another by any program.
"""


HOW = frozenset({"idempotency_key", "if_match", "dry_run"})
"""What a method takes that is no field of its request."""


def shape_of(operation: Operation) -> Shape | File:
    """What it answers where it succeeds; of two statuses both say the same."""
    shape = next(iter(operation.answers.values()))
    assert not isinstance(shape, Stream)
    return shape


@cache
def _takes(name: str) -> tuple[Sequence[str], Mapping[str, str], Mapping[str, str]]:
    """What an operation takes: in its path; in its query and its body, by their names there."""
    operation = BY_NAME[name]
    places = PLACEHOLDER.findall(operation.path)
    return places, _fields(operation.query), _fields(operation.body)


def _fields(kind: Any) -> Mapping[str, str]:
    """A struct's names in Python, where `from` is `from_`, and in JSON."""
    if kind is None:
        return {}
    return {field.name: field.encode_name for field in msgspec.structs.fields(kind)}


def asked(
    name: str,
    in_path: Sequence[Any],
    given: Mapping[str, Any],
    *,
    idempotency_key: str | None = None,
    if_match: str | int | None = None,
    dry_run: bool = False,
) -> Asked:
    """An operation's request. Raises a `TypeError` like a function that is called wrongly.

    What is not given is not sent; None is sent, as null. A command is given a key of its own where
    it has none.
    """
    operation = BY_NAME[name]
    places, filters, members = _takes(name)
    values = dict(zip(places, in_path, strict=False))
    if len(in_path) > len(places):
        raise TypeError(f"{name}() takes {len(places)} in order, {', '.join(places) or 'nothing'}")
    query: dict[str, str] = {}
    body: dict[str, Any] = {}
    for given_name, value in given.items():
        if given_name in places and given_name not in values:
            values[given_name] = value
        elif given_name in filters:
            if value is not None:
                query[filters[given_name]] = _as_text(value)
        elif given_name in members:
            body[members[given_name]] = value
        else:
            raise TypeError(f"{name}() takes no {given_name!r}")
    missing = [place for place in places if place not in values]
    if missing:
        raise TypeError(f"{name}() needs {', '.join(missing)}")
    headers: dict[str, str] = {}
    if operation.keyed:
        headers["Idempotency-Key"] = idempotency_key or str(uuid.uuid4())
        if dry_run:
            query["dry_run"] = "true"
    elif idempotency_key is not None or dry_run:
        raise TypeError(f"{name}() is no command: it takes no key, and is not tried")
    if if_match is not None:
        if not operation.conditional:
            raise TypeError(f"{name}() takes no if_match")
        headers["If-Match"] = f'"{if_match}"' if isinstance(if_match, int) else if_match
    shape = shape_of(operation)
    kind, meta = (bytes, None) if isinstance(shape, File) else (shape.data, shape.meta)
    return Asked(
        operation.method,
        PLACEHOLDER.sub(lambda place: quote(str(values[place[1]]), safe=""), operation.path),
        query,
        _encoder.encode(body) if operation.body is not None else None,
        headers,
        kind,
        meta is not None,
    )


def _as_text(value: Any) -> str:
    """A value as it stands in a query. Raises a `ValueError` on a moment without a zone."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; give it one, as datetime.UTC")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(_as_text(item) for item in value)
    return str(value)
