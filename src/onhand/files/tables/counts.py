"""Physical counts: out with what was found and what the book said, in as what was counted.

An import records what counters found in counts that are being counted, as scanners do: it makes no
count, and neither shows nor changes what the book says. A row that was not counted is left out.
"""

from __future__ import annotations

from typing import ClassVar

from onhand.core.counts import Counted, RecordCount
from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.heads import BY_WHOM, LINE, PRODUCT
from onhand.files.tables.table import Effect, Memory, Naming, Planned, Record, Table, Taking
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found


class TakingCounts(Taking):
    """What was counted, from rows."""

    memory = Memory.RECORD
    groups_by = head = ("count", "counted_by")
    columns_of: ClassVar = {
        "product_id": "sku",
        "quantity": "counted",
        "count_id": "count",
        "state": "count",
    }

    def plan(self, record: Record, found: Found) -> Planned:
        """What one counter found for one count."""
        planned = Planned(record)
        naming = Naming(planned, found)
        first = record[0]
        counted = []
        for row in record:
            product = naming.product(row)
            quantity = row.values["counted"]
            if product is not None and quantity is not None:
                counted.append(Counted(product.id, quantity, row.values.get("counted_at")))
        counted_by = first.values["counted_by"]
        if counted and counted_by is None:
            naming.fault(first, "counted_by", "Say who counted")
        if counted and naming.is_sound:
            planned.command = RecordCount(
                origin=self.origin,
                id=first.values["count"],
                counted_by=counted_by,
                counted=tuple(counted),
            )
            planned.effect = Effect.POSTED
        return planned


COUNTS = Table(
    What.COUNTS,
    (
        Column("count", k.ID, "The count's number.", required=True),
        Column("state", k.WORD, "How far it is.", told=True),
        Column("warehouse", k.CODE, "The warehouse that is counted.", told=True),
        Column("reference", k.REFERENCE, "What others call it.", told=True),
        Column("notes", k.NOTES, "Anything worth keeping.", told=True),
        Column("started_at", k.MOMENT, "Since when it is counted.", told=True),
        LINE,
        Column("sku", k.SKU, "The product's SKU.", required=True),
        PRODUCT,
        Column(
            "counted",
            k.UNITS,
            "Units that lay there; blank: not counted.",
            required=True,
            filled=False,
        ),
        Column("counted_at", k.MOMENT, "When they were counted; else now."),
        Column("counted_by", k.PERSON, "Who counted.", required=True, filled=False),
        Column("round", k.ID, "Which round of counting.", told=True),
        Column("recount", k.WORD, "Why it is counted again.", told=True),
        Column("book", k.UNITS, "What the book said then, once it is posted.", told=True),
        *BY_WHOM,
    ),
    ("state", "warehouse_id"),
    "what was counted, into counts that are being counted.",
    TakingCounts,
)
