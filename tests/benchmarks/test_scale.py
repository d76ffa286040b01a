"""In short: the shop that fills large ledgers, and every read on two sizes of it."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from benchmarks import scale
from benchmarks.disk import measure_disk
from benchmarks.prepare import grow, plans_of
from benchmarks.questions import QUESTIONS, know
from benchmarks.report import Report
from benchmarks.shelf import Shelf
from benchmarks.trade import Trade
from onhand.api.endpoints import OPERATIONS
from onhand.api.faults_in_words import field_types
from onhand.api.operations import BASE
from onhand.app import App
from onhand.core.movements import MovementType
from onhand.ledger.verify import verify

PRODUCTS, WAREHOUSES, SMALL, LARGE = 300, 3, 500, 3_000


def grown(database_url: str, start: int, until: int) -> None:
    """A year's ledger of LARGE movements, from one of its sizes to another."""
    grow(
        database_url,
        start=start,
        until=until,
        year=LARGE,
        products=PRODUCTS,
        warehouses=WAREHOUSES,
    )


def trade() -> Trade:
    return Trade(range(1, 101), range(1, 4), datetime(2025, 1, 1, tzinfo=UTC), 2_000)


def test_a_trade_that_pauses_is_the_same() -> None:
    whole, paused = trade(), trade()
    parts = [list(paused.commands(until)) for until in (1, 700, 700, 2_000)]
    assert [command for part in parts for command in part] == list(whole.commands(2_000))
    assert not parts[2]
    assert whole.made in (2_000, 2_001)


def test_the_ledger_of_a_trade_adds_up_and_shows_every_kind(database_url: str) -> None:
    grown(database_url, 0, SMALL)
    grown(database_url, SMALL, LARGE)
    with App().proof(database_url) as proof:
        assert [str(difference) for difference in verify(proof)] == []
        assert proof.counts()[0] in (LARGE, LARGE + 1)
    known = know(database_url)
    assert {movement.movement_type for movement in known.movements} == set(MovementType)
    for plans in plans_of(database_url, [question.path(known) for question in QUESTIONS]):
        assert plans
        aimless = [plan.text for plan in plans if not (plan.indexes or plan.scanned)]
        assert [text for text in aimless if READS_NOTHING not in text] == []


def test_every_read_of_the_contract_is_asked_with_every_filter(sqlite_url: str) -> None:
    grown(sqlite_url, 0, SMALL)
    known = know(sqlite_url)
    paths = [urlsplit(question.path(known)) for question in QUESTIONS]
    offered: dict[str, set[str]] = defaultdict(set)
    asked: dict[str, set[str]] = defaultdict(set)
    for operation in OPERATIONS:
        if operation.method != "GET" or not operation.path.startswith(BASE):
            continue
        if operation.tag in BESIDE_THE_LEDGER or operation.operation_id in NOT_ASKED:
            continue
        if operation.path.endswith("/pdf"):
            continue  # which reads what its list does
        pattern = re.sub(r"\{\w+\}", r"\\d+", operation.path.removeprefix(BASE))
        here = [path.query for path in paths if re.fullmatch(pattern, path.path)]
        assert here, f"nobody asks {operation.path}"
        offered[operation.tag] |= {*field_types(operation.query)} if operation.query else set()
        asked[operation.tag] |= {name for query in here for name in parse_qs(query)}
    missing = {
        tag: names - asked[tag] - {"page", "per_page", "sales_order_id"}
        for tag, names in offered.items()
    }
    assert not any(missing.values()), missing


BESIDE_THE_LEDGER = {
    *("Transfers", "Suppliers", "Purchase orders", "Physical counts", "Sales orders"),
    *("Access", "People", "Webhooks", "Audit log"),
    "Files",  # which are all of it
}
"""What has no more rows because there are more movements."""

READS_NOTHING = "One-Time Filter: false"
"""How PostgreSQL plans a question about none, as prices of no products."""

NOT_ASKED = {"stream_events", "report_count_accuracy"}
"""What goes on for ever, and what reads counts alone."""


def measured(folder: Path) -> Report:
    return scale.run(
        databases=("sqlite",),
        sizes=(LARGE, SMALL),
        products=PRODUCTS,
        warehouses=WAREHOUSES,
        requests=2,
        directory=folder,
        keep=True,
    )


def test_a_run_measures_each_read_and_keeps_what_it_filled(tmp_path: Path) -> None:
    report = measured(tmp_path)
    assert [row[0] for row in report.rows] == [f"{one.name}, sqlite" for one in QUESTIONS]
    assert all(isinstance(cell, float) and cell > 0 for row in report.rows for cell in row[2:])
    assert len(report.columns) == len(report.rows[0])
    curves = [points for panel in report.curves.values() for points in panel.values()]
    assert len(curves) == len(QUESTIONS)
    assert all([size for size, _ in points] == [SMALL, LARGE] for points in curves)
    told = "\n".join(report.notes)
    assert re.search(r"^sqlite, movements of an order: ix_movements_order", told, re.MULTILINE)
    taken = re.search(r"sqlite, (3,00\d) movements: .* (\d+) bytes a movement: (\d+) in", told)
    assert taken is not None
    assert int(taken[2]) > int(taken[3]) > 50
    assert re.search(r"525,600,000 orders of 3 lines,.*: 4,730,400,000 movements", told)

    filled = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("scale_*.db")}
    assert len(filled) == 2
    again = measured(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("scale_*.db")} == filled
    assert [row[:2] for row in again.rows] == [row[:2] for row in report.rows]


def test_what_an_interrupted_filling_left_is_not_taken_for_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(url: str, *, start: int, until: int, **others: int) -> None:
        grow(url, start=start, until=until - 100, **others)
        raise KeyboardInterrupt

    shelf = Shelf(None, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("benchmarks.scale.grow", interrupted)
        with pytest.raises(KeyboardInterrupt):
            scale.fill(shelf, (SMALL, LARGE), PRODUCTS, WAREHOUSES)
    urls = scale.fill(shelf, (SMALL, LARGE), PRODUCTS, WAREHOUSES)
    counts = [measure_disk(url).movements for url in urls]
    assert counts[0] in (SMALL, SMALL + 1)
    assert counts[1] in (LARGE, LARGE + 1)
