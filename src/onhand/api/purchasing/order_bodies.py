"""Purchase orders as clients write them, and as answers show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from onhand.api import documents
from onhand.api import fields as f
from onhand.api.catalogue.product_bodies import Amount
from onhand.api.queries import Paging, sorting
from onhand.core import purchase_orders as p
from onhand.core.documents import Event
from onhand.core.purchase_orders import PurchaseOrder
from onhand.core.warehouses import DEFAULT_WAREHOUSE_ID
from onhand.ledger.documents import PurchaseOrderView

MAX_LINES = 10_000

State = Literal[
    "draft", "pending", "approved", "sent", "partially_received", "completed", "cancelled"
]
Percent = Annotated[int, Meta(ge=0, le=100, description="Percent of each line's quantity.")]
LineNumber = Annotated[int, Meta(ge=1, le=MAX_LINES, description="The line's number, from 1.")]


class PurchaseLineBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A product to order; without a `price`, that of the supplier's terms."""

    product_id: f.ProductId
    quantity: f.PositiveQuantity
    price: f.Money | None = None
    expected_date: f.Day | None = None


Lines = Annotated[list[PurchaseLineBody], Meta(min_length=1, max_length=MAX_LINES)]


class NewPurchaseOrder(Struct, kw_only=True, forbid_unknown_fields=True):
    """An order to write; without a `currency`, in the supplier's."""

    supplier_id: f.SupplierId
    lines: Lines
    warehouse_id: f.WarehouseId = DEFAULT_WAREHOUSE_ID
    currency: f.Currency | None = None
    reference: f.Reference | None = None
    notes: f.Notes | None = None
    expected_date: f.Day | None = None
    over_receipt_percent: Percent = 0


class PurchaseOrderChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to a draft: what is left out stays, null clears, `lines` replace all lines."""

    lines: Lines | UnsetType = UNSET
    warehouse_id: f.WarehouseId | UnsetType = UNSET
    reference: f.Reference | UnsetType | None = UNSET
    notes: f.Notes | UnsetType | None = UNSET
    expected_date: f.Day | UnsetType | None = UNSET
    over_receipt_percent: Percent | UnsetType = UNSET


class PurchaseDeciding(Struct, kw_only=True, forbid_unknown_fields=True):
    """Anything to say of it."""

    reason: f.Reason | None = None


class PurchaseSending(Struct, kw_only=True, forbid_unknown_fields=True):
    """When it was sent, and anything to say of it."""

    reason: f.Reason | None = None
    occurred_at: f.Moment | None = None


class PurchaseEnding(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it ends."""

    reason: f.Reason


class PurchaseArrival(Struct, kw_only=True, forbid_unknown_fields=True):
    """What came of a line: units accepted, units rejected, and why those."""

    line: LineNumber
    received: f.CountedQuantity = 0
    rejected: f.CountedQuantity = 0
    reason: f.Reason | None = None


class PurchaseReceiving(Struct, kw_only=True, forbid_unknown_fields=True):
    """A delivery; without `lines` all that is on order has come.

    `delivery_reference` is the supplier's number of it: an order takes each one in once.
    """

    delivery_reference: f.Reference
    lines: Annotated[list[PurchaseArrival], Meta(min_length=1, max_length=MAX_LINES)] | None = None
    notes: f.Notes | None = None
    occurred_at: f.Moment | None = None


class ReceiptReversing(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it is taken back."""

    reason: f.Reason
    occurred_at: f.Moment | None = None


class PurchaseOrderQuery(Paging, kw_only=True):
    """Which purchase orders, in which order."""

    state: State | None = None
    open: Annotated[bool, Meta(description="Only those with units on order.")] = False
    supplier_id: f.SupplierId | None = None
    warehouse_id: f.WarehouseId | None = None
    product_id: f.ProductId | None = None
    sort: (
        Annotated[str, sorting("id", "total", "expected_date", "created_at", "updated_at")] | None
    ) = None


class PurchaseLineData(Struct, kw_only=True):
    """A line: of `quantity` units so many were received, and are still on order."""

    line: int
    product_id: int
    quantity: int
    price: Amount
    total: Amount
    expected_date: date | None
    received: int
    rejected: int
    on_order: int


class ReceiptLineData(Struct, kw_only=True):
    """What came of a line; `days_late` is negative where it came early."""

    line: int
    received: int
    rejected: int
    reason: str | None
    days_late: int | None


class ReceiptData(Struct, kw_only=True):
    """A delivery, `lead_time_days` after the order was sent; reversed, it counts no more."""

    receipt: int
    delivery_reference: str
    received_at: f.Instant
    received_by: str
    lead_time_days: int
    notes: str | None
    reversed_at: f.Instant | None
    lines: list[ReceiptLineData]


class PurchaseOrderHead(Struct, kw_only=True):
    """An order without its lines."""

    id: int
    state: State
    supplier_id: int
    warehouse_id: int
    currency: str
    total: Amount
    reference: str | None
    notes: str | None
    expected_date: date | None
    over_receipt_percent: int
    sent_at: f.Instant | None
    created_by: str
    created_at: f.Instant
    updated_at: f.Instant


class PurchaseOrderSummary(PurchaseOrderHead, kw_only=True):
    """An order in a list."""

    line_count: int
    quantity: int
    quantity_received: int
    quantity_on_order: int


class PurchaseOrderData(PurchaseOrderHead, kw_only=True):
    """An order, and the events that are possible now."""

    lines: list[PurchaseLineData]
    receipts: list[ReceiptData]
    possible: list[str]


class PurchaseOrderWhole(PurchaseOrderData, kw_only=True):
    """An order with its history."""

    history: list[documents.Step]


class PurchaseOrderStepped(PurchaseOrderData, kw_only=True):
    """An order after a step, and the movements that this wrote."""

    movement_ids: list[int]


def lines_given(lines: Sequence[PurchaseLineBody]) -> tuple[p.LineGiven, ...]:
    """Lines as the rules take them."""
    return tuple(
        p.LineGiven(
            line.product_id,
            line.quantity,
            None if line.price is None else Decimal(line.price),
            line.expected_date,
        )
        for line in lines
    )


def summary(row: PurchaseOrderView) -> PurchaseOrderSummary:
    """An order as a list shows it."""
    return PurchaseOrderSummary(
        **_head(row.order),
        line_count=row.lines,
        quantity=row.quantity,
        quantity_received=row.received,
        quantity_on_order=row.on_order,
    )


def stepped(order: PurchaseOrder, movement_ids: Sequence[int]) -> PurchaseOrderStepped:
    """An order after a step."""
    return PurchaseOrderStepped(**_data(order), movement_ids=list(movement_ids))


def whole(order: PurchaseOrder, history: Sequence[Event]) -> PurchaseOrderWhole:
    """An order with its history."""
    return PurchaseOrderWhole(**_data(order), history=documents.steps(history))


def _head(order: PurchaseOrder) -> dict[str, Any]:
    head = {name: getattr(order, name) for name in PurchaseOrderHead.__struct_fields__}
    return head | {"total": _amount(order.total)}


def _data(order: PurchaseOrder) -> dict[str, Any]:
    lines = [
        PurchaseLineData(
            line=line.number,
            product_id=line.product_id,
            quantity=line.quantity,
            price=_amount(line.price),
            total=_amount(p.total_of([line])),
            expected_date=line.expected_date,
            received=line.received,
            rejected=line.rejected,
            on_order=line.on_order,
        )
        for line in order.lines
    ]
    possible = list(p.LIFE_CYCLE.possible(order.state))
    return {**_head(order), "lines": lines, "receipts": receipts(order), "possible": possible}


def receipts(order: PurchaseOrder) -> list[ReceiptData]:
    """An order's receipts, each with its lines."""
    lines: dict[int, list[ReceiptLineData]] = {}
    for it in order.receipt_lines:
        lines.setdefault(it.receipt, []).append(
            ReceiptLineData(
                line=it.line,
                received=it.received,
                rejected=it.rejected,
                reason=it.reason,
                days_late=it.days_late,
            )
        )
    return [
        ReceiptData(
            receipt=it.number,
            delivery_reference=it.delivery_reference,
            received_at=it.received_at,
            received_by=it.received_by,
            lead_time_days=it.lead_time_days,
            notes=it.notes,
            reversed_at=it.reversed_at,
            lines=lines.get(it.number, []),
        )
        for it in order.receipts
    ]


def _amount(amount: Decimal) -> Decimal:
    return f.plain(amount) if amount else Decimal(0)
