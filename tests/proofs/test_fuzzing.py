"""In short: every target over its seeds and some hundred mutations; planted faults are found."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from onhand.api import queries
from onhand.api.stock import movements
from onhand.api.stock.protocol import StockProtocol
from onhand.files.values import Quantities
from onhand.ledger.listings import SortKey
from proofs.fuzzing import json_bodies, parsers, whole_api
from proofs.fuzzing.mutating import LONGEST, mutations
from proofs.fuzzing.target import Target
from proofs.fuzzing.targets import TARGETS
from proofs.fuzzing.trying import Trial
from proofs.ground import Ground, Kind
from proofs.result import Result
from tests.proofs.planted import PlantedGround

MUTATIONS = 300
SEED = 1


def tried(target: Target, folder: Path, most: int = MUTATIONS) -> Result:
    return parsers.run([target], folder, minutes=5, most=most, seed=SEED, guided=False)


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_takes_or_refuses(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    result = tried(target, tmp_path)
    assert result.holds, result.breaches
    assert result.facts["inputs"] == len(target.seeds) + MUTATIONS


def test_every_seed_is_worth_its_while() -> None:
    for target in TARGETS.values():
        assert len(set(target.seeds)) > 3, target.name


def test_it_runs_by_the_clock_with_a_guide_where_there_is_one(tmp_path: Path) -> None:
    target = TARGETS["cursor"]
    result = parsers.run([target], tmp_path / "run", 0.05, corpus=tmp_path / "corpus")
    assert result.holds, result.breaches
    assert int(result.facts["inputs"]) > len(target.seeds)
    assert (tmp_path / "corpus").exists() == parsers.has_guide()


def test_the_same_seed_makes_the_same_mutations() -> None:
    seeds, tokens = TARGETS["command"].seeds, TARGETS["command"].tokens
    first, again = (mutations(seeds, tokens, Random(SEED)) for _ in range(2))
    made = [next(first) for _ in range(500)]
    assert made == [next(again) for _ in range(500)]
    assert len(set(made)) > 450
    assert max(map(len, made)) <= LONGEST


# Planted faults


def crashing(data: bytes) -> None:
    """A parser that fails on one of its inputs in some hundred."""
    json_bodies.command(data)
    if b"null" in data[20:]:
        raise ZeroDivisionError("planted")


def test_a_crash_is_found_and_kept(tmp_path: Path) -> None:
    good = TARGETS["command"]
    result = tried(Target("planted", crashing, good.seeds, good.tokens), tmp_path)
    assert len(result.breaches) == 1
    assert "ZeroDivisionError" in result.breaches[0]
    kept = list((tmp_path / "findings" / "planted").glob("*.input"))
    assert len(kept) == 1
    with pytest.raises(ZeroDivisionError):
        crashing(kept[0].read_bytes())
    again = tried(Target("planted", crashing, [b"x"]), tmp_path, most=0)
    assert again.breaches == result.breaches
    mended = tried(Target("planted", json_bodies.command, [b"x"]), tmp_path, most=0)
    assert mended.holds


def test_a_square_in_time_is_found(tmp_path: Path) -> None:
    def squaring(data: bytes) -> None:
        if len(data) > 1_000:
            until = time.thread_time() + 0.1
            while time.thread_time() < until:
                pass

    trial = Trial(Target("planted", squaring, [b"x"]), tmp_path, slow_s=0.05)
    trial.all([b"x" * 10, b"x" * 2_000, b"x" * 3_000])
    assert list(trial.findings) == ["slow"]
    assert "2,000 bytes take 0.1 s" in trial.findings["slow"]


def test_a_lane_that_answers_otherwise_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = StockProtocol.answer

    def without_headers(self: Any, told: Any, headers: Any, keep_alive: bool) -> None:
        answer(self, told, (), keep_alive)

    monkeypatch.setattr(StockProtocol, "answer", without_headers)
    # Only a replayed answer has headers of its own.
    result = tried(TARGETS["connection"], tmp_path, most=0)
    assert any("the lane alone sends" in breach for breach in result.breaches)


def test_a_lane_that_fails_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(StockProtocol, "answer", failing)
    result = tried(TARGETS["connection"], tmp_path, most=0)
    assert any("planted" in breach for breach in result.breaches)


def test_a_filter_that_no_sql_can_be_made_of_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_they_come(text: str | None) -> Any:
        return tuple(SortKey(name.upper(), False) for name in (text or "").split(",") if name)

    monkeypatch.setattr(queries, "sort_keys", as_they_come)
    target = TARGETS["query"]
    sorting = [seed for seed in target.seeds if b"sort=" in seed]
    result = tried(replace(target, seeds=sorting[:3]), tmp_path, most=0)
    assert any("The server failed" in breach for breach in result.breaches)


def test_a_cursor_that_loses_its_place_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(movements, "_MICROSECOND", movements._MICROSECOND * 1_000)
    assert not tried(TARGETS["cursor"], tmp_path, most=0).holds


def test_a_file_that_makes_the_import_fail_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Quantities, "read", lambda self, text: int(text))
    result = tried(TARGETS["csv"], tmp_path)
    assert any("ValueError" in breach for breach in result.breaches)


# The whole API

# The phase `coverage` takes as long as all others; tests/api has it.
PHASES = ("examples", "fuzzing", "stateful")
A_LITTLE = whole_api.Effort(minutes=None, examples=3, tag="Warehouses", phases=PHASES)


def on_warehouses(ground: Ground) -> Result:
    try:
        return whole_api.run(ground, A_LITTLE, SEED)
    finally:
        ground.close()


def test_the_api_is_as_documented(sqlite_url: str, tmp_path: Path) -> None:
    result = on_warehouses(Ground(Kind.sqlite, tmp_path, sqlite_url, None))
    assert result.holds, result.breaches
    for phase in PHASES:
        assert int(result.facts[f"cases: {phase}"]) > 0, phase
    assert int(result.facts["checks: not_a_server_error"]) > 10


def test_an_answer_that_is_not_as_documented_is_found(sqlite_url: str, tmp_path: Path) -> None:
    fault = "tells_ids_as_texts"
    result = on_warehouses(PlantedGround(Kind.sqlite, tmp_path, sqlite_url, None, fault=fault))
    assert any("response_schema_conformance" in breach for breach in result.breaches)
