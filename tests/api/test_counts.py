"""Physical counts over the whole API, from the empty sheet to the posted variance."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onhand.core.counts import LIFE_CYCLE
from tests.api.conftest import NewProduct
from tests.api.harness import Answered, Shop
from tests.support.ledger_contents import database_contents, problems
from tests.support.walks import branches, taken

_codes = (f"C{number}" for number in itertools.count(1))


@pytest.fixture
def site(shop: Shop) -> int:
    """A warehouse of its own."""
    made = shop("POST", "/warehouses", {"name": "Counted", "code": next(_codes)})
    number: int = made.data["id"]
    return number


def create(shop: Shop, *products: dict[str, Any], **fields: Any) -> Answered:
    lines = [{"product_id": product["id"]} for product in products]
    body = {"warehouse_id": 1, "start": True} | ({"lines": lines} if lines else {})
    return shop("POST", "/counts", body | fields)


def step(shop: Shop, count: dict[str, Any], verb: str, body: Any = None, **more: Any) -> Answered:
    return shop("POST", f"/counts/{count['id']}/{verb}", body, **more)


def record(
    shop: Shop, count: dict[str, Any], *counted: tuple[dict[str, Any], int], **fields: Any
) -> Answered:
    lines = [{"product_id": product["id"], "quantity": units} for product, units in counted]
    return step(shop, count, "record", {"counted_by": "Ann", "lines": lines} | fields)


def variance(shop: Shop, count: dict[str, Any], query: str = "") -> dict[str, Any]:
    told: dict[str, Any] = shop("GET", f"/counts/{count['id']}/variance{query}").data
    return told


def on_hand(shop: Shop, product: dict[str, Any], warehouse: int = 1) -> int:
    found = shop("GET", f"/products/{product['id']}/inventory").data
    return sum(x["quantity_on_hand"] for x in found if x["warehouse_id"] == warehouse)


def move(shop: Shop, product: dict[str, Any], units: int, **fields: Any) -> None:
    body = {"quantity": units, "reason": "Moved"} | fields
    assert shop("POST", f"/inventory/{product['id']}/adjust", body).status == 200


def test_every_branch_of_the_life_cycle(shop: Shop, product: NewProduct) -> None:
    lamp, jug, cup = (product(stock_quantity=10) for _ in range(3))
    made = create(shop, lamp, recount_units=2, start=False)
    assert made.status == 201
    assert made.headers["location"].endswith(f"/counts/{made.data['id']}")
    count = made.data
    assert (count["state"], count["possible"]) == ("draft", ["add", "start", "cancel"])
    assert step(shop, count, "add", {"lines": [{"product_id": jug["id"]}]}).data["line_count"] == 2
    started = step(shop, count, "start", headers={"if-match": '"2"'})
    assert (started.data["state"], started.headers["etag"]) == ("counting", '"3"')
    step(shop, count, "add", {"lines": [{"product_id": cup["id"]}]})

    told = record(shop, count, (lamp, 3), (jug, 9))
    assert [line["quantity"] for line in told.data["lines"]] == [3, 9]
    early = step(shop, count, "submit")
    assert (early.status, list(early.errors)) == (422, ["lines.2.quantity"])
    record(shop, count, (cup, 10))
    again = step(shop, count, "submit")
    assert again.json["message"] == "Lines to be counted again: 1"
    assert again.data["state"] == "counting"
    assert again.data["recount"] == [{"line": 1, "product_id": lamp["id"], "reason": "limit"}]
    step(shop, count, "recount", {"lines": [{"product_id": jug["id"]}], "reason": "Not sure"})
    record(shop, count, (lamp, 8), (jug, 10))
    assert step(shop, count, "submit").data["state"] == "review"
    step(shop, count, "recount", {"lines": [{"product_id": cup["id"]}]})
    record(shop, count, (cup, 11))
    assert step(shop, count, "submit").data["state"] == "review"
    posted = step(shop, count, "approve", {"reason": "Seen"})
    assert (posted.data["state"], posted.data["possible"]) == ("posted", [])
    assert len(posted.data["movement_ids"]) == 3
    assert [on_hand(shop, x) for x in (lamp, jug, cup)] == [8, 10, 11]

    at_once = create(shop, lamp).data
    step(shop, at_once, "cancel", {"reason": "Wrong day"})
    seen = create(shop, lamp).data
    record(shop, seen, (lamp, 8))
    step(shop, seen, "submit")
    step(shop, seen, "cancel", {"reason": "Wrong day"})
    unbegun = create(shop, lamp, start=False).data
    step(shop, unbegun, "cancel", {"reason": "Wrong day"})

    all_of_them = [shop("GET", f"/counts/{x['id']}").data for x in (count, at_once, seen, unbegun)]
    assert taken(x["history"] for x in all_of_them) == branches(LIFE_CYCLE)
    assert not problems(database_contents(shop.url))


def test_a_counter_is_never_told_what_should_be_there(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=7_654_321, reorder_point=7_654_320)
    made = create(shop, lamp, recount_units=5)
    count = made.data
    shown = [
        made,
        shop("GET", f"/counts/{count['id']}/sheet"),
        record(shop, count, (lamp, 12)),
        step(shop, count, "submit"),
        record(shop, count, (lamp, 13), counted_by="Bob"),
        shop("GET", f"/counts/{count['id']}/sheet?counted_by=Bob"),
        shop("GET", f"/counts/{count['id']}"),
        step(shop, count, "submit"),
        shop("GET", f"/counts?product_id={lamp['id']}"),
    ]
    for answer in shown:
        assert answer.status in (200, 201)
        assert b"765432" not in answer.body
        assert not {"book", "variance", "quantity_on_hand"} & _names(answer.json)
    # Nor what others counted.
    assert "quantity" not in _names(shown[5].json)
    assert shown[3].data["state"] == "counting"
    assert variance(shop, count)["lines"][0]["book"] == 7_654_321


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(_names, value.values()))
    return set().union(*map(_names, value)) if isinstance(value, list) else set()


def test_a_sheet_tells_what_is_left_for_whom(shop: Shop, product: NewProduct) -> None:
    lamp, jug = product(barcode="12345670"), product()
    count = create(shop, lamp, jug, reference="AUDIT-1").data
    record(shop, count, (lamp, 0))
    path = f"/counts/{count['id']}/sheet"
    whole = shop("GET", path).data
    assert (whole["reference"], whole["state"]) == ("AUDIT-1", "counting")
    assert whole["lines"][0] == {
        "line": 1,
        "product_id": lamp["id"],
        "sku": lamp["sku"],
        "name": lamp["name"],
        "barcode": "12345670",
        "unit": lamp["unit"],
        "is_recount": False,
        "is_counted": True,
    }

    def left(query: str) -> list[int]:
        return [line["line"] for line in shop("GET", f"{path}?open=true{query}").data["lines"]]

    assert (left(""), left("&counted_by=Ann"), left("&counted_by=Bob")) == ([2], [2], [1, 2])
    step(shop, count, "recount", {"lines": [{"product_id": lamp["id"]}]})
    assert (left(""), left("&counted_by=Ann")) == ([1, 2], [1, 2])
    assert shop("GET", path).data["lines"][0]["is_recount"] is True


def test_movements_before_between_and_after_are_accounted_for(
    shop: Shop, product: NewProduct
) -> None:
    lamp, jug = product(stock_quantity=10), product(stock_quantity=5)
    count = create(shop, lamp, jug).data
    move(shop, lamp, -1)
    counted_at = datetime.now(UTC).isoformat()
    move(shop, lamp, -2)
    record(shop, count, (lamp, 8), (jug, 5), counted_at=counted_at)
    move(shop, lamp, 5)
    step(shop, count, "submit")
    move(shop, lamp, -3)
    [seen, other] = variance(shop, count)["lines"]
    assert (seen["book"], seen["variance"], other["variance"]) == (9, -1, 0)
    step(shop, count, "approve")
    assert (on_hand(shop, lamp), on_hand(shop, jug)) == (8, 5)
    assert [line["book"] for line in variance(shop, count)["lines"]] == [9, 5]
    inventory = shop("GET", f"/products/{lamp['id']}?include=inventory").data["inventory"]
    rows = shop("GET", f"/stock-movements?reference_type=count&reference_id={count['id']}").data
    assert [(x["movement_type"], x["quantity"]) for x in rows] == [("count", -1), ("count", 0)]
    assert inventory["last_counted_at"] == rows[0]["occurred_at"]


def test_more_reserved_than_found_is_refused_by_line_or_deallocated(
    shop: Shop, product: NewProduct
) -> None:
    jug, lamp = product(stock_quantity=2), product(stock_quantity=4)
    shop("POST", f"/inventory/{lamp['id']}/reserve", {"quantity": 3, "order_id": 801})
    count = create(shop, jug, lamp, reference="AUDIT-2").data
    record(shop, count, (jug, 1), (lamp, 2))
    step(shop, count, "submit")
    refused = step(shop, count, "approve")
    assert refused.status == 422
    assert refused.errors == {
        "lines.1.reserved_quantity": ["Reserved quantity cannot exceed stock quantity"]
    }
    assert on_hand(shop, jug) == 2
    posted = step(shop, count, "approve", {"on_shortfall": "deallocate"})
    hit = {"product_id": lamp["id"], "order_id": 801, "quantity": 1}
    assert posted.data["deallocated"] == [hit]
    assert (on_hand(shop, jug), on_hand(shop, lamp)) == (1, 2)
    held = shop("GET", f"/reservations?order_id=801&product_id={lamp['id']}").data[0]
    assert (held["allocated"], held["backordered"]) == (2, 1)
    assert not problems(database_contents(shop.url))


def test_what_was_counted_elsewhere_since_is_not_posted_twice(
    shop: Shop, product: NewProduct
) -> None:
    lamp = product(stock_quantity=10)
    first, second = create(shop, lamp).data, create(shop, lamp).data
    for count in (first, second):
        record(shop, count, (lamp, 8))
        step(shop, count, "submit")
    step(shop, first, "approve")
    refused = step(shop, second, "approve")
    assert (refused.status, list(refused.errors)) == (422, ["lines.0.counted_at"])
    assert on_hand(shop, lamp) == 8


def test_the_variance_in_units_and_value(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=100, cost_price=2.5)
    jug = product(stock_quantity=10, cost_price=0.0001)
    cup = product(stock_quantity=10, cost_price=3, currency="EUR")
    can = product(stock_quantity=1)
    pan = product(stock_quantity=1)
    count = create(shop, lamp, jug, cup, can, pan).data
    record(shop, count, (lamp, 99), (jug, 12), (cup, 10), (can, 0))
    told = variance(shop, count)
    assert told["record_accuracy_percent"] == 25
    assert [told[f"units_{name}"] for name in ("gained", "lost", "net", "absolute")] == [2, 2, 0, 4]
    assert (told["counted_count"], told["differing_count"], told["unpriced_count"]) == (4, 3, 1)
    usd = {"currency": lamp["currency"]}
    assert told["values"] == [
        usd | {"gained": 0.0002, "lost": 2.5, "net": -2.4998, "absolute": 2.5002},
    ]
    line = told["lines"][0]
    assert (line["variance_percent"], line["variance_value"]) == (-1, -2.5)
    assert [entry["quantity"] for entry in line["entries"]] == [99]
    assert told["lines"][4]["book"] is None
    within = variance(shop, count, "?tolerance_percent=1.0&differing=true")
    assert (within["accurate_count"], within["record_accuracy_percent"]) == (2, 50)
    assert [line["line"] for line in within["lines"]] == [1, 2, 4]
    assert variance(shop, count, "?tolerance_units=2")["record_accuracy_percent"] == 100
    assert variance(shop, create(shop, lamp).data)["record_accuracy_percent"] is None


def test_a_warehouse_is_counted_whole_or_by_class(
    shop: Shop, product: NewProduct, site: int
) -> None:
    best, good, slow, idle = (
        product(stock_quantity=1_000, warehouse_id=site, cost_price=price) for price in (8, 3, 1, 5)
    )
    product(track_inventory=False)
    order = itertools.count(9_000_000 + site * 1_000)
    for item, units in ((best, 100), (good, 50), (slow, 50)):
        move(shop, item, -units, warehouse_id=site, order_id=next(order))

    def counted(**fields: Any) -> list[int]:
        made = create(shop, warehouse_id=site, start=False, **fields)
        assert made.status == 201, made.body
        sheet = shop("GET", f"/counts/{made.data['id']}/sheet").data
        return [line["product_id"] for line in sheet["lines"]]

    # 800, 150 and 50 of 1,000 in value; what sells nothing is C.
    assert counted(abc_class="A") == [best["id"]]
    assert counted(abc_class="B") == [good["id"]]
    assert sorted(counted(abc_class="C")) == [slow["id"], idle["id"]]
    assert sorted(counted()) == [best["id"], good["id"], slow["id"], idle["id"]]
    listed = shop("GET", f"/counts?warehouse_id={site}&state=draft&sort=-id").data
    assert [(row["scope"], row["abc_class"], row["line_count"]) for row in listed] == [
        ("warehouse", None, 4),
        ("class", "C", 2),
        ("class", "B", 1),
        ("class", "A", 1),
    ]


def test_the_plan_proposes_what_is_due_longest_ago_first(
    shop: Shop, product: NewProduct, site: int
) -> None:
    best, good, slow = (
        product(stock_quantity=1_000, warehouse_id=site, cost_price=price) for price in (8, 3, 1)
    )
    order = itertools.count(8_000_000 + site * 1_000)
    for item, units in ((best, 100), (good, 50), (slow, 50)):
        move(shop, item, -units, warehouse_id=site, order_id=next(order))

    def due(query: str = "") -> list[tuple[int, str]]:
        found = shop("GET", f"/counts/plan?warehouse_id={site}{query}")
        assert found.json["meta"]["total"] >= len(found.data)
        return [(line["product_id"], line["abc_class"]) for line in found.data]

    assert due() == [(best["id"], "A"), (good["id"], "B"), (slow["id"], "C")]
    assert due("&per_page=1&page=2") == [(good["id"], "B")]
    assert shop("GET", f"/counts/plan?warehouse_id={site}&page=9").json["meta"]["total"] == 3
    body = {"counted_quantity": 900, "counted_by": "Ann", "warehouse_id": site}
    for item, units in ((slow, 950), (best, 900), (good, 950)):
        done = body | {"counted_quantity": units}
        assert shop("POST", f"/inventory/{item['id']}/count", done).status == 200
    assert due() == []
    start = datetime.now(UTC)
    try:
        shop.now = start + timedelta(days=31)
        assert due() == [(best["id"], "A")]
        shop.now = start + timedelta(days=92)
        assert due() == [(best["id"], "A"), (good["id"], "B")]
        # With no sale in the window, all are C.
        assert due("&days=90") == []
        shop.now = start + timedelta(days=366)
        assert due() == [(slow["id"], "C"), (best["id"], "C"), (good["id"], "C")]
    finally:
        shop.now = None
    assert list(shop("GET", "/counts/plan").errors) == ["warehouse_id"]


def test_two_approvals_at_once_post_once(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=10)
    count = create(shop, lamp).data
    record(shop, count, (lamp, 7))
    step(shop, count, "submit")
    with ThreadPoolExecutor(8) as screens:
        answers = list(screens.map(lambda _: step(shop, count, "approve"), range(8)))
    assert sorted(answer.status for answer in answers) == [200, *[409] * 7]
    assert on_hand(shop, lamp) == 7
    rows = shop("GET", f"/stock-movements?product_id={lamp['id']}&movement_type=count").data
    assert [row["quantity"] for row in rows] == [-3]


def test_counters_at_once_lose_no_entry(shop: Shop, product: NewProduct) -> None:
    products = [product(stock_quantity=1) for _ in range(12)]
    count = create(shop, *products).data
    with ThreadPoolExecutor(6) as counters:
        work = [(shop, count, (item, place)) for place, item in enumerate(products)]
        assert {x.status for x in counters.map(lambda one: record(*one), work)} == {200}
    assert [line["counted"] for line in variance(shop, count)["lines"]] == list(range(12))


def test_a_repeat_with_its_key_posts_once(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=5)
    count = create(shop, lamp).data
    record(shop, count, (lamp, 4))
    step(shop, count, "submit")
    key = {"idempotency-key": f"approve-{count['id']}"}
    first, second = (step(shop, count, "approve", headers=key) for _ in range(2))
    assert first.body == second.body
    assert second.headers["idempotent-replayed"] == "true"
    assert on_hand(shop, lamp) == 4


def test_a_step_that_is_not_possible_says_what_is(shop: Shop, product: NewProduct) -> None:
    count = create(shop, product()).data
    refused = step(shop, count, "approve")
    assert refused.status == 409
    possible = "add, record, recount, submit, cancel"
    assert refused.errors["state"] == [
        f'Count {count["id"]} is counting: "approve" is not possible. Possible now: {possible}'
    ]
    assert step(shop, count, "submit", headers={"if-match": '"9"'}).status == 412


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"product_id": 2**62}]}, "lines.0.product_id"),
        ({"lines": [{"product_id": 0}]}, "lines.0.product_id"),
        ({"abc_class": "A"}, "abc_class"),
        ({"lines": None, "abc_class": "D"}, "abc_class"),
        ({"warehouse_id": 2**62}, "warehouse_id"),
        ({"recount_percent": -1}, "recount_percent"),
        ({"recount_units": 1.5}, "recount_units"),
        ({"line": []}, "line"),
    ],
)
def test_what_does_not_fit_is_named(
    shop: Shop, product: NewProduct, fields: dict[str, Any], fault: str
) -> None:
    made = create(shop, product(), **fields)
    assert (made.status, list(made.errors)) == (422, [fault])


def test_an_empty_warehouse_has_nothing_to_count(shop: Shop, site: int) -> None:
    made = create(shop, warehouse_id=site)
    assert made.errors == {"warehouse_id": ["There is nothing to count here"]}


def test_entries_that_do_not_fit_are_named(shop: Shop, product: NewProduct) -> None:
    lamp, other = product(), product()
    count = create(shop, lamp).data
    refused = record(shop, count, (lamp, 1), (other, 1), (lamp, 2))
    assert list(refused.errors) == ["lines.1.product_id", "lines.2.product_id"]
    assert list(record(shop, count, (lamp, -1)).errors) == ["lines.0.quantity"]
    future = record(shop, count, (lamp, 1), counted_at="2999-01-01T00:00:00Z")
    assert list(future.errors) == ["lines.0.counted_at"]


def test_there_is_no_such_count(shop: Shop) -> None:
    for path in ("", "/sheet", "/variance"):
        assert shop("GET", f"/counts/999999{path}").status == 404
    assert shop("POST", "/counts/999999/submit").status == 404
    assert json.loads(shop("GET", "/counts/none").body)["status"] == 404
