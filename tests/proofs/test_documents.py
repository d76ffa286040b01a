"""In short: documents driven through their life cycles while servers are killed."""

from __future__ import annotations

from pathlib import Path

from proofs.documents.run import run
from proofs.ground import Ground, Kind
from tests.proofs.planted import PlantedGround


def test_each_step_is_taken_once_whatever_is_killed(ground: Ground) -> None:
    servers = 1 if ground.kind is Kind.sqlite else 2
    result = run(ground, servers, kills=1, steps=150)
    assert result.holds, result.breaches
    facts = result.facts
    assert facts["kills of a server"] == facts["verified"] == 1
    assert facts["torn connections"]
    assert facts["of them at once"]


def test_documents_written_in_a_commit_of_their_own_are_found(
    sqlite_url: str, tmp_path: Path
) -> None:
    faulty = PlantedGround(Kind.sqlite, tmp_path, sqlite_url, None, fault="commits_twice")
    try:
        result = run(faulty, servers=1, kills=1, steps=100)
    finally:
        faulty.close()
    assert any("by what was answered" in one for one in result.breaches), result.breaches
