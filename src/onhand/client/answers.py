"""Answers: bytes as what an operation's documentation says they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec

from onhand.api.fields import Money

Data = TypeVar("Data")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Data]):
    """What the server says: `data`, and what stands beside it.

    `etag` is the version to send back as `if_match`. `replayed`: this is the first answer to the
    same key again. `dry_run`: nothing was written. `beside`: other members, as `total_available`.
    """

    data: Data
    message: str | None = None
    etag: str | None = None
    replayed: bool = False
    dry_run: bool = False
    beside: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page(Generic[Data]):
    """Some rows of a list; `following` is what to ask for the next ones with, None at the end."""

    rows: list[Data]
    total: int | None
    following: Mapping[str, str] | None


def _decode_hook(kind: type[Any], value: Any) -> Any:
    if kind is Money:
        return Money(Decimal(value))
    raise NotImplementedError(kind)


def answer_of(body: bytes, headers: Mapping[str, str], kind: Any) -> Answer[Any]:
    """A success, its data of the kind that is documented. Raises `msgspec.MsgspecError`."""
    if kind is bytes:
        return Answer(body, etag=headers.get("etag"))
    members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    data = decoded(members.pop("data"), kind)
    beside = {name: msgspec.json.decode(value) for name, value in members.items()}
    return Answer(
        data,
        beside.pop("message", None),
        headers.get("etag"),
        headers.get("idempotent-replayed") == "true",
        beside.pop("dry_run", False),
        beside,
    )


class _Meta(msgspec.Struct):
    current_page: int | None = None
    last_page: int | None = None
    total: int | None = None
    next_cursor: str | None = None
    next_after: int | None = None
    has_more: bool = False


class _Listed(msgspec.Struct):
    data: msgspec.Raw
    meta: _Meta


def page_of(body: bytes, kind: Any) -> Page[Any]:
    """A page of a list. Raises `msgspec.MsgspecError`."""
    listed = msgspec.json.decode(body, type=_Listed)
    meta = listed.meta
    following: Mapping[str, str] | None = None
    if meta.next_cursor is not None:
        following = {"cursor": meta.next_cursor}
    elif meta.has_more:
        following = {"after": str(meta.next_after)}
    elif meta.current_page is not None and meta.current_page < (meta.last_page or 0):
        following = {"page": str(meta.current_page + 1)}
    return Page(decoded(listed.data, kind), meta.total, following)


def decoded(data: msgspec.Raw, kind: Any) -> Any:
    """JSON as a kind; what a newer server says besides is left out."""
    return msgspec.json.decode(data, type=kind, dec_hook=_decode_hook)
