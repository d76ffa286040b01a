"""Exports: a table as a file, streamed while it is read, all of it of one moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, BinaryIO

import structlog
from msgspec import Struct
from msgspec import field as named

from onhand.api import fields as f
from onhand.api.files.file_problems import told
from onhand.api.files.spool import Abandoned, Spool
from onhand.api.operations import BASE, Call, Endpoint, Operation
from onhand.api.queries import DayOrMoment, from_moment, until_moment
from onhand.api.wire import SECURITY_HEADERS, Receive, Scope, Send
from onhand.core.movements import MovementType
from onhand.core.stock_status import StockStatus
from onhand.files.asking import Asked, filter_of
from onhand.files.exporting import export
from onhand.files.formats.writing import MEDIA_TYPES, Format
from onhand.ledger.access import Permission
from onhand.ledger.exports import What

log = structlog.get_logger(__name__)

PATH = f"{BASE}/exports"
TAG = "Files"
PATIENCE_S = 600.0
"""An export that reads for longer is given up, so that no moment is kept for ever."""

FORMATS = tuple(Format)

Sku = Annotated[str, f.wanted(64, "Of the product with this SKU alone.")]
Code = Annotated[str, f.wanted(32, "Of the warehouse with this code alone.")]
SupplierCode = Annotated[str, f.wanted(32, "Of the supplier with this code alone.")]
State = Annotated[str, f.wanted(20, "In this state alone.")]


class ProductsExportQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which products."""

    is_active: bool | None = None
    search: Annotated[str, f.wanted(255, "Part of the name, SKU or barcode.")] | None = None
    stock_status: StockStatus | None = None

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        status = None if self.stock_status is None else self.stock_status.value
        return Asked(is_active=self.is_active, search=self.search, stock_status=status)


class EverythingQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """All of a table."""

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        return Asked()


class LevelsExportQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which levels, and when."""

    sku: Sku | None = None
    warehouse: Code | None = None
    as_of: DayOrMoment | None = None

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        as_of = None if self.as_of is None else until_moment(self.as_of)
        return Asked(sku=self.sku, warehouse=self.warehouse, as_of=as_of)


class MovementsExportQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which movements."""

    sku: Sku | None = None
    warehouse: Code | None = None
    movement_type: MovementType | None = None
    since: DayOrMoment | None = named(name="from", default=None)
    until: DayOrMoment | None = named(name="to", default=None)

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        return Asked(
            sku=self.sku,
            warehouse=self.warehouse,
            movement_type=None if self.movement_type is None else self.movement_type.value,
            since=None if self.since is None else from_moment(self.since),
            until=None if self.until is None else until_moment(self.until),
        )


class WarehouseExportQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Of which warehouse."""

    warehouse: Code | None = None

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        return Asked(warehouse=self.warehouse)


class DaysExportQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Of which warehouse, and which days."""

    warehouse: Code | None = None
    since: DayOrMoment | None = named(name="from", default=None)
    until: DayOrMoment | None = named(name="to", default=None)

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        return Asked(
            warehouse=self.warehouse,
            since=None if self.since is None else from_moment(self.since),
            until=None if self.until is None else until_moment(self.until),
        )


class SuppliersExportQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which suppliers."""

    status: Annotated[str, f.wanted(20, "Of this status alone.")] | None = None

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        return Asked(state=self.status)


class TermsExportQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whose terms."""

    supplier: SupplierCode | None = None

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        return Asked(supplier=self.supplier)


class SalesOrdersExportQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which sales orders."""

    state: State | None = None

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        return Asked(state=self.state)


class DocumentsExportQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which documents."""

    state: State | None = None
    warehouse: Code | None = None

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        return Asked(state=self.state, warehouse=self.warehouse)


class PurchaseOrdersExportQuery(DocumentsExportQuery, kw_only=True):
    """Which purchase orders."""

    supplier: SupplierCode | None = None

    @property
    def asked(self) -> Asked:
        """What it asks for."""
        return Asked(state=self.state, warehouse=self.warehouse, supplier=self.supplier)


AnyQuery = (
    ProductsExportQuery
    | EverythingQuery
    | LevelsExportQuery
    | MovementsExportQuery
    | SuppliersExportQuery
    | TermsExportQuery
    | SalesOrdersExportQuery
    | DocumentsExportQuery
    | WarehouseExportQuery
    | DaysExportQuery
)


@dataclass(frozen=True, slots=True)
class Streamed:
    """A file as an answer, sent as it is written. Once begun, it ends well or is cut off."""

    spool: Spool
    name: str
    media_type: str
    done: Callable[[], None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        head = [
            (b"content-type", self.media_type.encode()),
            (b"content-disposition", f'attachment; filename="{self.name}"'.encode()),
            *SECURITY_HEADERS,
        ]
        watching = asyncio.create_task(self._give_up_when_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": head})
            async for block in self.spool.blocks():
                await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except Abandoned:
            log.info("export.abandoned", name=self.name)
        except Exception as error:
            # What was sent cannot be taken back: the client sees that it is not whole.
            log.warning("export.broken_off", name=self.name, error=repr(error))
            raise
        finally:
            watching.cancel()
            self.done()

    async def _give_up_when_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.spool.abandon()


async def export_table(what: What, call: Call) -> Streamed:
    """A table as a file."""
    query: AnyQuery = call.query(_TABLES[what].query)
    how = Format(call.format)
    reads, files = call.reads, call.services.files
    with told("query"):
        which = await call.read(partial(filter_of, what, query.asked))
    give_back = files.take_export()
    spool = Spool(files, follows=how is not Format.XLSX)

    def write(out: BinaryIO, on_rows: Callable[[int], None]) -> None:
        with reads.exported(what, which, PATIENCE_S) as exported:
            export(what, exported, how, out, on_rows)

    filling = files.fill(partial(spool.fill, write))

    def done() -> None:
        spool.abandon()
        # The thread may still be at it; the file goes when it has ended.
        filling.add_done_callback(lambda _: spool.close())
        give_back()

    try:
        with told("format"):
            await spool.begun()
    except BaseException:
        done()
        raise
    return Streamed(spool, f"{what.value}.{how.value}", MEDIA_TYPES[how], done)


@dataclass(frozen=True, slots=True)
class _Export:
    query: type[AnyQuery]
    needs: Permission
    about: str


_TABLES: Mapping[What, _Export] = {
    What.PRODUCTS: _Export(
        ProductsExportQuery, Permission.CATALOGUE_READ, "Products, with their stock in all."
    ),
    What.WAREHOUSES: _Export(EverythingQuery, Permission.CATALOGUE_READ, "Warehouses."),
    What.LEVELS: _Export(
        LevelsExportQuery,
        Permission.STOCK_READ,
        "What is on hand where, now or at the end of a day or as of a moment.",
    ),
    What.COUNTS: _Export(
        DocumentsExportQuery,
        Permission.COUNTS_REVIEW,
        "Physical counts, line by line, with what the book said where they are posted.",
    ),
    What.SUPPLIERS: _Export(SuppliersExportQuery, Permission.PURCHASING_READ, "Suppliers."),
    What.TERMS: _Export(
        TermsExportQuery, Permission.PURCHASING_READ, "What suppliers sell, and for which price."
    ),
    What.PURCHASE_ORDERS: _Export(
        PurchaseOrdersExportQuery,
        Permission.PURCHASING_READ,
        "Purchase orders, line by line, with what has come of them.",
    ),
    What.SALES_ORDERS: _Export(
        SalesOrdersExportQuery,
        Permission.SALES_READ,
        "Sales orders, line by line, with what has left of them.",
    ),
    What.TRANSFERS: _Export(
        DocumentsExportQuery,
        Permission.TRANSFERS_READ,
        "Transfers in transit, line by line, with what has become of them.",
    ),
    What.MOVEMENTS: _Export(
        MovementsExportQuery, Permission.STOCK_READ, "The ledger, in the order of time."
    ),
    What.STOCK_VALUE: _Export(
        WarehouseExportQuery,
        Permission.STOCK_READ,
        "Products with something on hand, at their cost prices.",
    ),
    What.ACTIVITY: _Export(
        DaysExportQuery,
        Permission.STOCK_READ,
        "What came in and went out by day, by default in the last thirty, and what was on hand"
        " then.",
    ),
    What.COUNT_ACCURACY: _Export(
        DaysExportQuery,
        Permission.COUNTS_REVIEW,
        "Posted counts, the last one first, each with how good the book was.",
    ),
}


def _endpoint(what: What, table: _Export) -> Endpoint:
    name = what.value.replace("-", "_")
    return Endpoint(
        Operation(
            "GET",
            f"{PATH}/{what.value}.{{format}}",
            f"export_{name}",
            f"Export {name.replace('_', ' ')}",
            f"{table.about} All rows are of one moment; the file streams while it is read.",
            TAG,
            table.needs,
            {},
            query=table.query,
            media=tuple(MEDIA_TYPES.values()),
            formats=tuple(it.value for it in FORMATS),
        ),
        partial(export_table, what),
    )


ENDPOINTS = tuple(_endpoint(what, table) for what, table in _TABLES.items())
