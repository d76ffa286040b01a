"""What each type of event tells, as the `data` of its envelope: all that a screen shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from onhand.core.reservations import own_order_of, sales_order_of
from onhand.ledger.feed import FeedEvent
from onhand.ledger.stock_views import MovementView


class StockMoved(Struct, kw_only=True):
    """A movement, and the level after it. `quantity` is signed: of on hand, or of reserved."""

    movement_id: int
    movement_type: str
    product_id: int
    warehouse_id: int
    quantity: int
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    entry_number: int
    order_id: int | None
    sales_order_id: int | None
    transfer_id: int | None
    reverses_id: int | None
    reference_type: str | None
    reference_id: int | None
    reference: str | None
    reason: str | None
    notes: str | None
    actor: str
    occurred_at: Annotated[datetime, Meta(tz=True)]


class StockStanding(Struct, kw_only=True):
    """How a product stands over all warehouses."""

    product_id: int
    stock_status: str
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    reorder_point: int | None
    actor: str


class BackorderAllocated(Struct, kw_only=True):
    """Units that came in went to an order that waited for them."""

    product_id: int
    warehouse_id: int
    reservation_id: int
    order_id: int | None = None
    sales_order_id: int | None = None
    quantity: int
    still_backordered: int
    actor: str
    reason: str | None


class ReservationExpired(Struct, kw_only=True):
    """What an order held is held no longer: allocated units, and those it waited for."""

    product_id: int
    warehouse_id: int
    reservation_id: int
    order_id: int | None = None
    sales_order_id: int | None = None
    released: int
    released_backordered: int
    actor: str
    reason: str | None


class ProductChanged(Struct, kw_only=True):
    """A product's version, and the new value of each field that changed."""

    product_id: int
    sku: str
    version: int
    changed: Mapping[str, Any]
    actor: str
    reason: str | None


class WarehouseChanged(Struct, kw_only=True):
    """A warehouse's version, and the new value of each field that changed."""

    warehouse_id: int
    code: str
    version: int
    changed: Mapping[str, Any]
    actor: str
    reason: str | None


class SettingsChanged(Struct, kw_only=True):
    """The product's version, and the new value of each setting of the warehouse that changed."""

    product_id: int
    warehouse_id: int
    version: int
    changed: Mapping[str, Any]
    actor: str
    reason: str | None


class TermsChanged(Struct, kw_only=True):
    """The supplier's version, and what it sells the product for.

    `no_longer_preferred` is the supplier that was preferred until then.
    """

    supplier_id: int
    product_id: int
    version: int
    actor: str
    reason: str | None
    price: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    previous_price: str | UnsetType | None = UNSET
    no_longer_preferred: int | UnsetType = UNSET


class DocumentStep(Struct, kw_only=True):
    """A document's step: its version and state after it, and what the step was about.

    `details` are those of its history; null where they are too long to be told here.
    """

    document: str
    id: int
    version: int
    step: str
    from_state: str | None
    state: str
    warehouse_ids: list[int]
    details: Mapping[str, Any] | None
    actor: str
    reason: str | None


EventData = (
    StockMoved
    | StockStanding
    | BackorderAllocated
    | ReservationExpired
    | ProductChanged
    | WarehouseChanged
    | SettingsChanged
    | TermsChanged
    | DocumentStep
)


def moved(movement: MovementView) -> StockMoved:
    """The data of a movement's event."""
    return StockMoved(
        movement_id=movement.id,
        movement_type=movement.movement_type.value,
        product_id=movement.product_id,
        warehouse_id=movement.warehouse_id,
        quantity=movement.quantity,
        quantity_on_hand=movement.on_hand,
        quantity_reserved=movement.reserved,
        quantity_available=movement.on_hand - movement.reserved,
        entry_number=movement.entry_number,
        order_id=own_order_of(movement.order_id),
        sales_order_id=sales_order_of(movement.order_id),
        transfer_id=movement.transfer_id,
        reverses_id=movement.reverses_id,
        reference_type=movement.reference_type,
        reference_id=movement.reference_id,
        reference=movement.reference,
        reason=movement.reason,
        notes=movement.notes,
        actor=movement.created_by,
        occurred_at=movement.occurred_at,
    )


def told(event: FeedEvent, kind: type[EventData]) -> EventData:
    """The data of an event that is no movement, in its shape."""
    values: dict[str, Any] = {"actor": event.actor, "reason": event.reason}
    if event.subject is not None:
        document, subject_id = event.subject
        values |= {"version": event.version, "changed": event.changed}
        if kind is DocumentStep:
            values |= {
                "document": document,
                "id": subject_id,
                "step": event.step,
                "from_state": event.from_state,
                "state": event.to_state,
                "warehouse_ids": list(event.warehouses or ()),
                "details": event.data,
            }
        elif kind is TermsChanged:
            values["supplier_id"] = subject_id
    if kind is not DocumentStep:
        values |= event.data or {}
    return kind(**{name: values[name] for name in kind.__struct_fields__ if name in values})
