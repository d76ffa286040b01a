"""The life cycle of each kind of document."""

from __future__ import annotations

from collections.abc import Mapping

from onhand.core import counts, transfers
from onhand.core.documents import Document, DocumentKind
from onhand.core.life_cycles import LifeCycle

LIFE_CYCLES: Mapping[DocumentKind, LifeCycle] = {
    DocumentKind.TRANSFER: transfers.LIFE_CYCLE,
    DocumentKind.COUNT: counts.LIFE_CYCLE,
}


def is_done(document: Document) -> bool:
    """Whether nothing more can happen to a document."""
    return not LIFE_CYCLES[document.kind].possible(document.state)
