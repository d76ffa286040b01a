"""What is going on in the demo's shop today: documents of each kind, each at a step of its own.

A supplier's order half received, a transfer under way and one received with a loss, a count in
review that found less, an order of a customer's that is shipped and one that is held. A product
is reordered sooner at one of the warehouses than elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from onhand.core import counts, purchase_orders, sales_orders, suppliers, transfers
from onhand.core.commands import Command, ExpireReservations, SetStockSettings
from onhand.core.movements import Origin
from onhand.core.stock_rules import Accepted

Do = Callable[[Command], Accepted]
"""Carries a command out."""

ORDERED = 40
NO_LIMIT = Decimal(10**9)
"""Every order of the demo's is approved when it is submitted."""


def tell(
    do: Do, actor: str, products: Mapping[int, Decimal], warehouses: Sequence[int], currency: str
) -> int:
    """Bring the documents to where they are; how many there are.

    `products` are a few, with what each costs; `warehouses` begin with the one that buys.
    """
    origin = Origin(actor)
    main, *others = warehouses
    order = _buy(do, origin, products, main, currency)
    told = [order]
    # What was received first serves the orders that wait: there may be none left of it.
    free = {product: _level(do, origin, product, main) for product in products}
    some = [
        product for product, level in free.items() if level.on_hand - level.reserved >= ORDERED // 4
    ]
    if some:
        told += _sell(do, origin, some, main)
    if some and others:
        told += _move(do, origin, some, main, others[0])
    if others:
        own = {"reorder_point": 2 * ORDERED, "reorder_quantity": ORDERED}
        do(SetStockSettings(next(iter(products)), others[0], own, origin))
    told.append(_count(do, origin, list(products), main))
    return len(told) + 1


def _buy(
    do: Do, origin: Origin, products: Mapping[int, Decimal], warehouse_id: int, currency: str
) -> int:
    """A supplier, and an order of which half has come."""
    attributes = {"name": "Harbour Trading", "currency": currency, "lead_time_days": 7}
    supplier = _id(
        do(
            suppliers.CreateSupplier(
                origin=origin,
                code="HARBOUR",
                status=suppliers.SupplierStatus.PREFERRED,
                attributes=attributes,
            )
        )
    )
    for product_id, price in products.items():
        terms: dict[str, Any] = {"price": price, "pack_size": 10, "is_preferred": True}
        do(
            suppliers.SetTerms(
                origin=origin, id=supplier, product_id=product_id, currency=None, attributes=terms
            )
        )
    lines = tuple(purchase_orders.LineGiven(product_id, ORDERED) for product_id in products)
    order = _id(
        do(
            purchase_orders.DraftPurchaseOrder(
                origin=origin, supplier_id=supplier, warehouse_id=warehouse_id, lines=lines
            )
        )
    )
    half = tuple(
        purchase_orders.LineArrived(number, ORDERED // 2, 0, None)
        for number in range(1, len(lines) + 1)
    )
    for step in (
        purchase_orders.SubmitPurchaseOrder(origin=origin, id=order, approval_limit=NO_LIMIT),
        purchase_orders.SendPurchaseOrder(origin=origin, id=order),
        purchase_orders.ReceivePurchaseOrder(
            origin=origin, id=order, delivery_reference="DN-1001", lines=half
        ),
    ):
        do(step)
    return order


def _sell(do: Do, origin: Origin, products: Sequence[int], warehouse_id: int) -> list[int]:
    """An order of a customer's that has left, and one that is held for another."""
    made = []
    for customer in ("Mill Lane Gifts", "The Corner Shop"):
        lines = tuple(
            sales_orders.LineGiven(None, {"product_id": product_id, "quantity": 2})
            for product_id in products
        )
        order = sales_orders.DraftSalesOrder(
            origin=origin,
            lines=lines,
            fields={"customer": customer, "warehouse_id": warehouse_id},
            confirm=True,
            candidates=(warehouse_id,),
        )
        made.append(_id(do(order)))
    do(sales_orders.ShipSalesOrder(origin=origin, id=made[0]))
    return made


def _move(do: Do, origin: Origin, products: Sequence[int], source: int, target: int) -> list[int]:
    """A transfer that came with a loss, and one that is under way."""
    made = []
    for _ in range(2):
        lines = tuple(transfers.LineGiven(product_id, 2) for product_id in products)
        sent = transfers.DraftTransfer(
            origin=origin, from_warehouse_id=source, to_warehouse_id=target, lines=lines, ship=True
        )
        made.append(_id(do(sent)))
    arrived = (transfers.LineReceived(1, received=1, lost=1, reason="Not in the box"),)
    do(transfers.ReceiveTransfer(origin=origin, id=made[0], lines=arrived))
    do(transfers.ReceiveTransfer(origin=origin, id=made[0]))
    return made


def _count(do: Do, origin: Origin, products: Sequence[int], warehouse_id: int) -> int:
    """A count that waits for its approval: of the first product one unit less was found."""
    count = _id(
        do(
            counts.DraftCount(
                origin=origin,
                warehouse_id=warehouse_id,
                scope=counts.PRODUCTS,
                product_ids=tuple(products),
                start=True,
            )
        )
    )
    there = [_level(do, origin, product_id, warehouse_id).on_hand for product_id in products]
    there[0] = max(0, there[0] - 1)
    found = tuple(map(counts.Counted, products, there))
    do(counts.RecordCount(origin=origin, id=count, counted_by="Maria", counted=found))
    do(counts.SubmitCount(origin=origin, id=count))
    return count


def _level(do: Do, origin: Origin, product_id: int, warehouse_id: int) -> Accepted:
    """A level as it is: to let what has expired go tells it."""
    return do(ExpireReservations(product_id, warehouse_id, origin))


def _id(result: Accepted) -> int:
    document_id: int = result.facts["document"].id
    return document_id
