"""Webhooks over real processes: receivers and servers that die, and take over from each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Serve
from tests.support.api import Api, done
from tests.support.receivers import ReceiverProcess, until

PRIVATE = {"ONHAND_WEBHOOKS_PRIVATE": "127.0.0.1"}


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    """A receiver that runs."""
    made = ReceiverProcess(tmp_path)
    made.start()
    yield made
    made.kill()


def webhook(api: Api, url: str, **settings: Any) -> int:
    """Make a webhook for all that ever happened; its id."""
    body = {"url": url, "after": 0, **settings}
    return int(done(api.post("/webhooks", body))["data"]["id"])


def move(api: Api, products: list[int], times: int) -> None:
    """Move each product so often."""
    for _ in range(times):
        lines = [
            {"type": "adjust", "product_id": it, "quantity": 1, "reason": "Found"}
            for it in products
        ]
        done(api.post("/inventory/commands", {"commands": lines}))


def told(api: Api) -> list[dict[str, Any]]:
    """All events, as the feed has them."""
    rows: list[dict[str, Any]] = []
    after = 0
    while True:
        page = api.get("/events", after=after, limit=1_000)
        rows += page["data"]
        after = page["meta"]["next_after"]
        if not page["meta"]["has_more"]:
            return rows


def first_times(received: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What came, without what came again."""
    return list({it["id"]: it for it in reversed(received)}.values())[::-1]


def in_order(received: list[dict[str, Any]]) -> bool:
    """Whether each product's events came in order, when they came first."""
    numbers: dict[str, list[int]] = defaultdict(list)
    seen = set()
    for event in received:
        if event["id"] not in seen:
            seen.add(event["id"])
            numbers[event["subject"]].append(int(event["id"]))
    return all(found == sorted(found) for found in numbers.values())


def all_arrived(api: Api, receiver: ReceiverProcess) -> Callable[[], bool]:
    """Whether all that the feed has now has come."""
    expected = {it["id"] for it in told(api)}
    return lambda: {it["id"] for it in receiver.received()} >= expected


def test_a_receiver_and_a_server_that_were_down_miss_nothing(
    database_url: str, serve: Serve, receiver: ReceiverProcess
) -> None:
    server = serve(database_url, environment=PRIVATE)
    api = Api(server.client)
    products = [api.product(f"P{number}") for number in range(5)]
    webhook_id = webhook(api, receiver.url)
    move(api, products, 5)
    until(all_arrived(api, receiver), "the first events")
    receiver.kill()
    move(api, products, 10)
    until(lambda: api.get(f"/webhooks/{webhook_id}")["data"]["failures"] > 0, "a failure")
    server.kill()
    server.start()
    api = Api(server.client)
    standing = api.get(f"/webhooks/{webhook_id}")["data"]
    assert standing["last_error"] == "No connection to 127.0.0.1: Connection refused"
    move(api, products, 10)
    receiver.start()
    until(all_arrived(api, receiver), "all that was missed")
    received = receiver.received()
    assert in_order(received)
    by_id = {it["id"]: it for it in told(api)}
    assert {it["id"]: it for it in received} == by_id
    until(
        lambda: api.get(f"/webhooks/{webhook_id}")["data"]["position"] >= max(map(int, by_id)),
        "the position",
    )
    failed = api.get(f"/webhooks/{webhook_id}/deliveries", failed=True)["data"]
    assert {it["error"] for it in failed} == {standing["last_error"]}


def test_of_two_servers_one_sends_and_the_other_takes_over(
    postgresql_url: str, serve: Serve, receiver: ReceiverProcess
) -> None:
    first = serve(postgresql_url, environment=PRIVATE)
    products = [Api(first.client).product(f"P{number}") for number in range(5)]
    webhook(Api(first.client), receiver.url)
    until(all_arrived(Api(first.client), receiver), "the first events")
    second = serve(postgresql_url, environment=PRIVATE)
    api = Api(second.client)
    move(api, products, 5)
    until(all_arrived(api, receiver), "events of the other server")
    assert len(receiver.received()) == len(told(api))
    first.kill()
    move(api, products, 5)
    until(all_arrived(api, receiver), "events that the other one sends")
    received = receiver.received()
    assert in_order(received)
    assert {it["id"] for it in received} == {it["id"] for it in told(api)}
    # Told to end, it writes down what was done and lets go: nothing comes twice, nobody waits.
    before = len(received)
    second.stop()
    first.start()
    move(Api(first.client), products, 1)
    until(all_arrived(Api(first.client), receiver), "the last events")
    assert len(receiver.received()) == before + len(products)
