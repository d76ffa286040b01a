"""In short: several processes measured, what they cost, and what the model makes of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import writers
from tests.support.postgres_programs import find_programs


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tests' PostgreSQL, where the benchmarks look for one."""
    # Not below pytest's own folder, which PostgreSQL's user may not enter.
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o711)
        folder = find_programs().for_any_user(Path(scratch)).folder
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        yield


@pytest.mark.usefixtures("programs")
def test_two_processes_beside_one() -> None:
    report = writers.run(
        loads=("uniform",),
        processes=(1, 2),
        products=50,
        connections=(8,),
        seconds=1,
        rounds=1,
        directory=None,
    )
    rows = [dict(zip(report.columns, row, strict=True)) for row in report.rows]
    assert [row["side"] for row in rows] == ["uniform 4 × 1", "uniform 8 × 1", "uniform 8 × 2"]
    assert not any("failed" in note for note in report.notes)
    for row in rows:
        figures = {name: float(cell) for name, cell in row.items() if isinstance(cell, int | float)}
        # A command takes a microsecond of each at the very least, and no more than the machine has.
        used = [figures[party] for party in ("server", "database", "load")]
        assert min(used) > 1
        assert sum(used) / 1e6 * figures["per s"] < (os.cpu_count() or 1) * 1.2
        assert 1 <= figures["batch"] <= 8
        commands = figures["batch"] * figures["commits/s"]
        assert commands == pytest.approx(figures["per s"], rel=0.1)
        assert figures["held ms"] > 0
        assert ("model" in figures) == str(row["side"]).endswith("× 2")
    assert [ratio.name for ratio in report.ratios] == [
        "uniform 8 × 2 / × 1",
        "uniform 8 × 2, model / measured",
        "uniform 8 × 2, CPU per command, model / measured",
    ]
    assert set(report.curves) == {"uniform"}
