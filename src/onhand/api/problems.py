"""Problems: the one shape in which every error leaves, and the HTTP status of each.

    {"message": "…", "errors": {"field": ["…"]},
     "type": "/problems/…", "title": "…", "status": 422, "detail": "…"}

`message` and `errors` are what a person or a program reads; the rest is RFC 9457, of which `type`
is a stable name. Pure functions: a rejection, a fault or any exception in, a `Problem` out, whose
`answer` is what a client gets.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from onhand.core.rejections import Rejected, RejectionCode
from onhand.ledger import faults
from onhand.ledger.access import Permission, roles_with
from onhand.ledger.ports import Answer
from onhand.ledger.writer import KeyInFlight

Errors = Mapping[str, Sequence[str]]
Headers = tuple[tuple[str, str], ...]

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
IDEMPOTENCY_KEY = "Idempotency-Key"
IF_MATCH = "If-Match"

TITLES: Mapping[str, tuple[int, str]] = {
    "unreadable": (400, "The request cannot be read"),
    "unauthorized": (401, "An API key or a session is needed"),
    "sign_in_failed": (401, "Signing in elsewhere did not succeed"),
    "forbidden": (403, "You may not do that"),
    "not_found": (404, "There is no such thing"),
    "method_not_allowed": (405, "This cannot be done here"),
    "late": (408, "The request took too long to arrive"),
    "conflict": (409, "It conflicts with what is there"),
    "stale": (412, "It was changed meanwhile"),
    "too_large": (413, "The request is too large"),
    "unsupported_media_type": (415, "The body is not JSON"),
    "invalid_fields": (422, "Some fields are wrong"),
    "unreadable_file": (422, "The file cannot be used"),
    "key_reused": (422, "The idempotency key was used for another request"),
    "key_in_flight": (409, "The first request with this idempotency key is still at work"),
    "too_many_requests": (429, "Too many requests"),
    "head_too_large": (431, "The request's head is too large"),
    "failed": (500, "The server failed"),
    "busy": (503, "The server is busy"),
    "unavailable": (503, "The database cannot be reached"),
    "storage_full": (503, "The database cannot write"),
    "commit_unknown": (503, "It is not known whether this was done"),
    "stopping": (503, "The server is stopping"),
    "provider_unavailable": (503, "The provider of sign-in cannot be reached"),
}
"""Every problem but the rejections, by the name its `type` ends in: HTTP status and title."""

MEANINGS: Mapping[str, str] = {
    "unreadable": "The body is no JSON, or the query or a header cannot be read: it says where",
    "unauthorized": "No key and no session came along, or one that is not in force",
    "sign_in_failed": "The provider refused, or what came back does not belong to this sign-in",
    "forbidden": "What is needed for it is missing: it says which permission, and who has it",
    "not_found": "What the path names does not exist. What a body names and is not there is a 422",
    "method_not_allowed": "The path does not take this method; `Allow` names those it takes",
    "late": "The request did not arrive whole within its time; nothing was done",
    "conflict": "Something is in the way that is there already: it says what",
    "stale": "What `If-Match` names is no longer the version that is there: read it again",
    "too_large": "The body is longer than the server takes; nothing was done",
    "head_too_large": "The path, the query and the headers are longer than the server takes",
    "unsupported_media_type": "Send the body as application/json",
    "invalid_fields": "Each field at fault is named in `errors`, with what it must be",
    "unreadable_file": "The file is none of the kinds that are taken, broken, or too large",
    "key_reused": "The same key with another request: nothing was done. Use a new key",
    "key_in_flight": "Send it again after `Retry-After`: then it gets the first one's answer",
    "too_many_requests": "More than a caller's share; `Retry-After` says when to try again",
    "failed": "Something is wrong in the server; its log says what, the answer never does",
    "busy": "More waits than can be done soon; nothing was done. Try after `Retry-After`",
    "unavailable": "The database is away; nothing was done. Try after `Retry-After`",
    "storage_full": "The disk is full, or may not be written to; nothing was done",
    "commit_unknown": "The database was lost in the commit: send it again with the same key",
    "stopping": "The server ends; nothing was done. Another one, or it again, will take it",
    "provider_unavailable": "The provider of OpenID Connect does not answer: sign in later",
}
"""When each of them occurs, and what to do."""

REJECTION_STATUS: Mapping[RejectionCode, int] = {
    RejectionCode.WAREHOUSE_NOT_YOURS: 403,
    RejectionCode.CONCERNS_ALL_WAREHOUSES: 403,
    RejectionCode.RESERVATION_NOT_FOUND: 404,
    RejectionCode.MOVEMENT_NOT_FOUND: 404,
    RejectionCode.ALREADY_REVERSED: 409,
    RejectionCode.WAREHOUSE_HOLDS_STOCK: 409,
    RejectionCode.WAREHOUSE_NAMED_BY_DOCUMENTS: 409,
    RejectionCode.DEFAULT_WAREHOUSE_STAYS: 409,
    RejectionCode.STALE_VERSION: 412,
    RejectionCode.WRITTEN_BY_DOCUMENT: 409,
    RejectionCode.DOCUMENT_NOT_FOUND: 404,
    RejectionCode.NOT_POSSIBLE_NOW: 409,
    RejectionCode.TERMS_NOT_FOUND: 404,
    RejectionCode.SETTINGS_NOT_FOUND: 404,
    RejectionCode.SUPPLIER_NOT_ACCEPTING: 409,
    RejectionCode.DELIVERY_RECEIVED: 409,
    RejectionCode.RECEIPT_NOT_FOUND: 404,
    RejectionCode.RECEIPT_REVERSED: 409,
    RejectionCode.HELD_BY_SALES_ORDER: 409,
}
"""What is not a plain 422. What the path names and does not exist is 404 whatever this says."""

_MISSING = frozenset({RejectionCode.PRODUCT_NOT_FOUND, RejectionCode.WAREHOUSE_NOT_FOUND})

_FAULTS: Sequence[tuple[type[faults.Fault], str, int, str | None]] = (
    (faults.QueueFull, "busy", 1, None),
    (faults.StoreBusy, "busy", 1, "The database is busy; try again in a moment"),
    (faults.WriterStopped, "stopping", 2, None),
    (
        faults.StoreUnavailable,
        "unavailable",
        5,
        "The database cannot be reached; nothing was changed. Try again in a moment",
    ),
    (
        faults.CommitUnknown,
        "commit_unknown",
        5,
        (
            "The database was lost while it wrote this: whether it did is not known. Send the same"
            f" request again with the same {IDEMPOTENCY_KEY}: it is done once and never twice."
            " Without a key, read what is there before you send it again"
        ),
    ),
    (
        faults.StorageFull,
        "storage_full",
        30,
        (
            "The database has no room, or no permission, to write; nothing was changed."
            " The server's operator has to mend that"
        ),
    ),
)
"""Faults that pass: their problem, after how many seconds to try again, and a text of their own."""

_STATUS_NAMES = {
    status: name for name, (status, _) in reversed(list(TITLES.items())) if name != "key_reused"
}

_encoder = msgspec.json.Encoder()


class Problem(Exception):
    """Why a request is not carried out. Raise it anywhere; it leaves as `answer`."""

    def __init__(
        self,
        name: str,
        message: str,
        errors: Errors | None = None,
        *,
        status: int | None = None,
        title: str | None = None,
        headers: Headers = (),
    ) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.errors = errors or {}
        self.status = status if status is not None else TITLES[name][0]
        self.title = title if title is not None else TITLES[name][1]
        self.headers = headers

    @property
    def answer(self) -> Answer:
        """The status and the body's bytes."""
        body = {
            "message": self.message,
            "errors": self.errors,
            "type": f"/problems/{self.name}",
            "title": self.title,
            "status": self.status,
            "detail": self.message,
        }
        return Answer(self.status, _encoder.encode(body))


def rejected(rejection: Rejected, *, path_names: Collection[str] = (), prefix: str = "") -> Problem:
    """A command was refused.

    `path_names` are the fields the request's path gave, as `product_id`: what they name and does
    not exist is 404. `prefix` says which of several it was, as `commands.3.`: then it is 422, or
    403 where the caller may not work there.
    """
    field = rejection.field
    status = REJECTION_STATUS.get(rejection.code, 422)
    if prefix and status != 403:
        status = 422
    elif rejection.code in _MISSING and field in path_names:
        status = 404
    errors: dict[str, list[str]] = {}
    for name, text in rejection.faults:
        errors.setdefault(prefix + (IF_MATCH if name == "if_match" else name), []).append(text)
    return Problem(
        rejection.code.value,
        rejection.message,
        errors,
        status=status,
        title=title_of(rejection.code),
    )


def title_of(code: RejectionCode) -> str:
    """A rejection's title: its code in plain letters."""
    return code.value.replace("_", " ").capitalize()


def invalid(errors: Errors, unnamed: int = 0) -> Problem:
    """Fields are wrong; each key of `errors` is one, `unnamed` more are not listed."""
    count = len(errors) + unnamed
    if count == 1:
        field, texts = next(iter(errors.items()))
        message = f"{field}: {texts[0]}" if field else texts[0]
    else:
        message = f"{count:,} fields are wrong"
        if unnamed:
            message += f"; the first {len(errors):,} are named"
    return Problem("invalid_fields", message, errors)


def unreadable(message: str) -> Problem:
    """The body, the query or a header cannot be read at all."""
    return Problem("unreadable", message)


def late(seconds: float) -> Problem:
    """The request was not here whole within its time."""
    return Problem(
        "late",
        f"A request has to arrive within {seconds:g} seconds; nothing was done."
        " Send it again, or fewer commands at a time",
    )


def no_such(field: str, message: str) -> Problem:
    """What the path names does not exist."""
    return Problem("not_found", message, {field: [message]})


def method_not_allowed(allow: str) -> Problem:
    """The path exists, but not for this method; `allow` lists those it has, as `GET, POST`."""
    return Problem(
        "method_not_allowed", f"This path takes only {allow}", headers=(("Allow", allow),)
    )


def too_large(limit: int) -> Problem:
    """The body is longer than `limit` bytes."""
    return Problem(
        "too_large",
        f"A body may be up to {limit:,} bytes long: send fewer commands at a time",
        headers=(("Connection", "close"),),
    )


def head_too_large(limit: int) -> Problem:
    """A request's path and headers, or what stands behind its body, are longer than `limit`."""
    return Problem(
        "head_too_large",
        f"A request's path, query and headers may be up to {limit:,} bytes long; nothing was done",
    )


def too_many_requests(per_second: int, seconds: int) -> Problem:
    """A caller sends more than `per_second` requests; in so many seconds some will be taken."""
    return Problem(
        "too_many_requests",
        f"This server takes {per_second:,} requests a second from each caller; nothing was done."
        f" Send this again in {seconds} s, or many commands in one request",
        headers=(("Retry-After", str(seconds)),),
    )


def lacking(needed: Permission) -> Problem:
    """A permission is needed that the caller does not have."""
    challenge = f'Bearer realm="onhand", error="insufficient_scope", scope="{needed}"'
    roles = ", ".join(roles_with(needed))
    return Problem(
        "forbidden",
        f"This needs the permission {needed}, which you do not have. Roles that have it: {roles}",
        headers=(("WWW-Authenticate", challenge),),
    )


def key_reused() -> Problem:
    """The idempotency key was used before, for another request."""
    message = (
        "This key was used before for another request: nothing was done."
        " Use a new key for a new request, and the same one only to repeat the same request"
    )
    return Problem("key_reused", message, {IDEMPOTENCY_KEY: [message]})


def failed() -> Problem:
    """Something is wrong in the server; what it was is in its log, never in the answer."""
    return Problem("failed", "The server failed while working on this; its log says why")


def of_status(status: int, message: str, headers: Headers = ()) -> Problem:
    """An error that is known by its HTTP status alone."""
    name = _STATUS_NAMES.get(status)
    if name is None:
        name = "failed" if status >= 500 else "unreadable"
    return Problem(name, message, status=status, headers=headers)


def of_exception(exception: BaseException) -> Problem | None:
    """The problem that a known exception stands for; None where it is unforeseen (see `failed`)."""
    if isinstance(exception, Problem):
        return exception
    if isinstance(exception, KeyInFlight):
        message = "The first request with this key is still at work: send it again in a moment"
        return Problem(
            "key_in_flight",
            message,
            {IDEMPOTENCY_KEY: [message]},
            headers=(("Retry-After", "1"),),
        )
    for kind, name, seconds, text in _FAULTS:
        if isinstance(exception, kind):
            message = text if text is not None else str(exception)
            return Problem(name, message, headers=(("Retry-After", str(seconds)),))
    return None


def media_type(answer: Answer) -> str:
    """The Content-Type that belongs to an answer."""
    return PROBLEM_JSON if answer.status >= 400 else JSON
