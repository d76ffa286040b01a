"""No room, no permission, no file, or somebody else at it: a clear word, and nothing half done."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from psycopg import sql

from tests.http.conftest import Verify
from tests.support.api import Api
from tests.support.journal import Journal, check, until
from tests.support.postgres import DatabaseServer
from tests.support.server import OnhandServer, ServerFailed

Serve = Callable[[str], OnhandServer]
KIBIBYTE = 1024


def test_a_second_server_on_one_file_is_told_so(sqlite_url: str, serve: Serve) -> None:
    first = serve(sqlite_url)
    assert first.process is not None
    with pytest.raises(ServerFailed) as failed:
        serve(sqlite_url)
    told = str(failed.value)
    assert f"Another Onhand process ({first.process.pid})" in told
    assert "Traceback" not in told
    Api(first.client).product("P")

    first.kill()
    serve(sqlite_url)


def test_several_servers_share_one_postgresql_database(
    postgresql_url: str, serve: Serve, verify: Verify
) -> None:
    servers = [serve(postgresql_url) for _ in range(2)]
    apis = [Api(server.client) for server in servers]
    product = apis[0].product("P", 10)
    for number in range(10):
        body = {"quantity": 1, "order_id": number + 1}
        answer = apis[number % 2].post(f"/inventory/{product}/reserve", body, f"k{number}")
        assert answer.is_success
        again = apis[1 - number % 2].post(f"/inventory/{product}/reserve", body, f"k{number}")
        assert again.content == answer.content
    assert [api.level(product) for api in apis] == [(10, 10)] * 2
    verify(postgresql_url)


@pytest.mark.parametrize(
    "place", ["/proc/onhand.db", "/nowhere/at/all/onhand.db", "FOLDER", "FOLDER/text.db"]
)
def test_a_file_that_cannot_be_used_is_one_clear_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "text.db").write_text("This is no database, only a text. " * 100)
    path = place.replace("FOLDER", str(tmp_path))
    command = [sys.executable, "-m", "onhand", "serve", "--port", "1", "--database"]
    told = subprocess.run(
        [*command, f"sqlite:///{path}"], capture_output=True, text=True, check=False, timeout=30
    )
    assert told.returncode == 1
    lines = [line for line in told.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, told.stderr
    assert lines[0].startswith("onhand: ")
    assert told.stdout == ""


@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_FSIZE"), reason="takes Linux")
def test_a_full_disk_is_told_and_nothing_is_half_written(
    sqlite_url: str, serve: Serve, verify: Verify
) -> None:
    server = serve(sqlite_url)
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    api = Api(server.client)
    journal = Journal(api.product("P", 0))
    other = api.product("Q", 0)
    answers: list[httpx.Response] = []

    def adjusted() -> httpx.Response:
        answers.append(api.post(f"/inventory/{other}/adjust", {"quantity": 1, "reason": "x"}))
        return answers[-1]

    log = Path(sqlite_url.removeprefix("sqlite:///") + "-wal")
    _, most = process.rlimit(psutil.RLIMIT_FSIZE)
    with journal.clients(server):
        journal.await_answers(50)
        # From here on no file grows by more than this: the disk is full.
        full = log.stat().st_size + 64 * KIBIBYTE
        process.rlimit(psutil.RLIMIT_FSIZE, (full, most))
        until(lambda: sum(bool(one.faults) for one in list(journal.sent)) > 20, "20 faults")
        # One small enough for what room there is may still be taken.
        until(lambda: adjusted().status_code == 503, "a single command is told so")
        answer = answers[-1]
        assert {one.status_code for one in answers[:-1]} <= {200}
        assert answer.json()["type"].endswith("storage_full")
        assert "retry-after" in answer.headers
        assert api.level(journal.product)[0] > 0
        process.rlimit(psutil.RLIMIT_FSIZE, (most, most))
        journal.await_answers(20)
    assert {status for one in journal.sent for status in one.faults} == {503}
    found = journal.done_in(api)
    assert not [one for one in journal.open() if one.faults and found[one.key]]
    check(journal, api, lambda: verify(sqlite_url))


def test_a_database_that_may_not_be_written_to_says_so_until_it_may(
    postgresql_server: DatabaseServer, postgresql_url: str, serve: Serve, verify: Verify
) -> None:
    server = serve(postgresql_url)
    api = Api(server.client)
    product = api.product("P", 10)
    adjust = {"quantity": 1, "reason": "Came in"}
    name = urlsplit(postgresql_url).path.removeprefix("/")

    def may_write(allowed: str) -> None:
        setting = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
        postgresql_server.execute(setting.format(sql.Identifier(name), sql.SQL(allowed)))
        end = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
        if allowed == "on":
            postgresql_server.execute(end.format(sql.Literal(name)))

    may_write("on")
    for _ in range(2):
        answer = api.post(f"/inventory/{product}/adjust", adjust, "k")
        assert answer.status_code == 503, answer.text
        assert answer.json()["type"].endswith("storage_full")
    assert api.level(product) == (10, 0)

    # A session keeps what it began with: it takes a new one to see that writing is allowed again.
    may_write("off")
    answer = api.post(f"/inventory/{product}/adjust", adjust, "k")
    assert answer.is_success, answer.text
    assert api.level(product) == (11, 0)
    verify(postgresql_url)
