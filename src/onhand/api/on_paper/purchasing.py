"""Purchase orders and their receipts as PDFs, as they are sent or filed."""

from __future__ import annotations

from onhand.api import problems
from onhand.api.on_paper.asking import PDF, PaperQuery, in_turn
from onhand.api.operations import Call, Endpoint, File, Operation
from onhand.api.purchasing import orders
from onhand.api.wire import Reply
from onhand.core.documents import DocumentKey, DocumentKind
from onhand.ledger.access import Permission
from onhand.ledger.purchasing import OrderOnPaper

_ID = "purchase_order_id"
_ONE = f"{orders.PATH}/{{{_ID}}}"


@in_turn
async def print_purchase_order(call: Call) -> Reply:
    """An order as it goes to the supplier."""
    on, found = call.query(PaperQuery), await _one(call)
    company = call.services.company

    def printed() -> bytes:
        # What draws takes 8 MB and 50 ms to load, which a shop that prints nothing need not spend.
        from onhand.printing import purchasing

        return purchasing.purchase_order(found, company, on.paper, on.speech)

    return await call.file(f"purchase-order-{found.order.id}.pdf", PDF, printed)


@in_turn
async def print_receipt(call: Call) -> Reply:
    """A receipt as it is filed."""
    on, found, number = call.query(PaperQuery), await _one(call), call.id("receipt")
    receipt = next((it for it in found.order.receipts if it.number == number), None)
    if receipt is None:
        raise problems.no_such("receipt", f"The order has no receipt {number}")
    company, which = call.services.company, receipt

    def printed() -> bytes:
        from onhand.printing import purchasing

        return purchasing.receipt(found, which, company, on.paper, on.speech)

    return await call.file(f"purchase-order-{found.order.id}-receipt-{number}.pdf", PDF, printed)


async def _one(call: Call) -> OrderOnPaper:
    order_id = call.id(_ID)
    found = await call.read(lambda reads: reads.order_on_paper(order_id))
    if found is None:
        named = DocumentKey(DocumentKind.PURCHASE_ORDER, order_id)
        raise problems.no_such(_ID, f"{named} does not exist")
    return found


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            f"{_ONE}/pdf",
            "print_purchase_order",
            "Print a purchase order",
            "The order as a PDF, as it goes to the supplier. One that is not in force says so on"
            " every page. The same order, with the same names, gives the same bytes.",
            orders.TAG,
            Permission.PURCHASING_READ,
            {200: File(PDF, "The order.")},
            query=PaperQuery,
        ),
        print_purchase_order,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{_ONE}/receipts/{{receipt}}/pdf",
            "print_receipt",
            "Print a receipt",
            "What came with a delivery, as a PDF: units received and rejected, and why. One that"
            " was reversed says so on every page.",
            orders.TAG,
            Permission.PURCHASING_READ,
            {200: File(PDF, "The receipt.")},
            query=PaperQuery,
        ),
        print_receipt,
    ),
)
