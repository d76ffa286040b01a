"""Transfers as they go with the goods, to be signed where these leave and where they arrive."""

from __future__ import annotations

from collections.abc import Sequence

from onhand.core import transfers as t
from onhand.core.transfers import Transfer, TransferLine
from onhand.ledger.on_paper import DocumentOnPaper
from onhand.printing import documents as d
from onhand.printing.contents import Column
from onhand.printing.sheets import MM
from onhand.printing.tables import table

MARKS = {t.DRAFT: "DRAFT", t.CANCELLED: "CANCELLED"}
"""What stands across a transfer of which nothing has left, by its state."""

_TO_WRITE = 20 * MM


def transfer_note(found: DocumentOnPaper, company: str, paper: str) -> bytes:
    """A transfer as a PDF: a place to write what arrives, until something has."""
    transfer, sites = found.view.document, found.warehouses
    assert isinstance(transfer, Transfer)
    ends = (transfer.from_warehouse_id, transfer.to_warehouse_id)
    source, goal = (sites.get(end) for end in ends)
    house = source.attributes.name if source else ""
    number = f"No. {transfer.id}"
    mark = MARKS.get(transfer.state)
    subject = d.Subject("Transfer note", number, "", house, transfer.updated_at, mark)
    sheet = d.begun(subject, company, paper)
    facts = (
        ("Date", d.day(transfer.created_at)),
        ("Shipped", d.moment(transfer.shipped_at)),
        ("Expected", d.day(transfer.expected_date)),
        ("Reference", transfer.reference),
        ("Written by", transfer.created_by),
        ("Status", d.state(transfer.state)),
    )
    d.parties(sheet, [d.site("FROM", ends[0], source), d.site("TO", ends[1], goal)], facts)
    table(sheet, [*d.items(found, transfer.lines), *_units(transfer, transfer.lines)])
    d.notes(sheet, transfer.notes)
    if transfer.state != t.CANCELLED:
        d.signatures(sheet, "Handed over: name, date", "Carrier", "Received: name, date")
    return sheet.printed()


def _units(transfer: Transfer, lines: Sequence[TransferLine]) -> list[Column]:
    """What was sent, and what became of it."""
    columns = [d.counted("Sent", (line.quantity for line in lines))]
    if transfer.state in (t.DRAFT, t.SHIPPED):
        return [*columns, Column("Received", [""] * len(lines), frame=_TO_WRITE)]
    if transfer.state == t.CANCELLED:
        return columns
    columns.append(d.counted("Received", (line.received for line in lines)))
    for title, units in (
        ("Lost", [line.lost for line in lines]),
        ("Damaged", [line.damaged for line in lines]),
        ("In transit", [line.open for line in lines]),
    ):
        if any(units):
            columns.append(d.counted(title, units))
    return columns
