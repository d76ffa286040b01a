"""Transfers as PDFs, to go with the goods."""

from __future__ import annotations

from onhand.api import transfers
from onhand.api.on_paper.asking import PDF, PaperQuery, document, in_turn
from onhand.api.operations import Call, Endpoint, File, Operation
from onhand.api.wire import Reply
from onhand.core.documents import DocumentKind
from onhand.ledger.access import Permission

_ID = "transfer_id"


@in_turn
async def print_transfer(call: Call) -> Reply:
    """A transfer as it goes with the goods."""
    on = call.query(PaperQuery)
    found = await document(call, DocumentKind.TRANSFER, _ID)
    company = call.services.company

    def printed() -> bytes:
        # What draws takes 8 MB and 50 ms to load, which a shop that prints nothing need not spend.
        from onhand.printing.transfers import transfer_note

        return transfer_note(found, company, on.paper, on.speech)

    return await call.file(f"transfer-{found.view.document.id}.pdf", PDF, printed)


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            f"{transfers.PATH}/{{{_ID}}}/pdf",
            "print_transfer",
            "Print a transfer",
            "The transfer note as a PDF, to go with the goods: from where to where, what was sent,"
            " what was received or a place to write it, and lines to sign on. One of which nothing"
            " has left says so on every page.",
            transfers.TAG,
            Permission.TRANSFERS_READ,
            {200: File(PDF, "The transfer note.")},
            query=PaperQuery,
        ),
        print_transfer,
    ),
)
