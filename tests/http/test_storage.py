"""No file, no permission, or somebody else at it: a clear word, and nothing half done.

What becomes of a server whose disk fills up, or may only be read, is in
tests/proofs/test_surroundings.py.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http.conftest import Verify
from tests.support.api import Api
from tests.support.server import OnhandServer, ServerFailed

Serve = Callable[[str], OnhandServer]


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
