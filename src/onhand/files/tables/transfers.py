"""Transfers in transit: out with what has become of them, in as drafts."""

from __future__ import annotations

from typing import ClassVar

from onhand.core.transfers import DraftTransfer, LineGiven
from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.heads import BY_WHOM, LINE, PRODUCT, STATE, given
from onhand.files.tables.table import Effect, Memory, Naming, Planned, Record, Table, Taking
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found


class TakingTransfers(Taking):
    """Drafts of transfers from rows."""

    memory = Memory.RECORD
    groups_by = names_row = ("transfer",)
    head = ("transfer", "from_warehouse", "to_warehouse", "reference", "notes", "expected_date")
    columns_of: ClassVar = {
        "product_id": "sku",
        "from_warehouse_id": "from_warehouse",
        "to_warehouse_id": "to_warehouse",
    }

    def plan(self, record: Record, found: Found) -> Planned:
        """The transfer that its rows write."""
        planned = Planned(record)
        naming = Naming(planned, found)
        source = naming.warehouse(record[0], "from_warehouse")
        target = naming.warehouse(record[0], "to_warehouse")
        lines = [
            LineGiven(product.id, row.values["quantity"])
            for row in record
            if (product := naming.product(row)) is not None
        ]
        if naming.is_sound and source is not None and target is not None:
            planned.command = DraftTransfer(
                origin=self.origin,
                from_warehouse_id=source.id,
                to_warehouse_id=target.id,
                lines=tuple(lines),
                **given(record, "reference", "notes", "expected_date"),
            )
            planned.effect = Effect.CREATED
        return planned


TRANSFERS = Table(
    What.TRANSFERS,
    (
        Column("transfer", k.NUMBER, "Its number: what its lines share.", required=True),
        STATE,
        Column("from_warehouse", k.CODE, "Where it leaves; a code.", required=True),
        Column("to_warehouse", k.CODE, "Where it goes; a code.", required=True),
        Column("reference", k.REFERENCE, "What others call it."),
        Column("notes", k.NOTES, "Anything worth keeping."),
        Column("expected_date", k.DAY, "When it is expected."),
        Column("shipped_at", k.MOMENT, "When it left.", told=True),
        LINE,
        Column("sku", k.SKU, "The product's SKU.", required=True),
        PRODUCT,
        Column("quantity", k.MORE_UNITS, "Units.", required=True),
        Column("received", k.UNITS, "Units of them that arrived.", told=True),
        Column("lost", k.UNITS, "Units of them that were lost.", told=True),
        Column("damaged", k.UNITS, "Units of them that were damaged.", told=True),
        *BY_WHOM,
    ),
    ("state", "warehouse_id"),
    "as drafts.",
    TakingTransfers,
)
