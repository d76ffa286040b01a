"""Counts as PDFs: the blind sheet to fill in by hand, what differs, and what to count next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from onhand.api.counting import reports
from onhand.api.counting.reports import CountPlanLine, CountVarianceLine, PlanQuery
from onhand.api.on_paper.asking import MAX_ROWS, PDF, asked, in_turn, on_paper
from onhand.api.on_paper.lists import SKU, Found, ListOnPaper, money, printed, site_names, where
from onhand.api.operations import Call, Endpoint, File, Operation
from onhand.api.queries import page_request
from onhand.api.wire import Reply
from onhand.core.warehouses import Warehouse
from onhand.ledger.access import Permission
from onhand.ledger.counts import PlanLine, Sheet
from onhand.ledger.listings import Listing
from onhand.ledger.reads import Reads
from onhand.printing import figures
from onhand.printing.contents import Head, Report, columns, told

_ONE = f"{reports.PATH}/{{count_id}}"


@in_turn
async def print_count_sheet(call: Call) -> Reply:
    """What to look for, and a place to write how many there are."""
    query, paper = asked(call, reports.SheetQuery)
    count_id, company = call.id("count_id"), call.services.company

    def ask(reads: Reads) -> tuple[Sheet, Warehouse | None]:
        sheet = reads.count_sheet(count_id, query.counted_by)
        if sheet is None:
            raise reports.no_such(count_id)
        return sheet, reads.warehouse(sheet.count.warehouse_id)

    sheet, warehouse = await call.read(ask)
    lines = [line for line in sheet.lines if not (query.open and line.is_counted)]

    def make() -> bytes:
        # What draws takes 8 MB and 50 ms to load, which a shop that prints nothing need not spend.
        from onhand.printing.counts import count_sheet

        return count_sheet(sheet.count, lines, warehouse, query.counted_by, company, paper)

    return await call.file(f"count-{count_id}-sheet.pdf", PDF, make)


_VARIANCE: Sequence[Head[CountVarianceLine]] = (
    Head("#", lambda it: str(it.line), is_figures=True),
    Head("SKU", lambda it: it.sku, most=SKU),
    Head("Product", lambda it: it.name),
    Head("Book", lambda it: it.book, is_figures=True),
    Head("Counted", lambda it: it.counted, is_figures=True),
    Head("Variance", lambda it: _signed(it.variance), is_figures=True),
    Head("%", lambda it: it.variance_percent, is_figures=True),
    Head("Value", lambda it: money(it.variance_value, it.currency), is_figures=True),
    Head("Counted at", lambda it: it.counted_at, most=100),
    Head("By", lambda it: it.counted_by, most=80),
    Head("Again", lambda it: (it.recount or "").replace("_", " "), most=70),
)


def _signed(units: int | None) -> str | None:
    return None if units is None else f"{units:+,}" if units else "0"


@in_turn
async def print_count_variance(call: Call) -> Reply:
    """What differs from the book."""
    query, paper = asked(call, reports.VarianceQuery)
    found = await reports.variance_of(call, query)
    names = await call.read(site_names)
    tolerance = f"{query.tolerance_percent or 0} % or {figures.quantity(query.tolerance_units)}"
    facts = (
        where(call, names, found.warehouse_id),
        ("Status", found.state.capitalize()),
        ("Reference", found.reference),
        ("Accurate within", tolerance),
        ("Lines", "Those that differ" if query.differing else "All"),
    )
    accuracy = found.record_accuracy_percent
    sums = (
        ("Counted", f"{told(found.counted_count)} of {told(found.line_count)}"),
        ("Differing", told(found.differing_count)),
        ("Units", f"{found.units_net:+,} (+{found.units_gained:,} -{found.units_lost:,})"),
        ("Value", " · ".join(f"{money(it.net, it.currency)}" for it in found.values) or "–"),
        ("Record accuracy", "–" if accuracy is None else f"{told(accuracy)} %"),
    )
    rows = found.lines[:MAX_ROWS]
    moment = found.updated_at
    title = f"Variance of count {found.id}"
    shown = Report(title, moment, columns(_VARIANCE, rows), len(found.lines), facts, sums)
    return await printed(call, f"count-{found.id}-variance.pdf", shown, paper)


_PLAN: Sequence[Head[CountPlanLine]] = (
    Head("SKU", lambda it: it.sku, most=SKU),
    Head("Product", lambda it: it.name),
    Head("Class", lambda it: it.abc_class, most=40),
    Head("Units sold", lambda it: it.units_sold, is_figures=True),
    Head("Sales value", lambda it: money(it.sales_value, it.currency), is_figures=True),
    Head("Last counted", lambda it: it.last_counted_at, most=100),
    Head("Due since", lambda it: it.due_since, most=100),
)


async def _find_plan(call: Call, query: PlanQuery, now: datetime) -> Found[CountPlanLine]:
    question = reports.plan_question(now, query.warehouse_id, query.days)

    def ask(reads: Reads) -> tuple[Listing[PlanLine], dict[int, str]]:
        return reads.count_plan(question, page_request(query)), site_names(reads)

    listing, names = await call.read(ask)
    facts = (
        where(call, names, query.warehouse_id),
        ("Classes by the sales of", f"{query.days} days"),
    )
    return Found([reports.planned(line) for line in listing.rows], listing.total, facts)


PLAN = ListOnPaper(
    path=f"{reports.PATH}/plan",
    operation_id="print_count_plan",
    summary="Print what to count",
    title="What to count",
    description="A warehouse's products that are due to be counted.",
    tag=reports.TAG,
    needs=Permission.COUNTS_REVIEW,
    query=PlanQuery,
    name="count-plan",
    heads=_PLAN,
    find=_find_plan,
)

ENDPOINTS = (
    PLAN.endpoint,
    Endpoint(
        Operation(
            "GET",
            f"{_ONE}/sheet/pdf",
            "print_count_sheet",
            "Print a count's sheet",
            "What to look for, as a PDF with a place to write how many there are. It tells no"
            " quantity, as the sheet does.",
            reports.TAG,
            Permission.COUNTS_READ,
            {200: File(PDF, "The sheet.")},
            query=on_paper(reports.SheetQuery),
        ),
        print_count_sheet,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{_ONE}/variance/pdf",
            "print_count_variance",
            "Print a count's variance",
            "What was counted beside the book, as a PDF: in units, in value, and how good the book"
            f" was. Up to {MAX_ROWS:,} lines, and it says so where there are more.",
            reports.TAG,
            Permission.COUNTS_REVIEW,
            {200: File(PDF, "The variances.")},
            query=on_paper(reports.VarianceQuery),
        ),
        print_count_variance,
    ),
)
