"""The connection itself: what a client can rely on, byte for byte, whichever way its request goes.

One server takes single stock commands on the connection; its twin, whose debug log must see every
request, has them all go through ASGI. What a client can rely on holds for both.
"""

from __future__ import annotations

import itertools
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import psutil
import pytest

from onhand.api.http_protocol import LONGEST_HEAD
from tests.http.conftest import Verify
from tests.support.api import BASE, Api
from tests.support.line import STOCK, Line, Told, adjust, chunks, count, get, request, units
from tests.support.postgres import LOOPBACK
from tests.support.server import OnhandServer

KEPT_BODY = 99_999
"""Bytes of a body that the connection itself keeps together; a longer one goes to ASGI."""
BODY_LIMIT = 8 * 1024 * 1024
ONE = f"{STOCK}/1/adjust"
TOO_LONG = f"Content-Length: {BODY_LIMIT + 1}"

ON_THE_CONNECTION, THROUGH_ASGI = "on the connection", "through ASGI"
LOG_LEVELS = {ON_THE_CONNECTION: "info", THROUGH_ASGI: "debug"}

Serve = Callable[..., OnhandServer]

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, OnhandServer]]:
    """Both servers, each with a product 1 for what is asked of both."""
    folder = tmp_path_factory.mktemp("connection")
    made = {}
    with ExitStack() as stack:
        for way, level in LOG_LEVELS.items():
            url, setting = f"sqlite:///{folder / level}.db", {"ONHAND_LOG_LEVEL": level}
            made[way] = stack.enter_context(OnhandServer(url, folder, environment=setting))
            assert Api(made[way].client).product("BOTH", 10) == 1
        yield made


@pytest.fixture(params=LOG_LEVELS)
def server(servers: dict[str, OnhandServer], request: pytest.FixtureRequest) -> OnhandServer:
    return servers[request.param]


@pytest.fixture
def product(server: OnhandServer) -> int:
    return Api(server.client).product(f"P-{next(_numbers)}")


@pytest.fixture
def line(server: OnhandServer) -> Iterator[Line]:
    with Line(server) as line:
        yield line


@contextmanager
def held_up(database_url: str) -> Iterator[None]:
    """Nothing can be written to a SQLite database meanwhile."""
    path = database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield


def take_on(server: OnhandServer, line: Line, asked: bytes) -> None:
    """Send it, and be back when the server has begun with it: it has read what came after it."""
    assert line.ask(get("/_health/live")).status == 200
    line.send(asked)
    assert server.client.get("/_health/live").status_code == 200


def test_a_request_in_pieces_is_answered_as_one_sent_whole(line: Line, product: int) -> None:
    whole = count(product)
    _, expected = line.ask(whole), line.ask(whole).lasting
    assert expected[0] == 200
    assert line.ask(*(whole[at : at + 1] for at in range(len(whole)))).lasting == expected
    body_at = whole.index(b"\r\n\r\n") + 4
    for cut in (10, body_at - 2, body_at, body_at + 5, len(whole) - 1):
        line.send(whole[:cut], whole[cut:], pause_s=0.01)
        assert line.hear().lasting == expected, cut


@pytest.mark.parametrize("size", [1, 10, 1_000])
def test_a_body_in_chunks_is_answered_as_one_of_a_stated_length(
    line: Line, product: int, size: int
) -> None:
    whole = count(product)
    _, expected = line.ask(whole), line.ask(whole).lasting
    head = request(f"{STOCK}/{product}/count", b"", "Transfer-Encoding: chunked")
    body = chunks(whole.partition(b"\r\n\r\n")[2], size)
    assert line.ask(head + body + b"0\r\n\r\n").lasting == expected
    assert line.ask(head, body, b"0\r\n\r\n").lasting == expected


@pytest.mark.parametrize("length", [KEPT_BODY - 1, KEPT_BODY, KEPT_BODY + 1, 3 * KEPT_BODY])
def test_a_long_body_is_read_to_its_end(line: Line, product: int, length: int) -> None:
    body = json.dumps(units(1)).encode().ljust(length)
    assert line.ask(request(f"{STOCK}/{product}/adjust", body)).on_hand == 1
    assert line.ask(adjust(product, 1)).on_hand == 2


def test_a_body_in_chunks_is_refused_as_soon_as_it_is_too_long(line: Line) -> None:
    head = request(ONE, b"", "Transfer-Encoding: chunked")
    assert line.ask(head, chunks(b" " * (BODY_LIMIT + 1), BODY_LIMIT // 8)[:-2]).status == 413
    assert line.is_at_its_end()


def test_pipelined_commands_are_all_answered_in_their_order(line: Line, product: int) -> None:
    line.send(b"".join(adjust(product, number) for number in range(1, 51)))
    assert [line.hear().on_hand for _ in range(50)] == list(itertools.accumulate(range(1, 51)))


def test_pipelined_requests_of_every_kind_are_answered_in_their_order(
    line: Line, product: int
) -> None:
    one = units(10, type="adjust", product_id=product)
    mixed = [
        adjust(product, 5),
        get(f"{BASE}/products/{product}/inventory"),
        request(f"{STOCK}/commands", {"commands": [one, one]}),
        request(f"{STOCK}/{product}/reserve", {"quantity": 3, "order_id": 1}),
        request(f"{STOCK}/{product}/adjust", b"{"),
        adjust(product, -1),
    ]
    line.send(b"".join(mixed))
    assert line.hear().on_hand == 5
    assert [row["quantity_on_hand"] for row in line.hear().json["data"]] == [5]
    assert [item["quantity_on_hand"] for item in line.hear().json["data"]] == [15, 25]
    assert line.hear().json["data"]["quantity_available"] == 22
    assert line.hear().status == 400
    assert line.hear().on_hand == 24


def test_one_connection_serves_command_after_command(line: Line, product: int) -> None:
    assert [line.ask(adjust(product, 1)).on_hand for _ in range(100)] == list(range(1, 101))


@pytest.mark.parametrize(("version", "connection"), [("1.1", "close"), ("1.0", "keep-alive")])
def test_the_last_command_of_a_connection_is_answered_before_its_end(
    line: Line, product: int, version: str, connection: str
) -> None:
    kept = line.ask(adjust(product, 1))
    first = f"POST {{}} HTTP/{version}"
    last = line.ask(adjust(product, 1, f"Connection: {connection}", first=first))
    assert last.on_hand == 2
    assert last.lasting[1] == [*kept.lasting[1], ("connection", "close")]
    assert line.is_at_its_end()


def test_who_asks_for_it_is_told_to_go_on_before_the_body(line: Line, product: int) -> None:
    head, ending, body = adjust(product, 1, "Expect: 100-continue").partition(b"\r\n\r\n")
    assert line.ask(head + ending) == Told(100, [], b"")
    assert line.ask(body).on_hand == 1
    assert line.ask(request(ONE, b"", "Expect: 100-continue", TOO_LONG)).status == 413


BOTH: dict[str, tuple[int, bytes]] = {
    "a success": (200, adjust(1, 1)),
    "an empty query": (200, request(f"{ONE}?", units(1))),
    "a path in percent": (200, request(f"{STOCK}/%31/adjust", units(1))),
    "a path with its host": (200, request(f"http://{LOOPBACK}{ONE}", units(1))),
    "a rejection": (422, adjust(1, -1_000_000)),
    "no JSON": (400, request(ONE, b"{")),
    "no body": (400, request(ONE, b"")),
    "a query": (422, request(f"{ONE}?quantity=1", units(1))),
    "an unknown field": (422, request(ONE, units(1, colour="red"))),
    "long notes": (422, request(ONE, units(1, notes="n" * 70_000))),
    "another type": (415, adjust(1, 1, "Content-Type: text/plain")),
    "a packed body": (415, adjust(1, 1, "Content-Encoding: gzip")),
    "a product with zeros before it": (404, request(f"{STOCK}/01/adjust", units(1))),
    "an unknown product": (404, adjust(999, 1)),
    "an id that none has": (404, adjust(0, 1)),
    "a GET": (405, get(ONE)),
    "a PUT": (405, adjust(1, 1, first="PUT {} HTTP/1.1")),
    "a malformed key": (422, adjust(1, 1, "Idempotency-Key: two words")),
    "another site": (403, adjust(1, 1, "Origin: https://shop.example")),
    # No more of it than makes the server look: what it left unread could tear its answer away.
    "a long body": (413, request(ONE, b" " * (KEPT_BODY + 1), TOO_LONG)),
}


@pytest.mark.parametrize("case", BOTH)
def test_an_answer_is_the_same_whichever_way_its_request_went(
    servers: dict[str, OnhandServer], case: str
) -> None:
    status, asked = BOTH[case]
    told = {}
    for way, server in servers.items():
        with Line(server) as line:
            told[way] = line.ask(asked)
    assert told[ON_THE_CONNECTION].lasting == told[THROUGH_ASGI].lasting
    assert told[ON_THE_CONNECTION].status == status
    kind = "application/json" if status == 200 else "application/problem+json"
    assert dict(told[ON_THE_CONNECTION].headers)["content-type"] == kind


def test_a_keyed_command_is_done_once_and_answered_the_same(line: Line, product: int) -> None:
    key = f"Idempotency-Key: {product}"
    first, again = line.ask(adjust(product, 5, key)), line.ask(adjust(product, 5, key))
    assert first.on_hand == 5
    assert (again.status, again.body) == (200, first.body)
    assert again.lasting[1] == [*first.lasting[1], ("idempotent-replayed", "true")]
    other = line.ask(adjust(product, 6, key))
    assert (other.status, other.json["type"]) == (422, "/problems/key_reused")
    line.send(adjust(product, 1, f"{key}-pipelined") * 3)
    assert [line.hear().on_hand for _ in range(3)] == [6, 6, 6]


def test_a_client_that_goes_away_has_its_command_done_once(sqlite_url: str, serve: Serve) -> None:
    server = serve(sqlite_url)
    api = Api(server.client)
    product = api.product("P")
    asked = adjust(product, 1, "Idempotency-Key: gone")
    with Line(server) as other:
        with held_up(sqlite_url):
            with Line(server) as line:
                take_on(server, line, asked)
                assert other.ask(asked).json["type"] == "/problems/key_in_flight"
            assert api.level(product) == (0, 0)
            other.send(adjust(product, 1))
        assert other.hear().on_hand == 2
        again = other.ask(asked)
    assert again.on_hand == 1
    assert dict(again.headers)["idempotent-replayed"] == "true"
    assert len(list(api.movements(product))) == 2


def made_key(database_url: str, scope: str) -> str:
    """Make an API key, named as its scope; its secret."""
    command = [sys.executable, "-m", "onhand", "key", "create", "--name", scope, "--scope", scope]
    command += ["--database", database_url]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_with_keys_made_only_one_that_may_write_gives_commands(
    sqlite_url: str, serve: Serve
) -> None:
    writer, reader = (f"Bearer {made_key(sqlite_url, scope)}" for scope in ("write", "read"))
    server = serve(sqlite_url)
    server.client.headers["Authorization"] = writer
    api = Api(server.client)
    product = api.product("P")
    statuses = {"": 401, "Bearer onhand_wrong": 401, reader: 403, writer: 200}
    with Line(server) as line:
        for authorization, status in statuses.items():
            asked = count(product, *([f"Authorization: {authorization}"] if authorization else []))
            told = line.ask(asked)
            assert told.status == status
            assert ("www-authenticate" in dict(told.headers)) is (status != 200)
            # The second of two waits for its turn, and then goes through ASGI.
            line.send(asked * 2)
            _, again = line.hear(), line.hear()
            assert again.lasting[:2] == (status, told.lasting[1])
    assert api.level(product) == (7, 0)
    assert {row["created_by"] for row in api.movements(product)} == {"key:write"}


def test_a_server_told_to_end_lets_the_idle_go_and_answers_what_it_took_on(
    sqlite_url: str, serve: Serve, verify: Verify
) -> None:
    server = serve(sqlite_url)
    assert server.process is not None
    product = Api(server.client).product("P")
    lines = (Line(server) for _ in range(4))
    with next(lines) as idle, next(lines) as silent, next(lines) as one, next(lines) as three:
        assert idle.ask(adjust(product, 1)).on_hand == 1
        with held_up(sqlite_url):
            take_on(server, one, adjust(product, 1))
            take_on(server, three, adjust(product, 1) * 3)
            server.process.send_signal(signal.SIGTERM)
            # These end as the server begins to; by then it has settled nothing of the others.
            assert idle.is_at_its_end()
            assert silent.is_at_its_end()
        told = [one.hear(), *(three.hear() for _ in range(3))]
        assert one.is_at_its_end()
        assert three.is_at_its_end()
    assert [each.on_hand for each in told] == [2, 3, 4, 5]
    closing_one = [("connection", "close") in each.headers for each in told]
    assert closing_one == [True, False, False, True]
    assert server.process.wait(5) == 0
    server.start()
    assert Api(server.client).level(product) == (5, 0)
    verify(sqlite_url)


def test_a_wish_for_another_protocol_is_let_be_and_nothing_is_lost(
    line: Line, product: int
) -> None:
    wish = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")
    whole = adjust(product, 1, *wish)
    assert line.ask(whole).on_hand == 1
    cut = whole.index(b"\r\n\r\n") + 9
    assert line.ask(whole[:cut], whole[cut:]).on_hand == 2
    line.send(whole + adjust(product, 1) + whole)
    assert [line.hear().on_hand for _ in range(3)] == [3, 4, 5]
    assert line.ask(get(f"{STOCK}/{product}/reservations")).status == 200
    assert line.ask(request("shop.example:443", b"", first="CONNECT {} HTTP/1.1")).status >= 400


def test_bytes_that_are_no_request_are_a_problem_like_any_other(
    line: Line, server: OnhandServer, product: int
) -> None:
    told = line.ask(b"HELO onhand\r\n\r\n")
    assert (told.status, told.json["type"]) == (400, "/problems/unreadable")
    assert ("connection", "close") in told.headers
    assert line.is_at_its_end()
    # Behind a command they are not taken for its answer.
    with Line(server) as behind:
        behind.send(adjust(product, 1) * 2 + b"\0\0\0")
        assert [behind.hear().on_hand for _ in range(2)] == [1, 2]
        assert behind.is_at_its_end()
    with Line(server) as other:
        head = request(f"{STOCK}/{product}/adjust", b"", "Transfer-Encoding: chunked")
        assert other.ask(head, b"no chunk\r\n").json["type"] == "/problems/unreadable"
        assert other.is_at_its_end()


def test_a_client_that_says_no_more_still_hears_its_answers(
    server: OnhandServer, product: int
) -> None:
    for number in range(3):
        with Line(server) as line:
            line.send(adjust(product, 1) * (number + 1))
            line.say_no_more()
            told = [line.hear() for _ in range(number + 1)]
            assert [one.status for one in told] == [200] * (number + 1)
            assert line.is_at_its_end()
    with Line(server) as line:
        line.send(adjust(product, 1)[:-1])
        line.say_no_more()
        assert line.is_at_its_end()
    assert Api(server.client).level(product) == (6, 0)


def test_what_stands_behind_a_body_has_no_say(line: Line, product: int) -> None:
    head = request(f"{STOCK}/{product}/adjust", b"", "Transfer-Encoding: chunked")
    body = chunks(json.dumps(units(1)).encode(), 10)
    for on_hand in (1, 2):
        told = line.ask(head + body + b"0\r\nIdempotency-Key: k\r\nOrigin: shop.example\r\n\r\n")
        assert told.on_hand == on_hand


ENDLESS = {
    "headers": (b"GET /docs HTTP/1.1\r\n", b"X-Name: value\r\n" * 100),
    "one header": (b"GET /docs HTTP/1.1\r\nX-Name: ", b"x" * 1_500),
    "name": (b"GET /docs HTTP/1.1\r\n", b"x" * 1_500),
    "path": (b"GET /", b"x" * 1_500),
    "query": (b"GET /docs?", b"x=1&" * 400),
    "trailers": (
        f"POST {STOCK}/1/adjust HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n".encode(),
        b"X-Name: value\r\n" * 100,
    ),
    "chunk's words": (
        f"POST {STOCK}/1/adjust HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;".encode(),
        b"x" * 1_500,
    ),
}


@pytest.mark.parametrize("part", ENDLESS)
def test_what_has_no_end_is_cut_off(server: OnhandServer, product: int, part: str) -> None:
    beginning, more = ENDLESS[part]
    with Line(server) as line:
        line.send(beginning, pause_s=0.05)
        sent = 0
        # Read as it comes, so that nothing is left unread when the line is closed.
        while sent <= LONGEST_HEAD and not line.has_something_to_hear():
            line.send(more, pause_s=0.0005)
            sent += len(more)
        told = line.hear()
        assert (told.status, told.json["type"]) == (431, "/problems/head_too_large")
        assert line.is_at_its_end()


def test_a_head_without_end_behind_an_endless_answer_is_not_read(server: OnhandServer) -> None:
    assert server.process is not None
    memory = psutil.Process(server.process.pid).memory_info
    with Line(server) as line:
        line.send(get(f"{BASE}/events/stream") + b"GET /docs HTTP/1.1\r\nX-Name: ")
        before = memory().rss
        for _ in range(200):
            line.send(b"x" * 100_000)
        assert memory().rss - before < 5_000_000


def test_a_head_may_be_long(line: Line, product: int) -> None:
    notes = [f"X-Note-{number}: {'x' * 990}" for number in range(60)]
    whole = adjust(product, 1, *notes)
    for end in range(0, len(whole), 7_000):
        line.send(whole[end : end + 7_000], pause_s=0.001)
    assert line.hear().on_hand == 1
    # One after another they are counted each by itself, and a body not at all.
    line.send(*[whole] * 3)
    assert [line.hear().on_hand for _ in range(3)] == [2, 3, 4]
    body = json.dumps(units(1)).encode().ljust(200_000)
    line.send(request(f"{STOCK}/{product}/adjust", body))
    assert line.hear().on_hand == 5


@pytest.mark.parametrize("way", LOG_LEVELS)
def test_a_client_that_is_too_slow_is_told_or_cut_off(
    sqlite_url: str, serve: Serve, way: str
) -> None:
    level = LOG_LEVELS[way]
    setting = {"ONHAND_REQUEST_TIMEOUT": "1", "ONHAND_LOG_LEVEL": level}
    server = serve(sqlite_url, environment=setting)
    product = Api(server.client).product("P")
    whole = adjust(product, 1)
    long = request(f"{STOCK}/commands", json.dumps({"commands": []}).encode().ljust(10_000))
    for cut in (whole[:1], whole[:100], whole[:-1], long[:-1]):
        with Line(server) as slow:
            assert slow.ask(whole).on_hand >= 1
            began = time.monotonic()
            told = slow.ask(cut)
            assert 0.9 < time.monotonic() - began < 5
            assert (told.status, told.json["type"]) == (408, "/problems/late")
            assert slow.is_at_its_end()
    with Line(server) as silent:
        assert silent.is_at_its_end()
    with Line(server) as idle:
        assert idle.ask(whole).status == 200
        time.sleep(1.5)
        assert idle.ask(whole).status == 200
    with Line(server) as late:
        with held_up(sqlite_url):
            take_on(server, late, whole)
            time.sleep(1.5)
        assert late.hear().status == 200
    assert Api(server.client).level(product) == (7, 0)
