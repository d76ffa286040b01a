"""In short: the disk, the database, the clock and the network fail, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from proofs.ground import Ground, Kind
from proofs.result import Result
from proofs.surroundings import (
    clock,
    crowded,
    disk_full,
    locked,
    read_only,
    silence,
    slow_clients,
    timeouts,
)
from proofs.surroundings.trial import Promise
from proofs.surroundings.volumes import may_mount, may_seal
from tests.proofs.planted import PlantedGround
from tests.support.postgres import PostgreSQLServer

BRIEFLY_S = 0.5

mounting = pytest.mark.skipif(not may_mount(), reason="takes a user who may mount a volume")
sealing = pytest.mark.skipif(not may_seal(), reason="takes a user who may seal files")
limiting = pytest.mark.skipif(not hasattr(psutil, "RLIMIT_FSIZE"), reason="takes Linux")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQLServer]:
    """A server of this module's own, to be filled, crowded and frozen."""
    server = PostgreSQLServer.create()
    yield server
    server.remove()


@pytest.fixture
def on_postgresql(postgresql: PostgreSQLServer, tmp_path: Path) -> Iterator[Ground]:
    """A fresh database on it."""
    url = postgresql.create_database()
    made = Ground(Kind.postgresql, tmp_path, url, postgresql)
    yield made
    made.close()
    postgresql.drop_database(url)


@pytest.fixture
def on_sqlite(sqlite_url: str, tmp_path: Path) -> Iterator[Ground]:
    """A fresh SQLite database."""
    made = Ground(Kind.sqlite, tmp_path, sqlite_url, None)
    yield made
    made.close()


def holds(result: Result) -> None:
    """The promise was kept."""
    assert result.holds, result.breaches[:10]


@limiting
def test_files_that_may_not_grow(on_sqlite: Ground) -> None:
    holds(disk_full.run_limited(on_sqlite, BRIEFLY_S))


@mounting
def test_a_full_disk_under_sqlite(on_sqlite: Ground) -> None:
    holds(disk_full.run_full(on_sqlite, BRIEFLY_S))


@mounting
def test_a_full_disk_under_postgresql(on_postgresql: Ground) -> None:
    holds(disk_full.run_full(on_postgresql, BRIEFLY_S))


@sealing
def test_files_that_may_only_be_read(on_sqlite: Ground) -> None:
    holds(read_only.run(on_sqlite, BRIEFLY_S))


def test_a_database_that_may_only_be_read(on_postgresql: Ground) -> None:
    holds(read_only.run(on_postgresql, BRIEFLY_S))


@pytest.mark.parametrize(
    ("kind", "what"), [("sqlite", "file"), ("postgresql", "row"), ("postgresql", "table")]
)
def test_a_moment_s_lock_is_only_waited_for(
    request: pytest.FixtureRequest, kind: str, what: str
) -> None:
    ground: Ground = request.getfixturevalue(f"on_{kind}")
    holds(locked.run(ground, what, BRIEFLY_S, locked.A_MOMENT))


def test_a_lock_that_stays_is_told(on_sqlite: Ground) -> None:
    holds(locked.run(on_sqlite, "file", BRIEFLY_S, locked.TOLD))


def test_a_row_s_lock_that_stays_is_told(on_postgresql: Ground) -> None:
    holds(locked.run(on_postgresql, "row", BRIEFLY_S, locked.TOLD))


def test_connections_used_up_by_others(on_postgresql: Ground) -> None:
    holds(crowded.run_kept(on_postgresql, BRIEFLY_S))


def test_lost_connections_used_up_by_others(on_postgresql: Ground) -> None:
    holds(crowded.run_lost(on_postgresql, BRIEFLY_S))


def test_low_limits_of_the_administrator(on_postgresql: Ground) -> None:
    holds(timeouts.run_low(on_postgresql, BRIEFLY_S))


def test_statements_cancelled_by_the_administrator(on_postgresql: Ground) -> None:
    holds(timeouts.run_cancelled(on_postgresql, BRIEFLY_S))


def test_a_database_cut_off_without_a_word(on_postgresql: Ground) -> None:
    holds(silence.run_cut_off(on_postgresql, BRIEFLY_S))


@pytest.mark.parametrize("kind", list(Kind))
def test_a_clock_set_forwards_and_backwards(kind: Kind, request: pytest.FixtureRequest) -> None:
    ground: Ground = request.getfixturevalue(f"on_{kind}")
    result = clock.run(ground, rounds=2, each_s=0.2)
    holds(result)
    assert result.facts["reservations expired"]


def test_slow_clients_and_those_that_vanish(on_sqlite: Ground) -> None:
    result = slow_clients.run(on_sqlite, each=20, request_timeout_s=1)
    holds(result)
    assert result.facts["told 408"] == 40


# Planted bugs


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("refuses_and_commits", "told storage_full, yet"),
        ("loses_batches", "answered with a yes, 0 of"),
        ("stays_down", "s after it 0 clients had a yes"),
    ],
)
@limiting
def test_a_planted_fault_is_found(on_sqlite: Ground, fault: str, found: str) -> None:
    planted = PlantedGround(Kind.sqlite, on_sqlite.folder, on_sqlite.url, None, fault=fault)
    try:
        result = disk_full.run_limited(planted, BRIEFLY_S)
    finally:
        planted.close()
    assert any(found in breach for breach in result.breaches), result.breaches[:10]


def test_a_fault_that_nobody_hears_of_is_found(on_sqlite: Ground) -> None:
    unheard = Promise(commands=("busy",), within_s=1)
    result = locked.run(on_sqlite, "file", 0, unheard)
    assert "no command heard of the fault" in result.breaches
    assert any("waited" in breach for breach in result.breaches)
