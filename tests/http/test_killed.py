"""`kill -9` while clients write: what was answered is there once, the rest is settled by its key.

`ONHAND_TEST_KILLS=50` asks for fifty kills instead of three.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.http.conftest import Verify
from tests.support.api import Api
from tests.support.journal import Journal, check, until
from tests.support.server import OnhandServer

KILLS = int(os.environ.get("ONHAND_TEST_KILLS", "3"))


def test_nothing_is_lost_or_done_twice_when_the_server_is_killed(
    database_url: str, serve: Callable[[str], OnhandServer], verify: Verify
) -> None:
    server = serve(database_url)
    journal = Journal(Api(server.client).product("P"))
    chance = random.Random(0)
    for _ in range(KILLS):
        with journal.clients(server):
            journal.await_answers(50)
            time.sleep(chance.uniform(0, 0.05))
            server.kill()
        assert journal.open()
        server.start()
        check(journal, Api(server.client), lambda: verify(database_url))


def test_a_long_list_that_was_cut_off_is_finished_by_its_repeat(
    database_url: str, serve: Callable[..., OnhandServer], verify: Verify
) -> None:
    server = serve(database_url, environment={"ONHAND_BATCH_LIMIT": "100"})
    product = Api(server.client).product("P")
    commands = [
        {"type": "adjust", "product_id": product, "quantity": 1, "reason": f"Line {number}"}
        for number in range(4_000)
    ]
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(
            Api(server.client).post, "/inventory/commands", {"commands": commands}, "list"
        )
        with httpx.Client(base_url=server.base_url) as client:
            until(lambda: Api(client).level(product)[0] > 0, "the first part")
        server.kill()
        assert isinstance(asked.exception(), httpx.TransportError)
    server.start()
    api = Api(server.client)
    done_before = api.level(product)[0]
    assert 0 < done_before < 4_000
    assert done_before % 100 == 0
    answer = api.post("/inventory/commands", {"commands": commands}, "list")
    assert answer.is_success, answer.text
    assert [one["quantity_on_hand"] for one in answer.json()["data"]] == list(range(1, 4_001))
    reasons = [row["reason"] for row in api.movements(product)]
    assert reasons == [command["reason"] for command in commands]
    verify(database_url)


def test_a_server_told_to_end_answers_what_it_took_on(
    database_url: str, serve: Callable[[str], OnhandServer], verify: Verify
) -> None:
    server = serve(database_url)
    journal = Journal(Api(server.client).product("P"))
    with journal.clients(server):
        journal.await_answers(50)
        assert server.stop() in (0, -signal.SIGTERM)
    # Nothing was cut off in the middle: it was answered, refused with a 503, or never taken.
    assert all(status == 503 for one in journal.open() for status in one.faults)
    server.start()
    found = journal.done_in(Api(server.client))
    assert not [one for one in journal.open() if found[one.key]]
    check(journal, Api(server.client), lambda: verify(database_url))
