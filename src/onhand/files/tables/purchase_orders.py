"""Purchase orders: out with what has come of them, in as drafts."""

from __future__ import annotations

from typing import ClassVar

from onhand.core.purchase_orders import DraftPurchaseOrder, LineGiven
from onhand.core.warehouses import DEFAULT_WAREHOUSE_ID
from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.heads import BY_WHOM, LINE, PRODUCT, STATE, given
from onhand.files.tables.table import Effect, Memory, Naming, Planned, Record, Table, Taking
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found

_SAME = ("currency", "reference", "notes", "expected_date", "over_receipt_percent")


class TakingPurchaseOrders(Taking):
    """Drafts of purchase orders from rows."""

    memory = Memory.RECORD
    groups_by = names_row = ("order",)
    head = ("order", "supplier", "warehouse", *_SAME)
    columns_of: ClassVar = {
        "product_id": "sku",
        "supplier_id": "supplier",
        "warehouse_id": "warehouse",
    }

    def plan(self, record: Record, found: Found) -> Planned:
        """The order that its rows write."""
        planned = Planned(record)
        naming = Naming(planned, found)
        supplier = naming.supplier(record[0])
        warehouse = naming.warehouse(record[0])
        lines = [
            LineGiven(
                product.id,
                row.values["quantity"],
                row.values.get("price"),
                row.values.get("line_expected_date"),
            )
            for row in record
            if (product := naming.product(row)) is not None
        ]
        if naming.is_sound and supplier is not None:
            planned.command = DraftPurchaseOrder(
                origin=self.origin,
                supplier_id=supplier.id,
                warehouse_id=DEFAULT_WAREHOUSE_ID if warehouse is None else warehouse.id,
                lines=tuple(lines),
                **given(record, *_SAME),
            )
            planned.effect = Effect.CREATED
        return planned


PURCHASE_ORDERS = Table(
    What.PURCHASE_ORDERS,
    (
        Column("order", k.NUMBER, "Its number: what its lines share.", required=True),
        STATE,
        Column("supplier", k.CODE, "The supplier's code.", required=True),
        Column("warehouse", k.CODE, "Where it goes; a code, else MAIN."),
        Column("currency", k.CURRENCY, "Of its prices; else the supplier's."),
        Column("reference", k.REFERENCE, "What others call it."),
        Column("notes", k.NOTES, "Anything worth keeping."),
        Column("expected_date", k.DAY, "When it is expected."),
        Column("over_receipt_percent", k.PERCENT, "How much more may come; else 0."),
        Column("total", k.MONEY, "What it costs in all.", told=True),
        Column("sent_at", k.MOMENT, "When it was sent.", told=True),
        LINE,
        Column("sku", k.SKU, "The product's SKU.", required=True),
        PRODUCT,
        Column("quantity", k.MORE_UNITS, "Units ordered.", required=True),
        Column("price", k.MONEY, "Of one unit; else the supplier's."),
        Column("line_expected_date", k.DAY, "When this line is expected."),
        Column("received", k.UNITS, "Units of them that came.", told=True),
        Column("rejected", k.UNITS, "Units that were sent back.", told=True),
        Column("on_order", k.UNITS, "Units still to come.", told=True),
        *BY_WHOM,
    ),
    ("state", "supplier_id", "warehouse_id"),
    "as drafts.",
    TakingPurchaseOrders,
)
