"""Suppliers: made where their code is not known, changed where it is, as products are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from onhand.core.suppliers import ChangeSupplier, CreateSupplier, SupplierStatus
from onhand.core.warehouses import code_key
from onhand.files.cells import Choice
from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.table import Effect, Naming, Planned, Record, Row, Table, Taking
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found, Wanted

_DEFAULT_CURRENCY = "USD"
_ALWAYS = frozenset({"name", "status", "currency"})
"""What a supplier always has: a blank cell leaves it."""


class TakingSuppliers(Taking):
    """Suppliers from rows."""

    names_row = ("code",)
    columns_of: ClassVar = {"state": "status"}

    def names(self, records: Sequence[Record]) -> Wanted:
        """Their codes."""
        codes = {code_key(row.values["code"]) for record in records for row in record}
        return Wanted(suppliers=codes)

    def plan(self, record: Record, found: Found) -> Planned:
        """What a supplier shall be."""
        planned = Planned(record)
        row = record[0]
        said = {
            name: value
            for name, value in row.values.items()
            if value is not None or name not in _ALWAYS
        }
        supplier = found.suppliers.get(code_key(said["code"]))
        if supplier is None:
            return self._creating(planned, row, said, found)
        del said["code"]
        if "status" in said:
            said["state"] = said.pop("status")
        changes: dict[str, Any] = {
            name: value for name, value in said.items() if value != getattr(supplier, name)
        }
        if changes:
            planned.command = ChangeSupplier(
                origin=self.origin, id=supplier.id, if_version=supplier.version, changes=changes
            )
            planned.effect = Effect.CHANGED
            planned.basis = str(supplier.version)
        return planned

    def _creating(self, planned: Planned, row: Row, said: dict[str, Any], found: Found) -> Planned:
        if "name" not in said:
            naming = Naming(planned, found)
            naming.fault(row, "name", "There is no such supplier yet, and a new one needs a name")
            return planned
        attributes = {"currency": _DEFAULT_CURRENCY, **said}
        code = attributes.pop("code")
        status = SupplierStatus(attributes.pop("status", SupplierStatus.PROSPECTIVE))
        planned.command = CreateSupplier(
            origin=self.origin, code=code, status=status, attributes=attributes
        )
        planned.effect = Effect.CREATED
        return planned


SUPPLIERS = Table(
    What.SUPPLIERS,
    (
        Column("id", k.ID, "Its number in this shop.", told=True),
        Column("code", k.CODE, "Names the supplier, whatever its case.", required=True),
        Column("name", k.NAME, "What it is called; a new supplier needs it."),
        Column("status", Choice(tuple(SupplierStatus)), "How we stand with it; else prospective."),
        Column("email", k.EMAIL, "Where to write to."),
        Column("phone", k.PHONE, "Where to call."),
        Column("address", k.ADDRESS, "Its postal address."),
        Column("payment_terms", k.PAYMENT_TERMS, "When and how it is paid."),
        Column("lead_time_days", k.DAYS, "Days from order to arrival."),
        Column("currency", k.CURRENCY, "Of its prices; else USD."),
        Column("notes", k.NOTES, "Anything worth keeping."),
        Column("created_at", k.MOMENT, "When it was made.", told=True),
        Column("updated_at", k.MOMENT, "When it was changed last.", told=True),
    ),
    ("state",),
    "made where the code is new, changed where it is known.",
    TakingSuppliers,
)
