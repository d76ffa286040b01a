"""Events: what happened, as other systems are told of it, each with a type as `stock.reserved`.

    a movement          is an event by itself: its own row tells it
    a document's step   is one (`onhand.core.documents.Event`)
    a notice            is one that is neither: a change of the catalogue, or what follows from
                        movements, as that a product has run out

All of a shop's events have numbers out of one row, which is their order: those of a product rise in
the order in which it happened to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from onhand.core.changes import Changes
from onhand.core.movements import MovementType

OF_MOVEMENTS: Mapping[MovementType, str] = {
    MovementType.IN: "stock.received",
    MovementType.OUT: "stock.shipped",
    MovementType.ADJUSTMENT: "stock.adjusted",
    MovementType.TRANSFER: "stock.transferred",
    MovementType.COUNT: "stock.counted",
    MovementType.RESERVED: "stock.reserved",
    MovementType.RELEASED: "stock.released",
}
"""The type of each movement's event."""

STOCK_LOW, STOCK_OUT, STOCK_BACK_IN = "stock.low", "stock.out", "stock.back_in"
BACKORDER_ALLOCATED, RESERVATION_EXPIRED = "backorder.allocated", "reservation.expired"
PRODUCT_CREATED, PRODUCT_UPDATED = "product.created", "product.updated"
PRODUCT_REMOVED = "product.removed"
WAREHOUSE_CREATED, WAREHOUSE_UPDATED = "warehouse.created", "warehouse.updated"
SETTINGS_UPDATED, SETTINGS_REMOVED = "stock_settings.updated", "stock_settings.removed"
TERMS_CREATED, TERMS_UPDATED = "supplier_terms.created", "supplier_terms.updated"
TERMS_REMOVED = "supplier_terms.removed"

_PAST: Mapping[str, str] = {
    "draft": "created",
    "create": "created",
    "change": "updated",
    "submit": "submitted",
    "approve": "approved",
    "send": "sent",
    "receive": "received",
    "reverse": "reversed",
    "close": "closed",
    "cancel": "cancelled",
    "ship": "shipped",
    "confirm": "confirmed",
    "return": "returned",
    "start": "started",
    "add": "extended",
    "record": "recorded",
    "recount": "recount_asked",
}


def type_of_step(kind: str, step: str, *, is_new: bool = False) -> str:
    """The type of a document's step. `is_new`: the terms it sets were not there before."""
    if step == "set_terms":
        return TERMS_CREATED if is_new else TERMS_UPDATED
    if step == "remove_terms":
        return TERMS_REMOVED
    return f"{kind}.{_PAST[step]}"


class Subject(NamedTuple):
    """What a notice of the catalogue is about, a product or a warehouse, as it is after it."""

    kind: str
    id: int
    version: int


@dataclass(frozen=True, slots=True)
class Notice:
    """An event that is neither a movement nor a document's step.

    `warehouses` are those whose stock it tells of; None: of no stock; none: of the stock of all.
    `data` holds plain JSON values. `after` tells how many of its batch's movements come before it.
    """

    type: str
    at: datetime
    actor: str
    address: str | None = None
    reason: str | None = None
    subject: Subject | None = None
    product_id: int | None = None
    warehouses: tuple[int, ...] | None = None
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    changes: Changes | None = None
    after: int = 0


def in_order(events: Iterable[Any]) -> list[Any]:
    """A batch's steps and notices among its movements, each after those that come before it."""
    return sorted(events, key=_place)


def _place(event: Any) -> int:
    place: int = event.after
    return place
