"""The life cycle of each kind of document."""

from __future__ import annotations

from collections.abc import Mapping

from onhand.core import counts, transfers
from onhand.core.documents import DocumentKind
from onhand.core.life_cycles import LifeCycle

LIFE_CYCLES: Mapping[DocumentKind, LifeCycle] = {
    DocumentKind.TRANSFER: transfers.LIFE_CYCLE,
    DocumentKind.COUNT: counts.LIFE_CYCLE,
}
