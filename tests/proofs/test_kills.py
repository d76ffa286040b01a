"""In short: servers and PostgreSQL killed at random points of mixed commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs import kills
from proofs.ground import Ground, Kind, ground
from tests.proofs.planted import PlantedGround


@pytest.fixture(scope="module")
def private_ground() -> Iterator[Ground]:
    """A PostgreSQL of this module's own, to be stopped and killed."""
    with ground(Kind.postgresql) as made:
        yield made


def test_a_killed_server_loses_nothing_and_does_nothing_twice(ground: Ground) -> None:
    result = kills.kill_servers(ground, servers=1, kills=2, commands=400)
    assert result.holds, result.breaches
    assert result.facts["kills of a server"] == result.facts["verified"] == 2
    assert result.facts["torn connections"]


def test_of_several_servers_one_is_killed_while_the_others_go_on(
    postgresql_ground: Ground,
) -> None:
    result = kills.kill_servers(postgresql_ground, servers=3, kills=2, commands=300)
    assert result.holds, result.breaches
    assert result.facts["kills of a server"] == 2


def test_a_killed_database_loses_nothing_and_nothing_is_done_twice(private_ground: Ground) -> None:
    result = kills.kill_database(private_ground, servers=1, kills=1, commands=300)
    assert result.holds, result.breaches
    assert result.facts["SIGKILL of PostgreSQL"] == 1
    assert result.facts["immediate stop of PostgreSQL"] == 1
    assert result.facts["told to try again"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("forgets_keys", "it was done, and its repeat is no replay"),
        ("loses_batches", "answered, and there is [] instead of"),
    ],
)
def test_a_planted_fault_is_found(fault: str, told: str, sqlite_url: str, tmp_path: Path) -> None:
    faulty = PlantedGround(Kind.sqlite, tmp_path, sqlite_url, None, fault=fault)
    try:
        result = kills.kill_servers(faulty, servers=1, kills=1, commands=400)
    finally:
        faulty.close()
    assert any(told in breach for breach in result.breaches)
