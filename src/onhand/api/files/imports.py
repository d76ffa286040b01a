"""Imports: a file comes in as the body, everything is checked, and a report is the answer."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal, cast

from msgspec import Meta, Struct
from msgspec import field as named

from onhand.api import fields as f
from onhand.api.files.exports import FORMATS, TAG, Streamed
from onhand.api.files.file_problems import told
from onhand.api.files.spool import Spool
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, data
from onhand.api.problems import Problem
from onhand.api.wire import Reply
from onhand.files.exporting import write_template
from onhand.files.formats.raw import TableOptions
from onhand.files.formats.writing import MEDIA_TYPES, Format
from onhand.files.importing.report import TableReport
from onhand.files.importing.table_import import Choices, Import, TableImport
from onhand.files.tables.table import Effect
from onhand.ledger.access import Permission
from onhand.ledger.exports import What
from onhand.ledger.faults import WriterStopped
from onhand.ledger.posting import Settlement, Submission

PATH = f"{BASE}/imports"

Encoding = Literal[
    "utf-8",
    "utf-16-le",
    "utf-16-be",
    "cp1250",
    "cp1251",
    "cp1252",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "mac-roman",
    "shift_jis",
    "gb18030",
    "big5",
    "euc-kr",
]


class ImportQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """How a file is taken in."""

    dry_run: Annotated[bool, Meta(description="Change nothing; say what would be.")] = False
    skip_wrong: Annotated[
        bool, Meta(description="Leave out what is wrong; else nothing is imported.")
    ] = False
    ignore_unknown: Annotated[bool, Meta(description="Pass over columns that are not known.")] = (
        False
    )
    mapping: (
        Annotated[str, f.wanted(2_000, "What the file calls a column: `sku=Article,name=Title`.")]
        | None
    ) = named(name="map", default=None)
    encoding: Annotated[Encoding, Meta(description="Of CSV.")] = "utf-8"
    delimiter: (
        Annotated[
            Literal[",", ";", "\t", "|"],
            Meta(description="What separates values in CSV; else found out."),
        ]
        | None
    ) = None
    sheet: Annotated[str, f.wanted(31, "The workbook's sheet; else the first.")] | None = None
    label: (
        Annotated[str, f.wanted(100, "Has a file taken in again that was imported before.")] | None
    ) = None

    def choices(self) -> Choices:
        """What it asks for. Raises WrongOption."""
        return Choices(
            dry_run=self.dry_run,
            skip_wrong=self.skip_wrong,
            ignore_unknown=self.ignore_unknown,
            mapping=self.mapping or "",
            way=getattr(self, "way", None) or "",
            label=self.label or "",
            reading=TableOptions(self.encoding, self.delimiter, self.sheet),
        )


class LevelsImportQuery(ImportQuery, kw_only=True):
    """How levels are taken in: as opening stock, or as what was counted."""

    way: Annotated[Literal["counted"], Meta(description="As what was counted.")] | None = named(
        name="as", default=None
    )


class FaultData(Struct, kw_only=True):
    """What is wrong in a row; `column` is empty where no single one is to blame."""

    row: int
    column: str
    reason: str


class ImportData(Struct, kw_only=True):
    """What became of a file: rows below its header, and records, each a row or a document.

    What was created, changed, posted and left unchanged was so where it is `imported`, else would
    be. `before` were imported earlier. Of `fault_count` faults the first 1,000 are told.
    """

    table: What
    imported: bool
    rows: int
    created: int
    changed: int
    posted: int
    unchanged: int
    before: int
    wrong_rows: int
    fault_count: int
    faults: list[FaultData]
    columns_passed_over: list[str]


async def import_table(what: What, call: Call) -> Reply:
    """Take a file in, and tell what became of it."""
    query: ImportQuery = call.query(_TABLES[what].query)
    files = call.services.files
    with files.importing(), tempfile.NamedTemporaryFile(prefix="onhand-import-") as body:
        async for block in call.blocks(files.import_limit):
            await files.run(partial(body.write, block))
        await files.run(body.flush)
        with told("file"):
            one = TableImport(what, body.name, query.choices(), call.reads, call.origin())
            report = await _carry_out(call, one.run())
    if report.is_refused and not (report.is_imported or query.dry_run):
        raise _refused(report)
    return data(_shown(report))


async def _carry_out(call: Call, steps: Import) -> TableReport:
    """Have an import's submissions written, one after the other."""
    files, writer = call.services.files, call.services.writer

    def go_on(settled: list[Settlement] | None) -> list[Submission] | TableReport:
        try:
            return next(steps) if settled is None else steps.send(settled)
        except StopIteration as end:
            return cast(TableReport, end.value)

    settled: list[Settlement] | None = None
    try:
        while True:
            asked = await files.run(partial(go_on, settled))
            if isinstance(asked, TableReport):
                return asked
            settled = list(await asyncio.gather(*map(writer.submit, asked)))
    finally:
        with suppress(WriterStopped):
            await files.run(steps.close)


async def read_template(what: What, call: Call) -> Streamed:
    """An empty file, with the columns that can be imported."""
    files, how = call.services.files, Format(call.format)
    spool = Spool(files, follows=False)
    try:
        with told("format"):
            await files.run(lambda: spool.fill(lambda out, _: write_template(what, how, out)))
            await spool.begun()
    except BaseException:
        spool.close()
        raise
    return Streamed(spool, f"{what.value}.{how.value}", MEDIA_TYPES[how], spool.close)


def _refused(report: TableReport) -> Problem:
    """Something is wrong with the file, and so nothing was imported."""
    errors: dict[str, list[str]] = {}
    for fault in report.faults:
        where = f"rows.{fault.row}" + (f".{fault.column}" if fault.column else "")
        errors.setdefault(where, []).append(fault.reason)
    rows = "1 row is" if report.wrong == 1 else f"{report.wrong:,} rows are"
    message = f"{rows} wrong; nothing was imported"
    if report.fault_count > len(report.faults):
        message += f". Of {report.fault_count:,} faults the first {len(report.faults):,} are named"
    return Problem("invalid_fields", message, errors)


def _shown(report: TableReport) -> ImportData:
    done = report.by_effect
    return ImportData(
        table=report.what,
        imported=report.is_imported,
        rows=report.rows,
        created=done[Effect.CREATED],
        changed=done[Effect.CHANGED],
        posted=done[Effect.POSTED],
        unchanged=done[Effect.UNCHANGED],
        before=report.before,
        wrong_rows=report.wrong,
        fault_count=report.fault_count,
        faults=[FaultData(row=it.row, column=it.column, reason=it.reason) for it in report.faults],
        columns_passed_over=list(report.passed_over),
    )


@dataclass(frozen=True, slots=True)
class _Import:
    needs: Permission
    about: str
    query: type[ImportQuery] = ImportQuery


_TABLES: Mapping[What, _Import] = {
    What.PRODUCTS: _Import(
        Permission.CATALOGUE_WRITE,
        "Makes products whose SKU is new, and changes those it knows in what the file says.",
    ),
    What.WAREHOUSES: _Import(
        Permission.WAREHOUSES_MANAGE,
        "Makes warehouses whose code is new, and changes those it knows in what the file says.",
    ),
    What.LEVELS: _Import(
        Permission.STOCK_COUNT,
        "Opening stock: an `in` movement for each level that never moved. With `as=counted`, what"
        " was counted: each level is set to it by a `count` movement.",
        LevelsImportQuery,
    ),
    What.COUNTS: _Import(
        Permission.COUNTS_RECORD, "Records what was counted, in counts that are being counted."
    ),
    What.SUPPLIERS: _Import(
        Permission.SUPPLIERS_MANAGE,
        "Makes suppliers whose code is new, and changes those it knows in what the file says.",
    ),
    What.TERMS: _Import(
        Permission.PURCHASING_WRITE, "Writes what suppliers sell, and for which price."
    ),
    What.PURCHASE_ORDERS: _Import(
        Permission.PURCHASING_WRITE, "Writes a draft for each order of the file."
    ),
    What.SALES_ORDERS: _Import(
        Permission.SALES_WRITE, "Writes a draft for each order of the file."
    ),
    What.TRANSFERS: _Import(
        Permission.TRANSFERS_WRITE, "Writes a draft for each transfer of the file."
    ),
    What.MOVEMENTS: _Import(
        Permission.STOCK_MOVE,
        "Does what the rows tell, in their order: receives, ships, or adjusts, at their moments."
        " Rows of what was only reserved or released change nothing.",
    ),
}

_EXAMPLE = {
    "data": {
        "table": "products",
        "imported": False,
        "rows": 2,
        "created": 1,
        "changed": 0,
        "posted": 0,
        "unchanged": 0,
        "before": 0,
        "wrong_rows": 1,
        "fault_count": 1,
        "faults": [
            {
                "row": 3,
                "column": "selling_price",
                "reason": "Must be an amount of 0 or more, with up to 4 decimals, with a point for"
                " decimals and nothing for thousands; got '12,50'",
            }
        ],
        "columns_passed_over": [],
    }
}


def _endpoints(what: What, table: _Import) -> tuple[Endpoint, Endpoint]:
    name = what.value.replace("-", "_")
    return (
        Endpoint(
            Operation(
                "POST",
                f"{PATH}/{what.value}",
                f"import_{name}",
                f"Import {name.replace('_', ' ')}",
                f"{table.about} The body is the file: CSV, compressed by gzip or not, XLSX or"
                " Parquet. All of it is checked before anything is written; where something is"
                " wrong, 422 names each row and column, and nothing was imported.",
                TAG,
                table.needs,
                {200: Shape(ImportData)},
                query=table.query,
                answer_example=_EXAMPLE if what is What.PRODUCTS else None,
                errors=(409,),
                takes_files=(*MEDIA_TYPES.values(), "application/octet-stream"),
            ),
            partial(import_table, what),
        ),
        Endpoint(
            Operation(
                "GET",
                f"{PATH}/{what.value}/template.{{format}}",
                f"read_{name}_template",
                f"Read a file of {name.replace('_', ' ')} to fill in",
                "The columns that can be imported, and no row.",
                TAG,
                table.needs,
                {},
                media=tuple(MEDIA_TYPES.values()),
                formats=tuple(it.value for it in FORMATS),
            ),
            partial(read_template, what),
        ),
    )


ENDPOINTS = tuple(it for what, table in _TABLES.items() for it in _endpoints(what, table))
