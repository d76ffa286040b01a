"""The life cycle of each kind of document."""

from __future__ import annotations

from collections.abc import Mapping

from onhand.core import counts, purchase_orders, sales_orders, transfers
from onhand.core.documents import Document, DocumentKind
from onhand.core.life_cycles import LifeCycle

LIFE_CYCLES: Mapping[DocumentKind, LifeCycle] = {
    DocumentKind.PURCHASE_ORDER: purchase_orders.LIFE_CYCLE,
    DocumentKind.SALES_ORDER: sales_orders.LIFE_CYCLE,
    DocumentKind.TRANSFER: transfers.LIFE_CYCLE,
    DocumentKind.COUNT: counts.LIFE_CYCLE,
}


def is_done(document: Document) -> bool:
    """Whether a document keeps nothing in use any more; partners never do."""
    life_cycle = LIFE_CYCLES.get(document.kind)
    return life_cycle is None or life_cycle.is_over(document.state)
