"""How suppliers deliver, on paper: all of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from onhand.api import fields as f
from onhand.api.on_paper.lists import Found, ListOnPaper
from onhand.api.operations import Call
from onhand.api.purchasing import performance, suppliers
from onhand.api.purchasing.performance import PerformanceData, PerformanceQuery
from onhand.ledger.access import Permission
from onhand.ledger.documents import SupplierFilter
from onhand.ledger.listings import PageRequest, SortKey
from onhand.ledger.reads import Reads
from onhand.printing.contents import Head, told

MAX_SUPPLIERS = 500
"""Each is asked about by itself."""

Named = tuple[str, str, PerformanceData]
"""A supplier's code, name and figures."""


async def _find(call: Call, query: PerformanceQuery, now: datetime) -> Found[Named]:
    page = PageRequest(1, MAX_SUPPLIERS, (SortKey("name"),))

    def ask(reads: Reads) -> Found[Named]:
        listing = reads.documents(SupplierFilter(), page)
        rows = []
        for it in listing.rows:
            found = reads.performance(performance.filter_of(it.id, query))
            rows.append((it.code, it.name, performance.shown(it.id, it.lead_time_days, found)))
        return Found(rows, listing.total, (("From", query.since), ("To", query.until)))

    return await call.read(ask)


def _percent(rate: Decimal | None) -> str:
    return "–" if rate is None else f"{told(f.plain(rate * 100) if rate else rate)} %"


_HEADS: Sequence[Head[Named]] = (
    Head("Code", lambda it: it[0], most=70),
    Head("Supplier", lambda it: it[1]),
    Head("Orders", lambda it: it[2].orders, is_figures=True),
    Head("Receipts", lambda it: it[2].receipts, is_figures=True),
    Head("Units received", lambda it: it[2].units_received, is_figures=True),
    Head("Units rejected", lambda it: it[2].units_rejected, is_figures=True),
    Head("Days taken", lambda it: it[2].lead_time_days, is_figures=True),
    Head("Days promised", lambda it: it[2].promised_lead_time_days, is_figures=True),
    Head("On time", lambda it: _percent(it[2].on_time_rate), is_figures=True),
    Head("Defects", lambda it: _percent(it[2].defect_rate), is_figures=True),
)

PERFORMANCE = ListOnPaper(
    path=f"{suppliers.PATH}/performance",
    operation_id="print_supplier_performance",
    summary="Print how suppliers deliver",
    title="How suppliers deliver",
    description="Measured lead time, on-time rate and defect rate of every supplier, by name.",
    tag=suppliers.TAG,
    needs=Permission.PURCHASING_READ,
    query=PerformanceQuery,
    name="supplier-performance",
    heads=_HEADS,
    find=_find,
    most=MAX_SUPPLIERS,
)
ENDPOINTS = (PERFORMANCE.endpoint,)
