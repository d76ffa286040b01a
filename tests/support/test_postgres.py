"""The PostgreSQL that other tests stand on: found, shared, durable where asked, and gone after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.support import postgres, postgres_programs
from tests.support.postgres import DatabaseServer, PostgreSQLServer, shared_server
from tests.support.postgres_programs import PostgreSQLNotFound, find_wheel_programs
from tests.support.processes import is_alive


def setting(url: str, name: str) -> str:
    """One of the server's settings, as a client of a database sees it."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def await_gone(path: Path, patience_s: float = 15) -> None:
    """Wait until a folder is removed, by another process."""
    deadline = time.monotonic() + patience_s
    while path.exists():
        assert time.monotonic() < deadline, f"{path} is still there"
        time.sleep(0.05)


def test_each_database_is_empty_and_of_its_own(postgresql_server: DatabaseServer) -> None:
    first, second = (postgresql_server.create_database() for _ in range(2))
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE things (id integer)")
    with psycopg.connect(second) as connection:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(tables).fetchone() == (0,)
    for url in (first, second):
        postgresql_server.drop_database(url)


def test_a_database_is_copied_from_a_template(postgresql_server: DatabaseServer) -> None:
    template = postgresql_server.create_database()
    with psycopg.connect(template) as connection:
        connection.execute("CREATE TABLE things AS SELECT 7 AS id")
    copy = postgresql_server.create_database(template=template.rsplit("/", 1)[1])
    with psycopg.connect(copy) as connection:
        assert connection.execute("SELECT id FROM things").fetchone() == (7,)
    for url in (copy, template):
        postgresql_server.drop_database(url)


def test_a_database_still_in_use_is_dropped(postgresql_server: DatabaseServer) -> None:
    url = postgresql_server.create_database()
    connection = psycopg.connect(url)
    postgresql_server.drop_database(url)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_database_url_gives_a_fresh_database_of_each_kind(database_url: str) -> None:
    assert database_url.startswith(("sqlite:////", "postgresql://"))


def test_the_shared_server_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONHAND_TEST_POSTGRESQL", raising=False)
    first, second = shared_server(tmp_path), shared_server(tmp_path)
    assert isinstance(first, PostgreSQLServer)
    assert isinstance(second, PostgreSQLServer)
    assert first.port == second.port
    first.close()
    assert second.is_answering()
    second.close()
    await_gone(first.directory)
    third = shared_server(tmp_path)
    assert isinstance(third, PostgreSQLServer)
    assert third.is_answering()
    third.remove()


def test_a_named_server_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "ONHAND_TEST_POSTGRESQL", "postgresql://me:secret@db:5433/postgres?sslmode=require"
    )
    server = shared_server(tmp_path)
    assert server.url("stock") == "postgresql://me:secret@db:5433/stock?sslmode=require"


def test_a_private_server_survives_stops_and_kills(
    private_postgresql_server: PostgreSQLServer,
) -> None:
    server = private_postgresql_server
    url = server.create_database("stock")
    assert setting(url, "fsync") == "on"
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE things AS SELECT 7 AS id")
    for end in (server.stop, lambda: server.stop("immediate"), server.kill):
        end()
        assert not server.is_running()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=2)
        server.start()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT id FROM things").fetchone() == (7,)


def test_a_cluster_ends_when_its_user_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "directory"
    program = (
        "import sys, time, pathlib\n"
        "from tests.support.postgres import PostgreSQLServer\n"
        "server = PostgreSQLServer.create()\n"
        "pathlib.Path(sys.argv[1]).write_text(str(server.directory))\n"
        "time.sleep(60)\n"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", program, str(note)], cwd=Path(__file__).parents[2]
    )
    while not (note.exists() and note.read_text()):
        assert user.poll() is None
        time.sleep(0.05)
    directory = Path(note.read_text())
    postmaster = psutil.Process(int((directory / "data" / "postmaster.pid").read_text().split()[0]))
    user.send_signal(signal.SIGKILL)
    user.wait()
    await_gone(directory)
    assert not is_alive(postmaster)


def test_the_wheel_serves_where_the_machine_has_none() -> None:
    programs = find_wheel_programs()
    assert programs is not None
    server = PostgreSQLServer.create(programs=programs)
    try:
        assert setting(server.create_database(), "fsync") == "off"
        assert server.version == programs.version
    finally:
        server.remove()
    assert not server.directory.exists()


def test_without_any_postgresql_the_message_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres_programs, "find_machine_programs", lambda: None)
    monkeypatch.setattr(postgres_programs, "find_wheel_programs", lambda: None)
    with pytest.raises(PostgreSQLNotFound, match="ONHAND_TEST_POSTGRESQL"):
        PostgreSQLServer.create()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_as_root_the_server_runs_as_somebody_else(postgresql_server: DatabaseServer) -> None:
    if isinstance(postgresql_server, PostgreSQLServer):
        postmaster = postgresql_server.postmaster()
        assert postmaster is not None
        assert postmaster.uids().effective == postgres.server_account()["user"]
