"""Activity: units in and out by day, and what was on hand at each day's end."""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from msgspec import field as named

from onhand.api import fields as f
from onhand.api.catalogue.product_bodies import Amount
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, page
from onhand.api.reporting.days import MOST_DAYS, USUAL_DAYS, days_of
from onhand.api.wire import Reply
from onhand.ledger.access import Permission
from onhand.ledger.reports import ActivityDay, ActivityFilter

TAG = "Reports"
PATH = f"{BASE}/reports"


class ActivityQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """From one UTC day to another, both included; `warehouse_id` looks at that one alone."""

    since: f.Day | None = named(name="from", default=None)
    until: f.Day | None = named(name="to", default=None)
    warehouse_id: f.WarehouseId | None = None


class StockValue(Struct, kw_only=True):
    """What something is worth at cost prices, in one currency."""

    currency: str
    value: Amount


class ActivityDayData(Struct, kw_only=True):
    """A UTC day. On hand changes by units in - out + transferred in - transferred out."""

    day: date
    units_in: int
    units_out: int
    transferred_in: int
    transferred_out: int
    movements: int
    quantity_on_hand: int
    values: list[StockValue]


class ActivityMeta(Struct, kw_only=True):
    """Which days it is of. Not `is_complete`: some of what was recorded is still being added."""

    since: date = named(name="from")
    until: date = named(name="to")
    is_complete: bool


async def report_activity(call: Call) -> Reply:
    """What happened by day."""
    query = call.query(ActivityQuery)
    since, until = days_of(query.since, query.until, call.services.clock().date())
    which = ActivityFilter(since, until, query.warehouse_id)
    found = await call.read(lambda reads: reads.activity(which))
    meta = ActivityMeta(since=since, until=until, is_complete=found.is_complete)
    return page([_day(day) for day in found.days], meta)


def _day(day: ActivityDay) -> ActivityDayData:
    return ActivityDayData(
        day=day.day,
        units_in=day.units_in,
        units_out=day.units_out,
        transferred_in=day.transferred_in,
        transferred_out=day.transferred_out,
        movements=day.movements,
        quantity_on_hand=day.on_hand,
        values=[
            StockValue(currency=currency, value=value) for currency, value in day.values.items()
        ],
    )


_EXAMPLE = {
    "data": [
        {
            "day": "2025-01-15",
            "units_in": 120,
            "units_out": 45,
            "transferred_in": 10,
            "transferred_out": 10,
            "movements": 38,
            "quantity_on_hand": 4075,
            "values": [{"currency": "USD", "value": 51230.5}],
        }
    ],
    "meta": {"from": "2025-01-15", "to": "2025-01-15", "is_complete": True},
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/activity",
            "report_activity",
            "Report what happened by day",
            "By UTC day: units that came in and went out, those that were moved between warehouses"
            " apart, how many movements changed what is on hand, and what was on hand at the end of"
            " the day, in units and in value at the cost prices of that time. A change of a cost"
            " price counts from the day of the change. At most"
            f" {MOST_DAYS} days, by default the last {USUAL_DAYS}.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(list[ActivityDayData], meta=ActivityMeta)},
            query=ActivityQuery,
            answer_example=_EXAMPLE,
        ),
        report_activity,
    ),
)
