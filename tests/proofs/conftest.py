"""Ground for short proofs: a fresh database of each kind, on the run's own PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs.ground import Ground, Kind


@pytest.fixture(params=list(Kind))
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """A fresh database; the test runs once on each kind."""
    url = str(request.getfixturevalue(f"{request.param}_url"))
    made = Ground(request.param, tmp_path, url, None)
    yield made
    made.close()


@pytest.fixture
def postgresql_ground(postgresql_url: str, tmp_path: Path) -> Iterator[Ground]:
    """A fresh PostgreSQL database."""
    made = Ground(Kind.postgresql, tmp_path, postgresql_url, None)
    yield made
    made.close()
