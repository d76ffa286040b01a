"""A benchmark's result: one table, the ratios under it, and the same as JSON."""

from __future__ import annotations

import datetime
import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Summary

Cell = str | int | float | None
PREDICTED = ", predicted"
"""How the name of a curve ends that a model drew of the one named before it."""
RATE_COLUMNS = ("side", "per second", "slowest–fastest", "p50 ms", "p99 ms", "failed")


@dataclass(frozen=True)
class Ratio:
    """A comparison, and what it has to reach."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the target, if there is one, is reached."""
        enough = self.at_least is None or self.value >= self.at_least
        return enough and (self.at_most is None or self.value <= self.at_most)

    def __str__(self) -> str:
        target = ""
        if self.at_least is not None:
            target = f"  (wanted: at least {_text(self.at_least)})"
        if self.at_most is not None:
            target = f"  (wanted: at most {_text(self.at_most)})"
        return f"{self.name}: {_text(self.value)}{target}"


@dataclass
class Report:
    """What a benchmark found."""

    title: str
    columns: Sequence[str] = RATE_COLUMNS
    rows: list[list[Cell]] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    machine: dict[str, Cell] = field(default_factory=dict)
    plotted: Sequence[str] = ("per second",)
    """The columns of numbers that a picture shows."""
    curves: dict[str, dict[str, list[tuple[float, float]]]] = field(default_factory=dict)
    """Where there are any, the picture shows these instead: by panel and name, points."""
    curves_over: str = "movements"
    by_powers: bool = True
    """Whether the curves' axes go by powers of ten."""

    def add(self, *cells: Cell) -> None:
        """Add a row."""
        self.rows.append(list(cells))

    def add_summaries(self, summaries: dict[str, Summary]) -> None:
        """Add a row for each measured side."""
        for name, found in summaries.items():
            span = f"{found.slowest:,.0f}–{found.fastest:,.0f}"
            p50, p99 = found.p50_ms, found.p99_ms
            self.add(name, round(found.per_second), span, p50, p99, found.failed)

    def compare(
        self,
        name: str,
        value: float,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """Add a ratio and, where there is one, its target."""
        self.ratios.append(Ratio(name, value, at_least, at_most))

    def print(self, console: Console) -> None:
        """Show it."""
        table = Table(title=self.title, title_justify="left")
        for number, column in enumerate(self.columns):
            table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
        for row in self.rows:
            table.add_row(*(_text(cell) for cell in row))
        console.print(table)
        for ratio in self.ratios:
            console.print(str(ratio), style="green" if ratio.holds else "red", highlight=False)
        for note in self.notes:
            console.print(note, style="dim", highlight=False)
        facts = ", ".join(f"{name} {_text(value)}" for name, value in self.machine.items())
        console.print(facts, style="dim", highlight=False)

    def write(self, path: Path) -> None:
        """Keep it as JSON."""
        found = {
            "title": self.title,
            "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows],
            "ratios": [asdict(ratio) | {"holds": ratio.holds} for ratio in self.ratios],
            "notes": self.notes,
            "machine": self.machine,
        }
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


def describe_machine(directory: Path, **more: Cell) -> dict[str, Cell]:
    """The facts a figure means nothing without; taken before the run, whose own load they are not.

    What one fsync costs, and how busy the machine already was, are among them.
    """
    return {
        "measured": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": os.cpu_count(),
        "load before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "fsync ms": round(fsync_ms(directory), 3),
        **more,
    }


def fsync_ms(directory: Path, times: int = 50) -> float:
    """The mean time of an 8 KiB append and its fsync, in the databases' own directory."""
    path = directory / "fsync-probe"
    page = bytes(8192)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        started = time.perf_counter()
        for _ in range(times):
            os.write(descriptor, page)
            os.fsync(descriptor)
        return (time.perf_counter() - started) / times * 1000
    finally:
        os.close(descriptor)
        path.unlink()


def _text(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) else cell
