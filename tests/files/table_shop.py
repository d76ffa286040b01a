"""A shop on a database, whose tables go out and in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from onhand.api.limited_reads import LimitedReads
from onhand.core.commands import Command
from onhand.core.movements import Origin
from onhand.core.stock_rules import Accepted
from onhand.files.exporting import export
from onhand.files.formats.raw import TableOptions
from onhand.files.formats.writing import Format
from onhand.files.importing.report import TableReport
from onhand.files.importing.table_import import Choices, TableImport, carry_out
from onhand.files.tables.table import Fault
from onhand.ledger.exports import ExportFilter, What
from onhand.ledger.ports import Store
from onhand.ledger.reads import Reads
from onhand.store.engine import parse_database, read_engine
from onhand.store.reads import SqlReads
from tests.files.tables_of import csv_of
from tests.support.stores import DatabaseShop, SetClock, accepted, ask

IMPORTER = Origin("importer")


class TableShop:
    """The shop, open."""

    def __init__(self, shop: DatabaseShop, folder: Path) -> None:
        self.clock = SetClock()
        self.store: Store = shop.open()
        self.reads = SqlReads(read_engine(parse_database(shop.url), pool_size=1), self.clock)
        self._folder = folder

    def close(self) -> None:
        self.reads.close()
        self.store.close()

    def do(self, *commands: Command) -> list[Accepted]:
        """Carry out commands; all must be accepted."""
        return [accepted(result) for result in ask(self.store, *commands, clock=self.clock)]

    def take(
        self,
        what: What,
        content: bytes | Sequence[Sequence[object]],
        *,
        origin: Origin = IMPORTER,
        reading: TableOptions | None = None,
        **choices: Any,
    ) -> TableReport:
        """Import a file, given as rows or as it is."""
        path = self._folder / "taken"
        path.write_bytes(content if isinstance(content, bytes) else csv_of(*content))
        chosen = Choices(**choices, reading=reading or TableOptions())
        told: list[Fault] = []
        reads: Reads = self.reads
        if origin.within is not None:
            reads = LimitedReads(reads, origin.within)
        one = TableImport(what, path, chosen, reads, origin, on_faults=told.extend)
        report = carry_out(one.run(), self.store, self.clock)
        assert len(told) == report.fault_count or not chosen.skip_wrong
        return report

    def give(self, what: What, how: Format = Format.CSV, **which: Any) -> bytes:
        """Export a table."""
        out = io.BytesIO()
        with self.reads.exported(what, ExportFilter(**which)) as exported:
            export(what, exported, how, out)
        return out.getvalue()

    def rows(self, what: What, **which: Any) -> list[dict[str, str]]:
        """What an export holds."""
        text = self.give(what, **which).decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def movements(self) -> list[tuple[str, str, int]]:
        """The ledger: type, SKU and quantity."""
        return [
            (row["movement_type"], row["sku"], int(row["quantity"]))
            for row in self.rows(What.MOVEMENTS)
        ]


@contextmanager
def opened(shop: DatabaseShop, folder: Path) -> Iterator[TableShop]:
    """A shop for a while."""
    made = TableShop(shop, folder)
    try:
        yield made
    finally:
        made.close()


def faults(report: TableReport) -> list[tuple[int, str, str]]:
    """What is wrong with a file."""
    return [(fault.row, fault.column, fault.reason) for fault in report.faults]


def done(report: TableReport) -> dict[str, int]:
    """What became of its records, of which there were any."""
    counts = {effect.value: count for effect, count in report.by_effect.items() if count}
    return counts | ({"before": report.before} if report.before else {})
