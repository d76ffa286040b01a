"""The life cycle of each kind of document."""

from __future__ import annotations

from collections.abc import Mapping

from onhand.core import sales_orders, transfers
from onhand.core.documents import DocumentKind
from onhand.core.life_cycles import LifeCycle

LIFE_CYCLES: Mapping[DocumentKind, LifeCycle] = {
    DocumentKind.SALES_ORDER: sales_orders.LIFE_CYCLE,
    DocumentKind.TRANSFER: transfers.LIFE_CYCLE,
}
