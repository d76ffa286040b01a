"""Stock on paper: what moved, what is held, and what there was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from onhand.api import fields as f
from onhand.api.on_paper.asking import MAX_ROWS
from onhand.api.on_paper.lists import (
    ALL,
    SKU,
    Found,
    ListOnPaper,
    order,
    site,
    site_names,
    where,
)
from onhand.api.operations import BASE, Call
from onhand.api.queries import DayOrMoment, page_request, until_moment
from onhand.api.stock import levels, movements, reservations
from onhand.core.movements import MovementType
from onhand.core.reservations import own_order_of, sales_order_of
from onhand.ledger.access import Permission
from onhand.ledger.exports import ExportFilter, What
from onhand.ledger.on_paper import Item
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import MovementView, ReservationView
from onhand.printing import figures
from onhand.printing.contents import Head

Row = TypeVar("Row")


class _Placed(Protocol):
    """A row about a product in a warehouse."""

    @property
    def product_id(self) -> int:
        """The product."""

    @property
    def warehouse_id(self) -> int:
        """The warehouse."""


Placed = TypeVar("Placed", bound=_Placed)

READING_S = 10.0
"""Levels that take longer to read are given up."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# What moved, and what is held


@dataclass(frozen=True, slots=True)
class _Named(Generic[Row]):
    """A row, with what its product and its warehouse are called."""

    row: Row
    item: Item | None
    site: str

    @property
    def sku(self) -> str | None:
        """The product's SKU."""
        return None if self.item is None else self.item.sku

    @property
    def name(self) -> str | None:
        """The product's name."""
        return None if self.item is None else self.item.name


def _named(
    reads: Reads, rows: Sequence[Placed], asked: int | None
) -> tuple[list[_Named[Placed]], dict[int, str], str]:
    """Rows with their names, what warehouses are called, and the product that was asked for."""
    names = site_names(reads)
    products = {row.product_id for row in rows}
    items = reads.items(products if asked is None else {*products, asked})
    told = [_Named(it, items.get(it.product_id), site(names, it.warehouse_id)) for it in rows]
    product = items.get(asked or 0)
    one = f"Product {asked}" if product is None else f"{product.name} ({product.sku})"
    return told, names, ALL if asked is None else one


async def _find_movements(
    call: Call, query: movements.MovementQuery, now: datetime
) -> Found[_Named[MovementView]]:
    which = movements.filter_of(query)
    descending = query.sort == "-occurred_at"

    def ask(reads: Reads) -> tuple[list[_Named[MovementView]], dict[int, str], str]:
        rows = reads.movements(which, None, MAX_ROWS + 1, descending=descending)
        return _named(reads, rows, query.product_id)

    rows, names, product = await call.read(ask)
    order_id = query.order_id if query.sales_order_id is None else query.sales_order_id
    reference = (query.reference_type, query.reference_id)
    facts = (
        where(call, names, query.warehouse_id),
        ("Product", product),
        ("Movement", ALL if query.movement_type is None else _words(query.movement_type)),
        ("From", query.since),
        ("To", query.until),
        ("Order", None if order_id is None else str(order_id)),
        ("Reference", " ".join(str(it) for it in reference if it is not None) or None),
        order(query.sort or "occurred_at"),
    )
    return Found(rows[:MAX_ROWS], _counted(rows), facts)


async def _find_reservations(
    call: Call, query: reservations.ReservationQuery, now: datetime
) -> Found[_Named[ReservationView]]:
    which = reservations.filter_of(query)

    def ask(
        reads: Reads,
    ) -> tuple[int, tuple[list[_Named[ReservationView]], dict[int, str], str]]:
        listing = reads.reservations(which, page_request(query, query.sort))
        return listing.total, _named(reads, listing.rows, query.product_id)

    total, (rows, names, product) = await call.read(ask)
    order_id = query.order_id if query.sales_order_id is None else query.sales_order_id
    soon = which.expiring_before
    facts = (
        where(call, names, query.warehouse_id),
        ("Product", product),
        ("Order", None if order_id is None else str(order_id)),
        ("Ends before", None if soon is None else figures.moment(soon)),
        order(query.sort),
    )
    return Found(rows, total, facts)


def _counted(rows: Sequence[object]) -> int | None:
    """How many rows there are, where one more than is printed was asked for."""
    return None if len(rows) > MAX_ROWS else len(rows)


def _words(kind: MovementType) -> str:
    return kind.value.capitalize()


def _why(it: MovementView) -> str:
    """What a movement was for: why, and by which document."""
    document = None
    if it.reference_type is not None:
        number = "" if it.reference_id is None else f" {it.reference_id}"
        document = it.reference_type.replace("_", " ").capitalize() + number
    return " · ".join(told for told in (it.reason, it.reference, document) if told)


def _holder(it: ReservationView) -> str:
    """Which order holds it."""
    sold = sales_order_of(it.order_id)
    return f"Order {own_order_of(it.order_id)}" if sold is None else f"Sales order {sold}"


_MOVED: Sequence[Head[_Named[MovementView]]] = (
    Head("When", lambda it: it.row.occurred_at, most=100),
    Head("SKU", lambda it: it.sku, most=SKU),
    Head("Product", lambda it: it.name),
    Head("Movement", lambda it: _words(it.row.movement_type), most=60),
    Head("Warehouse", lambda it: it.site, most=90),
    Head("Quantity", lambda it: f"{it.row.quantity:+,}", is_figures=True),
    Head("On hand", lambda it: it.row.on_hand, is_figures=True),
    Head("Reserved", lambda it: it.row.reserved, is_figures=True),
    Head("Why", lambda it: _why(it.row), most=200),
    Head("By", lambda it: it.row.created_by, most=80),
)
_HELD: Sequence[Head[_Named[ReservationView]]] = (
    Head("Held for", lambda it: _holder(it.row), most=110),
    Head("SKU", lambda it: it.sku, most=SKU),
    Head("Product", lambda it: it.name),
    Head("Warehouse", lambda it: it.site, most=110),
    Head("Allocated", lambda it: it.row.allocated, is_figures=True),
    Head("Backordered", lambda it: it.row.backordered, is_figures=True),
    Head("Since", lambda it: it.row.created_at, most=100),
    Head("Ends", lambda it: it.row.expires_at, most=100),
)


# What there was


class LevelsQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which levels, and when; now where `as_of` is left out."""

    as_of: DayOrMoment | None = None
    warehouse_id: f.WarehouseId | None = None
    product_id: f.ProductId | None = None


Level = Mapping[str, Any]


async def _find_levels(call: Call, query: LevelsQuery, now: datetime) -> Found[Level]:
    as_of = None if query.as_of is None else until_moment(query.as_of)
    which = ExportFilter(
        product_id=query.product_id,
        warehouse_id=query.warehouse_id,
        as_of=as_of,
        limit=MAX_ROWS + 1,
    )

    def ask(reads: Reads) -> tuple[list[Level], dict[int, str], str]:
        with reads.exported(What.LEVELS, which, READING_S) as found:
            rows: list[Level] = [dict(zip(found.columns, it, strict=True)) for it in found.rows]
        _, names, product = _named(reads, (), query.product_id)
        return rows, names, product

    rows, names, product = await call.read(ask)
    facts = (
        where(call, names, query.warehouse_id),
        ("Product", product),
        ("Stock as of", query.as_of or figures.moment(now)),
    )
    return Found(rows[:MAX_ROWS], _counted(rows), facts)


def _moment(value: datetime | int | None) -> datetime | None:
    """A moment as an export has it: on SQLite it is told in microseconds."""
    return _EPOCH + timedelta(microseconds=value) if isinstance(value, int) else value


_LEVELS: Sequence[Head[Level]] = (
    Head("SKU", lambda it: it["sku"], most=SKU),
    Head("Product", lambda it: it["product"]),
    Head("Warehouse", lambda it: it["warehouse"], most=90),
    Head("On hand", lambda it: it["quantity_on_hand"], is_figures=True),
    Head("Reserved", lambda it: it["quantity_reserved"], is_figures=True),
    Head("Available", lambda it: it["quantity_available"], is_figures=True),
    Head("Last movement", lambda it: _moment(it["last_movement_at"]), most=100),
)


_INVENTORY = f"{BASE}/inventory"
_READ = Permission.STOCK_READ

LISTS = (
    ListOnPaper(
        path=movements.PATH,
        operation_id="print_stock_movements",
        summary="Print stock movements",
        title="Stock movements",
        description="The ledger, by when things happened.",
        tag=movements.TAG,
        needs=_READ,
        query=movements.MovementQuery,
        name="stock-movements",
        heads=_MOVED,
        find=_find_movements,
    ),
    ListOnPaper(
        path=reservations.PATH,
        operation_id="print_reservations",
        summary="Print reservations",
        title="Reservations",
        description="What orders hold, and what they wait for.",
        tag=reservations.TAG,
        needs=_READ,
        query=reservations.ReservationQuery,
        name="reservations",
        heads=_HELD,
        find=_find_reservations,
    ),
    ListOnPaper(
        path=f"{_INVENTORY}/levels",
        operation_id="print_levels",
        summary="Print stock on hand, now or in the past",
        title="Stock on hand",
        description="What there is of every product in every warehouse, by product; with `as_of`"
        " at the end of a UTC day, or at a moment, as the ledger tells.",
        tag=levels.TAG,
        needs=_READ,
        query=LevelsQuery,
        name="stock-on-hand",
        heads=_LEVELS,
        find=_find_levels,
    ),
)
ENDPOINTS = tuple(it.endpoint for it in LISTS)
