"""Levels: what is on hand where, taken in as opening stock or as what was counted.

*Opening stock* is for levels that never moved: each gets one `in` movement. A level that has just
so much is left alone, any other is refused: what moves already is not opened anew. *Counted* sets a
level to what somebody found there, by a `count` movement, as `POST /inventory/{id}/count` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from onhand.core.commands import CountStock, ReceiveStock
from onhand.core.levels import StockKey
from onhand.core.products import Product
from onhand.core.warehouses import DEFAULT_WAREHOUSE_ID
from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.table import (
    Effect,
    Memory,
    Naming,
    Planned,
    Record,
    Table,
    Taking,
)
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found, Wanted

OPENING = "Opening stock"
COUNTED = "Counted, from a file"


class _TakingLevels(Taking):
    names_row = ("sku", "warehouse")
    columns_of: ClassVar = {
        "product_id": "sku",
        "warehouse_id": "warehouse",
        "quantity": "quantity_on_hand",
        "reserved_quantity": "quantity_on_hand",
    }

    def plan(self, record: Record, found: Found) -> Planned:
        """What a level shall have."""
        planned = Planned(record)
        row = record[0]
        naming = Naming(planned, found)
        product, warehouse = naming.product(row), naming.warehouse(row)
        if product is None or not naming.is_sound:
            return planned
        warehouse_id = _default(product) if warehouse is None else warehouse.id
        self._plan(planned, naming, StockKey(product.id, warehouse_id), found)
        return planned

    def _plan(self, planned: Planned, naming: Naming, key: StockKey, found: Found) -> None:
        raise NotImplementedError


class TakingOpeningStock(_TakingLevels):
    """Opening stock from rows."""

    memory = Memory.CHUNK

    def details(self, records: Sequence[Record], found: Found) -> Wanted:
        """What is there already."""
        return Wanted(levels_of={product.id for product in found.products.values()})

    def _plan(self, planned: Planned, naming: Naming, key: StockKey, found: Found) -> None:
        row = planned.record[0]
        quantity: int = row.values["quantity_on_hand"]
        level = found.levels.get(key)
        if level is None or level.entry_number == 0:
            if quantity:
                origin = replace(self.origin, reason=OPENING)
                planned.command = ReceiveStock(*key, quantity, origin)
                planned.effect = Effect.POSTED
        elif level.on_hand != quantity:
            naming.fault(
                row,
                "quantity_on_hand",
                f"Has moved already, and {level.on_hand:,} are on hand: opening stock is for what"
                " never moved. What was counted is imported as counted",
            )


class TakingCountedStock(_TakingLevels):
    """What was counted, from rows."""

    memory = Memory.RECORD

    def _plan(self, planned: Planned, naming: Naming, key: StockKey, found: Found) -> None:
        origin = replace(self.origin, reason=COUNTED)
        planned.command = CountStock(*key, planned.record[0].values["quantity_on_hand"], origin)
        planned.effect = Effect.POSTED


def _default(product: Product) -> int:
    return product.attributes.default_warehouse_id or DEFAULT_WAREHOUSE_ID


LEVELS = Table(
    What.LEVELS,
    (
        Column("sku", k.SKU, "The product's SKU.", required=True),
        Column("product", k.NAME, "What it is called.", told=True),
        Column(
            "warehouse",
            k.CODE,
            "The warehouse's code; without the column, each product's default one.",
            filled=True,
        ),
        Column("quantity_on_hand", k.UNITS, "Units there.", required=True),
        Column("quantity_reserved", k.UNITS, "Units held for orders.", told=True),
        Column("quantity_available", k.UNITS, "Units that may be sold.", told=True),
        Column("backordered", k.UNITS, "Units promised that are not there.", told=True),
        Column("quantity_on_order", k.UNITS, "Units ordered from suppliers.", told=True),
        Column("quantity_in_transit", k.UNITS, "Units on their way from elsewhere.", told=True),
        Column("last_movement_at", k.MOMENT, "When it moved last.", told=True),
        Column("last_counted_at", k.MOMENT, "When it was counted last.", told=True),
    ),
    ("product_id", "warehouse_id", "as_of"),
    "opening stock of what never moved, or what was counted.",
    TakingOpeningStock,
    {"counted": TakingCountedStock},
)
