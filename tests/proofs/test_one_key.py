"""In short: twenty calls at once with one key."""

from __future__ import annotations

from pathlib import Path

from proofs import one_key
from proofs.ground import Ground, Kind
from tests.proofs.planted import PlantedGround

ROUNDS = len(one_key.KINDS)


def test_twenty_calls_with_one_key_are_one(ground: Ground) -> None:
    result = one_key.run(ground, servers=1, rounds=ROUNDS, kill_every=8)
    assert result.holds, result.breaches
    assert result.facts["rounds"] == ROUNDS
    assert result.facts["rounds across a kill"] == ROUNDS // 8
    assert int(result.facts["calls answered"]) >= ROUNDS * one_key.CALLS


def test_so_are_calls_to_several_servers(postgresql_ground: Ground) -> None:
    result = one_key.run(postgresql_ground, servers=3, rounds=ROUNDS, kill_every=8)
    assert result.holds, result.breaches
    assert int(result.facts["calls answered"]) >= ROUNDS * one_key.CALLS


def test_a_server_that_forgets_keys_is_found(sqlite_url: str, tmp_path: Path) -> None:
    faulty = PlantedGround(Kind.sqlite, tmp_path, sqlite_url, None, fault="forgets_keys")
    try:
        result = one_key.run(faulty, servers=1, rounds=5, kill_every=5)
    finally:
        faulty.close()
    assert any("different answers" in breach for breach in result.breaches)
    assert any("were told that theirs was the first" in breach for breach in result.breaches)
    assert any("answered, and there is" in breach for breach in result.breaches)
