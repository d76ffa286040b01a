"""How a supplier has delivered: measured lead time, what came on time, what was rejected."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct
from msgspec import field as named

from onhand.api import fields as f
from onhand.api.catalogue.product_bodies import Amount
from onhand.api.operations import Call, Endpoint, Operation, Shape, data
from onhand.api.purchasing import suppliers
from onhand.api.queries import DayOrMoment, from_moment, until_moment
from onhand.api.wire import Reply
from onhand.ledger.access import Permission
from onhand.ledger.purchasing import Performance, PerformanceFilter


class PerformanceQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Deliveries received from one day or moment to another; without them, all."""

    since: DayOrMoment | None = named(name="from", default=None)
    until: DayOrMoment | None = named(name="to", default=None)


class PerformanceData(Struct, kw_only=True):
    """How a supplier has delivered; rates are parts of 1, null where nothing tells.

    `lead_time_days` is the average over the receipts, `promised_lead_time_days` the supplier's own
    word. `on_time_rate`: accepted units that came by their expected date. `defect_rate`: rejected
    units, of all that came.
    """

    supplier_id: int
    orders: int
    receipts: int
    units_received: int
    units_rejected: int
    lead_time_days: Amount | None
    promised_lead_time_days: int | None
    on_time_rate: Amount | None
    defect_rate: Amount | None


async def read_performance(call: Call) -> Reply:
    """How a supplier has delivered."""
    query = call.query(PerformanceQuery)
    supplier = await suppliers.one(call)
    which = filter_of(supplier.id, query)
    found = await call.read(lambda reads: reads.performance(which))
    return data(shown(supplier.id, supplier.lead_time_days, found))


def filter_of(supplier_id: int, query: PerformanceQuery) -> PerformanceFilter:
    """Which of a supplier's receipts a query asks for."""
    return PerformanceFilter(
        supplier_id,
        since=None if query.since is None else from_moment(query.since),
        until=None if query.until is None else until_moment(query.until),
    )


def shown(supplier_id: int, promised: int | None, found: Performance) -> PerformanceData:
    """The figures as people compare them."""
    return PerformanceData(
        supplier_id=supplier_id,
        orders=found.orders,
        receipts=found.receipts,
        units_received=found.received,
        units_rejected=found.rejected,
        lead_time_days=_ratio(found.lead_time_days, found.receipts, "0.1"),
        promised_lead_time_days=promised,
        on_time_rate=_ratio(found.on_time, found.due),
        defect_rate=_ratio(found.rejected, found.received + found.rejected),
    )


def _ratio(part: int, whole: int, places: str = "0.0001") -> Decimal | None:
    if not whole:
        return None
    ratio = (Decimal(part) / whole).quantize(Decimal(places))
    return f.plain(ratio) if ratio else Decimal(0)


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            f"{suppliers.PATH}/{{supplier_id}}/performance",
            "read_supplier_performance",
            "Read how a supplier delivers",
            "Measured lead time, on-time rate and defect rate, from the receipts that were not"
            " reversed. Units of lines without an expected date tell nothing of being on time.",
            suppliers.TAG,
            Permission.PURCHASING_READ,
            {200: Shape(PerformanceData)},
            query=PerformanceQuery,
        ),
        read_performance,
    ),
)
