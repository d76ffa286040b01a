"""Counts to read: the sheet that counters go by, what differs from the book, what to count next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.catalogue.product_bodies import Amount
from onhand.api.counting.bodies import YEAR, AbcClass, CountHead, SalesDays, State, head
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, data, page
from onhand.api.queries import PageMeta, Paging, page_meta, page_request
from onhand.api.wire import Reply
from onhand.core.count_accuracy import COUNT_EVERY, Tolerance, record_accuracy
from onhand.core.counts import CountEntry
from onhand.ledger.access import Permission
from onhand.ledger.counts import PlanLine, PlanQuestion, VarianceLine

PATH = f"{BASE}/counts"
TAG = "Physical counts"

Percent = Annotated[
    str,
    f.of_pattern(
        r"[0-9]{1,3}(\.[0-9]{1,4})?", max_length=8, description="A percentage.", examples=["0.5"]
    ),
]


class SheetQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """`counted_by`: whose sheet it is; `open`: only what is still to be counted."""

    counted_by: f.Person | None = None
    open: Annotated[bool, Meta(description="Only what is still to be counted.")] = False


class CountSheetLine(Struct, kw_only=True):
    """A product to look for: again, where `is_recount`."""

    line: int
    product_id: int
    sku: str
    name: str
    barcode: str | None
    unit: str
    is_recount: bool
    is_counted: bool


class CountSheet(Struct, kw_only=True):
    """What to look for, and nothing of how much should be there."""

    id: int
    state: State
    warehouse_id: int
    reference: str | None
    lines: list[CountSheetLine]


class VarianceQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """A record is accurate within the wider of both tolerances; `differing`: only what differs."""

    tolerance_percent: Percent | None = None
    tolerance_units: f.CountedQuantity = 0
    differing: Annotated[bool, Meta(description="Only lines that differ.")] = False


class CountEntryData(Struct, kw_only=True):
    """What somebody counted."""

    round: int
    quantity: int
    counted_by: str
    counted_at: f.Instant
    recorded_by: str
    recorded_at: f.Instant


class CountVarianceLine(Struct, kw_only=True):
    """A line beside the book as of when it was counted; null where it is not counted."""

    line: int
    product_id: int
    sku: str
    name: str
    counted: int | None
    counted_at: f.Instant | None
    counted_by: str | None
    book: int | None
    variance: int | None
    variance_percent: Amount | None
    variance_value: Amount | None
    currency: str
    within_tolerance: bool | None
    recount: Literal["limit", "disagreement", "counted_since", "asked"] | None
    entries: list[CountEntryData]


class CountVarianceValue(Struct, kw_only=True):
    """What the variances of one currency's products are worth, at their cost prices."""

    currency: str
    gained: Amount
    lost: Amount
    net: Amount
    absolute: Amount


class CountVarianceReport(CountHead, kw_only=True):
    """A count beside the book: in units, in value, and how good the book was."""

    line_count: int
    counted_count: int
    differing_count: int
    units_gained: int
    units_lost: int
    units_net: int
    units_absolute: int
    values: list[CountVarianceValue]
    unpriced_count: int
    accurate_count: int
    record_accuracy_percent: Amount | None
    lines: list[CountVarianceLine]


class PlanQuery(Paging, kw_only=True):
    """Which warehouse, and over how many days its sales decide the classes."""

    warehouse_id: f.WarehouseId
    days: SalesDays = YEAR


class CountPlanLine(Struct, kw_only=True):
    """A product to count today; `last_counted_at` null: never counted."""

    product_id: int
    sku: str
    name: str
    abc_class: AbcClass
    units_sold: int
    sales_value: Amount | None
    currency: str
    last_counted_at: f.Instant | None
    due_since: f.Instant | None


async def read_count_sheet(call: Call) -> Reply:
    """What to look for."""
    query = call.query(SheetQuery)
    count_id = call.id("count_id")
    sheet = await call.read(lambda reads: reads.count_sheet(count_id, query.counted_by))
    if sheet is None:
        raise no_such(count_id)
    lines = [
        CountSheetLine(
            line=line.number,
            product_id=line.product_id,
            sku=line.sku,
            name=line.name,
            barcode=line.barcode,
            unit=line.unit,
            is_recount=line.is_recount,
            is_counted=line.is_counted,
        )
        for line in sheet.lines
        if not (query.open and line.is_counted)
    ]
    count = sheet.count
    return data(
        CountSheet(
            id=count.id,
            state=count.state,  # type: ignore[arg-type]
            warehouse_id=count.warehouse_id,
            reference=count.reference,
            lines=lines,
        )
    )


async def report_count_variance(call: Call) -> Reply:
    """What differs from the book."""
    return data(await variance_of(call, call.query(VarianceQuery)))


async def variance_of(call: Call, query: VarianceQuery) -> CountVarianceReport:
    """The variances of the count that the path names; a 404 where there is none."""
    count_id = call.id("count_id")
    found = await call.read(lambda reads: reads.count_variance(count_id))
    if found is None:
        raise no_such(count_id)
    tolerance = Tolerance(Decimal(query.tolerance_percent or 0), query.tolerance_units)
    entries: dict[int, list[CountEntryData]] = defaultdict(list)
    for entry in found.entries:
        entries[entry.line].append(_entry(entry))
    lines = [_line(line, tolerance, entries[line.number]) for line in found.lines]
    variances = [line.variance for line in lines if line.variance is not None]
    gained = sum(units for units in variances if units > 0)
    lost = -sum(units for units in variances if units < 0)
    within = [line.within_tolerance for line in lines if line.within_tolerance is not None]
    return CountVarianceReport(
        **head(found.count),
        line_count=len(lines),
        counted_count=len(variances),
        differing_count=sum(units != 0 for units in variances),
        units_gained=gained,
        units_lost=lost,
        units_net=gained - lost,
        units_absolute=gained + lost,
        values=_values(lines),
        unpriced_count=sum(bool(x.variance) and x.variance_value is None for x in lines),
        accurate_count=sum(within),
        record_accuracy_percent=_short(record_accuracy(within)),
        lines=[line for line in lines if not query.differing or line.variance],
    )


async def plan_counts(call: Call) -> Reply:
    """What to count today."""
    query = call.query(PlanQuery)
    question = plan_question(call.services.clock(), query.warehouse_id, query.days)
    listing = await call.read(lambda reads: reads.count_plan(question, page_request(query)))
    return page([planned(line) for line in listing.rows], page_meta(query, listing.total))


def plan_question(now: datetime, warehouse_id: int, days: int) -> PlanQuestion:
    """What is due now in a warehouse, its classes by the sales of so many days, today's too."""
    return PlanQuestion(
        warehouse_id,
        now.date() - timedelta(days=days - 1),
        now.date(),
        tuple((name, now - every) for name, every in COUNT_EVERY.items()),
    )


def _line(
    line: VarianceLine, tolerance: Tolerance, entries: list[CountEntryData]
) -> CountVarianceLine:
    variance = percent = value = within = book = None
    if line.counted is not None and line.book is not None:
        book = line.book
        variance = line.counted - book
        within = tolerance.holds(book, line.counted)
        if book:
            percent = (Decimal(100 * variance) / book).quantize(Decimal("0.01"))
        if line.cost_price is not None:
            value = f.EXACT.multiply(line.cost_price, variance)
    return CountVarianceLine(
        line=line.number,
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        counted=line.counted,
        counted_at=line.counted_at,
        counted_by=line.counted_by,
        book=book,
        variance=variance,
        variance_percent=_short(percent),
        variance_value=_short(value),
        currency=line.currency,
        within_tolerance=within,
        recount=line.recount,  # type: ignore[arg-type]
        entries=entries,
    )


def _entry(entry: CountEntry) -> CountEntryData:
    return CountEntryData(
        round=entry.round,
        quantity=entry.quantity,
        counted_by=entry.counted_by,
        counted_at=entry.counted_at,
        recorded_by=entry.recorded_by,
        recorded_at=entry.recorded_at,
    )


def _values(lines: Iterable[CountVarianceLine]) -> list[CountVarianceValue]:
    """What is gained and lost, per currency: sums of different ones would mean nothing."""
    gained: dict[str, Decimal] = defaultdict(Decimal)
    lost: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.variance_value:
            side = gained if line.variance_value > 0 else lost
            side[line.currency] = f.EXACT.add(side[line.currency], abs(line.variance_value))
    return [
        CountVarianceValue(
            currency=currency,
            gained=f.plain(gained[currency]),
            lost=f.plain(lost[currency]),
            net=f.plain(f.EXACT.subtract(gained[currency], lost[currency])),
            absolute=f.plain(f.EXACT.add(gained[currency], lost[currency])),
        )
        for currency in sorted(gained.keys() | lost.keys())
    ]


def planned(line: PlanLine) -> CountPlanLine:
    """A line of the plan."""
    last = line.last_counted_at
    value = None if line.price is None else f.EXACT.multiply(line.price, line.units_sold)
    return CountPlanLine(
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        abc_class=line.abc_class,  # type: ignore[arg-type]
        units_sold=line.units_sold,
        sales_value=_short(value),
        currency=line.currency,
        last_counted_at=last,
        due_since=None if last is None else last + COUNT_EVERY[line.abc_class],
    )


def _short(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else f.plain(amount)


def no_such(count_id: int) -> problems.Problem:
    """There is no such count."""
    return problems.no_such("count_id", f"Count {count_id} does not exist")


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/plan",
            "plan_counts",
            "Plan counts",
            "A warehouse's products that are due: class A (the first 80 % of the value of its"
            " sales) monthly, B (the next 15 %) quarterly, C yearly. What never was counted comes"
            " first, the most valuable before others, then what was counted longest ago.",
            TAG,
            Permission.COUNTS_REVIEW,
            {200: Shape(list[CountPlanLine], meta=PageMeta)},
            query=PlanQuery,
        ),
        plan_counts,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{count_id}}/sheet",
            "read_count_sheet",
            "Read a count's sheet",
            "What to look for, in the order of the count. It tells no quantity: neither what should"
            " be there nor what others counted.",
            TAG,
            Permission.COUNTS_READ,
            {200: Shape(CountSheet)},
            query=SheetQuery,
        ),
        read_count_sheet,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{count_id}}/variance",
            "report_count_variance",
            "Report a count's variance",
            "What was counted beside what the book said at that moment, in units and in value at"
            " today's cost prices, and the inventory record accuracy: the share of the counted"
            " lines that are within tolerance, by default those that do not differ.",
            TAG,
            Permission.COUNTS_REVIEW,
            {200: Shape(CountVarianceReport)},
            query=VarianceQuery,
        ),
        report_count_variance,
    ),
)
