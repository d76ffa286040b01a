"""What the rules of all documents share: finding one, and recording its next step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from onhand.core.documents import Document, DocumentCommand, DocumentKey, Event
from onhand.core.draft import Draft
from onhand.core.life_cycles import LifeCycle
from onhand.core.movements import Origin
from onhand.core.rejections import Rejected, RejectionCode, lines_refused

AnyDocument = TypeVar("AnyDocument", bound=Document)


def found(
    draft: Draft,
    command: DocumentCommand,
    kind: type[AnyDocument],
    life_cycle: LifeCycle,
    event: str,
) -> AnyDocument | Rejected:
    """The document a command names, where it may take this step now."""
    document = known(draft, command, kind)
    if isinstance(document, Rejected):
        return document
    return life_cycle.fault(document, event) or document


def known(
    draft: Draft, command: DocumentCommand, kind: type[AnyDocument]
) -> AnyDocument | Rejected:
    """The document a command names, at the version it asks for."""
    key = DocumentKey(kind.kind, command.id or 0)
    document = draft.documents.get(key)
    if not isinstance(document, kind):
        return not_found(command)
    if command.if_version is not None and command.if_version != document.version:
        return Rejected(RejectionCode.STALE_VERSION, {"version": document.version})
    return document


def not_found(command: DocumentCommand) -> Rejected:
    """There is no such document, or none that its caller may know of."""
    key = DocumentKey(command.kind, command.id or 0)
    facts = {"field": f"{key.kind}_id", "document": str(key)}
    return Rejected(RejectionCode.DOCUMENT_NOT_FOUND, facts)


def record(
    draft: Draft,
    before: Document | None,
    after: AnyDocument,
    event: str,
    origin: Origin,
    data: Mapping[str, Any] | None = None,
) -> AnyDocument:
    """Take a document's next step: its next version, and the event that tells of it."""
    after = replace(after, version=after.version + 1, updated_at=draft.now)
    draft.documents[after.key] = after
    draft.events.append(
        Event(
            after.key,
            after.version,
            event,
            None if before is None else before.state,
            after.state,
            draft.now,
            origin.actor,
            origin.reason,
            data or {},
        )
    )
    return after


def referring_to(document: Document, origin: Origin) -> Origin:
    """The origin of movements that a document causes."""
    return replace(origin, reference_type=document.kind.value, reference_id=document.id)


def amount_told(amount: Decimal) -> str:
    """An amount of money as an event tells it: in the fewest digits, never in powers of ten."""
    return f"{amount.normalize():f}"


def line_faults(faults: Iterable[Rejected | None]) -> Rejected | None:
    """One fault, or none, per line: all of them in one rejection."""
    refused = [(place, fault) for place, fault in enumerate(faults) if fault is not None]
    return lines_refused(refused) if refused else None


def no_line(number: int, lines: Collection[int]) -> Rejected:
    """A document has no line of this number."""
    facts = {"line": number, "lines": f"{min(lines)} to {max(lines)}" if lines else "none"}
    return Rejected(RejectionCode.LINE_NOT_FOUND, facts)


def more_than_open(field: str, number: int, open_units: int, requested: int) -> Rejected:
    """More is asked of a line than is left of it."""
    facts = {"field": field, "line": number, "open": open_units, "requested": requested}
    return Rejected(RejectionCode.MORE_THAN_OPEN, facts)
