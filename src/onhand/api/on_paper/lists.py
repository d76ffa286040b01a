"""Lists and reports as PDFs: each is said in one declaration, and served beside what it prints.

To print another: say what it is in a `ListOnPaper`, how its rows are read, and its heads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from msgspec import Struct

from onhand.api.on_paper.asking import MAX_ROWS, PDF, PaperSize, asked, in_turn, on_paper
from onhand.api.operations import Call, Endpoint, File, Operation
from onhand.api.wire import Reply
from onhand.ledger.access import Permission
from onhand.ledger.listings import PageRequest
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import WarehouseFilter
from onhand.printing import figures
from onhand.printing.contents import Facts, Head, Report, columns

Query = TypeVar("Query", bound=Struct)
Row = TypeVar("Row")

ALL = "All"
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

    `query` is the list's own; `find` is asked for as many rows as are printed, at `most`. `name` is
    the file's, without `.pdf`.
    """

    path: str
    operation_id: str
    summary: str
    title: str
    description: str
    tag: str
    needs: Permission
    query: type[Query]
    name: str
    heads: Sequence[Head[Row]]
    find: Callable[[Call, Query, datetime], Awaitable[Found[Row]]]
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
        query, paper = asked(call, self.query)
        now = call.services.clock()
        found = await self.find(call, query, now)
        told = Report(
            self.title, now, columns(self.heads, found.rows), found.total, found.facts, found.sums
        )
        return await printed(call, f"{self.name}.pdf", told, paper)


async def printed(call: Call, name: str, told: Report, paper: PaperSize) -> Reply:
    """A report as a file."""
    company = call.services.company

    def make() -> bytes:
        # What draws takes 8 MB and 50 ms to load, which a shop that prints nothing need not spend.
        from onhand.printing.reports import report

        return report(told, company, paper)

    return await call.file(name, PDF, make)


def site_names(reads: Reads) -> dict[int, str]:
    """What the warehouses are called that the reader may know of, by id."""
    found = reads.warehouses(WarehouseFilter(), PageRequest(1, MAX_SITES))
    return {it.id: it.attributes.name for it in found.rows}


def site(names: dict[int, str], warehouse_id: int) -> str:
    """One of them, or its number."""
    return names.get(warehouse_id, f"Warehouse {warehouse_id}")


def where(call: Call, names: dict[int, str], warehouse_id: int | None) -> tuple[str, str]:
    """Which warehouses a list is of, in words."""
    if warehouse_id is not None:
        return "Warehouse", site(names, warehouse_id)
    within = call.caller.within
    all_of_them = ALL if within is None else ", ".join(site(names, it) for it in sorted(within))
    return "Warehouse", all_of_them


def money(amount: Decimal | None, currency: str) -> str | None:
    """An amount and its currency, if there is one."""
    return None if amount is None else f"{figures.amounts([amount], currency)[0]} {currency}"


def order(sort: str | None) -> tuple[str, str | None]:
    """In which order a list is, in words."""
    fields = (field.replace("_", " ") for field in (sort or "").split(",") if field)
    told = (f"{it[1:]}, descending" if it.startswith("-") else it for it in fields)
    return "Sorted by", "; ".join(told) or None
