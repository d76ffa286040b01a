"""What the rules of all documents share: finding one, and recording its next step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from decimal import Decimal
from typing import Any, TypeVar

from onhand.core.changes import Changes, changed_fields
from onhand.core.documents import PARTNERS, Document, DocumentCommand, DocumentKey, Event
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
    *,
    product_id: int | None = None,
    changes: Changes | None = None,
) -> AnyDocument:
    """Take a document's next step: its next version, and the event that tells of it.

    `product_id` is the only product that it is about, if there is one. `changes` are of what it
    changed beside the document, as terms; else they are the document's own.
    """
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
            origin.address,
            product_id,
            _warehouses(after),
            _changes(before, after, event) if changes is None else changes,
            len(draft.movements),
        )
    )
    return after


def _warehouses(document: Document) -> tuple[int, ...] | None:
    """The warehouses that a document names; None of a kind that has nothing to do with any."""
    if document.kind in PARTNERS:
        return None
    return tuple(sorted({it for it in document.warehouses_named() if it is not None}))


def _changes(before: Document | None, after: Document, event: str) -> Changes:
    """A document's fields that differ; its parts, as its lines, only where it was written anew.

    What every other step did to lines is told in the step's data, or by the lines themselves.
    """
    told = [field.name for field in fields(after) if field.name not in _NOT_TOLD]
    parts = [name for name in told if isinstance(getattr(after, name), tuple)]
    changes = dict(changed_fields(before, after, [name for name in told if name not in parts]))
    for name in parts if event == "change" else ():
        changed = _changed_items(getattr(before, name, ()), getattr(after, name))
        if changed != ([], []):
            changes[name] = changed
    return changes


_NOT_TOLD = {"id", "version", "created_by", "created_at", "updated_at", "code_key"}
"""Fields that follow from others, or that the event tells itself."""


def _changed_items(
    before: Sequence[Any], after: Sequence[Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The items of a part, by number, that are not on both sides alike."""
    old, new = ({item.number: item for item in items} for items in (before, after))
    differing = [number for number in {**old, **new} if old.get(number) != new.get(number)]
    gone = [asdict(old[number]) for number in differing if number in old]
    come = [asdict(new[number]) for number in differing if number in new]
    return gone, come


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
