"""What an import tells: progress while it runs, a report at its end, and a CSV of every problem."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, Self, TextIO

from onhand.files.harmless import harmless
from onhand.files.problems import ReportUnwritable
from onhand.files.records import Problem

__all__ = ["CsvReport", "ImportReport", "ProblemReport", "Progress", "as_problem"]

Phase = Literal["reading", "importing"]

_COLUMNS = ("line_number", "kind", "reason", "excerpt")


class Progress(NamedTuple):
    """How far a phase is: stored bytes of the file's, and physical lines behind it."""

    phase: Phase
    bytes_done: int
    bytes_total: int
    lines_done: int


@dataclass(slots=True)
class ImportReport:
    """What became of a file's lines. Lines are physical lines without the header, units stock.

    `already_imported` lines were imported by an earlier run and not touched; `sales`, `returns` and
    `corrections` are lines posted by this one. `problems_by_kind` counts the lines of the whole
    file that move no stock, `rejected_by_code` those that the ledger refused, in earlier runs too.
    `opening_units` and `purchased_units` came in so that sales could go out.
    """

    path: str
    lines: int = 0
    already_imported: int = 0
    sales: int = 0
    returns: int = 0
    corrections: int = 0
    products: int = 0
    products_created: int = 0
    opening_units: int = 0
    purchases: int = 0
    purchased_units: int = 0
    problems_by_kind: dict[str, int] = field(default_factory=dict)
    rejected_by_code: Counter[str] = field(default_factory=Counter)
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def posted(self) -> int:
        """Lines that moved stock in this run."""
        return self.sales + self.returns + self.corrections

    @property
    def problems(self) -> int:
        """Lines of the file that are no goods, or bad."""
        return sum(self.problems_by_kind.values())

    @property
    def rejected(self) -> int:
        """Lines that the ledger refused."""
        return sum(self.rejected_by_code.values())


class CsvReport:
    """A CSV file with a row per problem; a context manager.

    Without a path nothing is written. Raises ReportUnwritable.
    """

    def __init__(self, path: str | PathLike[str] | None, columns: Sequence[str]) -> None:
        self._path = path
        self._file: TextIO | None = None
        if path is None:
            return
        try:
            # Closed by __exit__, as this class is a context manager itself.
            self._file = Path(path).open("w", encoding="utf-8", newline="")  # noqa: SIM115
            self._writer = csv.writer(self._file)
            self._writer.writerow(columns)
        except (OSError, ValueError) as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        try:
            self._file.close()
        except OSError as fault:
            if error is None:
                raise self._unwritable(fault) from fault

    def write(self, problems: Iterable[Sequence[int | str]]) -> None:
        """Writes some problems."""
        if self._file is None:
            return
        try:
            for problem in problems:
                self._writer.writerow([_harmless(value) for value in problem])
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: Exception) -> ReportUnwritable:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return ReportUnwritable(
            f"the report of problems cannot be written ({reason})", path=self._path or ""
        )


class ProblemReport(CsvReport):
    """A CSV file with a row per line that moved no stock, in the file's order."""

    def __init__(self, path: str | PathLike[str] | None) -> None:
        super().__init__(path, _COLUMNS)

    def add(self, problems: Iterable[Problem], rejections: Iterable[Problem]) -> None:
        """Writes the problems of one chunk, sorted by line."""
        self.write(sorted([*problems, *rejections]))


def as_problem(rejected: Sequence[int | str]) -> Problem:
    """A line that the ledger refused, for the report."""
    line_number, code, message = rejected
    return Problem(int(line_number), f"rejected_{code}", str(message), "")


def _harmless(value: int | str) -> int | str:
    return harmless(value) if isinstance(value, str) and value else value
