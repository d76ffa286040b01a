"""Each request has a name: told with its answer, and in every line of the log that is about it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.http.test_connection import LOG_LEVELS, ON_THE_CONNECTION, THROUGH_ASGI
from tests.support import line as lines
from tests.support.api import Api
from tests.support.server import OnhandServer

OURS = re.compile(r"[0-9a-f]{12}-[0-9a-f]+")
ADJUST = "/api/v1/operations/inventory/1/adjust"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, OnhandServer]]:
    """One takes stock commands on the connection, its twin has all of them go through ASGI."""
    folder = tmp_path_factory.mktemp("names")
    made = {}
    with ExitStack() as stack:
        for way, level in LOG_LEVELS.items():
            url = f"sqlite:///{folder / level}.db"
            environment = {"ONHAND_LOG_LEVEL": level, "ONHAND_LOG_FORMAT": "json"}
            made[way] = stack.enter_context(OnhandServer(url, folder, environment=environment))
            assert Api(made[way].client).product("LAMP", 10) == 1
        yield made


@pytest.fixture(params=[ON_THE_CONNECTION, THROUGH_ASGI])
def server(servers: dict[str, OnhandServer], request: pytest.FixtureRequest) -> OnhandServer:
    return servers[request.param]


def answered(server: OnhandServer, body: Any, given: str | None = None) -> Any:
    """The answer to an adjustment."""
    headers = {} if given is None else {"X-Request-ID": given}
    return server.client.post(ADJUST, json=body, headers=headers)


GOOD = {"quantity": 1, "reason": "Found"}
REJECTED = {"quantity": -99, "reason": "Lost"}
WRONG = {"quantity": 1.5}


@pytest.mark.parametrize(("body", "status"), [(GOOD, 200), (REJECTED, 422), (WRONG, 422)])
def test_a_sane_name_is_kept(server: OnhandServer, body: Any, status: int) -> None:
    answer = answered(server, body, "01JD-Shop.7:till/3=@~")
    assert answer.status_code == status
    assert answer.headers["x-request-id"] == "01JD-Shop.7:till/3=@~"


def test_without_one_a_problem_has_one_of_ours(server: OnhandServer) -> None:
    assert "x-request-id" not in answered(server, GOOD).headers
    names = {answered(server, body).headers["x-request-id"] for body in (REJECTED, WRONG, REJECTED)}
    names.add(server.client.get("/nowhere").headers["x-request-id"])
    names.add(server.client.patch(ADJUST).headers["x-request-id"])
    assert len(names) == 5
    assert all(OURS.fullmatch(name) for name in names)


@pytest.mark.parametrize(
    "given",
    ["", "a" * 129, "two words", 'quote"', "back\\slash", "semi;colon", "<b>", "{id}", "caf\u00e9"],
)
def test_one_that_could_be_mistaken_is_not_taken(server: OnhandServer, given: str) -> None:
    with lines.Line(server) as line:
        answer = line.ask(lines.request(ADJUST, GOOD, f"X-Request-ID: {given}"))
    assert answer.status == 200
    assert OURS.fullmatch(dict(answer.headers)["x-request-id"])


def test_a_repeat_gets_the_first_answer_under_its_own_name(server: OnhandServer) -> None:
    told = [
        server.client.post(
            ADJUST, json=REJECTED, headers={"Idempotency-Key": "k1", "X-Request-ID": name}
        )
        for name in ("first", "second")
    ]
    assert told[0].content == told[1].content
    assert [answer.headers["x-request-id"] for answer in told] == ["first", "second"]


def logged(server: OnhandServer, name: str) -> list[dict[str, Any]]:
    """The lines of the log that are about a request."""
    deadline = time.monotonic() + 5
    found: list[dict[str, Any]] = []
    while not found and time.monotonic() < deadline:
        lines = [line for line in server.log().splitlines() if line.startswith("{")]
        found = [line for line in map(json.loads, lines) if line.get("request_id") == name]
    return found


def test_every_request_is_logged_by_its_name(servers: dict[str, OnhandServer]) -> None:
    server = servers[THROUGH_ASGI]
    for body, name, status in ((GOOD, "n-1", 200), (WRONG, "n-2", 422)):
        answered(server, body, name)
        [line] = logged(server, name)
        assert (line["event"], line["path"], line["status"]) == ("request", ADJUST, status)


def test_no_path_can_forge_a_line(servers: dict[str, OnhandServer]) -> None:
    server = servers[THROUGH_ASGI]
    forged = '/x%0D%0A{"event":"forged"}'
    assert server.client.get(forged, headers={"X-Request-ID": "n-3"}).status_code == 404
    [line] = logged(server, "n-3")
    assert line["path"] == '/x\r\n{"event":"forged"}'
    lines = [line for line in server.log().splitlines() if line.startswith("{")]
    assert "forged" not in {json.loads(line)["event"] for line in lines}
