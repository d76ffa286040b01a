"""Stock movements: list them, read one, and mend one by its opposite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec import field as named

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, data, page, parsed
from onhand.api.queries import DayOrMoment, from_moment, order_asked, until_moment
from onhand.api.submitting import level_after, said
from onhand.api.wire import Reply
from onhand.core.commands import ReverseMovement
from onhand.core.movements import RESERVING, MovementType
from onhand.core.reservations import own_order_of, sales_order_of
from onhand.core.stock_rules import Accepted
from onhand.ledger.access import Permission
from onhand.ledger.ports import Answer
from onhand.ledger.stock_views import MovementCursor, MovementFilter, MovementView

PATH = f"{BASE}/stock-movements"
TAG = "Stock movements"


_FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class MovementQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which movements, in which order."""

    product_id: f.ProductId | None = None
    warehouse_id: f.WarehouseId | None = None
    movement_type: MovementType | None = None
    reference_type: Annotated[str, f.wanted(64, "Exactly, as `purchase_order`.")] | None = None
    reference_id: f.Id | None = None
    order_id: Annotated[int, Meta(ge=0, le=f.MAX_ID, description="The order's number.")] | None = (
        None
    )
    sales_order_id: f.Id | None = None
    since: DayOrMoment | None = named(name="from", default=None)
    until: DayOrMoment | None = named(name="to", default=None)
    sort: (
        Annotated[
            Literal["occurred_at", "-occurred_at"],
            Meta(description="By when it happened: the oldest first, or with `-` the newest."),
        ]
        | None
    ) = None
    per_page: Annotated[int, Meta(ge=1, le=200, description="How many rows a page has.")] = 50
    cursor: (
        Annotated[
            str,
            f.of_pattern(
                f.CURSOR,
                description="`next_cursor` of the page before, with the same filters and order.",
            ),
        ]
        | None
    ) = None


class CursorMeta(Struct, kw_only=True):
    """How long the page is, and what asks for the next one; null on the last."""

    per_page: int
    next_cursor: str | None


class Reversal(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why a movement is mended."""

    reason: f.Reason | None = None
    notes: f.Notes | None = None
    reference: f.Reference | None = None
    occurred_at: f.Moment | None = None


class MovementData(Struct, kw_only=True):
    """A movement. `quantity` is signed; before and after are of the quantity it changes."""

    id: int
    product_id: int
    warehouse_id: int
    movement_type: MovementType
    quantity: int
    quantity_before: int
    quantity_after: int
    quantity_on_hand: int
    quantity_reserved: int
    reference_type: str | None
    reference_id: int | None
    reference: str | None
    reason: str | None
    notes: str | None
    order_id: int | None
    sales_order_id: int | None
    transfer_id: int | None
    reverses_id: int | None
    entry_number: int
    occurred_at: f.Instant
    reported_at: f.Instant | None
    created_by: str
    created_at: f.Instant


class LevelSide(Struct, kw_only=True):
    """One side of a transfer, after it."""

    warehouse_id: int
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int


class ReversalData(Struct, kw_only=True):
    """The level after the reversal; of a transfer also its two sides."""

    product_id: int
    warehouse_id: int
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    movement_ids: list[int]
    reversed: int
    quantity: int | UnsetType = UNSET
    transfer_id: int | UnsetType = UNSET
    from_: LevelSide | UnsetType = named(name="from", default=UNSET)
    to: LevelSide | UnsetType = UNSET


async def list_movements(call: Call) -> Reply:
    """A page of movements, after a cursor."""
    query = call.query(MovementQuery)
    which = filter_of(query)
    after = None if query.cursor is None else cursor_from(query.cursor)
    # One more than the page shows: it tells whether there is a next one.
    rows = await call.read(
        lambda reads: reads.movements(
            which, after, query.per_page + 1, descending=query.sort == "-occurred_at"
        )
    )
    shown_rows = [shown(row) for row in rows[: query.per_page]]
    following = len(rows) > query.per_page
    cursor = cursor_after(rows[query.per_page - 1]) if following else None
    return page(shown_rows, CursorMeta(per_page=query.per_page, next_cursor=cursor))


def filter_of(query: MovementQuery) -> MovementFilter:
    """Which movements a query asks for."""
    return MovementFilter(
        product_id=query.product_id,
        warehouse_id=query.warehouse_id,
        movement_type=query.movement_type,
        reference_type=query.reference_type,
        reference_id=query.reference_id,
        order_id=order_asked(query.order_id, query.sales_order_id),
        since=None if query.since is None else from_moment(query.since),
        until=None if query.until is None else until_moment(query.until),
    )


async def read_movement(call: Call) -> Reply:
    """One movement."""
    movement_id = call.id("movement_id")
    row = await call.read(lambda reads: reads.movement(movement_id))
    if row is None:
        raise _not_found(movement_id)
    return data(shown(row))


async def reverse_movement(call: Call) -> Reply:
    """Mend a movement by another one."""
    movement_id = call.id("movement_id")
    body = await call.raw_body()
    given = parsed(call, body, Reversal)
    # What is written never changes, so it may be read before the command is queued.
    movements = await call.read(lambda reads: reads.reversible(movement_id))
    if not movements:
        raise _not_found(movement_id)
    origin = call.origin(
        given.reason or f"Reversal of movement {movement_id}",
        notes=given.notes,
        reference=given.reference,
        reference_type="stock_movement",
        reference_id=movement_id,
        occurred_at=f.optional_utc(given.occurred_at),
    )

    def reversed_(result: Accepted, movement_ids: Sequence[int]) -> Answer:
        told: dict[str, Any] = level_after(result, movement_ids) | dict(result.facts)
        told["reversed"] = movement_id
        return said(told, "Stock movement reversed successfully")

    return await call.submit(ReverseMovement(tuple(movements), origin), body, reversed_)


def shown(row: MovementView) -> MovementData:
    """A movement as its answers show it."""
    after = row.reserved if row.movement_type in RESERVING else row.on_hand
    return MovementData(
        id=row.id,
        product_id=row.product_id,
        warehouse_id=row.warehouse_id,
        movement_type=row.movement_type,
        quantity=row.quantity,
        quantity_before=after - row.quantity,
        quantity_after=after,
        quantity_on_hand=row.on_hand,
        quantity_reserved=row.reserved,
        reference_type=row.reference_type,
        reference_id=row.reference_id,
        reference=row.reference,
        reason=row.reason,
        notes=row.notes,
        order_id=own_order_of(row.order_id),
        sales_order_id=sales_order_of(row.order_id),
        transfer_id=row.transfer_id,
        reverses_id=row.reverses_id,
        entry_number=row.entry_number,
        occurred_at=row.occurred_at,
        reported_at=row.reported_at,
        created_by=row.created_by,
        created_at=row.created_at,
    )


def cursor_after(row: MovementView) -> str:
    """What asks for the movements after this one; opaque to clients."""
    return f"{(row.occurred_at - _FIRST_MOMENT) // _MICROSECOND}-{row.id}"


def cursor_from(text: str) -> MovementCursor:
    """The position a cursor stands for; its pattern has been checked."""
    microseconds, _, movement_id = text.partition("-")
    return MovementCursor(_FIRST_MOMENT + int(microseconds) * _MICROSECOND, int(movement_id))


def _not_found(movement_id: int) -> problems.Problem:
    return problems.no_such("movement_id", f"Movement {movement_id} does not exist")


_BLANK = {
    "reference": None,
    "reason": None,
    "order_id": None,
    "sales_order_id": None,
    "transfer_id": None,
    "reverses_id": None,
    "reported_at": None,
    "created_by": "key:warehouse",
}
_EXAMPLE = {
    "data": [
        {
            **_BLANK,
            "id": 456,
            "product_id": 123,
            "warehouse_id": 1,
            "movement_type": "in",
            "quantity": 50,
            "quantity_before": 0,
            "quantity_after": 50,
            "quantity_on_hand": 50,
            "quantity_reserved": 0,
            "reference_type": "purchase_order",
            "reference_id": 789,
            "notes": "Received from PO-2025-001",
            "entry_number": 1,
            "occurred_at": "2025-01-15T10:30:00Z",
            "created_at": "2025-01-15T10:30:00Z",
        },
        {
            **_BLANK,
            "id": 457,
            "product_id": 123,
            "warehouse_id": 1,
            "movement_type": "out",
            "quantity": -5,
            "quantity_before": 50,
            "quantity_after": 45,
            "quantity_on_hand": 45,
            "quantity_reserved": 0,
            "reference_type": "sales_order",
            "reference_id": None,
            "notes": "Shipped for order #1234",
            "order_id": 1234,
            "entry_number": 2,
            "occurred_at": "2025-01-15T14:20:00Z",
            "created_at": "2025-01-15T14:20:00Z",
        },
    ],
    "meta": {"per_page": 50, "next_cursor": None},
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_stock_movements",
            "List stock movements",
            "The ledger, by when things happened. Pages follow `next_cursor`. `from` and `to` take"
            " a moment with its zone or a UTC day; `to` excludes its moment and includes its day.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(list[MovementData], meta=CursorMeta)},
            query=MovementQuery,
            answer_example=_EXAMPLE,
        ),
        list_movements,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{movement_id}}",
            "read_stock_movement",
            "Read a stock movement",
            "One movement. Movements never change.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(MovementData)},
        ),
        read_movement,
    ),
    Endpoint(
        Operation(
            "POST",
            f"{PATH}/{{movement_id}}/reverse",
            "reverse_stock_movement",
            "Reverse a stock movement",
            "Mends a movement by its opposite, which names it in `reverses_id`; a transfer by both"
            " of its halves. Each movement can be reversed once. The body may be left out.",
            TAG,
            Permission.STOCK_MOVE,
            {200: Shape(ReversalData, "Stock movement reversed successfully")},
            body=Reversal,
            body_required=False,
            body_examples={"A mistake": {"reason": "Booked on the wrong product"}},
            errors=(409,),
            keyed=True,
        ),
        reverse_movement,
    ),
)
