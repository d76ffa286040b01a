"""The stock commands as the documentation tells them; `stock_commands` carries them out."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from onhand.api import fields as f
from onhand.api.operations import BASE, Operation, Shape
from onhand.api.stock.bodies import (
    MAX_COMMANDS,
    AdjustBody,
    CommandsBody,
    CountBody,
    ReleaseBody,
    ReserveBody,
    TransferBody,
)
from onhand.api.stock.commands import NEEDS, OPERATION_OF
from onhand.api.stock.movements import LevelSide

PATH = f"{BASE}/inventory"
TAG = "Inventory"


class LevelAfter(Struct, kw_only=True):
    """The level after a command, and the movements it wrote."""

    product_id: int
    warehouse_id: int
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    movement_ids: list[int]


class Adjusted(LevelAfter, kw_only=True):
    """`released` of the order's units, where the adjustment shipped an order."""

    adjustment: int
    released: int | UnsetType = UNSET


class HeldReservation(Struct, kw_only=True):
    """What the order holds now."""

    id: int
    order_id: int
    allocated: int
    backordered: int
    expires_at: f.Instant | None


class Reserved(LevelAfter, kw_only=True):
    """Of `reserved` units, `allocated` are held and `backordered` wait for stock."""

    reserved: int
    allocated: int
    backordered: int
    reservation: HeldReservation


class Released(LevelAfter, kw_only=True):
    """`released` units, of which `released_backordered` were waiting; the rest is `still_held`."""

    released: int
    released_backordered: int
    still_held: int


class Deallocated(Struct, kw_only=True):
    """An order whose units are no longer there, and now are backordered."""

    order_id: int | None
    sales_order_id: int | UnsetType = UNSET
    quantity: int


class Counted(LevelAfter, kw_only=True):
    """What was found, and what that changed."""

    counted_quantity: int
    previous_quantity: int
    discrepancy: int
    last_counted_at: f.Instant
    deallocated: list[Deallocated] | UnsetType = UNSET


class Transferred(LevelAfter, kw_only=True):
    """The level at the source, and both sides after the transfer.

    `state` is told of a transfer in transit: `transfer_id` names it under `/transfers`.
    """

    quantity: int
    transfer_id: int
    state: Literal["shipped"] | UnsetType = UNSET
    from_: LevelSide = named(name="from")
    to: LevelSide


class CommandAnswer(Struct, kw_only=True):
    """One command's answer: accepted, with the level after it, or rejected."""

    status: Literal["accepted", "rejected"]
    message: str | UnsetType = UNSET
    errors: dict[str, list[str]] | UnsetType = UNSET
    product_id: int | UnsetType = UNSET
    warehouse_id: int | UnsetType = UNSET
    quantity_on_hand: int | UnsetType = UNSET
    quantity_reserved: int | UnsetType = UNSET
    quantity_available: int | UnsetType = UNSET
    movement_ids: list[int] | UnsetType = UNSET


def _command(
    verb: str,
    summary: str,
    description: str,
    body: type[Struct],
    answer: type[Struct],
    message: str,
    examples: dict[str, Any],
    answer_example: Any = None,
) -> Operation:
    place = verb if verb == "transfer" else f"{{product_id}}/{verb}"
    return Operation(
        "POST",
        f"{PATH}/{place}",
        OPERATION_OF[verb],
        summary,
        description,
        TAG,
        NEEDS[verb],
        {200: Shape(answer, message)},
        body=body,
        body_examples=examples,
        answer_example=answer_example,
        keyed=True,
    )


OPERATIONS = (
    _command(
        "adjust",
        "Adjust stock",
        "Changes on hand by `quantity`: positive adds, negative takes. A negative one with an order"
        " (`order_id`, or `#789` in `reason` or `reference`) that holds stock here ships it: its"
        " hold is released and the units leave as `out`. Stock that arrives serves backorders.",
        AdjustBody,
        Adjusted,
        "Stock adjusted successfully",
        {
            "Received": {
                "quantity": 10,
                "reason": "Received shipment from supplier",
                "reference": "PO-2025-001",
            },
            "Shipped": {"quantity": -2, "reason": "Shipped order #789"},
            "Damaged": {
                "quantity": -3,
                "reason": "Damaged during inspection",
                "reference": "DMG-2025-001",
            },
        },
        {
            "message": "Stock adjusted successfully",
            "data": {
                "product_id": 123,
                "warehouse_id": 1,
                "quantity_on_hand": 55,
                "quantity_reserved": 10,
                "quantity_available": 45,
                "movement_ids": [458],
                "adjustment": 10,
            },
        },
    ),
    _command(
        "reserve",
        "Reserve stock for an order",
        "Holds units for an order, until `expires_at` or for `ttl_seconds` where given. What is"
        " missing is refused, or backordered where the product allows it.",
        ReserveBody,
        Reserved,
        "Stock reserved successfully",
        {"An order": {"quantity": 5, "order_id": 789, "notes": "Reserved for order #789"}},
    ),
    _command(
        "release",
        "Release reserved stock",
        "Gives back units that an order holds: its backordered ones first.",
        ReleaseBody,
        Released,
        "Stock released successfully",
        {
            "Partly cancelled": {
                "quantity": 3,
                "order_id": 789,
                "reason": "Order partially cancelled",
            }
        },
    ),
    _command(
        "count",
        "Record a physical count",
        "Sets on hand to what was found and books the difference, also when there is none. Less"
        ' than orders hold is refused, unless `on_shortfall` is "deallocate": then the newest'
        " reservations become backorders.",
        CountBody,
        Counted,
        "Physical count recorded successfully",
        {
            "Monthly count": {
                "counted_quantity": 48,
                "counted_by": "John Doe",
                "notes": "Monthly inventory count",
            }
        },
        {
            "message": "Physical count recorded successfully",
            "data": {
                "product_id": 123,
                "warehouse_id": 1,
                "quantity_on_hand": 48,
                "quantity_reserved": 10,
                "quantity_available": 38,
                "movement_ids": [459],
                "counted_quantity": 48,
                "previous_quantity": 45,
                "discrepancy": 3,
                "last_counted_at": "2025-01-15T16:45:00Z",
            },
        },
    ),
    _command(
        "transfer",
        "Transfer stock between warehouses",
        "Moves available units in one step; both sides are booked in the same commit. With"
        " `in_transit` the units leave the source only: `POST /transfers/{transfer_id}/receive`"
        " takes them in.",
        TransferBody,
        Transferred,
        "Stock transferred successfully",
        {
            "Rebalancing": {
                "product_id": 123,
                "from_warehouse_id": 1,
                "to_warehouse_id": 2,
                "quantity": 10,
                "notes": "Rebalancing inventory",
            },
            "By lorry": {
                "product_id": 123,
                "from_warehouse_id": 1,
                "to_warehouse_id": 2,
                "quantity": 10,
                "in_transit": True,
            },
        },
    ),
    Operation(
        "POST",
        f"{PATH}/commands",
        OPERATION_OF["commands"],
        "Carry out many commands",
        f"Up to {MAX_COMMANDS:,} commands, in order, each seeing those before it. `atomic: true`:"
        " all or none, and a 422 names the first that was refused, as `commands.3.quantity`. Else"
        " each has its own answer.",
        TAG,
        NEEDS["commands"],
        {200: Shape(list[CommandAnswer], "Every command is answered in data, in order")},
        body=CommandsBody,
        body_examples={
            "An order of two lines": {
                "atomic": True,
                "commands": [
                    {"type": "reserve", "product_id": 123, "quantity": 5, "order_id": 789},
                    {"type": "reserve", "product_id": 124, "quantity": 1, "order_id": 789},
                ],
            }
        },
        keyed=True,
    ),
)
"""All stock commands."""
