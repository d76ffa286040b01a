"""The wire: reading a request's bytes and sending an answer's, over plain ASGI.

Shared by the routed resources and by the fast lane of the stock commands.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

from onhand.api import problems
from onhand.api.problems import Headers, Problem
from onhand.ledger.ports import Answer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)
"""On every answer: it is data, never a page, and never kept by a cache."""

_CONTENT_TYPES = {
    problems.JSON: (b"content-type", problems.JSON.encode()),
    problems.PROBLEM_JSON: (b"content-type", problems.PROBLEM_JSON.encode()),
}


NOTED = "onhand.noted"
"""Where a scope keeps what is found out about its request, for whoever observes it."""
AnyReply = Callable[[Scope, Receive, Send], Awaitable[None]]
"""Sends an answer: a `Reply`, or one without an end."""


class Connection(Protocol):
    """What an endless answer must know of its connection."""

    on_ending: Callable[[], None]
    """Called when the server ends: the answer is to end, too."""

    def abort(self) -> None:
        """Close it at once; what was not sent yet is dropped."""
        ...


_CONNECTION, _IS_HEAD = "onhand.connection", "onhand.is_head"


def with_connection(scope: Scope, connection: Connection | None) -> None:
    """Have a request know its connection, or forget it."""
    scope[_CONNECTION] = connection


def connection_of(scope: Scope) -> Connection | None:
    """A request's connection, where the server tells it."""
    connection: Connection | None = scope.get(_CONNECTION)
    return connection


def as_get(scope: Scope) -> Scope:
    """HEAD is GET without the body."""
    return {**scope, "method": "GET", _IS_HEAD: True}


def is_head(scope: Scope) -> bool:
    """Whether a request that looks like a GET is a HEAD."""
    return _IS_HEAD in scope


class ClientGone(Exception):
    """The client went away before its request had arrived whole."""


class Sending(Protocol):
    """Whatever sends an answer, which an ASGI server can be handed as it is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its headers, which an ASGI server can be handed as it is.

    `media_type` None: what `problems.media_type` says.
    """

    answer: Answer
    headers: Headers = ()
    media_type: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send_answer(send, self.answer, self.headers, self.media_type)


def reply_to(problem: Problem) -> Reply:
    """A problem as a reply."""
    return Reply(problem.answer, problem.headers)


def note_operation(scope: Scope, operation_id: str) -> None:
    """Note which operation a request asks for, where somebody wants to know."""
    noted = scope.get(NOTED)
    if noted is not None:
        noted["operation"] = operation_id


def header(scope: Scope, name: bytes) -> bytes | None:
    """A request header's value; `name` in lower case. The first, where there are several."""
    for key, value in scope["headers"]:
        if key == name:
            found: bytes = value
            return found
    return None


def header_values(scope: Scope, name: bytes) -> list[bytes]:
    """Every value of a request header, in order; `name` in lower case."""
    return [value for key, value in scope["headers"] if key == name]


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The request's body; a 413 as soon as it turns out to be longer than `limit` bytes."""
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdigit() and int(declared[:20]) > limit:
        raise problems.too_large(limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body", False):
        if len(body) > limit:
            raise problems.too_large(limit)
        return body
    parts = [body]
    size = len(body)
    while True:
        if message["type"] != "http.request":
            raise ClientGone
        if size > limit:
            raise problems.too_large(limit)
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])


async def read_blocks(scope: Scope, receive: Receive, limit: int) -> AsyncIterator[bytes]:
    """The request's body as it comes; a 413 as soon as it is longer than `limit` bytes."""
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdigit() and int(declared[:20]) > limit:
        raise problems.too_large(limit)
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        block: bytes = message.get("body", b"")
        size += len(block)
        if size > limit:
            raise problems.too_large(limit)
        yield block
        if not message.get("more_body", False):
            return


def require_json(scope: Scope) -> None:
    """A 415 where the body says that it is something else. Saying nothing is taken for JSON."""
    content_type = header(scope, b"content-type")
    if content_type is not None:
        kind = content_type.split(b";", 1)[0].strip().lower()
        if kind != b"application/json" and not (
            kind.startswith(b"application/") and kind.endswith(b"+json")
        ):
            shown = kind[:60].decode("latin-1")
            raise problems.of_status(
                415, f"Send Content-Type: application/json; this came as {shown or 'nothing'}"
            )
    encoding = header(scope, b"content-encoding")
    if encoding is not None and encoding.strip().lower() not in (b"", b"identity"):
        shown = encoding[:60].decode("latin-1")
        raise problems.of_status(415, f"Send the body as it is; {shown} is not understood")


def head_of(
    answer: Answer, headers: Headers = (), media_type: str | None = None
) -> list[tuple[bytes, bytes]]:
    """An answer's headers: JSON, or problem+json where it is one, or a type of its own."""
    head = [
        _CONTENT_TYPES[problems.media_type(answer)]
        if media_type is None
        else (b"content-type", media_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *SECURITY_HEADERS,
    ]
    for name, value in headers:
        head.append((name.lower().encode(), value.encode("latin-1")))
    return head


async def send_answer(
    send: Send, answer: Answer, headers: Headers = (), media_type: str | None = None
) -> None:
    """Send an answer with its headers."""
    head = head_of(answer, headers, media_type)
    await send({"type": "http.response.start", "status": answer.status, "headers": head})
    await send({"type": "http.response.body", "body": answer.body})
