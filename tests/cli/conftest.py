"""A small shop on both databases, made once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.postgres import DatabaseServer
from tests.support.postgres_programs import find_programs
from tests.support.small_shop import make_small_shop

NewDatabase = Callable[[], str]


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop's SQLite file: copy it."""
    file = tmp_path_factory.mktemp("small") / "small.db"
    make_small_shop(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def small_template(postgresql_server: DatabaseServer) -> Iterator[str]:
    """A small shop's PostgreSQL database, to make others of; its name."""
    url = postgresql_server.create_database()
    make_small_shop(url)
    yield url.rpartition("/")[2]
    postgresql_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def shop_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A small shop of the test's own; the test runs once on each kind of database."""
    if request.param == "sqlite":
        small: Path = request.getfixturevalue("small_file")
        shutil.copyfile(small, tmp_path / "onhand.db")
        yield f"sqlite:///{tmp_path / 'onhand.db'}"
        return
    server: DatabaseServer = request.getfixturevalue("postgresql_server")
    url = server.create_database(template=request.getfixturevalue("small_template"))
    yield url
    server.drop_database(url)


@pytest.fixture
def new_database(
    shop_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[NewDatabase]:
    """Makes empty databases of the same kind as the shop's."""
    made: list[str] = []
    numbers = count(1)

    def make() -> str:
        if shop_url.startswith("sqlite"):
            return f"sqlite:///{tmp_path / f'new-{next(numbers)}.db'}"
        made.append(request.getfixturevalue("postgresql_server").create_database())
        return made[-1]

    yield make
    for url in made:
        request.getfixturevalue("postgresql_server").drop_database(url)


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs are on the PATH, as they are on a machine that backs it up."""
    monkeypatch.setenv("PATH", f"{find_programs().folder}{os.pathsep}{os.environ['PATH']}")
