"""The ledger: out as it stands, and in as what happened.

A row that came in or left is received or shipped, any other that changed what is on hand adjusts
it, at the moment that it tells; what was only held or let go changes nothing on hand, and is left
to the orders that hold. So a ledger that was exported makes the same stock in an empty shop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from onhand.core.commands import AdjustStock, Command, ReceiveStock, ShipStock
from onhand.core.levels import StockKey
from onhand.core.movements import RESERVING, MovementType, Origin
from onhand.core.warehouses import DEFAULT_WAREHOUSE_ID
from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.table import Effect, Memory, Naming, Planned, Record, Row, Table, Taking
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found

IMPORTED = "From a file"
NO_CHANGE_OF_STOCK = {*RESERVING, MovementType.COUNT}
"""What may change nothing on hand; anything else that does is a mistake."""


class TakingMovements(Taking):
    """Movements from rows, each going by those before it."""

    memory = Memory.RECORD
    has_equals = True
    columns_of: ClassVar = {"product_id": "sku", "warehouse_id": "warehouse"}

    def __init__(self, origin: Origin) -> None:
        super().__init__(origin)
        self._moved: Counter[StockKey] = Counter()

    def plan(self, record: Record, found: Found) -> Planned:
        """What moved."""
        planned = Planned(record)
        row = record[0]
        naming = Naming(planned, found)
        product, warehouse = naming.product(row), naming.warehouse(row)
        kind = _kind(row, naming)
        quantity: int = row.values["quantity"]
        if quantity == 0 and kind not in NO_CHANGE_OF_STOCK:
            naming.fault(row, "quantity", "Must not be 0")
        if product is None or not naming.is_sound or quantity == 0 or kind in RESERVING:
            return planned
        home = product.attributes.default_warehouse_id or DEFAULT_WAREHOUSE_ID
        key = StockKey(product.id, home if warehouse is None else warehouse.id)
        planned.command = _command(key, kind, quantity, row, self.origin)
        planned.effect = Effect.POSTED
        return planned

    def before(self, plans: Sequence[Planned]) -> Sequence[Command]:
        """What earlier rows moved, of the levels that these move."""
        levels = dict.fromkeys(
            StockKey(plan.command.product_id, plan.command.warehouse_id)
            for plan in plans
            if isinstance(plan.command, AdjustStock | ReceiveStock | ShipStock)
            and plan.command.warehouse_id is not None
        )
        origin = replace(self.origin, reason=IMPORTED)
        return [
            AdjustStock(*key, self._moved[key], origin) for key in levels if self._moved[key] != 0
        ]

    def rehearsed(self, plans: Sequence[Planned]) -> None:
        """Keep what these moved."""
        for plan in plans:
            if plan.faults:
                continue
            match plan.command:
                case AdjustStock(product_id, int(warehouse_id), quantity):
                    self._moved[StockKey(product_id, warehouse_id)] += quantity
                case ReceiveStock(product_id, int(warehouse_id), quantity):
                    self._moved[StockKey(product_id, warehouse_id)] += quantity
                case ShipStock(product_id, int(warehouse_id), quantity):
                    self._moved[StockKey(product_id, warehouse_id)] -= quantity


def _kind(row: Row, naming: Naming) -> MovementType:
    word = row.values.get("movement_type")
    if word is None:
        return MovementType.ADJUSTMENT
    try:
        return MovementType(word)
    except ValueError:
        naming.fault(
            row, "movement_type", f"Must be one of {', '.join(MovementType)}; got {word!r}"
        )
        return MovementType.ADJUSTMENT


def _command(
    key: StockKey, kind: MovementType, quantity: int, row: Row, importer: Origin
) -> Command:
    told = row.values.get
    origin = replace(
        importer,
        reason=told("reason") or IMPORTED,
        notes=told("notes"),
        reference=told("reference"),
        occurred_at=told("occurred_at"),
    )
    if kind is MovementType.IN and quantity > 0:
        return ReceiveStock(*key, quantity, origin, told("order_id"))
    if kind is MovementType.OUT and quantity < 0:
        return ShipStock(*key, -quantity, origin, told("order_id"))
    return AdjustStock(*key, quantity, origin)


MOVEMENTS = Table(
    What.MOVEMENTS,
    (
        Column("id", k.ID, "The movement's number.", told=True),
        Column("occurred_at", k.MOMENT, "When it happened; else now."),
        Column(
            "movement_type",
            k.WORD,
            "What it was: came in, left, or adjusted; `reserved` and `released` move nothing.",
        ),
        Column("sku", k.SKU, "The product's SKU.", required=True),
        Column(
            "warehouse",
            k.CODE,
            "The warehouse's code; without the column, each product's default one.",
            filled=True,
        ),
        Column("quantity", k.SIGNED, "The change, in units.", required=True),
        Column("quantity_on_hand", k.UNITS, "On hand after it.", told=True),
        Column("quantity_reserved", k.UNITS, "Reserved after it.", told=True),
        Column("order_id", k.ID, "The order it was for."),
        Column("sales_order_id", k.ID, "The sales order it was for.", told=True),
        Column("transfer_id", k.ID, "What both halves of a transfer share.", told=True),
        Column("reverses_id", k.ID, "The movement that it mends.", told=True),
        Column("reference_type", k.WORD, "What kind of document is behind it.", told=True),
        Column("reference_id", k.ID, "That document's id.", told=True),
        Column("reference", k.REFERENCE, "That document's name."),
        Column("reason", k.NOTES, "Why."),
        Column("notes", k.NOTES, "Notes."),
        Column("created_by", k.PERSON, "Who did it.", told=True),
        Column("reported_at", k.MOMENT, "When it was said to have happened.", told=True),
        Column("created_at", k.MOMENT, "When it was written.", told=True),
        Column("entry_number", k.ID, "Its place among its level's entries.", told=True),
    ),
    ("product_id", "warehouse_id", "movement_type", "since", "until"),
    "what happened, in the order of the file: received, shipped, or adjusted.",
    TakingMovements,
)
