"""How suppliers deliver, on paper: all of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from onhand.api import fields as f
from onhand.api.on_paper.lists import Found, ListOnPaper, day_or_moment
from onhand.api.operations import Call
from onhand.api.purchasing import performance, suppliers
from onhand.api.purchasing.performance import PerformanceData, PerformanceQuery
from onhand.ledger.access import Permission
from onhand.ledger.documents import SupplierFilter
from onhand.ledger.listings import PageRequest, SortKey
from onhand.ledger.reads import Reads
from onhand.printing.contents import Head
from onhand.printing.speech import Speech

MAX_SUPPLIERS = 500
"""Each is asked about by itself."""

Named = tuple[str, str, PerformanceData]
"""A supplier's code, name and figures."""


async def _find(call: Call, query: PerformanceQuery, now: datetime, speech: Speech) -> Found[Named]:
    page = PageRequest(1, MAX_SUPPLIERS, (SortKey("name"),))

    def ask(reads: Reads) -> Found[Named]:
        listing = reads.documents(SupplierFilter(), page)
        rows = []
        for it in listing.rows:
            found = reads.performance(performance.filter_of(it.id, query))
            rows.append((it.code, it.name, performance.shown(it.id, it.lead_time_days, found)))
        facts = (
            (speech.words.since, day_or_moment(query.since, speech)),
            (speech.words.until, day_or_moment(query.until, speech)),
        )
        return Found(rows, listing.total, facts)

    return await call.read(ask)


def _heads(speech: Speech) -> Sequence[Head[Named]]:
    words = speech.words

    def percent(rate: Decimal | None) -> str:
        return speech.figures.percent(f.plain(rate * 100) if rate else rate)

    return (
        Head(words.code, lambda it: it[0], most=70),
        Head(words.supplier, lambda it: it[1]),
        Head(words.orders, lambda it: it[2].orders, is_figures=True),
        Head(words.receipts, lambda it: it[2].receipts, is_figures=True),
        Head(words.units_received, lambda it: it[2].units_received, is_figures=True),
        Head(words.units_rejected, lambda it: it[2].units_rejected, is_figures=True),
        Head(words.days_taken, lambda it: it[2].lead_time_days, is_figures=True),
        Head(words.days_promised, lambda it: it[2].promised_lead_time_days, is_figures=True),
        Head(words.on_time, lambda it: percent(it[2].on_time_rate), is_figures=True),
        Head(words.defects, lambda it: percent(it[2].defect_rate), is_figures=True),
    )


PERFORMANCE = ListOnPaper(
    path=f"{suppliers.PATH}/performance",
    operation_id="print_supplier_performance",
    summary="Print how suppliers deliver",
    title=lambda words: words.supplier_performance,
    description="Measured lead time, on-time rate and defect rate of every supplier, by name.",
    tag=suppliers.TAG,
    needs=Permission.PURCHASING_READ,
    query=PerformanceQuery,
    name="supplier-performance",
    heads=_heads,
    find=_find,
    most=MAX_SUPPLIERS,
)
ENDPOINTS = (PERFORMANCE.endpoint,)
