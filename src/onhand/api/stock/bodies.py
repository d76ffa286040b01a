"""The bodies of the stock commands, and the commands they become.

Each body is one struct; in `POST /inventory/commands` the same struct, with a `type` and the
product it is about, stands in the list. What a body does not say is left to the rules: no
warehouse means the product's default, no moment means now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from onhand.api import fields as f
from onhand.core import commands as c
from onhand.core.callers import Caller
from onhand.core.movements import Origin
from onhand.core.reservations import OPENING_ORDER_ID

MAX_COMMANDS = 10_000

ReleasableOrderId = Annotated[
    int,
    Meta(
        ge=OPENING_ORDER_ID,
        le=f.MAX_ID,
        description="The order that holds the stock; 0 is what the product was created with.",
    ),
]


class _Told(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every command may say of where it comes from."""

    notes: f.Notes | None = None
    reference: f.Reference | None = None
    reference_type: f.ReferenceType | None = None
    reference_id: f.Id | None = None
    occurred_at: f.Moment | None = None

    def origin(self, caller: Caller, reason: str | None = None) -> Origin:
        """Where the change comes from, as the rules take it."""
        occurred_at = self.occurred_at
        return Origin(
            caller.name,
            reason,
            self.notes,
            self.reference,
            self.reference_type,
            self.reference_id,
            None if occurred_at is None else f.utc(occurred_at),
            caller.address,
            caller.within,
        )


class AdjustBody(_Told, kw_only=True):
    """Change on hand by a signed quantity. A negative one that names an order ships it."""

    quantity: f.Quantity
    reason: f.Reason
    order_id: ReleasableOrderId | None = None
    warehouse_id: f.WarehouseId | None = None

    def command(self, product_id: int, caller: Caller, now: datetime) -> c.Command:
        """The command it asks for."""
        origin = self.origin(caller, self.reason)
        return c.AdjustStock(product_id, self.warehouse_id, self.quantity, origin, self.order_id)


class ReserveBody(_Told, kw_only=True):
    """Hold stock for an order, for good or until a moment."""

    quantity: f.PositiveQuantity
    order_id: f.OrderId
    reason: f.Reason | None = None
    warehouse_id: f.WarehouseId | None = None
    expires_at: f.Moment | None = None
    ttl_seconds: f.Seconds | None = None

    def command(self, product_id: int, caller: Caller, now: datetime) -> c.Command:
        """The command it asks for."""
        expires_at = f.optional_utc(self.expires_at)
        if self.ttl_seconds is not None:
            lasts_until = now + timedelta(seconds=self.ttl_seconds)
            expires_at = lasts_until if expires_at is None else min(expires_at, lasts_until)
        origin = self.origin(caller, self.reason)
        return c.ReserveStock(
            product_id, self.warehouse_id, self.quantity, self.order_id, origin, expires_at
        )


class ReleaseBody(_Told, kw_only=True):
    """Give back stock that an order holds."""

    quantity: f.PositiveQuantity
    order_id: ReleasableOrderId
    reason: f.Reason | None = None
    warehouse_id: f.WarehouseId | None = None

    def command(self, product_id: int, caller: Caller, now: datetime) -> c.Command:
        """The command it asks for."""
        origin = self.origin(caller, self.reason)
        return c.ReleaseStock(product_id, self.warehouse_id, self.quantity, self.order_id, origin)


class CountBody(_Told, kw_only=True):
    """Set on hand to what was found in the warehouse."""

    counted_quantity: f.CountedQuantity
    counted_by: f.Person
    on_shortfall: Literal["reject", "deallocate"] = "reject"
    warehouse_id: f.WarehouseId | None = None

    def command(self, product_id: int, caller: Caller, now: datetime) -> c.Command:
        """The command it asks for."""
        origin = self.origin(caller, f"Physical count by {self.counted_by}")
        shortfall = c.OnShortfall(self.on_shortfall)
        return c.CountStock(product_id, self.warehouse_id, self.counted_quantity, origin, shortfall)


class TransferBody(_Told, kw_only=True):
    """Move available stock from one warehouse to another."""

    product_id: f.ProductId
    from_warehouse_id: f.WarehouseId
    to_warehouse_id: f.WarehouseId
    quantity: f.PositiveQuantity
    reason: f.Reason | None = None
    in_transit: Annotated[
        bool,
        Meta(description="True: the units leave now, and a transfer of their own is received."),
    ] = False

    def command(self, product_id: int, caller: Caller, now: datetime) -> c.Command:
        """The command it asks for."""
        return c.TransferStock(
            self.product_id,
            self.from_warehouse_id,
            self.to_warehouse_id,
            self.quantity,
            self.origin(caller, self.reason),
            self.in_transit,
        )


class AdjustCommand(AdjustBody, kw_only=True, tag_field="type", tag="adjust"):
    """Adjust, in a list of commands."""

    product_id: f.ProductId


class ReserveCommand(ReserveBody, kw_only=True, tag_field="type", tag="reserve"):
    """Reserve, in a list of commands."""

    product_id: f.ProductId


class ReleaseCommand(ReleaseBody, kw_only=True, tag_field="type", tag="release"):
    """Release, in a list of commands."""

    product_id: f.ProductId


class CountCommand(CountBody, kw_only=True, tag_field="type", tag="count"):
    """Count, in a list of commands."""

    product_id: f.ProductId


class TransferCommand(TransferBody, kw_only=True, tag_field="type", tag="transfer"):
    """Transfer, in a list of commands."""


class ReceiveCommand(_Told, kw_only=True, tag_field="type", tag="receive"):
    """Book stock that came in, as `in`: a purchase, or a return of an order."""

    product_id: f.ProductId
    quantity: f.PositiveQuantity
    order_id: f.OrderId | None = None
    reason: f.Reason | None = None
    warehouse_id: f.WarehouseId | None = None

    def command(self, product_id: int, caller: Caller, now: datetime) -> c.Command:
        """The command it asks for."""
        origin = self.origin(caller, self.reason)
        return c.ReceiveStock(product_id, self.warehouse_id, self.quantity, origin, self.order_id)


class ShipCommand(_Told, kw_only=True, tag_field="type", tag="ship"):
    """Book stock that left, as `out`; what the order holds is used first."""

    product_id: f.ProductId
    quantity: f.PositiveQuantity
    order_id: ReleasableOrderId | None = None
    reason: f.Reason | None = None
    warehouse_id: f.WarehouseId | None = None

    def command(self, product_id: int, caller: Caller, now: datetime) -> c.Command:
        """The command it asks for."""
        origin = self.origin(caller, self.reason)
        return c.ShipStock(product_id, self.warehouse_id, self.quantity, origin, self.order_id)


AnyCommand = (
    AdjustCommand
    | ReserveCommand
    | ReleaseCommand
    | CountCommand
    | TransferCommand
    | ReceiveCommand
    | ShipCommand
)


class CommandsBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Many commands in one request, in order, each seeing those before it."""

    commands: Annotated[list[AnyCommand], Meta(min_length=1, max_length=MAX_COMMANDS)]
    atomic: Annotated[
        bool, Meta(description="True: all or none. False: each is accepted or rejected by itself.")
    ] = False
