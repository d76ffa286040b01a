"""Purchase orders: write one, have it approved, send it, and receive what comes of it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from onhand.api import documents
from onhand.api import fields as f
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, page, parsed
from onhand.api.purchasing import order_bodies as b
from onhand.api.queries import PageMeta, page_meta, page_request
from onhand.api.wire import Reply
from onhand.core import purchase_orders as p
from onhand.core.purchase_orders import PurchaseOrder
from onhand.ledger.access import Permission
from onhand.ledger.documents import PurchaseOrderFilter

PATH = f"{BASE}/purchase-orders"
TAG = "Purchase orders"
_ID = "purchase_order_id"
_ONE = f"{PATH}/{{{_ID}}}"


async def create_purchase_order(call: Call) -> Reply:
    """Write an order."""
    body = await call.raw_body()
    given = parsed(call, body, b.NewPurchaseOrder)
    command = p.DraftPurchaseOrder(
        origin=call.origin(),
        supplier_id=given.supplier_id,
        warehouse_id=given.warehouse_id,
        lines=b.lines_given(given.lines),
        currency=given.currency,
        reference=given.reference,
        notes=given.notes,
        expected_date=given.expected_date,
        over_receipt_percent=given.over_receipt_percent,
    )
    message = "Purchase order created successfully"
    return await documents.step(call, command, body, b.stepped, message, PATH)


async def list_purchase_orders(call: Call) -> Reply:
    """A page of orders."""
    query = call.query(b.PurchaseOrderQuery)
    states = documents.states(query.state, only=p.OPEN if query.open else None)
    which = PurchaseOrderFilter(
        states=states,
        product_id=query.product_id,
        supplier_id=query.supplier_id,
        warehouse_id=query.warehouse_id,
    )
    listing = await call.read(lambda reads: reads.documents(which, page_request(query, query.sort)))
    return page([b.summary(row) for row in listing.rows], page_meta(query, listing.total))


async def read_purchase_order(call: Call) -> Reply:
    """One order, with its receipts and its history."""
    return await documents.whole(call, PurchaseOrder, _ID, b.whole)


async def change_purchase_order(call: Call) -> Reply:
    """Write a draft anew."""
    body = await call.raw_body()
    changes = documents.changes(parsed(call, body, b.PurchaseOrderChanges))
    if "lines" in changes:
        changes["lines"] = b.lines_given(changes["lines"])
    command = p.ChangePurchaseOrder(
        origin=call.origin(), id=call.id(_ID), if_version=call.if_version, changes=changes
    )
    return await documents.step(
        call, command, body, b.stepped, "Purchase order updated successfully"
    )


async def submit_purchase_order(call: Call) -> Reply:
    """Ask for approval; what is within the limit has it."""
    body = await call.raw_body()
    given = parsed(call, body, b.PurchaseDeciding)
    command = p.SubmitPurchaseOrder(
        origin=call.origin(given.reason),
        id=call.id(_ID),
        if_version=call.if_version,
        approval_limit=call.services.approval_limit,
    )
    return await documents.step(
        call, command, body, b.stepped, "Purchase order submitted successfully"
    )


async def approve_purchase_order(call: Call) -> Reply:
    """Approve what was submitted."""
    body = await call.raw_body()
    given = parsed(call, body, b.PurchaseDeciding)
    command = p.ApprovePurchaseOrder(
        origin=call.origin(given.reason), id=call.id(_ID), if_version=call.if_version
    )
    return await documents.step(
        call, command, body, b.stepped, "Purchase order approved successfully"
    )


async def send_purchase_order(call: Call) -> Reply:
    """Tell that it has gone to the supplier."""
    body = await call.raw_body()
    given = parsed(call, body, b.PurchaseSending)
    command = p.SendPurchaseOrder(
        origin=call.origin(given.reason, occurred_at=f.optional_utc(given.occurred_at)),
        id=call.id(_ID),
        if_version=call.if_version,
    )
    return await documents.step(call, command, body, b.stepped, "Purchase order sent successfully")


async def receive_purchase_order(call: Call) -> Reply:
    """Take in a delivery."""
    body = await call.raw_body()
    given = parsed(call, body, b.PurchaseReceiving)
    lines = given.lines
    command = p.ReceivePurchaseOrder(
        origin=call.origin(notes=given.notes, occurred_at=f.optional_utc(given.occurred_at)),
        id=call.id(_ID),
        if_version=call.if_version,
        delivery_reference=given.delivery_reference.strip(),
        lines=None
        if lines is None
        else tuple(p.LineArrived(x.line, x.received, x.rejected, x.reason) for x in lines),
    )
    return await documents.step(
        call, command, body, b.stepped, "Purchase order received successfully"
    )


async def reverse_receipt(call: Call) -> Reply:
    """Take a receipt back."""
    order_id, receipt = call.id(_ID), call.id("receipt")
    body = await call.raw_body()
    given = parsed(call, body, b.ReceiptReversing)
    command = p.ReverseReceipt(
        origin=call.origin(given.reason, occurred_at=f.optional_utc(given.occurred_at)),
        id=order_id,
        if_version=call.if_version,
        receipt=receipt,
    )
    return await documents.step(call, command, body, b.stepped, "Receipt reversed successfully")


async def close_purchase_order(call: Call) -> Reply:
    """Be content with what has come."""
    body = await call.raw_body()
    given = parsed(call, body, b.PurchaseEnding)
    command = p.ClosePurchaseOrder(
        origin=call.origin(given.reason), id=call.id(_ID), if_version=call.if_version
    )
    return await documents.step(
        call, command, body, b.stepped, "Purchase order closed successfully"
    )


async def cancel_purchase_order(call: Call) -> Reply:
    """Give an order up."""
    body = await call.raw_body()
    given = parsed(call, body, b.PurchaseEnding)
    command = p.CancelPurchaseOrder(
        origin=call.origin(given.reason), id=call.id(_ID), if_version=call.if_version
    )
    return await documents.step(
        call, command, body, b.stepped, "Purchase order cancelled successfully"
    )


_DRAFT = {
    "supplier_id": 1,
    "warehouse_id": 1,
    "lines": [{"product_id": 123, "quantity": 50}],
    "over_receipt_percent": 10,
}
_ARRIVED = {
    "delivery_reference": "DN-2025-0815",
    "lines": [{"line": 1, "received": 28, "rejected": 2, "reason": "Screens are cracked"}],
}


def _step(
    verb: str,
    name: str,
    summary: str,
    description: str,
    body: type[Struct],
    done: str,
    needs: Permission = Permission.PURCHASING_WRITE,
    **more: Any,
) -> Operation:
    return Operation(
        "POST",
        f"{_ONE}/{verb}",
        name,
        summary,
        description,
        TAG,
        needs,
        {200: Shape(b.PurchaseOrderStepped, f"{done} successfully")},
        body=body,
        errors=(409,),
        keyed=True,
        versioned=True,
        conditional=True,
        **more,
    )


ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            PATH,
            "create_purchase_order",
            "Create a purchase order",
            "Writes an order as a draft. Each line's price is the supplier's where none is given;"
            " a quantity that does not fit its minimum or packs is refused, with the line.",
            TAG,
            Permission.PURCHASING_WRITE,
            {201: Shape(b.PurchaseOrderStepped, "Purchase order created successfully")},
            body=b.NewPurchaseOrder,
            body_examples={"At the supplier's price": _DRAFT},
            keyed=True,
            versioned=True,
            located=True,
        ),
        create_purchase_order,
    ),
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_purchase_orders",
            "List purchase orders",
            "A page of orders that meet every filter given, without their lines.",
            TAG,
            Permission.PURCHASING_READ,
            {200: Shape(list[b.PurchaseOrderSummary], meta=PageMeta)},
            query=b.PurchaseOrderQuery,
        ),
        list_purchase_orders,
    ),
    Endpoint(
        Operation(
            "GET",
            _ONE,
            "read_purchase_order",
            "Read a purchase order",
            "One order with its lines, receipts and history, and what is possible now.",
            TAG,
            Permission.PURCHASING_READ,
            {200: Shape(b.PurchaseOrderWhole)},
            versioned=True,
        ),
        read_purchase_order,
    ),
    Endpoint(
        Operation(
            "PATCH",
            _ONE,
            "change_purchase_order",
            "Change a draft purchase order",
            "Changes what is sent and leaves the rest; `lines` replace all lines. Once submitted,"
            " an order is changed no more: 409.",
            TAG,
            Permission.PURCHASING_WRITE,
            {200: Shape(b.PurchaseOrderStepped, "Purchase order updated successfully")},
            body=b.PurchaseOrderChanges,
            body_examples={"Another quantity": {"lines": [{"product_id": 123, "quantity": 60}]}},
            errors=(409,),
            keyed=True,
            versioned=True,
            conditional=True,
        ),
        change_purchase_order,
    ),
    Endpoint(
        _step(
            "submit",
            "submit_purchase_order",
            "Submit a purchase order",
            "Asks for approval. An order whose total, in its own currency, is at most"
            " `ONHAND_APPROVAL_LIMIT` is approved at once. The body may be left out.",
            b.PurchaseDeciding,
            "Purchase order submitted",
            body_required=False,
        ),
        submit_purchase_order,
    ),
    Endpoint(
        _step(
            "approve",
            "approve_purchase_order",
            "Approve a purchase order",
            "Approves what was submitted. The body may be left out.",
            b.PurchaseDeciding,
            "Purchase order approved",
            Permission.PURCHASING_APPROVE,
            body_required=False,
        ),
        approve_purchase_order,
    ),
    Endpoint(
        _step(
            "send",
            "send_purchase_order",
            "Send a purchase order",
            "From here on its units are on order. A line without a date is expected after the"
            " supplier's lead time. The body may be left out.",
            b.PurchaseSending,
            "Purchase order sent",
            body_required=False,
        ),
        send_purchase_order,
    ),
    Endpoint(
        _step(
            "receive",
            "receive_purchase_order",
            "Receive a delivery",
            "Takes in what came, line by line; rejected units need a reason, never enter stock, and"
            " stay on order. Without `lines`, all that is on order has come. The same"
            " `delivery_reference` again is a 409.",
            b.PurchaseReceiving,
            "Purchase order received",
            Permission.PURCHASING_RECEIVE,
            body_examples={"Two were broken": _ARRIVED},
        ),
        receive_purchase_order,
    ),
    Endpoint(
        _step(
            "receipts/{receipt}/reverse",
            "reverse_receipt",
            "Reverse a receipt",
            "Takes a receipt back, all of it or nothing: its units, which must be available, leave"
            " stock and are on order again.",
            b.ReceiptReversing,
            "Receipt reversed",
            Permission.PURCHASING_RECEIVE,
            body_examples={"Another order's": {"reason": "It belongs to order 7"}},
        ),
        reverse_receipt,
    ),
    Endpoint(
        _step(
            "close",
            "close_purchase_order",
            "Close a purchase order short",
            "Completes an order of which something came: the rest is no longer on order.",
            b.PurchaseEnding,
            "Purchase order closed",
            body_examples={"Sold out": {"reason": "The supplier has no more of them"}},
        ),
        close_purchase_order,
    ),
    Endpoint(
        _step(
            "cancel",
            "cancel_purchase_order",
            "Cancel a purchase order",
            "Gives an order up at any time before it is completed. What has come stays; the rest"
            " is no longer on order.",
            b.PurchaseEnding,
            "Purchase order cancelled",
            body_examples={"Too late": {"reason": "The season is over"}},
        ),
        cancel_purchase_order,
    ),
)
