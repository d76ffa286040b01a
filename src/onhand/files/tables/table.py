"""A table: its columns, and how the rows of a file become commands.

A file's rows make *records*: one row each, or adjacent rows that belong to one document. A record
becomes one command, or none where it asks for what is there already.

    names(records)     what to look up to know what the records name
    details(…)         what more, once the products are known
    plan(record, …)    the command, or what is wrong with the record

None of them reads or writes anything: the import looks up and posts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from onhand.core.commands import Command
from onhand.core.movements import Origin
from onhand.core.products import Product, sku_key
from onhand.core.rejections import Rejected
from onhand.core.suppliers import Supplier
from onhand.core.warehouses import Warehouse, code_key
from onhand.files.columns import Column
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found, Wanted

__all__ = ["Effect", "Fault", "Memory", "Planned", "Record", "Row", "Table", "Taking"]


class Row(NamedTuple):
    """A row of a file: its number, as a spreadsheet counts, and its values by column.

    It has the columns that the file has; a blank cell is None. `nth` is how many equal rows stand
    before it, where that matters.
    """

    number: int
    values: Mapping[str, Any]
    nth: int = 0


Record = Sequence[Row]


class Fault(NamedTuple):
    """What is wrong in a row; `column` is empty where no single one is to blame."""

    row: int
    column: str
    reason: str


class Effect(StrEnum):
    """What becomes of a record."""

    CREATED = "created"
    CHANGED = "changed"
    POSTED = "posted"
    UNCHANGED = "unchanged"


class Memory(StrEnum):
    """What an import remembers, so that no file is taken in twice.

    STATE    nothing but the commands themselves: a record asks for a state, and what has it is left
    CHUNK    each chunk of rows: to be asked before anything is looked at
    RECORD   each record
    """

    STATE = "state"
    CHUNK = "chunk"
    RECORD = "record"


@dataclass(slots=True)
class Planned:
    """What a record asks for. `basis` names what it goes by: a version, where there is one."""

    record: Record
    command: Command | None = None
    effect: Effect = Effect.UNCHANGED
    basis: str = ""
    faults: list[Fault] = field(default_factory=list)


class Taking:
    """How a table's records become commands; each table has its own."""

    memory: ClassVar[Memory] = Memory.STATE
    names_row: ClassVar[tuple[str, ...]] = ()
    """The columns that name a record: no two records may agree in all of them."""

    has_equals: ClassVar[bool] = False
    """Whether equal rows are records of their own, and not the same one twice."""

    groups_by: ClassVar[tuple[str, ...]] = ()
    """Of documents: adjacent rows that agree in these columns are one record."""

    head: ClassVar[tuple[str, ...]] = ()
    """The columns that are the document's own: its later rows repeat them, or leave them blank."""

    columns_of: ClassVar[Mapping[str, str]] = {}
    """The column of each of the command's fields that is not called so."""

    is_arranged: ClassVar[bool] = False
    """Whether all records are read first, to come in waves that go by those before (`arranged`)."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.coming: set[str] = set()
        """While nothing is posted yet: what earlier waves would have made, by `code_key`."""

    def arranged(self, records: Sequence[Record]) -> list[list[Record]]:
        """The records in waves."""
        return [list(records)]

    def names(self, records: Sequence[Record]) -> Wanted:
        """What the records name: their SKUs, and suppliers' codes."""
        wanted = Wanted()
        for record in records:
            for row in record:
                if (sku := row.values.get("sku")) is not None:
                    wanted.skus.add(sku_key(sku))
                if (code := row.values.get("supplier")) is not None:
                    wanted.suppliers.add(code_key(code))
        return wanted

    def details(self, records: Sequence[Record], found: Found) -> Wanted | None:
        """What else to look up, given what they name."""
        return None

    def plan(self, record: Record, found: Found) -> Planned:
        """What a record asks for."""
        raise NotImplementedError

    def before(self, plans: Sequence[Planned]) -> Sequence[Command]:
        """While nothing is posted yet: what does to the ledger what earlier rows would have done.

        Of all that these plans go by; the rules decide them after it.
        """
        return ()

    def rehearsed(self, plans: Sequence[Planned]) -> None:
        """Hear what became of plans while nothing is posted yet."""

    def fault_of(self, record: Record, field: str, reason: str) -> Fault:
        """A fault that the rules have found with a command, where it stands in the file."""
        row = record[0]
        if field.startswith("lines."):
            _, place, field = field.split(".", 2)
            row = record[int(place)]
        column = self.columns_of.get(field, field)
        return Fault(row.number, column if column in row.values else "", reason)

    def faults_of(self, record: Record, rejected: Rejected) -> list[Fault]:
        """Why the rules refused a record's command."""
        return [self.fault_of(record, name, text) for name, text in rejected.faults]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `about` says how its rows are taken, `filters` which of `ExportFilter`'s it has.

    `taking` None: it is exported and never imported.
    """

    what: What
    columns: tuple[Column, ...]
    filters: tuple[str, ...]
    about: str = ""
    taking: type[Taking] | None = None
    other_takings: Mapping[str, type[Taking]] = field(default_factory=dict)
    """Other ways to take its rows, by name."""

    @property
    def taken(self) -> tuple[Column, ...]:
        """The columns that a file to import may have, other than those only told."""
        return tuple(column for column in self.columns if not column.told)


class Naming:
    """Finds what a record names, and collects what it names in vain."""

    def __init__(self, planned: Planned, found: Found) -> None:
        self._planned = planned
        self._found = found

    def fault(self, row: Row, column: str, reason: str) -> None:
        """Add a fault."""
        self._planned.faults.append(Fault(row.number, column, reason))

    def product(self, row: Row) -> Product | None:
        """The product of the column `sku`."""
        sku = row.values["sku"]
        product = self._found.products.get(sku_key(sku))
        if product is None:
            self.fault(row, "sku", f"There is no product with the SKU {sku}")
        return product

    def supplier(self, row: Row) -> Supplier | None:
        """The supplier of the column `supplier`."""
        code = row.values["supplier"]
        supplier = self._found.suppliers.get(code_key(code))
        if supplier is None:
            self.fault(row, "supplier", f"There is no supplier with the code {code}")
        return supplier

    def warehouse(self, row: Row, column: str = "warehouse") -> Warehouse | None:
        """The warehouse of a column; None, without a fault, where the cell is blank."""
        code = row.values.get(column)
        return None if code is None else self.warehouse_of(row, column, code)

    def warehouse_of(self, row: Row, column: str, code: str) -> Warehouse | None:
        """The warehouse with a code that a column holds."""
        warehouse = self._found.warehouses.get(code_key(code))
        if warehouse is None:
            self.fault(row, column, f"There is no warehouse with the code {code}")
        return warehouse

    @property
    def is_sound(self) -> bool:
        """Whether everything was found."""
        return not self._planned.faults
