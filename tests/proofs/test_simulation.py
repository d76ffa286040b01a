"""In short: some seeds on each store. A seed replays to the letter, and planted bugs are found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from onhand.ledger import posting
from onhand.ledger.faults import CommitUnknown, StoreBusy
from onhand.ledger.writer import Writer
from onhand.store.sqlite.statements import Statements
from proofs import simulation
from proofs.simulation import On
from proofs.simulation.sqlite_database import FaultyConnection

ROOT = Path(__file__).parents[2]
SEEDS = {On.memory: 60, On.sqlite: 30}
REPLAYED = {"memory": [1, 7, 11, 12], "sqlite": [1, 7, 11]}
TELL = """
from proofs.simulation import On, replay
for on, seeds in {}.items():
    for seed in seeds:
        print(*replay(On(on), seed).lines, sep="\\n")
"""


@pytest.mark.parametrize("on", list(On))
def test_nothing_is_found(on: On) -> None:
    result = simulation.run(on, first=0, seeds=SEEDS[on], processes=1)
    assert result.holds, result.breaches
    idle = [what for what, count in result.facts.items() if not count]
    assert not idle, f"none of {idle}: it shows nothing"


def test_a_seed_replays_to_the_letter() -> None:
    told = [_told_elsewhere(hash_seed) for hash_seed in ("0", "4711")]
    assert len(told[0].splitlines()) > 1_000
    assert told[0] == told[1]


def _told_elsewhere(hash_seed: str) -> str:
    """What a process of its own tells of some seeds."""
    told = subprocess.run(
        [sys.executable, "-c", TELL.format(REPLAYED)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


# Planted bugs


def test_a_batch_tried_again_after_a_commit_that_may_have_been_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posting, "StoreBusy", (StoreBusy, CommitUnknown))
    assert _first_breach(On.memory)


def test_a_commit_in_two_halves_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    write = Statements.write

    def write_and_keep(self: Statements, shape, table, *rest) -> None:
        write(self, shape, table, *rest)
        connection: object = getattr(self.execute, "__self__", None)
        if table == "movements" and isinstance(connection, FaultyConnection):
            # Past the simulation, which takes a COMMIT for the batch's own.
            connection._connection.execute("COMMIT")
            connection.execute("BEGIN IMMEDIATE")

    monkeypatch.setattr(Statements, "write", write_and_keep)
    assert _first_breach(On.sqlite)


def test_a_caller_who_is_never_answered_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    deliver = Writer._deliver

    def forget_the_last(self: Writer, batch, settlements) -> None:
        told = max(1, len(batch) - 1)
        deliver(self, batch[:told], settlements[:told])

    monkeypatch.setattr(Writer, "_deliver", forget_the_last)
    assert "still waiting" in _first_breach(On.memory)


def _first_breach(on: On) -> str:
    """What the first seed that fails says, and how to see it again."""
    for first in range(0, 300, 20):
        result = simulation.run(on, first, 20, processes=1)
        if not result.holds:
            said = result.breaches[0]
            seed = said.removeprefix("seed ").partition(":")[0]
            assert said.endswith(f"python -m proofs simulate --on {on} --seed {seed} --trace)")
            assert simulation.replay(on, int(seed)).breaches
            return said
    pytest.fail("300 seeds found nothing")
