"""Request ids: the name by which a request's answer and what was logged of it are found together.

A client may give one (`X-Request-ID`), as proxies do. One that could be mistaken for something else
in a log, or is long, is not taken: then, as without one, the server makes its own, when it is first
asked for. It is told with the answer where the client gave one, and with every problem.
"""

from __future__ import annotations

import itertools
import re
import secrets
from contextvars import ContextVar
from functools import cache
from typing import Any

from structlog.typing import EventDict

HEADER = b"x-request-id"

_SANE = re.compile(rb"[A-Za-z0-9._~+/=:@-]{1,128}")
_numbers = itertools.count(1)


@cache
def _prefix() -> str:
    """Short, and yet no other process's, forked ones included: 48 random bits."""
    return f"{secrets.token_hex(6)}-"


class RequestName:
    """One request's id, from what its header said."""

    __slots__ = ("_made", "given")

    def __init__(self, given: bytes | None) -> None:
        """`given` None: there was no such header."""
        self.given = given
        self._made: str | None = None

    @property
    def request_id(self) -> str:
        """The client's, where it is sane; else ours."""
        if self._made is None:
            given = self.given
            is_sane = given is not None and _SANE.fullmatch(given)
            self._made = (
                given.decode("ascii") if given and is_sane else f"{_prefix()}{next(_numbers):x}"
            )
        return self._made

    def is_told(self, status: int) -> bool:
        """Whether an answer with a status tells it."""
        return self.given is not None or status >= 400


current: ContextVar[RequestName | None] = ContextVar("request_name", default=None)
"""The name of the request that is being worked on."""


def add_to_log(_: Any, __: str, event: EventDict) -> EventDict:
    """A step of logging: say which request a line is about, where it does not say so itself."""
    name = current.get()
    if name is not None and "request_id" not in event:
        event["request_id"] = name.request_id
    return event
