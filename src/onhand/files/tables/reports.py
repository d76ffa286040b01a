"""Reports, out only: what the stock is worth, what happened by day, how good the book was."""

from __future__ import annotations

from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.table import Table
from onhand.ledger.exports import What

STOCK_VALUE = Table(
    What.STOCK_VALUE,
    (
        Column("sku", k.SKU, "The product's SKU.", told=True),
        Column("product", k.NAME, "Its name.", told=True),
        Column("quantity_on_hand", k.UNITS, "On hand.", told=True),
        Column("cost_price", k.MONEY, "What a unit costs; blank: nobody has said.", told=True),
        Column("value", k.MONEY, "What all of them cost.", told=True),
        Column("currency", k.CURRENCY, "The currency of both.", told=True),
    ),
    ("warehouse_id",),
)

ACTIVITY = Table(
    What.ACTIVITY,
    (
        Column("day", k.DAY, "The UTC day.", told=True),
        Column("units_in", k.UNITS, "Units that came in.", told=True),
        Column("units_out", k.UNITS, "Units that went out.", told=True),
        Column("transferred_in", k.UNITS, "Units that came from another warehouse.", told=True),
        Column("transferred_out", k.UNITS, "Units that went to another warehouse.", told=True),
        Column("movements", k.UNITS, "Movements that changed what is on hand.", told=True),
        Column("quantity_on_hand", k.UNITS, "On hand at the end of the day.", told=True),
        Column(
            "currency",
            k.CURRENCY,
            "Of the value. A day with several has a row for each; units stand in the first.",
            told=True,
        ),
        Column("value", k.MONEY, "What was on hand at its end, at cost prices.", told=True),
    ),
    ("warehouse_id", "since", "until"),
)

COUNT_ACCURACY = Table(
    What.COUNT_ACCURACY,
    (
        Column("count_id", k.ID, "The count's number.", told=True),
        Column("posted_at", k.MOMENT, "When it was posted.", told=True),
        Column("warehouse", k.CODE, "The warehouse's code.", told=True),
        Column("reference", k.REFERENCE, "What it is called.", told=True),
        Column("records_counted", k.UNITS, "Lines that were counted.", told=True),
        Column("records_accurate", k.UNITS, "Lines that did not differ from the book.", told=True),
        Column("record_accuracy_percent", k.MONEY, "The share of these.", told=True),
        Column("units_over", k.UNITS, "Units beyond what the book said.", told=True),
        Column("units_under", k.UNITS, "Units that were missing.", told=True),
    ),
    ("warehouse_id", "since", "until"),
)
