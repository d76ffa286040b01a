"""Counts as PDFs: the blind sheet to fill in by hand, what differs, and what to count next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from onhand.api.counting import reports
from onhand.api.counting.reports import CountPlanLine, CountVarianceLine, PlanQuery
from onhand.api.on_paper.asking import MAX_ROWS, PDF, asked, in_turn, on_paper
from onhand.api.on_paper.lists import (
    SKU,
    Found,
    ListOnPaper,
    printed,
    site_names,
    tolerance_of,
    where,
)
from onhand.api.operations import Call, Endpoint, File, Operation
from onhand.api.queries import page_request
from onhand.api.wire import Reply
from onhand.core.warehouses import Warehouse
from onhand.ledger.access import Permission
from onhand.ledger.counts import PlanLine, Sheet
from onhand.ledger.listings import Listing
from onhand.ledger.reads import Reads
from onhand.printing.contents import Head, Report, columns
from onhand.printing.figures import NOTHING, Figures
from onhand.printing.speech import Speech

_ONE = f"{reports.PATH}/{{count_id}}"


@in_turn
async def print_count_sheet(call: Call) -> Reply:
    """What to look for, and a place to write how many there are."""
    query, on = asked(call, reports.SheetQuery)
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

        return count_sheet(
            sheet.count, lines, warehouse, query.counted_by, company, on.paper, on.speech
        )

    return await call.file(f"count-{count_id}-sheet.pdf", PDF, make)


def variance_heads(speech: Speech) -> Sequence[Head[CountVarianceLine]]:
    """What is told of each line beside the book."""
    words, figures = speech.words, speech.figures
    return (
        Head("#", lambda it: str(it.line), is_figures=True),
        Head(words.sku, lambda it: it.sku, most=SKU),
        Head(words.product, lambda it: it.name),
        Head(words.book, lambda it: it.book, is_figures=True),
        Head(words.counted, lambda it: it.counted, is_figures=True),
        Head(words.variance, lambda it: _signed(it.variance, figures), is_figures=True),
        Head("%", lambda it: it.variance_percent, is_figures=True),
        Head(
            words.value, lambda it: figures.money(it.variance_value, it.currency), is_figures=True
        ),
        Head(words.counted_at, lambda it: it.counted_at, most=100),
        Head(words.by, lambda it: it.counted_by, most=80),
        Head(words.again, lambda it: words.recounts.get(it.recount or "", ""), most=70),
    )


def _signed(units: int | None, figures: Figures) -> str | None:
    if units is None:
        return None
    return figures.signed(units) if units else "0"


@in_turn
async def print_count_variance(call: Call) -> Reply:
    """What differs from the book."""
    query, on = asked(call, reports.VarianceQuery)
    found = await reports.variance_of(call, query)
    names = await call.read(site_names)
    speech = on.speech
    words, figures = speech.words, speech.figures
    tolerance = tolerance_of(query.tolerance_percent, query.tolerance_units, speech)
    facts = (
        where(call, names, found.warehouse_id, speech),
        (words.status, words.states[found.state]),
        (words.reference, found.reference),
        (words.accurate_within, tolerance),
        (words.lines, words.those_that_differ if query.differing else words.all),
    )
    gained, lost = figures.quantity(found.units_gained), figures.quantity(found.units_lost)
    counted = words.counted_of.format(
        counted=figures.quantity(found.counted_count), lines=figures.quantity(found.line_count)
    )
    worth = (f"{figures.money(it.net, it.currency)}" for it in found.values)
    sums = (
        (words.counted, counted),
        (words.differing, figures.quantity(found.differing_count)),
        (words.units, f"{figures.signed(found.units_net)} (+{gained} -{lost})"),
        (words.value, " · ".join(worth) or NOTHING),
        (words.record_accuracy, figures.percent(found.record_accuracy_percent)),
    )
    rows = found.lines[:MAX_ROWS]
    moment = found.updated_at
    title = words.variance_of.format(number=found.id)
    told = columns(variance_heads(speech), rows, figures)
    shown = Report(title, moment, told, len(found.lines), facts, sums)
    return await printed(call, f"count-{found.id}-variance.pdf", shown, on)


def _plan(speech: Speech) -> Sequence[Head[CountPlanLine]]:
    words, figures = speech.words, speech.figures
    return (
        Head(words.sku, lambda it: it.sku, most=SKU),
        Head(words.product, lambda it: it.name),
        Head(words.abc_class, lambda it: it.abc_class, most=40),
        Head(words.units_sold, lambda it: it.units_sold, is_figures=True),
        Head(
            words.sales_value,
            lambda it: figures.money(it.sales_value, it.currency),
            is_figures=True,
        ),
        Head(words.last_counted, lambda it: it.last_counted_at, most=100),
        Head(words.due_since, lambda it: it.due_since, most=100),
    )


async def _find_plan(
    call: Call, query: PlanQuery, now: datetime, speech: Speech
) -> Found[CountPlanLine]:
    question = reports.plan_question(now, query.warehouse_id, query.days)

    def ask(reads: Reads) -> tuple[Listing[PlanLine], dict[int, str]]:
        return reads.count_plan(question, page_request(query)), site_names(reads)

    listing, names = await call.read(ask)
    facts = (
        where(call, names, query.warehouse_id, speech),
        (speech.words.classes_by, speech.words.days.format(days=query.days)),
    )
    return Found([reports.planned(line) for line in listing.rows], listing.total, facts)


PLAN = ListOnPaper(
    path=f"{reports.PATH}/plan",
    operation_id="print_count_plan",
    summary="Print what to count",
    title=lambda words: words.count_plan,
    description="A warehouse's products that are due to be counted.",
    tag=reports.TAG,
    needs=Permission.COUNTS_REVIEW,
    query=PlanQuery,
    name="count-plan",
    heads=_plan,
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
