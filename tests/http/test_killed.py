"""A server that ends at work: cut off in a list by `kill -9`, or told to end.

More of being killed, at random points of mixed commands, is in tests/proofs/test_kills.py.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil

from tests.http.conftest import Verify
from tests.support.api import Api
from tests.support.exactly_once import check
from tests.support.journal import Journal, until
from tests.support.processes import is_alive
from tests.support.server import OnhandServer
from tests.support.work import Work


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
    told_to_end(serve(database_url), database_url, verify)


def test_several_workers_told_to_end_answer_what_they_took_on(
    postgresql_url: str, serve: Callable[..., OnhandServer], verify: Verify
) -> None:
    server = serve(postgresql_url, "--workers", "3")
    assert server.process is not None
    workers = psutil.Process(server.process.pid).children(recursive=True)
    told_to_end(server, postgresql_url, verify)
    assert not any(map(is_alive, workers))


def told_to_end(server: OnhandServer, database_url: str, verify: Verify) -> None:
    """Tell a server that is at work to end: it ends well, and what it answered is there."""
    api = Api(server.client)
    chance = random.Random(0)
    work = Work(api, "W", chance, warehouse=api.warehouse("EAST"))
    journal = Journal(work)
    with journal.clients([server]):
        journal.await_answers(100)
        assert server.stop() == 0
    assert journal.acknowledged()
    assert journal.faults() <= {503}
    server.start()
    checked = check(Api(server.client), work, journal.sent, chance)
    assert not checked.breaches
    # Nothing was cut off in the middle, but lists between two commits: it was answered, refused
    # with a 503, or never taken.
    assert checked.done == checked.cut
    verify(database_url)
