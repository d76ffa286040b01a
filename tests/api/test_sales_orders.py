"""Sales orders over the whole API, from draft to the last return."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from onhand.core.sales_orders import LIFE_CYCLE
from tests.api.conftest import NewProduct
from tests.api.harness import Answered, Shop
from tests.support.ledger_contents import database_contents, problems
from tests.support.walks import branches, taken

PATH = "/api/v1/sales/orders"

_codes = (f"S{number}" for number in itertools.count(1))


@pytest.fixture
def east(shop: Shop) -> int:
    """A warehouse of its own."""
    number: int = shop("POST", "/warehouses", {"name": "East", "code": next(_codes)}).data["id"]
    return number


@pytest.fixture(autouse=True)
def nothing_is_broken(shop: Shop) -> Any:
    """Every invariant of the ledger holds after each test."""
    yield
    assert not problems(database_contents(shop.url))


def create(shop: Shop, *lines: tuple[dict[str, Any], int], **fields: Any) -> Answered:
    """An order of products; from warehouse 1 unless it says otherwise."""
    body = {
        "lines": [{"product_id": product["id"], "quantity": units} for product, units in lines],
        "warehouse_id": 1,
    }
    return shop("POST", PATH, body | fields)


def confirmed(shop: Shop, *lines: tuple[dict[str, Any], int], **fields: Any) -> dict[str, Any]:
    made = create(shop, *lines, confirm=True, **fields)
    assert made.status == 201, made.body
    data: dict[str, Any] = made.data
    return data


def step(shop: Shop, order: dict[str, Any], verb: str, body: Any = None, **more: Any) -> Answered:
    return shop("POST", f"{PATH}/{order['id']}/{verb}", body, **more)


def change(shop: Shop, order: dict[str, Any], **changes: Any) -> Answered:
    return shop("PATCH", f"{PATH}/{order['id']}", changes)


def read(shop: Shop, order: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = shop("GET", f"{PATH}/{order['id']}").data
    return data


def stock(shop: Shop, product: dict[str, Any], warehouse: int = 1) -> tuple[int, int]:
    """On hand and reserved in a warehouse."""
    found = shop("GET", f"/inventory/{product['id']}?warehouse_id={warehouse}").data
    return found["quantity_on_hand"], found["quantity_reserved"]


def test_every_branch_of_the_life_cycle(shop: Shop, product: NewProduct) -> None:
    lamp, jug = product(stock_quantity=20), product(stock_quantity=20)
    made = create(shop, (lamp, 4), (jug, 99), customer="Jane Roe", requested_date="2030-01-18")
    assert made.status == 201
    assert made.headers["location"] == f"{PATH}/{made.data['id']}"
    order = made.data
    assert (order["state"], order["possible"]) == ("draft", ["change", "confirm", "cancel"])
    short = step(shop, order, "confirm")
    assert (short.status, list(short.errors)) == (422, ["lines.1.quantity"])
    less = [{"line": 1, "quantity": 4}, {"line": 2, "quantity": 6}]
    assert change(shop, order, lines=less).headers["etag"] == '"2"'
    done = step(shop, order, "confirm", headers={"if-match": '"2"'})
    assert (done.data["state"], len(done.data["movement_ids"])) == ("confirmed", 2)
    assert stock(shop, jug) == (20, 6)
    assert change(shop, order, notes="Ring twice").data["notes"] == "Ring twice"

    some = {"lines": [{"line": 2, "quantity": 1}], "reference": "1Z999"}
    sent = step(shop, order, "ship", some)
    assert (sent.data["state"], sent.data["shipment"]["number"]) == ("partially_shipped", 1)
    assert len(sent.data["movement_ids"]) == 2
    assert step(shop, order, "ship", some).data["state"] == "partially_shipped"
    broken = {"line": 2, "quantity": 1, "restock": False}
    back = {"reason": "Broken", "lines": [broken]}
    returned = step(shop, order, "return", back)
    assert returned.data["return"]["lines"][0]["restocked"] is False
    assert change(shop, order, lines=[less[0], {"line": 2, "quantity": 5}]).status == 200
    whole = step(shop, order, "ship")
    assert (whole.data["state"], whole.data["shipment"]["number"]) == ("shipped", 3)
    assert step(shop, order, "return", back).data["state"] == "shipped"
    closed = step(shop, order, "close")
    assert (closed.data["state"], closed.data["possible"]) == ("closed", [])
    assert (stock(shop, lamp), stock(shop, jug)) == ((16, 0), (15, 0))

    def partly() -> dict[str, Any]:
        partly = confirmed(shop, (lamp, 3))
        step(shop, partly, "ship", {"lines": [{"line": 1, "quantity": 1}]})
        return partly

    ends = [partly() for _ in range(3)]
    assert change(shop, ends[0], lines=[{"line": 1, "quantity": 1}]).data["state"] == "shipped"
    gone = step(shop, ends[1], "cancel", {"reason": "No time"}).data
    assert (gone["state"], gone["lines"][0]["cancelled"]) == ("cancelled", 2)
    back = {"reason": "Broken", "lines": [broken | {"line": 1}]}
    assert step(shop, ends[1], "return", back).data["possible"] == []
    assert step(shop, ends[2], "close").data["state"] == "closed"
    at_once = confirmed(shop, (lamp, 1))
    assert step(shop, at_once, "ship").data["state"] == "shipped"
    never = [create(shop, (lamp, 1)).data, confirmed(shop, (lamp, 1))]
    for one in never:
        assert step(shop, one, "cancel", {"reason": "No money"}).data["state"] == "cancelled"
    assert stock(shop, lamp) == (12, 0)

    histories = [read(shop, one)["history"] for one in (order, *ends, at_once, *never)]
    assert taken(histories) == branches(LIFE_CYCLE)


def test_a_step_that_is_not_possible_says_what_is(shop: Shop, product: NewProduct) -> None:
    order = create(shop, (product(), 1)).data
    refused = step(shop, order, "ship")
    assert refused.status == 409
    said = f'Sales order {order["id"]} is draft: "ship" is not possible.'
    assert refused.errors["state"] == [f"{said} Possible now: change, confirm, cancel"]


def test_an_order_tells_its_shipments_and_returns(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=5)
    order = confirmed(shop, (lamp, 3))
    shop(
        "POST",
        f"{PATH}/{order['id']}/ship",
        {"reference": "1Z1", "occurred_at": "2025-01-15T10:00:00Z"},
    )
    step(shop, order, "return", {"reason": "Too dark", "lines": [{"line": 1, "quantity": 2}]})
    told = read(shop, order)
    [shipment], [back] = told["shipments"], told["returns"]
    assert (shipment["number"], shipment["reference"]) == (1, "1Z1")
    assert shipment["shipped_at"] == "2025-01-15T10:00:00Z"
    assert shipment["lines"] == [{"line": 1, "warehouse_id": 1, "quantity": 3}]
    moved = {"line": 1, "warehouse_id": 1, "quantity": 2}
    assert back["lines"] == [moved | {"restocked": True, "reason": "Too dark"}]
    assert (told["lines"][0]["shipped"], told["lines"][0]["returned"]) == (3, 2)


# Where units come from


def test_the_nearest_warehouse_serves_an_order(shop: Shop, product: NewProduct, east: int) -> None:
    lamp = product(stock_quantity=5)
    shop(
        "POST",
        f"/inventory/{lamp['id']}/adjust",
        {"quantity": 4, "reason": "x", "warehouse_id": east},
    )
    from_there = confirmed(shop, (lamp, 3), warehouse_id=None, warehouse_priority=[east, 1])
    assert from_there["lines"][0]["allocations"] == [
        {"warehouse_id": east, "allocated": 3, "backordered": 0, "shipped": 0}
    ]
    anywhere = confirmed(shop, (lamp, 4), warehouse_id=None)
    assert [x["warehouse_id"] for x in anywhere["lines"][0]["allocations"]] == [1]
    split = confirmed(shop, (lamp, 2), warehouse_id=None, split=True)
    assert [x["warehouse_id"] for x in split["lines"][0]["allocations"]] == [1, east]
    sent = step(shop, split, "ship", {"warehouse_id": east}).data
    assert (sent["state"], stock(shop, lamp, east)) == ("partially_shipped", (3, 3))


def test_what_waits_is_allocated_when_it_arrives(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=1, allow_backorder=True)
    order = confirmed(shop, (lamp, 3))
    line = order["lines"][0]
    assert (line["allocated"], line["backordered"]) == (1, 2)
    shop("POST", f"/inventory/{lamp['id']}/adjust", {"quantity": 9, "reason": "Came in"})
    line = read(shop, order)["lines"][0]
    assert (line["allocated"], line["backordered"]) == (3, 0)
    never = create(
        shop,
        confirm=True,
        lines=[{"product_id": lamp["id"], "quantity": 8, "allow_backorder": False}],
    )
    assert (never.status, list(never.errors)) == (422, ["lines.0.quantity"])


# Giving back


@pytest.mark.parametrize("shipped", [0, 1])
def test_whoever_gives_up_gives_back(shop: Shop, product: NewProduct, shipped: int) -> None:
    lamp, jug = product(stock_quantity=9), product(stock_quantity=9)
    order = confirmed(shop, (lamp, 3), (jug, 2))
    if shipped:
        step(shop, order, "ship", {"lines": [{"line": 1, "quantity": 1}]})
    assert (stock(shop, lamp), stock(shop, jug)) == ((9 - shipped, 3 - shipped), (9, 2))
    change(shop, order, lines=[{"line": 1, "quantity": 2}, {"line": 2, "quantity": 2}])
    assert stock(shop, lamp) == (9 - shipped, 2 - shipped)
    change(shop, order, lines=[{"line": 1, "quantity": 2}])
    assert stock(shop, jug) == (9, 0)
    step(shop, order, "cancel", {"reason": "No time"})
    assert stock(shop, lamp) == (9 - shipped, 0)


# Once, whoever asks


def test_a_repeat_with_its_key_ships_once(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=5)
    order = confirmed(shop, (lamp, 4))
    body = {"lines": [{"line": 1, "quantity": 2}]}
    key = {"idempotency-key": f"ship-{order['id']}"}
    first, second = (step(shop, order, "ship", body, headers=key) for _ in range(2))
    assert first.body == second.body
    assert second.headers["idempotent-replayed"] == "true"
    assert stock(shop, lamp) == (3, 2)


@pytest.mark.parametrize("body", [None, {"lines": [{"line": 1, "quantity": 2}]}])
def test_two_screens_ship_once(shop: Shop, product: NewProduct, body: Any) -> None:
    lamp = product(stock_quantity=5)
    order = confirmed(shop, (lamp, 4))
    seen = {"if-match": '"2"'}
    with ThreadPoolExecutor(4) as screens:
        asked = [screens.submit(step, shop, order, "ship", body, headers=seen) for _ in range(4)]
        answers = [one.result() for one in asked]
    assert sorted(answer.status for answer in answers) == [200, 412, 412, 412]
    assert stock(shop, lamp) == ((1, 0) if body is None else (3, 2))
    assert len(read(shop, order)["shipments"]) == 1


def test_all_that_is_allocated_ships_once_even_without_a_version(
    shop: Shop, product: NewProduct
) -> None:
    lamp = product(stock_quantity=5, allow_backorder=True)
    order = confirmed(shop, (lamp, 9))
    assert step(shop, order, "ship").data["state"] == "partially_shipped"
    again = step(shop, order, "ship")
    assert (again.status, list(again.errors)) == (422, ["lines"])
    order = confirmed(shop, (product(stock_quantity=1), 1))
    assert [step(shop, order, "ship").status for _ in range(2)] == [200, 409]


def test_a_cancellation_and_a_shipment_at_once_leave_one_of_them(
    shop: Shop, product: NewProduct
) -> None:
    lamp = product(stock_quantity=40)
    with ThreadPoolExecutor(8) as screens:
        for _ in range(5):
            order = confirmed(shop, (lamp, 2))
            asked = [
                screens.submit(step, shop, order, "ship"),
                screens.submit(step, shop, order, "cancel", {"reason": "No time"}),
            ]
            assert sorted(one.result().status for one in asked) == [200, 409]
    assert stock(shop, lamp)[1] == 0


# Its numbers and the shop's own


def test_the_shops_own_orders_are_others(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=9)
    order = confirmed(shop, (lamp, 2))
    own = {"quantity": 3, "order_id": order["id"]}
    shop("POST", f"/inventory/{lamp['id']}/reserve", own)
    holds = shop("GET", f"/inventory/{lamp['id']}/reservations").data
    told = [(x["order_id"], x["sales_order_id"], x["allocated"]) for x in holds]
    assert told == [(None, order["id"], 2), (order["id"], None, 3)]
    query = f"?product_id={lamp['id']}&"
    for path in ("/reservations", "/stock-movements"):
        ours = shop("GET", f"{path}{query}sales_order_id={order['id']}").data
        theirs = shop("GET", f"{path}{query}order_id={order['id']}").data
        assert [(x["order_id"], x["sales_order_id"]) for x in ours] == [(None, order["id"])]
        assert [(x["order_id"], x["sales_order_id"]) for x in theirs] == [(order["id"], None)]
        both = f"order_id={order['id']}&sales_order_id={order['id']}"
        assert shop("GET", f"{path}{query}{both}").data == []
        assert shop("GET", f"{path}?order_id=-{order['id']}").status == 422
    shop("POST", f"/inventory/{lamp['id']}/adjust", {"quantity": -1, "reason": f"#{order['id']}"})
    assert stock(shop, lamp) == (8, 4)
    for verb in ("reserve", "release", "adjust"):
        body = {"quantity": 1, "order_id": -order["id"], "reason": "Mine"}
        assert shop("POST", f"/inventory/{lamp['id']}/{verb}", body).status == 422
    movement = shop("GET", f"/stock-movements{query}sales_order_id={order['id']}").data[0]
    assert (movement["reference_type"], movement["reference_id"]) == ("sales_order", order["id"])
    assert shop("POST", f"/stock-movements/{movement['id']}/reverse").status == 409
    ends = {"expires_at": "2999-01-01T00:00:00Z"}
    refused = shop("PATCH", f"/reservations/{holds[0]['id']}", ends)
    assert (refused.status, refused.json["type"]) == (409, "/problems/held_by_sales_order")
    found = {"counted_quantity": 4, "counted_by": "Jo", "on_shortfall": "deallocate"}
    counted = shop("POST", f"/inventory/{lamp['id']}/count", found).data
    assert "deallocated" not in counted
    counted = shop("POST", f"/inventory/{lamp['id']}/count", found | {"counted_quantity": 1}).data
    assert counted["deallocated"] == [
        {"order_id": order["id"], "quantity": 2},
        {"order_id": None, "sales_order_id": order["id"], "quantity": 1},
    ]


# What does not fit


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"product_id": 1, "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [{"product_id": 2**62, "quantity": 1}]}, "lines.0.product_id"),
        ({"lines": [{"product_id": 1, "quantity": 1, "line": 1}]}, "lines.0.line"),
        ({"requested_date": "tomorrow"}, "requested_date"),
        ({"warehouse_id": 2**62}, "warehouse_id"),
        ({"warehouse_priority": [1, 2**62]}, "warehouse_priority.1"),
        ({"warehouse_priority": [0]}, "warehouse_priority.0"),
        ({"confirm": "yes"}, "confirm"),
        ({"line": []}, "line"),
    ],
)
def test_what_does_not_fit_is_named(
    shop: Shop, product: NewProduct, fields: dict[str, Any], fault: str
) -> None:
    made = create(shop, (product(), 1), **fields)
    assert (made.status, list(made.errors)) == (422, [fault])


def test_a_step_that_does_not_fit_is_named(shop: Shop, product: NewProduct, east: int) -> None:
    lamp = product(stock_quantity=5)
    order = confirmed(shop, (lamp, 4))
    refused = change(shop, order, lines=[{"line": 1, "quantity": 2}, {"quantity": 1}])
    assert list(refused.errors) == ["lines.1.product_id"]
    refused = change(shop, order, lines=[{"line": 1, "quantity": 4, "warehouse_id": east}])
    assert list(refused.errors) == ["lines.0.quantity"]
    refused = change(shop, order, lines=[{"line": 1, "quantity": 4, "warehouse_id": 2**62}])
    assert list(refused.errors) == ["lines.0.warehouse_id"]
    refused = change(shop, order, lines=[{"line": 1, "quantity": 0}, {"line": 1}], split=1)
    assert list(refused.errors) == ["lines.0.quantity", "lines.1.quantity", "split"]
    assert list(change(shop, order, lines=[]).errors) == ["lines"]
    refused = change(shop, order, warehouse_priority=[0])
    assert list(refused.errors) == ["warehouse_priority.0"]
    future = step(shop, order, "ship", {"occurred_at": "2999-01-01T00:00:00Z"})
    assert list(future.errors) == ["occurred_at"]
    assert list(step(shop, order, "cancel", {}).errors) == ["reason"]
    step(shop, order, "ship")
    lines = [{"line": 1, "quantity": 5}, {"line": 1, "quantity": 1, "warehouse_id": 2**62}]
    refused = step(shop, order, "return", {"reason": "x", "lines": lines})
    assert list(refused.errors) == ["lines.0.quantity", "lines.1.warehouse_id"]
    assert list(step(shop, order, "return", {"lines": lines[:1]}).errors) == ["reason"]


def test_there_is_no_such_order(shop: Shop) -> None:
    for path in (f"{PATH}/999999", f"{PATH}/none"):
        found = shop("GET", path)
        assert (found.status, list(found.errors)) == (404, ["sales_order_id"])
    assert "Sales order none" in shop("GET", f"{PATH}/none").json["message"]
    assert shop("POST", f"{PATH}/999999/ship").status == 404


def test_lists_tell_what_is_to_be_done(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=9, allow_backorder=True)
    draft = create(shop, (lamp, 1), reference="WEB-1").data
    half = confirmed(shop, (lamp, 8), (lamp, 4), customer=f"Roe {lamp['id']}", reference="WEB-2")
    step(shop, half, "ship", {"lines": [{"line": 1, "quantity": 6}]})
    found = shop("GET", f"{PATH}?product_id={lamp['id']}&sort=-id").data
    assert [x["id"] for x in found] == [half["id"], draft["id"]]
    units = ("quantity", "quantity_allocated", "quantity_backordered", "quantity_shipped")
    assert [found[0][name] for name in units] == [12, 3, 3, 6]
    assert [found[1][name] for name in units] == [1, 0, 0, 0]
    assert (found[0]["line_count"], found[0]["shipment_count"]) == (2, 1)
    for filters, expected in (
        ("open=true", [half]),
        ("open=true&state=draft", []),
        ("state=draft", [draft]),
        ("warehouse_id=1", [half]),
        ("warehouse_id=2", []),
        (f"customer=Roe%20{lamp['id']}", [half]),
        ("reference=WEB-1", [draft]),
    ):
        rows = shop("GET", f"{PATH}?product_id={lamp['id']}&{filters}").data
        assert [x["id"] for x in rows] == [x["id"] for x in expected], filters
