"""Sales orders: write one, confirm it, ship it, take it back; list them, read one.

They are no operation of the warehouse but what it works for, and have a base path of their own.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct

from onhand.api import documents, problems
from onhand.api import fields as f
from onhand.api.operations import Call, Endpoint, Operation, Shape, data, etag, page, parsed
from onhand.api.queries import PageMeta, Paging, page_meta, page_request, sorting
from onhand.api.sales.order_bodies import (
    MAX_SITES,
    NewSalesOrder,
    SalesOrderCancelling,
    SalesOrderChanges,
    SalesOrderSaying,
    SalesOrderStepped,
    SalesOrderSummary,
    SalesOrderWhole,
    SalesReturn,
    SalesShipment,
    State,
    head,
    lines_changed,
    lines_given,
    stepped,
    whole,
)
from onhand.api.wire import Reply
from onhand.core import sales_orders as s
from onhand.core.documents import DocumentKey
from onhand.core.movements import Origin
from onhand.core.sales_orders import SalesOrder
from onhand.ledger.access import Permission
from onhand.ledger.documents import SalesOrderFilter
from onhand.ledger.listings import PageRequest
from onhand.ledger.stock_views import WarehouseFilter

PATH = "/api/v1/sales/orders"
TAG = "Sales orders"
_FIELDS = ("customer", "reference", "notes", "requested_date", "warehouse_id", "split")


class SalesOrderQuery(Paging, kw_only=True):
    """Which sales orders, in which order."""

    state: State | None = None
    open: Annotated[bool, Meta(description="Only what is still to be shipped.")] = False
    product_id: f.ProductId | None = None
    warehouse_id: (
        Annotated[int, Meta(ge=1, le=f.MAX_ID, description="Units of it come from there.")] | None
    ) = None
    customer: Annotated[str, f.wanted(255, "Exactly.")] | None = None
    reference: Annotated[str, f.wanted(255, "Exactly.")] | None = None
    sort: Annotated[str, sorting("id", "requested_date", "created_at", "updated_at")] | None = None


async def create_sales_order(call: Call) -> Reply:
    """Write an order."""
    body = await call.raw_body()
    given = parsed(call, body, NewSalesOrder)
    command = s.DraftSalesOrder(
        origin=call.origin(),
        lines=lines_given(given.lines),
        preferences=tuple(given.warehouse_priority),
        fields={name: getattr(given, name) for name in _FIELDS},
        confirm=given.confirm,
        candidates=await _sites(call) if given.confirm else (),
    )
    done = "confirmed" if given.confirm else "created"
    return await documents.step(
        call, command, body, stepped, f"Sales order {done} successfully", PATH
    )


async def list_sales_orders(call: Call) -> Reply:
    """A page of orders."""
    query = call.query(SalesOrderQuery)
    to_ship = (s.CONFIRMED, s.PARTIALLY_SHIPPED) if query.open else None
    which = SalesOrderFilter(
        states=documents.states(query.state, only=to_ship),
        product_id=query.product_id,
        warehouse_id=query.warehouse_id,
        customer=query.customer,
        reference=query.reference,
    )
    listing = await call.read(lambda reads: reads.documents(which, page_request(query, query.sort)))
    rows = [
        SalesOrderSummary(
            **head(row.order),
            line_count=row.lines,
            quantity=row.quantity,
            quantity_allocated=row.allocated,
            quantity_backordered=row.backordered,
            quantity_shipped=row.shipped,
        )
        for row in listing.rows
    ]
    return page(rows, page_meta(query, listing.total))


async def read_sales_order(call: Call) -> Reply:
    """One order, with all that became of it."""
    order_id = call.id("sales_order_id")
    key = DocumentKey(SalesOrder.kind, order_id)
    view = await call.read(lambda reads: reads.document(key))
    if view is None or not isinstance(view.document, SalesOrder):
        raise problems.no_such("sales_order_id", f"Sales order {order_id} does not exist")
    told = whole(view.document, view.holds, view.history)
    return data(told, (etag(view.document.version),))


async def change_sales_order(call: Call) -> Reply:
    """Change an order, and what it holds."""
    body = await call.raw_body()
    given = parsed(call, body, SalesOrderChanges)
    changes = documents.changes(given)
    if "warehouse_priority" in changes:
        changes["preferences"] = changes.pop("warehouse_priority")
    if given.lines is not UNSET:
        changes["lines"] = lines_changed(given.lines)
    command = s.ChangeSalesOrder(
        **_about(call), origin=call.origin(), changes=changes, candidates=await _sites(call)
    )
    return await documents.step(call, command, body, stepped, "Sales order updated successfully")


async def confirm_sales_order(call: Call) -> Reply:
    """Reserve all of an order."""
    body = await call.raw_body()
    given = parsed(call, body, SalesOrderSaying)
    command = s.ConfirmSalesOrder(
        **_about(call), origin=call.origin(given.reason), candidates=await _sites(call)
    )
    return await documents.step(call, command, body, stepped, "Sales order confirmed successfully")


async def ship_sales_order(call: Call) -> Reply:
    """Send units off."""
    body = await call.raw_body()
    given = parsed(call, body, SalesShipment)
    lines = given.lines
    command = s.ShipSalesOrder(
        **_about(call),
        origin=_origin(call, given),
        lines=None
        if lines is None
        else tuple(s.LineShipped(line.line, line.quantity) for line in lines),
        warehouse_id=given.warehouse_id,
    )
    return await documents.step(call, command, body, stepped, "Sales order shipped successfully")


async def cancel_sales_order(call: Call) -> Reply:
    """Give up what has not been shipped."""
    body = await call.raw_body()
    given = parsed(call, body, SalesOrderCancelling)
    command = s.CancelSalesOrder(**_about(call), origin=call.origin(given.reason))
    return await documents.step(call, command, body, stepped, "Sales order cancelled successfully")


async def close_sales_order(call: Call) -> Reply:
    """Be done with an order."""
    body = await call.raw_body()
    given = parsed(call, body, SalesOrderSaying)
    command = s.CloseSalesOrder(**_about(call), origin=call.origin(given.reason))
    return await documents.step(call, command, body, stepped, "Sales order closed successfully")


async def return_sales_order(call: Call) -> Reply:
    """Take units back."""
    body = await call.raw_body()
    given = parsed(call, body, SalesReturn)
    command = s.ReturnSalesOrder(
        **_about(call),
        origin=_origin(call, given),
        lines=tuple(
            s.LineReturned(line.line, line.quantity, line.restock, line.warehouse_id, line.reason)
            for line in given.lines
        ),
    )
    return await documents.step(call, command, body, stepped, "Return taken successfully")


def _about(call: Call) -> dict[str, Any]:
    return {"id": call.id("sales_order_id"), "if_version": call.if_version}


def _origin(call: Call, given: SalesShipment | SalesReturn) -> Origin:
    return call.origin(
        given.reason,
        notes=given.notes,
        reference=given.reference,
        occurred_at=f.optional_utc(given.occurred_at),
    )


async def _sites(call: Call) -> tuple[int, ...]:
    """The warehouses in use, by id, that the caller may work in: where from, when nobody says."""
    in_use = WarehouseFilter(is_active=True)
    listing = await call.read(lambda reads: reads.warehouses(in_use, PageRequest(1, MAX_SITES)))
    found = tuple(warehouse.id for warehouse in listing.rows)
    # One is always in use, but it need not be theirs: then the rules say what is wrong.
    return found or tuple(sorted(call.caller.within or ()))


_LINES = [{"product_id": 123, "quantity": 2}, {"product_id": 124, "quantity": 1}]
_ORDER = {"customer": "Jane Roe", "reference": "WEB-1001", "lines": _LINES}


def _step(
    verb: str, summary: str, description: str, body: type[Struct], message: str, **more: Any
) -> Operation:
    needs = more.pop("needs", Permission.SALES_WRITE)
    return Operation(
        "POST",
        f"{PATH}/{{sales_order_id}}/{verb}",
        f"{verb}_sales_order",
        summary,
        description,
        TAG,
        needs,
        {200: Shape(SalesOrderStepped, message)},
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
            "create_sales_order",
            "Create a sales order",
            "Writes an order as a draft, which holds nothing. With `confirm` it is reserved at"
            " once: all lines, or none.",
            TAG,
            Permission.SALES_WRITE,
            {201: Shape(SalesOrderStepped, "Sales order created successfully")},
            body=NewSalesOrder,
            body_examples={
                "A draft": _ORDER,
                "From the nearest warehouses, at once": {
                    **_ORDER,
                    "warehouse_priority": [2, 1],
                    "split": True,
                    "confirm": True,
                },
            },
            keyed=True,
            versioned=True,
            located=True,
        ),
        create_sales_order,
    ),
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_sales_orders",
            "List sales orders",
            "A page of orders that meet every filter given, without their lines.",
            TAG,
            Permission.SALES_READ,
            {200: Shape(list[SalesOrderSummary], meta=PageMeta)},
            query=SalesOrderQuery,
        ),
        list_sales_orders,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{sales_order_id}}",
            "read_sales_order",
            "Read a sales order",
            "One order with its lines, what is held for them, its shipments, returns and history.",
            TAG,
            Permission.SALES_READ,
            {200: Shape(SalesOrderWhole)},
            versioned=True,
        ),
        read_sales_order,
    ),
    Endpoint(
        Operation(
            "PATCH",
            f"{PATH}/{{sales_order_id}}",
            "change_sales_order",
            "Change a sales order",
            "Changes what is sent and leaves the rest; `lines` are all lines: those left out are"
            " removed. Of a confirmed order the difference is reserved or released.",
            TAG,
            Permission.SALES_WRITE,
            {200: Shape(SalesOrderStepped, "Sales order updated successfully")},
            body=SalesOrderChanges,
            body_examples={
                "One more, and another product": {
                    "lines": [{"line": 1, "quantity": 3}, {"product_id": 125, "quantity": 1}]
                }
            },
            errors=(409,),
            keyed=True,
            versioned=True,
            conditional=True,
        ),
        change_sales_order,
    ),
    Endpoint(
        _step(
            "confirm",
            "Confirm a sales order",
            "Reserves every line, or none: each line that is short is named. What may wait is"
            " backordered. The body may be left out.",
            SalesOrderSaying,
            "Sales order confirmed successfully",
            body_required=False,
        ),
        confirm_sales_order,
    ),
    Endpoint(
        _step(
            "ship",
            "Ship a sales order",
            "Sends off all that is allocated, or the lines and quantities given. The body may be"
            " left out.",
            SalesShipment,
            "Sales order shipped successfully",
            needs=Permission.SALES_SHIP,
            body_required=False,
            body_examples={
                "A part": {"lines": [{"line": 1, "quantity": 1}], "reference": "1Z999AA10123456784"}
            },
        ),
        ship_sales_order,
    ),
    Endpoint(
        _step(
            "cancel",
            "Cancel a sales order",
            "Gives up what has not been shipped, and releases all that is held.",
            SalesOrderCancelling,
            "Sales order cancelled successfully",
            body_examples={"By the customer": {"reason": "Customer changed their mind"}},
        ),
        cancel_sales_order,
    ),
    Endpoint(
        _step(
            "close",
            "Close a sales order",
            "Ends an order: what was not shipped is given up, nothing comes back any more. The"
            " body may be left out.",
            SalesOrderSaying,
            "Sales order closed successfully",
            body_required=False,
        ),
        close_sales_order,
    ),
    Endpoint(
        _step(
            "return",
            "Take a return",
            "Takes units back into stock, or writes them off: no more than were shipped.",
            SalesReturn,
            "Return taken successfully",
            needs=Permission.SALES_SHIP,
            body_examples={
                "One whole, one broken": {
                    "reason": "Wrong size",
                    "lines": [
                        {"line": 1, "quantity": 1},
                        {"line": 2, "quantity": 1, "restock": False, "reason": "Broken"},
                    ],
                }
            },
        ),
        return_sales_order,
    ),
)
