"""Transfers as they go with the goods, to be signed where these leave and where they arrive."""

from __future__ import annotations

from collections.abc import Sequence

from onhand.core import transfers as t
from onhand.core.transfers import Transfer, TransferLine
from onhand.ledger.on_paper import DocumentOnPaper
from onhand.printing import documents as d
from onhand.printing.contents import Column
from onhand.printing.sheets import MM
from onhand.printing.speech import Speech
from onhand.printing.tables import table

_TO_WRITE = 20 * MM


def transfer_note(found: DocumentOnPaper, company: str, paper: str, speech: Speech) -> bytes:
    """A transfer as a PDF: a place to write what arrives, until something has."""
    transfer, sites, words = found.view.document, found.warehouses, speech.words
    assert isinstance(transfer, Transfer)
    ends = (transfer.from_warehouse_id, transfer.to_warehouse_id)
    source, goal = (sites.get(end) for end in ends)
    house = source.attributes.name if source else ""
    number = words.number.format(number=transfer.id)
    mark = words.marks.get(transfer.state)
    subject = d.Subject(words.transfer_note, number, "", house, transfer.updated_at, mark)
    sheet = d.begun(subject, company, paper, speech)
    facts = (
        (words.date, speech.day(transfer.created_at)),
        (words.shipped_at, speech.moment(transfer.shipped_at)),
        (words.expected, speech.day(transfer.expected_date)),
        (words.reference, transfer.reference),
        (words.written_by, transfer.created_by),
        (words.status, words.states[transfer.state]),
    )
    blocks = (
        d.site(words.from_site, ends[0], source, speech),
        d.site(words.to_site, ends[1], goal, speech),
    )
    d.parties(sheet, blocks, facts)
    lines = transfer.lines
    table(sheet, [*d.items(found, lines, speech), *_units(transfer, lines, speech)])
    d.notes(sheet, transfer.notes)
    if transfer.state != t.CANCELLED:
        d.signatures(sheet, words.handed_over, words.carrier, words.taken_over)
    return sheet.printed()


def _units(transfer: Transfer, lines: Sequence[TransferLine], speech: Speech) -> list[Column]:
    """What was sent, and what became of it."""
    words = speech.words
    columns = [d.counted(words.sent, (line.quantity for line in lines), speech)]
    if transfer.state in (t.DRAFT, t.SHIPPED):
        return [*columns, Column(words.received, [""] * len(lines), frame=_TO_WRITE)]
    if transfer.state == t.CANCELLED:
        return columns
    columns.append(d.counted(words.received, (line.received for line in lines), speech))
    for title, units in (
        (words.lost, [line.lost for line in lines]),
        (words.damaged, [line.damaged for line in lines]),
        (words.in_transit, [line.open for line in lines]),
    ):
        if any(units):
            columns.append(d.counted(title, units, speech))
    return columns
