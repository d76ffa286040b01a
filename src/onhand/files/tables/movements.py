"""The ledger, out only: what stands in it was written by commands, and comes in by commands."""

from __future__ import annotations

from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.table import Table
from onhand.ledger.exports import What

MOVEMENTS = Table(
    What.MOVEMENTS,
    (
        Column("id", k.ID, "The movement's number.", told=True),
        Column("occurred_at", k.MOMENT, "When it happened.", told=True),
        Column("movement_type", k.WORD, "What it was.", told=True),
        Column("sku", k.SKU, "The product's SKU.", told=True),
        Column("warehouse", k.CODE, "The warehouse's code.", told=True),
        Column("quantity", k.SIGNED, "The change, in units.", told=True),
        Column("quantity_on_hand", k.UNITS, "On hand after it.", told=True),
        Column("quantity_reserved", k.UNITS, "Reserved after it.", told=True),
        Column("order_id", k.ID, "The order it was for.", told=True),
        Column("sales_order_id", k.ID, "The sales order it was for.", told=True),
        Column("transfer_id", k.ID, "What both halves of a transfer share.", told=True),
        Column("reverses_id", k.ID, "The movement that it mends.", told=True),
        Column("reference_type", k.WORD, "What kind of document is behind it.", told=True),
        Column("reference_id", k.ID, "That document's id.", told=True),
        Column("reference", k.REFERENCE, "That document's name.", told=True),
        Column("reason", k.NOTES, "Why.", told=True),
        Column("notes", k.NOTES, "Notes.", told=True),
        Column("created_by", k.PERSON, "Who did it.", told=True),
        Column("reported_at", k.MOMENT, "When it was said to have happened.", told=True),
        Column("created_at", k.MOMENT, "When it was written.", told=True),
        Column("entry_number", k.ID, "Its place among its level's entries.", told=True),
    ),
    ("product_id", "warehouse_id", "movement_type", "since", "until"),
)
