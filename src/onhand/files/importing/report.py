"""What an import of a table tells: what became of its records, and what is wrong in which row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from onhand.files.tables.table import Effect, Fault
from onhand.ledger.exports import What

__all__ = ["FAULTS_KEPT", "TableReport"]

FAULTS_KEPT = 1_000
"""A longer list helps nobody; how many more there are is told."""


@dataclass(slots=True)
class TableReport:
    """What became of a file. Rows are those below the header; the other figures count records, each
    a row, or all rows of a document.

    `by_effect` says what was done where it `is_imported`, else what would be. `before` were
    imported by an earlier run. `wrong` rows have `fault_count` faults, of which the first are in
    `faults`.
    """

    what: What
    is_imported: bool = False
    passed_over: tuple[str, ...] = ()
    rows: int = 0
    by_effect: dict[Effect, int] = field(default_factory=lambda: dict.fromkeys(Effect, 0))
    before: int = 0
    wrong: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong with the file."""
        return bool(self.fault_count)

    def add_faults(self, faults: Iterable[Fault]) -> None:
        """Take some faults in."""
        rows = set()
        for fault in faults:
            rows.add(fault.row)
            self.fault_count += 1
            if len(self.faults) < FAULTS_KEPT:
                self.faults.append(fault)
        self.wrong += len(rows)
