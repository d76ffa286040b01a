"""A proof's result: what was promised, what was done to break it, and each breach found."""

from __future__ import annotations

import datetime
import json
import os
import platform
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

import onhand

MOST_SHOWN = 20
Fact = str | int | float


@dataclass
class Result:
    """What a proof found. It holds when something was done and nothing was breached.

    `facts` say how much was done, in the order in which they are told; `breaches` are sentences.
    """

    promise: str
    facts: dict[str, Fact] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether the promise was kept."""
        return not self.breaches and any(self.facts.values())

    def count(self, what: str, more: int = 1) -> None:
        """Count something done."""
        before = self.facts.get(what, 0)
        assert isinstance(before, int)
        self.facts[what] = before + more

    def breach(self, problem: str) -> None:
        """Note that the promise was broken, and how."""
        self.breaches.append(problem)

    def check(self, so: bool, otherwise: str) -> None:
        """Note a breach unless it is so."""
        if not so:
            self.breach(otherwise)

    def print(self, console: Console) -> None:
        """Show it."""
        console.print(self.promise, style="bold")
        table = Table(show_header=False)
        for what, fact in self.facts.items():
            table.add_row(what, f"{fact:,}" if not isinstance(fact, str) else fact)
        console.print(table)
        if self.holds:
            console.print("holds", style="green")
        for problem in self.breaches[:MOST_SHOWN]:
            console.print(f"BREACH: {problem}", style="red", markup=False, highlight=False)
        if len(self.breaches) > MOST_SHOWN:
            console.print(f"... and {len(self.breaches) - MOST_SHOWN} more", style="red")

    def write(self, path: Path) -> None:
        """Keep it as JSON, with the day, the machine and the versions."""
        found = {
            "promise": self.promise,
            "holds": self.holds,
            "facts": self.facts,
            "breaches": self.breaches,
            "measured": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "onhand": onhand.__version__,
        }
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
