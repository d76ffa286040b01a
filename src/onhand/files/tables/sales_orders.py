"""Sales orders: out with what has left of them, in as drafts."""

from __future__ import annotations

from typing import Any, ClassVar

from onhand.core.sales_orders import DraftSalesOrder, LineGiven
from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.heads import BY_WHOM, LINE, PRODUCT, STATE, given
from onhand.files.tables.table import Effect, Memory, Naming, Planned, Record, Row, Table, Taking
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found

_SAME = ("customer", "reference", "notes", "requested_date", "split")


class TakingSalesOrders(Taking):
    """Drafts of sales orders from rows."""

    memory = Memory.RECORD
    groups_by = names_row = ("order",)
    head = ("order", *_SAME, "warehouse", "warehouse_priority")
    columns_of: ClassVar = {"product_id": "sku", "warehouse_id": "warehouse"}

    def plan(self, record: Record, found: Found) -> Planned:
        """The order that its rows write."""
        planned = Planned(record)
        naming = Naming(planned, found)
        first = record[0]
        fields = given(record, *_SAME)
        warehouse = naming.warehouse(first)
        if warehouse is not None:
            fields["warehouse_id"] = warehouse.id
        codes = first.values.get("warehouse_priority") or ()
        preferred = [naming.warehouse_of(first, "warehouse_priority", code) for code in codes]
        lines = [self._line(row, naming) for row in record]
        if naming.is_sound:
            planned.command = DraftSalesOrder(
                origin=self.origin,
                lines=tuple(LineGiven(None, line) for line in lines),
                preferences=tuple(it.id for it in preferred if it is not None),
                fields=fields,
            )
            planned.effect = Effect.CREATED
        return planned

    def _line(self, row: Row, naming: Naming) -> dict[str, Any]:
        product, warehouse = naming.product(row), naming.warehouse(row, "line_warehouse")
        waits = row.values.get("allow_backorder")
        return {
            "product_id": None if product is None else product.id,
            "quantity": row.values["quantity"],
            "warehouse_id": None if warehouse is None else warehouse.id,
            "allow_backorder": True if waits is None else waits,
        }


SALES_ORDERS = Table(
    What.SALES_ORDERS,
    (
        Column("order", k.NUMBER, "Its number: what its lines share.", required=True),
        STATE,
        Column("customer", k.NAME, "Who ordered."),
        Column("reference", k.REFERENCE, "What others call it."),
        Column("notes", k.NOTES, "Anything worth keeping."),
        Column("requested_date", k.DAY, "When it is wanted."),
        Column("warehouse", k.CODE, "Where all of it comes from; a code."),
        Column("warehouse_priority", k.WAREHOUSES, "Where it may come from, the nearest first."),
        Column("split", k.FLAG, "Whether a line may come from several; else false."),
        LINE,
        Column("sku", k.SKU, "The product's SKU.", required=True),
        PRODUCT,
        Column("quantity", k.MORE_UNITS, "Units ordered.", required=True),
        Column("line_warehouse", k.CODE, "Where this line comes from; a code."),
        Column("allow_backorder", k.FLAG, "Whether it may wait for stock; else true."),
        Column("shipped", k.UNITS, "Units of them that left.", told=True),
        Column("returned", k.UNITS, "Units of those that came back.", told=True),
        *BY_WHOM,
    ),
    ("state",),
    "as drafts.",
    TakingSalesOrders,
)
