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
    SKU,
    Found,
    ListOnPaper,
    day_or_moment,
    order,
    site,
    site_names,
    where,
)
from onhand.api.operations import BASE, Call
from onhand.api.queries import DayOrMoment, page_request, until_moment
from onhand.api.stock import levels, movements, reservations
from onhand.core.reservations import own_order_of, sales_order_of
from onhand.ledger.access import Permission
from onhand.ledger.exports import ExportFilter, What
from onhand.ledger.on_paper import Item
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import MovementView, ReservationView
from onhand.printing.contents import Head
from onhand.printing.speech import Speech
from onhand.printing.words import Words

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
    reads: Reads, rows: Sequence[Placed], asked: int | None, speech: Speech
) -> tuple[list[_Named[Placed]], dict[int, str], str]:
    """Rows with their names, what warehouses are called, and the product that was asked for."""
    names = site_names(reads)
    products = {row.product_id for row in rows}
    items = reads.items(products if asked is None else {*products, asked})
    told = [
        _Named(it, items.get(it.product_id), site(names, it.warehouse_id, speech)) for it in rows
    ]
    if asked is None:
        return told, names, speech.words.all
    product = items.get(asked)
    if product is None:
        return told, names, speech.words.product_number.format(number=asked)
    return told, names, f"{product.name} ({product.sku})"


async def _find_movements(
    call: Call, query: movements.MovementQuery, now: datetime, speech: Speech
) -> Found[_Named[MovementView]]:
    which, words = movements.filter_of(query), speech.words
    descending = query.sort == "-occurred_at"

    def ask(reads: Reads) -> tuple[list[_Named[MovementView]], dict[int, str], str]:
        rows = reads.movements(which, None, MAX_ROWS + 1, descending=descending)
        return _named(reads, rows, query.product_id, speech)

    rows, names, product = await call.read(ask)
    order_id = query.order_id if query.sales_order_id is None else query.sales_order_id
    kind = query.movement_type
    facts = (
        where(call, names, query.warehouse_id, speech),
        (words.product, product),
        (words.movement, words.all if kind is None else words.movement_types[kind]),
        (words.since, day_or_moment(query.since, speech)),
        (words.until, day_or_moment(query.until, speech)),
        (words.order, None if order_id is None else str(order_id)),
        (words.reference, _document(query.reference_type, query.reference_id, words)),
        order(query.sort or "occurred_at", words),
    )
    return Found(rows[:MAX_ROWS], _counted(rows), facts)


async def _find_reservations(
    call: Call, query: reservations.ReservationQuery, now: datetime, speech: Speech
) -> Found[_Named[ReservationView]]:
    which, words = reservations.filter_of(query), speech.words

    def ask(
        reads: Reads,
    ) -> tuple[int, tuple[list[_Named[ReservationView]], dict[int, str], str]]:
        listing = reads.reservations(which, page_request(query, query.sort))
        return listing.total, _named(reads, listing.rows, query.product_id, speech)

    total, (rows, names, product) = await call.read(ask)
    order_id = query.order_id if query.sales_order_id is None else query.sales_order_id
    facts = (
        where(call, names, query.warehouse_id, speech),
        (words.product, product),
        (words.order, None if order_id is None else str(order_id)),
        (words.ends_before, speech.moment(which.expiring_before)),
        order(query.sort, words),
    )
    return Found(rows, total, facts)


def _counted(rows: Sequence[object]) -> int | None:
    """How many rows there are, where one more than is printed was asked for."""
    return None if len(rows) > MAX_ROWS else len(rows)


def _document(kind: str | None, number: int | None, words: Words) -> str | None:
    """The document that a movement refers to, in words."""
    if kind is None:
        return None if number is None else str(number)
    told = words.references.get(kind) or kind.replace("_", " ").capitalize()
    return told if number is None else f"{told} {number}"


def _why(it: MovementView, words: Words) -> str:
    """What a movement was for: why, and by which document."""
    document = _document(it.reference_type, it.reference_id, words) if it.reference_type else None
    return " · ".join(part for part in (it.reason, it.reference, document) if part)


def _holder(it: ReservationView, words: Words) -> str:
    """Which order holds it."""
    sold = sales_order_of(it.order_id)
    if sold is None:
        return words.held_for_order.format(number=own_order_of(it.order_id))
    return words.held_for_sales_order.format(number=sold)


def _moved(speech: Speech) -> Sequence[Head[_Named[MovementView]]]:
    words, figures = speech.words, speech.figures
    return (
        Head(words.when, lambda it: it.row.occurred_at, most=100),
        Head(words.sku, lambda it: it.sku, most=SKU),
        Head(words.product, lambda it: it.name),
        Head(words.movement, lambda it: words.movement_types[it.row.movement_type], most=60),
        Head(words.warehouse, lambda it: it.site, most=90),
        Head(words.quantity, lambda it: figures.signed(it.row.quantity), is_figures=True),
        Head(words.on_hand, lambda it: it.row.on_hand, is_figures=True),
        Head(words.reserved, lambda it: it.row.reserved, is_figures=True),
        Head(words.why, lambda it: _why(it.row, words), most=200),
        Head(words.by, lambda it: it.row.created_by, most=80),
    )


def _held(speech: Speech) -> Sequence[Head[_Named[ReservationView]]]:
    words = speech.words
    return (
        Head(words.held_for, lambda it: _holder(it.row, words), most=110),
        Head(words.sku, lambda it: it.sku, most=SKU),
        Head(words.product, lambda it: it.name),
        Head(words.warehouse, lambda it: it.site, most=110),
        Head(words.allocated, lambda it: it.row.allocated, is_figures=True),
        Head(words.backordered, lambda it: it.row.backordered, is_figures=True),
        Head(words.held_since, lambda it: it.row.created_at, most=100),
        Head(words.ends, lambda it: it.row.expires_at, most=100),
    )


# What there was


class LevelsQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which levels, and when; now where `as_of` is left out."""

    as_of: DayOrMoment | None = None
    warehouse_id: f.WarehouseId | None = None
    product_id: f.ProductId | None = None


Level = Mapping[str, Any]


async def _find_levels(
    call: Call, query: LevelsQuery, now: datetime, speech: Speech
) -> Found[Level]:
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
        _, names, product = _named(reads, (), query.product_id, speech)
        return rows, names, product

    rows, names, product = await call.read(ask)
    facts = (
        where(call, names, query.warehouse_id, speech),
        (speech.words.product, product),
        (speech.words.stock_as_of, day_or_moment(query.as_of, speech) or speech.moment(now)),
    )
    return Found(rows[:MAX_ROWS], _counted(rows), facts)


def _moment(value: datetime | int | None) -> datetime | None:
    """A moment as an export has it: on SQLite it is told in microseconds."""
    return _EPOCH + timedelta(microseconds=value) if isinstance(value, int) else value


def _levels(speech: Speech) -> Sequence[Head[Level]]:
    words = speech.words
    return (
        Head(words.sku, lambda it: it["sku"], most=SKU),
        Head(words.product, lambda it: it["product"]),
        Head(words.warehouse, lambda it: it["warehouse"], most=90),
        Head(words.on_hand, lambda it: it["quantity_on_hand"], is_figures=True),
        Head(words.reserved, lambda it: it["quantity_reserved"], is_figures=True),
        Head(words.available, lambda it: it["quantity_available"], is_figures=True),
        Head(words.last_movement, lambda it: _moment(it["last_movement_at"]), most=100),
    )


_INVENTORY = f"{BASE}/inventory"
_READ = Permission.STOCK_READ

LISTS = (
    ListOnPaper(
        path=movements.PATH,
        operation_id="print_stock_movements",
        summary="Print stock movements",
        title=lambda words: words.stock_movements,
        description="The ledger, by when things happened.",
        tag=movements.TAG,
        needs=_READ,
        query=movements.MovementQuery,
        name="stock-movements",
        heads=_moved,
        find=_find_movements,
    ),
    ListOnPaper(
        path=reservations.PATH,
        operation_id="print_reservations",
        summary="Print reservations",
        title=lambda words: words.reservations,
        description="What orders hold, and what they wait for.",
        tag=reservations.TAG,
        needs=_READ,
        query=reservations.ReservationQuery,
        name="reservations",
        heads=_held,
        find=_find_reservations,
    ),
    ListOnPaper(
        path=f"{_INVENTORY}/levels",
        operation_id="print_levels",
        summary="Print stock on hand, now or in the past",
        title=lambda words: words.stock_on_hand,
        description="What there is of every product in every warehouse, by product; with `as_of`"
        " at the end of a UTC day, or at a moment, as the ledger tells.",
        tag=levels.TAG,
        needs=_READ,
        query=LevelsQuery,
        name="stock-on-hand",
        heads=_levels,
        find=_find_levels,
    ),
)
ENDPOINTS = tuple(it.endpoint for it in LISTS)
