"""Sales orders as PDFs: the confirmation, the slip that is packed, and the list to pick by."""

from __future__ import annotations

from onhand.api import problems
from onhand.api.on_paper.asking import PDF, PaperQuery, document, in_turn
from onhand.api.operations import Call, Endpoint, File, Operation
from onhand.api.sales import orders
from onhand.api.wire import Reply
from onhand.core.documents import DocumentKind
from onhand.ledger.access import Permission

_ID = "sales_order_id"
_ONE = f"{orders.PATH}/{{{_ID}}}"


@in_turn
async def print_sales_order(call: Call) -> Reply:
    """An order as its customer gets it."""
    on = call.query(PaperQuery)
    found, company = await document(call, DocumentKind.SALES_ORDER, _ID), call.services.company

    def printed() -> bytes:
        # What draws takes 8 MB and 50 ms to load, which a shop that prints nothing need not spend.
        from onhand.printing.sales import sales_order

        return sales_order(found, company, on.paper, on.speech)

    return await call.file(f"sales-order-{found.view.document.id}.pdf", PDF, printed)


@in_turn
async def print_packing_slip(call: Call) -> Reply:
    """What is packed with a shipment."""
    on = call.query(PaperQuery)
    found, company = await document(call, DocumentKind.SALES_ORDER, _ID), call.services.company
    number = call.id("shipment")
    shipments = (step for step in found.view.history if step.name == "ship")
    shipment = next((step for step in shipments if step.data["shipment"] == number), None)
    if shipment is None:
        raise problems.no_such("shipment", f"The order has no shipment {number}")
    which = shipment

    def printed() -> bytes:
        from onhand.printing.sales import packing_slip

        return packing_slip(found, which, company, on.paper, on.speech)

    name = f"sales-order-{found.view.document.id}-shipment-{number}.pdf"
    return await call.file(name, PDF, printed)


@in_turn
async def print_pick_list(call: Call) -> Reply:
    """What to take where."""
    on, now = call.query(PaperQuery), call.services.clock()
    found, company = await document(call, DocumentKind.SALES_ORDER, _ID), call.services.company

    def printed() -> bytes:
        from onhand.printing.sales import pick_list

        return pick_list(found, now, company, on.paper, on.speech)

    return await call.file(f"sales-order-{found.view.document.id}-pick-list.pdf", PDF, printed)


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            f"{_ONE}/pdf",
            "print_sales_order",
            "Print a sales order",
            "The order as a PDF, as its customer gets it: what is promised, what waits for stock,"
            " what was shipped and came back. One that promises nothing says so on every page."
            " Orders keep no prices, so none are printed.",
            orders.TAG,
            Permission.SALES_READ,
            {200: File(PDF, "The order.")},
            query=PaperQuery,
        ),
        print_sales_order,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{_ONE}/shipments/{{shipment}}/pdf",
            "print_packing_slip",
            "Print a packing slip",
            "What left with a shipment, as a PDF to be packed with it: units of each line, and of"
            " how many that were ordered.",
            orders.TAG,
            Permission.SALES_READ,
            {200: File(PDF, "The packing slip.")},
            query=PaperQuery,
        ),
        print_packing_slip,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{_ONE}/pick-list/pdf",
            "print_pick_list",
            "Print a pick list",
            "What the order holds now, as a PDF to pick by: warehouse by warehouse, with SKU and"
            " barcode, the units to take and a box to tick.",
            orders.TAG,
            Permission.SALES_READ,
            {200: File(PDF, "The pick list.")},
            query=PaperQuery,
        ),
        print_pick_list,
    ),
)
