"""In short: several processes measured, what they cost, and what the model makes of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks import writers
from tests.support.postgres_programs import find_programs


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' PostgreSQL, where the benchmarks look for one."""
    folder = find_programs().for_any_user(tmp_path / "programs").folder
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("programs")
def test_two_processes_beside_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.getbasetemp()
    report = writers.run(
        processes=(1, 2), products=50, connections=(8,), seconds=1, rounds=1, directory=home
    )
    rows = [dict(zip(report.columns, row, strict=True)) for row in report.rows]
    assert [row["side"] for row in rows] == [
        f"{load}, {side}"
        for load in ("hot", "uniform")
        for side in ("4 connections × 1", "8 connections × 1", "8 connections × 2")
    ]
    for row in rows:
        side = str(row["side"])
        figures = {name: float(cell) for name, cell in row.items() if isinstance(cell, int | float)}
        assert figures["failed"] == 0
        # A command takes a microsecond of each at the very least, and no more than the machine has.
        used = [figures[f"{party} µs"] for party in ("server", "database", "load")]
        assert min(used) > 1
        cpus = os.cpu_count() or 1
        assert sum(used) / 1e6 * figures["per second"] < cpus * 1.2
        assert 1 <= figures["batch"] <= 8
        assert figures["batch"] * figures["commits/s"] == pytest.approx(
            figures["per second"], rel=0.1
        )
        assert figures["held ms"] > 0
        assert ("predicted" in figures) == side.endswith("× 2")
    assert {ratio.name for ratio in report.ratios} == {
        f"{load}, 8 connections: 2 processes{what}"
        for load in ("hot", "uniform")
        for what in (" / 1", ", predicted / measured")
    }
    assert set(report.curves) == {"hot", "uniform"}
