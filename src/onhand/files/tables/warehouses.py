"""Warehouses: made where their code is not known, changed where it is.

One that stands below another comes after it, wherever it is in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from onhand.core.commands import CreateWarehouse, UpdateWarehouse
from onhand.core.movements import Origin
from onhand.core.warehouses import WarehouseAttributes, WarehouseType, code_key
from onhand.files.cells import Choice
from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.table import Effect, Naming, Planned, Record, Row, Table, Taking
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found, Wanted

_ALWAYS = frozenset({"name", "type", "is_active"})
"""What a warehouse always has: a blank cell leaves it."""


class TakingWarehouses(Taking):
    """Warehouses from rows."""

    names_row = ("code",)
    columns_of: ClassVar = {"parent_warehouse_id": "parent"}
    is_arranged = True

    def __init__(self, origin: Origin) -> None:
        super().__init__(origin)
        self._in_circle: set[str] = set()

    def names(self, records: Sequence[Record]) -> Wanted:
        """Nothing: all warehouses are known anyway."""
        return Wanted()

    def arranged(self, records: Sequence[Record]) -> list[list[Record]]:
        """The records in waves, each below those before it; in a circle, all are in the last."""
        left = {code_key(record[0].values["code"]): record for record in records}
        waves: list[list[Record]] = []
        while left:
            ready = [
                code
                for code, record in left.items()
                if (above := record[0].values.get("parent")) is None or code_key(above) not in left
            ]
            if not ready:
                self._in_circle = set(left)
            waves.append([left.pop(code) for code in ready or list(left)])
        return waves

    def plan(self, record: Record, found: Found) -> Planned:
        """What a warehouse shall be."""
        planned = Planned(record)
        row = record[0]
        naming = Naming(planned, found)
        said = {
            name: value
            for name, value in row.values.items()
            if name != "parent" and (value is not None or name not in _ALWAYS)
        }
        if "parent" in row.values:
            said["parent_warehouse_id"] = self._parent_id(row, naming, found)
        if "type" in said:
            said["type"] = WarehouseType(said["type"])
        warehouse = found.warehouses.get(code_key(said["code"]))
        if warehouse is None and "name" not in said:
            naming.fault(row, "name", "There is no such warehouse yet, and a new one needs a name")
        if not naming.is_sound:
            return planned
        if warehouse is None:
            planned.command = CreateWarehouse(WarehouseAttributes(**said), self.origin)
            planned.effect = Effect.CREATED
            return planned
        del said["code"]
        changes: dict[str, Any] = {
            name: value
            for name, value in said.items()
            if value != getattr(warehouse.attributes, name)
        }
        above = row.values.get("parent")
        if above is not None and code_key(above) in self.coming:
            planned.effect = Effect.CHANGED
        if changes:
            planned.command = UpdateWarehouse(warehouse.id, changes, self.origin, warehouse.version)
            planned.effect = Effect.CHANGED
            planned.basis = str(warehouse.version)
        return planned

    def _parent_id(self, row: Row, naming: Naming, found: Found) -> int | None:
        above = row.values["parent"]
        if above is not None and code_key(above) not in found.warehouses:
            if code_key(above) in self.coming:
                return None
            if code_key(above) in self._in_circle:
                naming.fault(row, "parent", "It would stand above itself, by way of others here")
                return None
        parent = naming.warehouse(row, "parent")
        return None if parent is None else parent.id


WAREHOUSES = Table(
    What.WAREHOUSES,
    (
        Column("id", k.ID, "Its number in this shop.", told=True),
        Column("code", k.CODE, "Names the warehouse, whatever its case.", required=True),
        Column("name", k.NAME, "What it is called; a new warehouse needs it."),
        Column("type", Choice(tuple(WarehouseType)), "What kind of site it is; else satellite."),
        Column("is_active", k.FLAG, "Whether it is in use; else true."),
        Column("address", k.ADDRESS, "Its postal address."),
        Column("parent", k.CODE, "The code of the warehouse above it."),
        Column("created_at", k.MOMENT, "When it was made.", told=True),
        Column("updated_at", k.MOMENT, "When it was changed last.", told=True),
    ),
    (),
    "made where the code is new, changed where it is known.",
    TakingWarehouses,
)
