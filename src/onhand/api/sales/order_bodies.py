"""What is sent and told of sales orders: bodies in, and an order as its answers show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec import field as named

from onhand.api import documents
from onhand.api import fields as f
from onhand.core import sales_orders as s
from onhand.core.documents import Event
from onhand.core.levels import StockKey
from onhand.core.sales_orders import OrderLine, SalesOrder
from onhand.core.sales_sourcing import Held, SalesOrderView

MAX_LINES = 2_000
MAX_SITES = 100
"""Warehouses that are looked at for what nobody says the source of."""

State = Literal["draft", "confirmed", "partially_shipped", "shipped", "closed", "cancelled"]
Number = Annotated[int, Meta(ge=1, le=f.MAX_ID, description="The line's number, from 1.")]
Waits = Annotated[
    bool, Meta(description="Whether missing units may wait for stock, where the product allows it.")
]
Split = Annotated[bool, Meta(description="Whether a line may come from several warehouses.")]
Priority = Annotated[
    list[f.WarehouseId],
    Meta(max_length=MAX_SITES, description="Where from, the nearest first; none: any in use."),
]


class OrderLineBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A product that is ordered, how many units of it, and where they come from."""

    product_id: f.ProductId
    quantity: f.PositiveQuantity
    warehouse_id: f.WarehouseId | None = None
    allow_backorder: Waits = True


class OrderLineChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """A line as it shall be: `line` names one that is there, and what is left out stays."""

    line: Number | UnsetType = UNSET
    product_id: f.ProductId | UnsetType = UNSET
    quantity: f.PositiveQuantity
    warehouse_id: f.WarehouseId | UnsetType | None = UNSET
    allow_backorder: Waits | UnsetType = UNSET


class NewSalesOrder(Struct, kw_only=True, forbid_unknown_fields=True):
    """An order to write; `confirm`: reserve it at once."""

    lines: Annotated[list[OrderLineBody], Meta(min_length=1, max_length=MAX_LINES)]
    customer: f.Name | None = None
    reference: f.Reference | None = None
    notes: f.Notes | None = None
    requested_date: f.Day | None = None
    warehouse_id: f.WarehouseId | None = None
    warehouse_priority: Priority = []
    split: Split = False
    confirm: bool = False


class SalesOrderChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to an order: what is left out stays, null clears, `lines` are all lines."""

    lines: (
        Annotated[list[OrderLineChanges], Meta(min_length=1, max_length=MAX_LINES)] | UnsetType
    ) = UNSET
    customer: f.Name | UnsetType | None = UNSET
    reference: f.Reference | UnsetType | None = UNSET
    notes: f.Notes | UnsetType | None = UNSET
    requested_date: f.Day | UnsetType | None = UNSET
    warehouse_id: f.WarehouseId | UnsetType | None = UNSET
    warehouse_priority: Priority | UnsetType = UNSET
    split: Split | UnsetType = UNSET


class SalesOrderSaying(Struct, kw_only=True, forbid_unknown_fields=True):
    """Anything to say of a step."""

    reason: f.Reason | None = None


class SalesOrderCancelling(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it is given up."""

    reason: f.Reason


class LeavingLine(Struct, kw_only=True, forbid_unknown_fields=True):
    """Units of a line that leave; without `quantity` all that are allocated."""

    line: Number
    quantity: f.PositiveQuantity | None = None


class SalesShipment(Struct, kw_only=True, forbid_unknown_fields=True):
    """What leaves: without `lines` all that is allocated, or all of it in `warehouse_id`."""

    lines: Annotated[list[LeavingLine], Meta(min_length=1, max_length=MAX_LINES)] | None = None
    warehouse_id: f.WarehouseId | None = None
    reference: f.Reference | None = None
    reason: f.Reason | None = None
    notes: f.Notes | None = None
    occurred_at: f.Moment | None = None


class ComingLine(Struct, kw_only=True, forbid_unknown_fields=True):
    """Units of a line that come back: to stock, or with `restock` false to be written off.

    Without `warehouse_id` they come to where they left from.
    """

    line: Number
    quantity: f.PositiveQuantity
    restock: bool = True
    warehouse_id: f.WarehouseId | None = None
    reason: f.Reason | None = None


class SalesReturn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What comes back, and why."""

    lines: Annotated[list[ComingLine], Meta(min_length=1, max_length=MAX_LINES)]
    reason: f.Reason
    reference: f.Reference | None = None
    notes: f.Notes | None = None
    occurred_at: f.Moment | None = None


class AllocationData(Struct, kw_only=True):
    """Units of a line in one warehouse: held, waiting for stock, and gone."""

    warehouse_id: int
    allocated: int
    backordered: int
    shipped: int


class OrderLineData(Struct, kw_only=True):
    """A line: of `quantity` units so many are held, wait, have left, came back, were given up."""

    line: int
    product_id: int
    quantity: int
    warehouse_id: int | None
    allow_backorder: bool
    allocated: int
    backordered: int
    shipped: int
    returned: int
    cancelled: int
    allocations: list[AllocationData]


class SalesOrderHead(Struct, kw_only=True):
    """An order without its lines."""

    id: int
    state: State
    customer: str | None
    reference: str | None
    notes: str | None
    requested_date: date | None
    warehouse_id: int | None
    split: bool
    shipment_count: int
    return_count: int
    created_by: str
    created_at: f.Instant
    updated_at: f.Instant


class SalesOrderSummary(SalesOrderHead, kw_only=True):
    """An order in a list."""

    line_count: int
    quantity: int
    quantity_allocated: int
    quantity_backordered: int
    quantity_shipped: int


class SalesOrderData(SalesOrderHead, kw_only=True):
    """An order, and the events that are possible now."""

    warehouse_priority: list[int]
    lines: list[OrderLineData]
    possible: list[str]


class MovedLine(Struct, kw_only=True):
    """Units of a line that left a warehouse, or came to it."""

    line: int
    warehouse_id: int
    quantity: int


class ShipmentData(Struct, kw_only=True):
    """One shipment of an order; its number counts from 1."""

    number: int
    shipped_at: f.Instant
    reference: str | None
    by: str
    lines: list[MovedLine]


class ReturnedLine(MovedLine, kw_only=True):
    """Units that came back, to stock or to be written off."""

    restocked: bool
    reason: str


class ReturnData(Struct, kw_only=True):
    """One return to an order; its number counts from 1."""

    number: int
    returned_at: f.Instant
    reference: str | None
    by: str
    lines: list[ReturnedLine]


class SalesOrderWhole(SalesOrderData, kw_only=True):
    """An order with its shipments, its returns and its history."""

    shipments: list[ShipmentData]
    returns: list[ReturnData]
    history: list[documents.Step]


class SalesOrderStepped(SalesOrderData, kw_only=True):
    """An order after a step, and the movements that this wrote."""

    movement_ids: list[int]
    shipment: ShipmentData | UnsetType = UNSET
    return_: ReturnData | UnsetType = named(name="return", default=UNSET)


def lines_given(lines: Sequence[OrderLineBody]) -> tuple[s.LineGiven, ...]:
    """New lines as the rules take them."""
    return tuple(
        s.LineGiven(None, {name: getattr(line, name) for name in line.__struct_fields__})
        for line in lines
    )


def lines_changed(lines: Sequence[OrderLineChanges]) -> tuple[s.LineGiven, ...]:
    """Lines to change as the rules take them."""
    found = []
    for line in lines:
        fields = documents.changes(line)
        found.append(s.LineGiven(fields.pop("line", None), fields))
    return tuple(found)


def head(order: SalesOrder) -> dict[str, Any]:
    """An order's own fields."""
    counts = {"shipment_count": order.shipments, "return_count": order.returns}
    names = (name for name in SalesOrderHead.__struct_fields__ if name not in counts)
    return counts | {name: getattr(order, name) for name in names}


def stepped(view: SalesOrderView, movement_ids: Sequence[int]) -> SalesOrderStepped:
    """An order after a step."""
    told = SalesOrderStepped(**_data(view), movement_ids=list(movement_ids))
    step = view.step
    if step is not None and step.name == "ship":
        told.shipment = _shipment(step)
    if step is not None and step.name == "return":
        told.return_ = _return(step)
    return told


def whole(
    order: SalesOrder, holds: Mapping[StockKey, Held], history: Sequence[Event]
) -> SalesOrderWhole:
    """An order with all that became of it."""
    return SalesOrderWhole(
        **_data(SalesOrderView(order, holds)),
        shipments=[_shipment(event) for event in history if event.name == "ship"],
        returns=[_return(event) for event in history if event.name == "return"],
        history=documents.steps(history),
    )


def _data(view: SalesOrderView) -> dict[str, Any]:
    order = view.order
    shares = view.shares()
    allocations: dict[int, list[AllocationData]] = {line.number: [] for line in order.lines}
    for source in order.sources:
        allocated, backordered = shares[source.number]
        allocations[source.line].append(
            AllocationData(
                warehouse_id=source.warehouse_id,
                allocated=allocated,
                backordered=backordered,
                shipped=source.shipped,
            )
        )
    given_up = order.state in (s.CANCELLED, s.CLOSED)
    return {
        **head(order),
        "warehouse_priority": [it.warehouse_id for it in order.preferences],
        "lines": [_line(line, allocations[line.number], given_up) for line in order.lines],
        "possible": order.possible(),
    }


def _line(line: OrderLine, allocations: list[AllocationData], given_up: bool) -> OrderLineData:
    shipped = sum(it.shipped for it in allocations)
    return OrderLineData(
        line=line.number,
        product_id=line.product_id,
        quantity=line.quantity,
        warehouse_id=line.warehouse_id,
        allow_backorder=line.allow_backorder,
        allocated=sum(it.allocated for it in allocations),
        backordered=sum(it.backordered for it in allocations),
        shipped=shipped,
        returned=line.returned,
        cancelled=line.quantity - shipped if given_up else 0,
        allocations=allocations,
    )


def _shipment(event: Event) -> ShipmentData:
    return ShipmentData(
        number=event.data["shipment"],
        shipped_at=datetime.fromisoformat(event.data["at"]),
        reference=event.data["reference"],
        by=event.actor,
        lines=[MovedLine(**line) for line in event.data["lines"]],
    )


def _return(event: Event) -> ReturnData:
    return ReturnData(
        number=event.data["return"],
        returned_at=datetime.fromisoformat(event.data["at"]),
        reference=event.data["reference"],
        by=event.actor,
        lines=[ReturnedLine(**line) for line in event.data["lines"]],
    )
