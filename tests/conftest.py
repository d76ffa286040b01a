"""Fixtures that every test may use: databases of both kinds, and servers on them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

from tests.long import is_long
from tests.support.postgres import DatabaseServer, PostgreSQLServer, shared_server
from tests.support.server import OnhandServer

# No deadline: a database's first commit on a busy machine is no failure of the property.
hypothesis.settings.register_profile("onhand", deadline=None)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile("onhand")

CLUSTER = os.environ.get("ONHAND_TEST_CITUS", "")
collect_ignore = [] if CLUSTER else ["store/test_contract_citus.py"]

# A traceback with every variable of a query takes half a minute to draw.
structlog.configure(
    [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
)

Serve = Callable[..., OnhandServer]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say whether the store was tested on a cluster: nothing is left out in silence."""
    told = "on the cluster that ONHAND_TEST_CITUS names"
    untold = (
        "on no Citus cluster (ONHAND_TEST_CITUS names none); the strategy for one, on PostgreSQL"
    )
    terminalreporter.write_line(f"Sharding is tested {told if CLUSTER else untold}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long` has the long tests alone run."""
    parser.addoption("--long", action="store_true", help="run the tests of tests/long.py alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long tests, but where they are named."""
    named = any("::" in argument for argument in config.args)
    wanted = [named or is_long(it.nodeid) == config.getoption("long") for it in items]
    left = [it for it, is_wanted in zip(items, wanted, strict=True) if not is_wanted]
    config.hook.pytest_deselected(items=left)
    items[:] = [it for it, is_wanted in zip(items, wanted, strict=True) if is_wanted]


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseServer]:
    """The run's one PostgreSQL server, shared by all workers: make databases, never stop it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the run's; a worker's own lies in it
    server = shared_server(folder)
    yield server
    if isinstance(server, PostgreSQLServer):
        server.close()


@pytest.fixture
def private_postgresql_server() -> Iterator[PostgreSQLServer]:
    """A durable PostgreSQL server for one test, which may stop, kill and start it."""
    server = PostgreSQLServer.create(durable=True)
    yield server
    server.remove()


@pytest.fixture
def postgresql_url(postgresql_server: DatabaseServer) -> Iterator[str]:
    """A fresh, empty PostgreSQL database, dropped after the test."""
    url = postgresql_server.create_database()
    yield url
    postgresql_server.drop_database(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'onhand.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database; the test runs once on each kind."""
    url: Any = request.getfixturevalue(f"{request.param}_url")
    return str(url)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start `onhand serve` on a database: `server = serve(database_url, "--workers", "2")`."""
    servers: list[OnhandServer] = []

    def start(database_url: str, *arguments: str, **options: Any) -> OnhandServer:
        server = OnhandServer(database_url, tmp_path, *arguments, **options)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.close()
