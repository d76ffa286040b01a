"""Limits to warehouses: who may work in some of them only touches the stock of these alone.

A command carries its caller's warehouses in its origin. They are held against the level that it
resolves to, or the documents as they are locked, in the decision itself: so nothing that changes
meanwhile gets round them. A document that is not the caller's does not exist for them, and no
rejection names a warehouse that is not theirs.
"""

from __future__ import annotations

from collections.abc import Iterable

from onhand.core.document_rules import not_found
from onhand.core.documents import DocumentCommand, DocumentKey
from onhand.core.draft import Draft
from onhand.core.movements import Origin
from onhand.core.rejections import Rejected, RejectionCode


def limit_fault(origin: Origin, warehouse_id: int, field: str = "warehouse_id") -> Rejected | None:
    """Why its caller may not touch stock in a warehouse, or None."""
    within = origin.within
    if within is None or warehouse_id in within:
        return None
    return not_yours(within, field)


def limit_fault_of_all(origin: Origin, field: str) -> Rejected | None:
    """Why its caller may not do what concerns every warehouse, or None."""
    if origin.within is None:
        return None
    return Rejected(
        RejectionCode.CONCERNS_ALL_WAREHOUSES, {"field": field, "yours": named(origin.within)}
    )


def limit_fault_of_document(draft: Draft, command: DocumentCommand) -> Rejected | None:
    """Why its caller may not take this step of a document, or None.

    Every warehouse that the command and its document name must be theirs, or those of them that
    this kind of step is about.
    """
    within = command.origin.within
    if within is None:
        return None
    document = None
    if command.id is not None:
        document = draft.documents.get(DocumentKey(command.kind, command.id))
        if document is not None and not document.is_seen_from(within):
            return not_found(command)
    # Who may work nowhere at all takes no step, whatever it names.
    if within and within.issuperset(command.sites(document)):
        return None
    return not_yours(within, "warehouse_id")


def not_yours(within: Iterable[int], field: str) -> Rejected:
    """A warehouse is none of the caller's."""
    return Rejected(RejectionCode.WAREHOUSE_NOT_YOURS, {"field": field, "yours": named(within)})


def named(within: Iterable[int]) -> str:
    """Warehouses as people read them."""
    return ", ".join(map(str, sorted(within))) or "none"
