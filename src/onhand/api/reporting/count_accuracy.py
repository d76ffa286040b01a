"""How good the book was, over all counts that were posted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec import field as named

from onhand.api import fields as f
from onhand.api.catalogue.product_bodies import Amount
from onhand.api.counting.reports import Percent
from onhand.api.operations import Call, Endpoint, Operation, Shape, page
from onhand.api.queries import PageMeta, Paging, page_meta
from onhand.api.reporting.activity import PATH, TAG
from onhand.api.reporting.days import MOST_DAYS, days_of
from onhand.api.wire import Reply
from onhand.core.count_accuracy import Tolerance, accuracy_of
from onhand.ledger.access import Permission
from onhand.ledger.reports import CountAccuracy, CountAccuracyFilter


class CountAccuracyQuery(Paging, kw_only=True):
    """Counts posted within the days, by default the last 366. A record is accurate within the wider
    of both tolerances.
    """

    since: f.Day | None = named(name="from", default=None)
    until: f.Day | None = named(name="to", default=None)
    warehouse_id: f.WarehouseId | None = None
    tolerance_percent: Percent | None = None
    tolerance_units: f.CountedQuantity = 0


class Accuracy(Struct, kw_only=True):
    """How many records were counted, and how many of them were within tolerance; units that were
    there beyond what the book said, and units that were missing.
    """

    records_counted: int
    records_within_tolerance: int
    record_accuracy_percent: Amount | None
    units_over: int
    units_under: int


class CountAccuracyLine(Accuracy, kw_only=True):
    """A count that was posted."""

    count_id: int
    warehouse_id: int
    reference: str | None
    posted_at: f.Instant


class CountAccuracyMeta(PageMeta, kw_only=True):
    """Where the page stands, and all counts together, each record counting alike."""

    totals: Accuracy


async def report_count_accuracy(call: Call) -> Reply:
    """A page of posted counts, and how good the book was."""
    query = call.query(CountAccuracyQuery)
    today = call.services.clock().date()
    since, until = days_of(query.since, query.until, today, usual=MOST_DAYS)
    which = CountAccuracyFilter(
        datetime.combine(since, time(), UTC),
        datetime.combine(until, time(), UTC) + timedelta(days=1),
        query.warehouse_id,
    )
    tolerance = Tolerance(Decimal(query.tolerance_percent or 0), query.tolerance_units)
    found = await call.read(lambda reads: reads.count_accuracy(which, tolerance))
    at = page_meta(query, len(found))
    meta = CountAccuracyMeta(
        current_page=at.current_page,
        per_page=at.per_page,
        total=at.total,
        last_page=at.last_page,
        totals=Accuracy(**_figures(found)),
    )
    first = (query.page - 1) * query.per_page
    return page([_line(count) for count in found[first : first + query.per_page]], meta)


def _line(count: CountAccuracy) -> CountAccuracyLine:
    return CountAccuracyLine(
        count_id=count.count_id,
        warehouse_id=count.warehouse_id,
        reference=count.reference,
        posted_at=count.posted_at,
        **_figures([count]),
    )


def _figures(counts: Sequence[CountAccuracy]) -> dict[str, Any]:
    records = sum(count.records for count in counts)
    within = sum(count.within for count in counts)
    accuracy = accuracy_of(within, records)
    return {
        "records_counted": records,
        "records_within_tolerance": within,
        "record_accuracy_percent": None if accuracy is None else f.plain(accuracy),
        "units_over": sum(count.units_over for count in counts),
        "units_under": sum(count.units_under for count in counts),
    }


_FIGURES = {
    "records_counted": 40,
    "records_within_tolerance": 38,
    "record_accuracy_percent": 95,
    "units_over": 1,
    "units_under": 7,
}
_EXAMPLE = {
    "data": [
        {
            "count_id": 12,
            "warehouse_id": 1,
            "reference": "Aisle 4",
            "posted_at": "2025-01-15T16:45:00Z",
            **_FIGURES,
        }
    ],
    "meta": {"current_page": 1, "per_page": 50, "total": 1, "last_page": 1, "totals": _FIGURES},
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/count-accuracy",
            "report_count_accuracy",
            "Report how good the book was",
            "Counts that were posted, the last one first, each with its inventory record accuracy:"
            " the share of the records counted that were within tolerance, by default those that"
            " did not differ. `meta` has all of them together. At most"
            f" {MOST_DAYS} days, which is also the default.",
            TAG,
            Permission.COUNTS_REVIEW,
            {200: Shape(list[CountAccuracyLine], meta=CountAccuracyMeta)},
            query=CountAccuracyQuery,
            answer_example=_EXAMPLE,
        ),
        report_count_accuracy,
    ),
)
