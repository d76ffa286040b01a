"""Moves of buyers: suppliers, their terms, orders and deliveries, drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from onhand.core import commands as c
from onhand.core import purchase_orders as p
from onhand.core import suppliers as s
from tests.support.moves import Move, World

USABLE = (s.SupplierStatus.ACTIVE, s.SupplierStatus.PREFERRED, s.SupplierStatus.SUSPENDED)


def _create_supplier(world: World) -> c.Command:
    return s.CreateSupplier(
        origin=world.origin(),
        code=world.one_of(["NORTH", "north", "South"]),
        status=world.one_of(USABLE),
        attributes={"name": "Some", "currency": "USD", "lead_time_days": world.one_of([None, 7])},
    )


def _change_supplier(world: World) -> c.Command:
    changes = world.one_of([{"state": world.one_of(USABLE).value}, {"code": "South"}])
    return s.ChangeSupplier(origin=world.origin(), id=_supplier_id(world), changes=changes)


def _set_terms(world: World) -> c.Command:
    return s.SetTerms(
        origin=world.origin(),
        id=_supplier_id(world),
        product_id=world.one_of(world.products),
        currency=None,
        attributes={
            "price": Decimal(world.units()) / 4,
            "minimum_order_quantity": world.units(1, 3),
            "pack_size": world.units(1, 2),
            "is_preferred": world.one_of([True, False]),
        },
    )


def _remove_terms(world: World) -> c.Command:
    product = world.one_of(world.products)
    return s.RemoveTerms(origin=world.origin(), id=_supplier_id(world), product_id=product)


def _lines(world: World) -> tuple[p.LineGiven, ...]:
    price = world.one_of([None, Decimal("1.25"), Decimal("0.0001")])
    number = world.one_of([1, 2, 3])
    return tuple(
        p.LineGiven(world.one_of(world.products), world.units(), price) for _ in range(number)
    )


def _draft(world: World) -> c.Command:
    return p.DraftPurchaseOrder(
        origin=world.origin(),
        supplier_id=_supplier_id(world),
        warehouse_id=world.one_of(world.warehouses),
        lines=_lines(world),
        over_receipt_percent=world.one_of([0, 50]),
    )


def _change(world: World) -> c.Command:
    changes: dict[str, Any] = world.one_of([{"notes": "Changed"}, {"lines": _lines(world)}])
    return p.ChangePurchaseOrder(
        origin=world.origin(), id=_order_id(world, "change"), changes=changes
    )


def _submit(world: World) -> c.Command:
    limit = Decimal(world.one_of([0, 1_000]))
    return p.SubmitPurchaseOrder(
        origin=world.origin(), id=_order_id(world, "submit"), approval_limit=limit
    )


def _approve(world: World) -> c.Command:
    return p.ApprovePurchaseOrder(origin=world.origin(), id=_order_id(world, "approve"))


def _send(world: World) -> c.Command:
    return p.SendPurchaseOrder(origin=world.origin(), id=_order_id(world, "send"))


def _receive(world: World) -> c.Command:
    lines = None
    if world.one_of([True, True, False]):
        lines = tuple(
            p.LineArrived(
                world.one_of([1, 1, 2]),
                world.units(0, 4),
                world.one_of([0, 0, 2]),
                world.one_of(["Broken", "Broken", None]),
            )
            for _ in range(world.one_of([1, 2]))
        )
    return p.ReceivePurchaseOrder(
        origin=world.origin(),
        id=_order_id(world, "receive"),
        delivery_reference=world.one_of(["A", "B", "C"]),
        lines=lines,
    )


def _reverse(world: World) -> c.Command:
    receipt = world.one_of([1, 1, 2, 3])
    return p.ReverseReceipt(origin=world.origin(), id=_order_id(world, "reverse"), receipt=receipt)


def _close(world: World) -> c.Command:
    return p.ClosePurchaseOrder(origin=world.origin(), id=_order_id(world, "close"))


def _cancel(world: World) -> c.Command:
    return p.CancelPurchaseOrder(origin=world.origin(), id=_order_id(world, "cancel"))


def _supplier_id(world: World) -> int:
    return world.document("suppliers")


def _order_id(world: World, event: str) -> int:
    return world.document("purchase_orders", event)


PURCHASING: Sequence[Move] = (
    *(_create_supplier, _change_supplier, _set_terms, _set_terms, _remove_terms),
    *(_draft, _draft, _change, _submit, _submit, _approve, _send, _send),
    *(_receive, _receive, _receive, _reverse, _reverse, _close, _cancel),
)
"""What buyers do, as often as it stands here."""
