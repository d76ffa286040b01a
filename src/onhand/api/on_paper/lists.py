"""Lists and reports as PDFs: each is said in one declaration, and served beside what it prints.

To print another: say what it is in a `ListOnPaper`, how its rows are read, and its heads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from msgspec import Struct

from onhand.api.on_paper.asking import MAX_ROWS, PDF, PaperQuery, asked, in_turn, on_paper
from onhand.api.operations import Call, Endpoint, File, Operation
from onhand.api.queries import from_moment
from onhand.api.wire import Reply
from onhand.ledger.access import Permission
from onhand.ledger.listings import PageRequest
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import WarehouseFilter
from onhand.printing.contents import Facts, Head, Report, columns
from onhand.printing.speech import Speech
from onhand.printing.words import Words

Query = TypeVar("Query", bound=Struct)
Row = TypeVar("Row")

MAX_SITES = 1_000

SKU = 90
"""The most points that an SKU takes of a line."""


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """What is printed of a list: its rows, how many there are in all (None: more, and nobody
    counted them), what was asked in words, and sums.
    """

    rows: Sequence[Row]
    total: int | None
    facts: Facts = ()
    sums: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOnPaper(Generic[Query, Row]):
    """A list that is printed: where it is, what its PDF is called, how its rows are read.

    `query` is the list's own; `find` is asked for as many rows as are printed, at `most`. `title`
    and `heads` are in a language's words. `name` is the file's, without `.pdf`.
    """

    path: str
    operation_id: str
    summary: str
    title: Callable[[Words], str]
    description: str
    tag: str
    needs: Permission
    query: type[Query]
    name: str
    heads: Callable[[Speech], Sequence[Head[Row]]]
    find: Callable[[Call, Query, datetime, Speech], Awaitable[Found[Row]]]
    most: int = MAX_ROWS

    @property
    def endpoint(self) -> Endpoint:
        """What serves it, beside the list."""
        described = (
            f"{self.description} As a PDF, with the list's own filters: up to {self.most:,} rows,"
            " and it says so where there are more."
        )
        operation = Operation(
            "GET",
            f"{self.path}/pdf",
            self.operation_id,
            self.summary,
            described,
            self.tag,
            self.needs,
            {200: File(PDF, "The list.")},
            query=on_paper(self.query),
        )
        return Endpoint(operation, in_turn(self._serve))

    async def _serve(self, call: Call) -> Reply:
        query, on = asked(call, self.query)
        now, speech = call.services.clock(), on.speech
        found = await self.find(call, query, now, speech)
        shown = columns(self.heads(speech), found.rows, speech.figures)
        title = self.title(speech.words)
        told = Report(title, now, shown, found.total, found.facts, found.sums)
        return await printed(call, f"{self.name}.pdf", told, on)


async def printed(call: Call, name: str, told: Report, on: PaperQuery) -> Reply:
    """A report as a file."""
    company = call.services.company

    def make() -> bytes:
        # What draws takes 8 MB and 50 ms to load, which a shop that prints nothing need not spend.
        from onhand.printing.reports import report

        return report(told, company, on.paper, on.speech)

    return await call.file(name, PDF, make)


def site_names(reads: Reads) -> dict[int, str]:
    """What the warehouses are called that the reader may know of, by id."""
    found = reads.warehouses(WarehouseFilter(), PageRequest(1, MAX_SITES))
    return {it.id: it.attributes.name for it in found.rows}


def site(names: dict[int, str], warehouse_id: int, speech: Speech) -> str:
    """One of them, or its number."""
    return names.get(warehouse_id) or speech.site(warehouse_id)


def where(
    call: Call, names: dict[int, str], warehouse_id: int | None, speech: Speech
) -> tuple[str, str]:
    """Which warehouses a list is of, in words."""
    head, within = speech.words.warehouse, call.caller.within
    if warehouse_id is not None:
        return head, site(names, warehouse_id, speech)
    if within is None:
        return head, speech.words.all
    return head, ", ".join(site(names, it, speech) for it in sorted(within))


def order(sort: str | None, words: Words) -> tuple[str, str | None]:
    """In which order a list is, in words."""

    def told(field: str) -> str:
        name = words.fields[field.removeprefix("-")]
        return words.descending.format(field=name) if field.startswith("-") else name

    fields = (field for field in (sort or "").split(",") if field)
    return words.sorted_by, "; ".join(map(told, fields)) or None


def day_or_moment(text: str | None, speech: Speech) -> str | None:
    """A day or a moment that was asked for, if one was."""
    if text is None:
        return None
    is_day = len(text) == len("2025-01-15")
    return speech.day(date.fromisoformat(text)) if is_day else speech.moment(from_moment(text))


def tolerance_of(percent: str | None, units: int, speech: Speech) -> str:
    """How far from the book a count is still accurate, in words."""
    figures = speech.figures
    told = figures.told(Decimal(percent or 0))
    return speech.words.tolerance.format(percent=told, units=figures.quantity(units))
