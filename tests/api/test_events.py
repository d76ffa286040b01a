"""Events over HTTP: read from any number on, filtered, waited for, and only by who may."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from onhand.ledger.access import Scope
from onhand.ledger.cloud_events import SEQUENCE_DIGITS
from tests.api.conftest import NewProduct
from tests.api.harness import Shop


def newest(shop: Shop) -> int:
    """Where whatever happens next begins."""
    after = 0
    while True:
        meta = shop("GET", f"/events?after={after}&limit=1000").json["meta"]
        after = meta["next_after"]
        if not meta["has_more"]:
            return int(after)


def events(shop: Shop, after: int, query: str = "") -> list[Any]:
    """What has happened since."""
    found = shop("GET", f"/events?after={after}&limit=1000{query}")
    assert found.status == 200, found.body
    return list(found.data)


def test_an_event_is_a_cloud_event(shop: Shop, product: NewProduct) -> None:
    made = product(stock_quantity=50)
    after = newest(shop)
    asked = {"quantity": 5, "order_id": 789, "reason": "Sold", "reference": "WEB-7"}
    shop("POST", f"/inventory/{made['id']}/reserve", asked)
    [event] = events(shop, after)
    number = int(event["id"])
    data = event.pop("data")
    assert number > after
    assert event == {
        "specversion": "1.0",
        "id": str(number),
        "source": "/onhand",
        "type": "stock.reserved",
        "subject": f"product/{made['id']}",
        "time": event["time"],
        "datacontenttype": "application/json",
        "sequence": str(number).zfill(SEQUENCE_DIGITS),
    }
    assert event["time"].endswith("Z")
    movement = shop("GET", f"/stock-movements/{number}").data
    shared = data.keys() & movement.keys()
    assert {name: data[name] for name in shared} == {name: movement[name] for name in shared}
    assert len(shared) > 12
    assert (data["quantity_available"], data["actor"]) == (45, "anonymous")


def test_a_page_goes_on_after_the_one_before(shop: Shop, product: NewProduct) -> None:
    after = newest(shop)
    for _ in range(3):
        product(stock_quantity=1)
    everything = events(shop, after)
    found: list[Any] = []
    position = after
    while True:
        told = shop("GET", f"/events?after={position}&limit=4").json
        found += told["data"]
        position = told["meta"]["next_after"]
        if not told["meta"]["has_more"]:
            break
    assert found == everything
    assert [event["type"] for event in found] == ["product.created", "stock.received"] * 3


def test_filters_pick(shop: Shop, product: NewProduct) -> None:
    after = newest(shop)
    one, other = product(stock_quantity=3, reorder_point=2), product(stock_quantity=3)
    for made in (one, other):
        shop("POST", f"/inventory/{made['id']}/adjust", {"quantity": -3, "reason": "Broken"})
    low = events(shop, after, "&types=stock.low,stock.out")
    assert [(it["type"], it["data"]["product_id"]) for it in low] == [
        ("stock.low", one["id"]),
        ("stock.out", one["id"]),
        ("stock.out", other["id"]),
    ]
    assert low[0]["data"]["stock_status"] == "out_of_stock"
    of_stock = events(shop, after, f"&types=stock.*&product_id={other['id']}")
    assert [it["type"] for it in of_stock] == ["stock.received", "stock.adjusted", "stock.out"]


def test_a_product_tells_what_changed(shop: Shop, product: NewProduct) -> None:
    made = product(selling_price=12.5)
    after = newest(shop)
    shop("PATCH", f"/products/{made['id']}", {"selling_price": 13.25, "name": "Other"})
    [event] = events(shop, after)
    assert event["type"] == "product.updated"
    assert event["data"] == {
        "product_id": made["id"],
        "sku": made["sku"],
        "version": 2,
        "changed": {"name": "Other", "selling_price": 13.25},
        "actor": "anonymous",
        "reason": None,
    }


def test_a_document_tells_its_steps(shop: Shop, product: NewProduct) -> None:
    made = product(stock_quantity=5)
    lines = [{"product_id": made["id"], "quantity": 2}]
    after = newest(shop)
    order = shop("POST", "/api/v1/sales/orders", {"lines": lines, "confirm": True}).data
    told = events(shop, after, "&types=sales_order.*")
    assert [it["type"] for it in told] == ["sales_order.created", "sales_order.confirmed"]
    assert told[1]["subject"] == f"sales_order/{order['id']}"
    data = told[1]["data"]
    assert (data["step"], data["from_state"], data["state"]) == ("confirm", "draft", "confirmed")
    assert (data["version"], data["warehouse_ids"]) == (2, [1])


@pytest.mark.parametrize(
    ("query", "field", "text"),
    [
        ("after=x", "after", "whole number"),
        ("after=-1", "after", "0"),
        ("after=99999999999999999999", "after", ""),
        ("after=9000000000000000000", "after", "No event has this number yet"),
        ("types=stock.sold", "types", "no event type stock.sold"),
        ("types=%27%20OR%201", "types", ""),
        ("limit=0", "limit", "1"),
        ("limit=1001", "limit", "1000"),
        ("wait=31", "wait", "30"),
        ("cursor=1", "cursor", "parameter"),
    ],
)
def test_what_is_made_up_is_refused(shop: Shop, query: str, field: str, text: str) -> None:
    refused = shop("GET", f"/events?{query}")
    assert refused.status == 422
    assert text in refused.errors[field][0]


@pytest.mark.parametrize("last", ["x", "-1", "9" * 30, "9000000000000000000"])
def test_a_stream_refuses_a_number_of_no_event(shop: Shop, last: str) -> None:
    refused = shop("GET", "/events/stream", headers={"Last-Event-ID": last})
    assert refused.status == 422


def test_a_stream_says_what_it_is(shop: Shop) -> None:
    head = shop("HEAD", "/events/stream")
    assert (head.status, head.headers["content-type"]) == (200, "text/event-stream")
    assert head.body == b""


def test_a_request_may_wait_for_the_next_event(shop: Shop, product: NewProduct) -> None:
    made = product()
    after = newest(shop)
    waits = f"/events?after={after}&wait=20&types=stock.adjusted&product_id={made['id']}"
    found: list[Any] = []
    waiting = threading.Thread(target=lambda: found.extend(shop("GET", waits).data))
    waiting.start()
    time.sleep(0.2)
    product()
    shop("POST", f"/inventory/{made['id']}/adjust", {"quantity": 1, "reason": "Found"})
    waiting.join(20)
    assert [event["data"]["product_id"] for event in found] == [made["id"]]


def test_waiting_for_nothing_ends(shop: Shop) -> None:
    told = shop("GET", f"/events?after={newest(shop)}&wait=1&types=stock.low").json
    assert (told["data"], told["meta"]["has_more"]) == ([], False)


def test_who_has_no_key_is_told_nothing(shop: Shop) -> None:
    key = shop.keys.give(Scope.READ)
    shop.refresh()
    try:
        assert shop("GET", "/events").status == 401
        assert shop("GET", "/events/stream").status == 401
        assert shop("GET", "/events", headers=key).status == 200
    finally:
        shop.keys.keys.clear()
        shop.refresh()
