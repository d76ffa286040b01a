"""What goes wrong, as exceptions: what the server says, or that it cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec


class OnhandError(Exception):
    """Something went wrong; every exception of this package is one."""


class Unreachable(OnhandError):
    """No answer came, however often it was tried: it is not known whether a command was done.

    Send it again with the same `idempotency_key`, and it is done once.
    """

    def __init__(self, message: str, idempotency_key: str | None) -> None:
        """`idempotency_key`: what the request carried."""
        super().__init__(message)
        self.idempotency_key = idempotency_key


class ApiError(OnhandError):
    """The server refused: `status`, its stable `name`, and `errors` by field."""

    def __init__(
        self, status: int, name: str, message: str, errors: Mapping[str, Sequence[str]]
    ) -> None:
        """As the server's problem says."""
        super().__init__(message)
        self.status = status
        self.name = name
        self.message = message
        self.errors = errors


class Unauthorized(ApiError):
    """401: the key is missing, mistyped, expired or revoked."""


class Forbidden(ApiError):
    """403: the key may not do this."""


class NotFound(ApiError):
    """404: there is no such thing."""


class Conflict(ApiError):
    """409: it does not fit the state that things are in."""


class Stale(ApiError):
    """412: it was changed since `if_match` was read."""


class Invalid(ApiError):
    """422: fields are wrong, or a rule of the stock refuses; `errors` says which and why."""


class TooManyRequests(ApiError):
    """429: slow down; it was tried again and again."""


class Busy(ApiError):
    """503: the server or its database cannot take this now; it was tried again and again."""


_BY_STATUS: Mapping[int, type[ApiError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Stale,
    422: Invalid,
    429: TooManyRequests,
    503: Busy,
}


class _Problem(msgspec.Struct):
    message: str
    type: str = ""
    errors: dict[str, list[str]] = {}


def error_of(status: int, body: bytes) -> ApiError:
    """The exception that an answer of 400 or more stands for, whoever wrote it."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except msgspec.MsgspecError:
        # A proxy in between has its own words.
        text = body[:200].decode("utf-8", "replace").strip() or "no words"
        problem = _Problem(f"The answer is {status}, and no problem of Onhand's: {text}")
    name = problem.type.rpartition("/")[2]
    kind = _BY_STATUS.get(status, ApiError)
    return kind(status, name, problem.message, problem.errors)
