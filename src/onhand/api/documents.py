"""What the endpoints of all documents share: how a step is answered, and how history is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import UNSET, Struct

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.operations import Call, data, etag
from onhand.api.submitting import said
from onhand.api.wire import Reply
from onhand.core.documents import Document, DocumentCommand, DocumentKey, Event
from onhand.core.stock_rules import Accepted
from onhand.ledger.ports import Answer

AnyDocument = TypeVar("AnyDocument", bound=Document)


class Step(Struct, kw_only=True):
    """One step of a document: who took it, when, from which state to which, and why."""

    version: int
    event: str
    from_state: str | None
    to_state: str
    at: f.Instant
    by: str
    reason: str | None
    details: Mapping[str, Any]


def changes(given: Struct) -> dict[str, Any]:
    """The fields of a body that were sent."""
    sent = {name: getattr(given, name) for name in given.__struct_fields__}
    return {name: value for name, value in sent.items() if value is not UNSET}


def steps(history: Sequence[Event]) -> list[Step]:
    """A document's history as its answers show it."""
    return [
        Step(
            version=event.version,
            event=event.name,
            from_state=event.from_state,
            to_state=event.to_state,
            at=event.at,
            by=event.actor,
            reason=event.reason,
            details=event.data,
        )
        for event in history
    ]


def states(one: str | None, *, only: Sequence[str] | None) -> tuple[str, ...]:
    """The states a list is asked for: `one`, or any; and those of `only`, where that is asked too.

    No document is in a state without a name: it stands for what cannot be.
    """
    asked = () if one is None else (one,)
    if only is None:
        return asked
    return tuple(state for state in only if not asked or state in asked) or ("",)


async def whole(
    call: Call,
    kind: type[AnyDocument],
    name: str,
    shown: Callable[[AnyDocument, Sequence[Event]], Struct],
) -> Reply:
    """A document by the id in the path, with its history."""
    document_id = call.id(name)
    view = await call.read(lambda reads: reads.document(DocumentKey(kind.kind, document_id)))
    if view is None or not isinstance(view.document, kind):
        thing = kind.kind.replace("_", " ").capitalize()
        raise problems.no_such(name, f"{thing} {document_id} does not exist")
    return data(shown(view.document, view.history), (etag(view.document.version),))


async def step(
    call: Call,
    command: DocumentCommand,
    body: bytes,
    shown: Callable[[Any, Sequence[int]], Struct],
    message: str,
    path: str | None = None,
) -> Reply:
    """Have a document take a step, and answer with what it is then.

    `path` is where a new one is found; without it the step is one of a document that is there.
    `shown` gets the document, or the `view` of it where its rules give one.
    """

    def accepted(result: Accepted, movement_ids: Sequence[int]) -> Answer:
        status = 200 if path is None else 201
        document = result.facts.get("view", result.facts["document"])
        return said(shown(document, movement_ids), message, status=status)

    def headers(result: Accepted) -> problems.Headers:
        document: Document = result.facts["document"]
        location = () if path is None else (("Location", f"{path}/{document.id}"),)
        return (*location, etag(document.version))

    return await call.submit(command, body, accepted, headers)
