"""Purchase orders over the whole API, from draft to the last unit."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from onhand.core.purchase_orders import LIFE_CYCLE
from tests.api.conftest import NewProduct
from tests.api.harness import Answered, Shop
from tests.support.walks import branches, taken

_codes = (f"P{number}" for number in itertools.count(1))


@pytest.fixture
def supplier(shop: Shop) -> int:
    """An active supplier of its own."""
    body = {"code": next(_codes), "name": "North", "status": "active", "lead_time_days": 7}
    number: int = shop("POST", "/suppliers", body).data["id"]
    return number


def create(shop: Shop, supplier: int, *lines: tuple[int, int], **fields: Any) -> Answered:
    body = {
        "supplier_id": supplier,
        "lines": [{"product_id": x, "quantity": units, "price": 2.5} for x, units in lines],
    }
    return shop("POST", "/purchase-orders", body | fields)


def step(shop: Shop, order: dict[str, Any], verb: str, body: Any = None, **more: Any) -> Answered:
    return shop("POST", f"/purchase-orders/{order['id']}/{verb}", body, **more)


def sent(shop: Shop, supplier: int, *lines: tuple[int, int], **fields: Any) -> dict[str, Any]:
    """An order that is submitted, approved, by its total where that is small, and sent."""
    order: dict[str, Any] = create(shop, supplier, *lines, **fields).data
    if step(shop, order, "submit").data["state"] == "pending":
        step(shop, order, "approve")
    done = step(shop, order, "send")
    assert done.status == 200, done.body
    order = done.data
    return order


def delivery(reference: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {"delivery_reference": reference} | ({"lines": list(lines)} if lines else {})


def stock(shop: Shop, product: dict[str, Any]) -> tuple[int, int]:
    """A product's units on hand, and on order in the reorder report (0 where it is not there)."""
    found = shop("GET", f"/products/{product['id']}?include=inventory").data
    lines = shop("GET", "/inventory/reorder-report?per_page=200").data
    on_order = sum(x["quantity_on_order"] for x in lines if x["product_id"] == product["id"])
    return found["stock_quantity"], on_order


def test_every_branch_of_the_life_cycle(shop: Shop, product: NewProduct, supplier: int) -> None:
    lamp, jug = product(reorder_point=1_000), product(reorder_point=1_000)
    terms = {"price": 2.5, "minimum_order_quantity": 10, "pack_size": 5}
    shop("PUT", f"/suppliers/{supplier}/products/{lamp['id']}", terms)
    made = create(shop, supplier, (lamp["id"], 20), (jug["id"], 7), expected_date="2030-01-18")
    assert made.status == 201, made.body
    assert made.headers["location"].endswith(f"/purchase-orders/{made.data['id']}")
    order = made.data
    assert (order["state"], order["total"]) == ("draft", 67.5)
    wrong = {"lines": [{"product_id": lamp["id"], "quantity": 12}]}
    refused = shop("PATCH", f"/purchase-orders/{order['id']}", wrong)
    assert (refused.status, list(refused.errors)) == (422, ["lines.0.quantity"])
    lines = [
        {"product_id": lamp["id"], "quantity": 20},
        {"product_id": jug["id"], "quantity": 10, "price": 0.1},
    ]
    changed = shop("PATCH", f"/purchase-orders/{order['id']}", {"lines": lines})
    assert (changed.status, changed.headers["etag"], changed.data["total"]) == (200, '"2"', 51)
    assert step(shop, order, "submit", headers={"if-match": '"2"'}).data["state"] == "pending"
    assert step(shop, order, "approve", {"reason": "Needed"}).data["state"] == "approved"
    assert stock(shop, lamp) == (0, 0)
    done = step(shop, order, "send", {"occurred_at": "2026-01-01T00:00:00Z"})
    assert (done.data["state"], stock(shop, lamp), stock(shop, jug)) == ("sent", (0, 20), (0, 10))

    came = (
        {"line": 1, "received": 15, "rejected": 2, "reason": "Broken"},
        {"line": 2, "received": 4},
    )
    partly = step(shop, order, "receive", delivery("DN-1", *came))
    assert (partly.data["state"], len(partly.data["movement_ids"])) == ("partially_received", 2)
    assert (stock(shop, lamp), stock(shop, jug)) == ((15, 5), (4, 6))
    more = step(shop, order, "receive", delivery("DN-2", {"line": 2, "received": 1}))
    assert more.data["state"] == "partially_received"
    back = step(shop, order, "receipts/2/reverse", {"reason": "Another order's"})
    assert (back.data["state"], stock(shop, jug)) == ("partially_received", (4, 6))
    full = step(shop, order, "receive", delivery("DN-3"))
    assert (full.data["state"], stock(shop, lamp)) == ("completed", (20, 0))
    again = step(shop, order, "receipts/1/reverse", {"reason": "Wrong goods"})
    assert (again.data["state"], stock(shop, lamp)) == ("partially_received", (5, 15))
    closed = step(shop, order, "close", {"reason": "Sold out"})
    assert (closed.data["state"], stock(shop, lamp)) == ("completed", (5, 0))
    last = step(shop, order, "receipts/3/reverse", {"reason": "Wrong goods"})
    assert (last.data["state"], stock(shop, lamp)) == ("sent", (0, 5))

    small = create(shop, supplier, (jug["id"], 4)).data
    assert step(shop, small, "submit").data["state"] == "approved"
    whole = [order, small]
    step(shop, small, "send")
    step(shop, small, "receive", delivery("A", {"line": 1, "received": 1}))
    assert step(shop, small, "receipts/1/reverse", {"reason": "x"}).data["state"] == "sent"
    assert step(shop, small, "receive", delivery("A")).data["state"] == "completed"
    for verbs in ([], ["submit"], ["submit", "approve"], ["submit", "approve", "send"]):
        given_up = create(shop, supplier, (jug["id"], 5)).data
        for verb in verbs:
            step(shop, given_up, verb)
        assert step(shop, given_up, "cancel", {"reason": "Too late"}).status == 200
        whole.append(given_up)
    half = sent(shop, supplier, (jug["id"], 4))
    step(shop, half, "receive", delivery("B", {"line": 1, "received": 1}))
    assert step(shop, half, "cancel", {"reason": "Too late"}).data["possible"] == []
    found = [shop("GET", f"/purchase-orders/{x['id']}").data for x in [*whole, half]]
    assert taken(x["history"] for x in found) == branches(LIFE_CYCLE)
    assert [x["delivery_reference"] for x in found[0]["receipts"]] == ["DN-1", "DN-2", "DN-3"]
    assert found[0]["receipts"][0]["lines"][0]["reason"] == "Broken"


def test_a_delivery_sent_twice_comes_in_once(
    shop: Shop, product: NewProduct, supplier: int
) -> None:
    lamp = product()
    order = sent(shop, supplier, (lamp["id"], 10))
    body = delivery("DN-1", {"line": 1, "received": 3})
    assert step(shop, order, "receive", body).status == 200
    again = step(shop, order, "receive", body)
    assert (again.status, list(again.errors)) == (409, ["delivery_reference"])
    assert stock(shop, lamp)[0] == 3


def test_a_repeat_with_its_key_gets_the_first_answer(
    shop: Shop, product: NewProduct, supplier: int
) -> None:
    lamp = product()
    order = sent(shop, supplier, (lamp["id"], 10))
    key = {"idempotency-key": f"receive-{order['id']}"}
    first, second = (step(shop, order, "receive", delivery("DN-1"), headers=key) for _ in range(2))
    assert (first.body, second.headers["idempotent-replayed"]) == (second.body, "true")
    assert stock(shop, lamp)[0] == 10


def test_a_step_that_is_not_possible_says_what_is(
    shop: Shop, product: NewProduct, supplier: int
) -> None:
    order = create(shop, supplier, (product()["id"], 1)).data
    refused = step(shop, order, "send")
    assert refused.status == 409
    text = f'Purchase order {order["id"]} is draft: "send" is not possible.'
    assert refused.errors["state"] == [f"{text} Possible now: change, submit, cancel"]
    assert step(shop, order, "submit", headers={"if-match": '"7"'}).status == 412


def test_a_supplier_who_may_not_get_orders_is_a_conflict(
    shop: Shop, product: NewProduct, supplier: int
) -> None:
    order = create(shop, supplier, (product()["id"], 1)).data
    shop("PATCH", f"/suppliers/{supplier}", {"status": "blacklisted", "reason": "Fraud"})
    refused = step(shop, order, "submit")
    assert (refused.status, list(refused.errors)) == (409, ["supplier_id"])


def test_a_product_on_an_order_is_archived_not_deleted(
    shop: Shop, product: NewProduct, supplier: int
) -> None:
    lamp = product()
    create(shop, supplier, (lamp["id"], 1))
    removed = shop("DELETE", f"/products/{lamp['id']}")
    assert (removed.status, removed.data["is_active"]) == (200, False)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"product_id": 1, "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [{"product_id": 1, "quantity": 1, "price": -1}]}, "lines.0.price"),
        ({"lines": [{"product_id": 2**62, "quantity": 1, "price": 1}]}, "lines.0.product_id"),
        ({"currency": "dollars"}, "currency"),
        ({"expected_date": "soon"}, "expected_date"),
        ({"supplier_id": 2**62}, "supplier_id"),
        ({"warehouse_id": 2**62}, "warehouse_id"),
        ({"over_receipt_percent": 101}, "over_receipt_percent"),
        ({"total": 5}, "total"),
    ],
)
def test_what_does_not_fit_is_named(
    shop: Shop, product: NewProduct, supplier: int, fields: dict[str, Any], fault: str
) -> None:
    made = create(shop, supplier, (product()["id"], 1), **fields)
    assert (made.status, list(made.errors)) == (422, [fault])


def test_a_receipt_that_does_not_fit_is_named(
    shop: Shop, product: NewProduct, supplier: int
) -> None:
    order = sent(shop, supplier, (product()["id"], 10))
    lines = ({"line": 1, "received": 11}, {"line": 2, "received": 1}, {"line": 1, "rejected": 1})
    refused = step(shop, order, "receive", delivery("DN-1", *lines))
    assert (refused.status, list(refused.errors)) == (
        422,
        ["lines.0.received", "lines.1.line", "lines.2.reason"],
    )
    assert list(step(shop, order, "receive", {}).errors) == ["delivery_reference"]
    assert step(shop, order, "receipts/1/reverse", {"reason": "x"}).status == 409
    step(shop, order, "receive", delivery("DN-1", {"line": 1, "received": 1}))
    assert step(shop, order, "receipts/7/reverse", {"reason": "x"}).status == 404


def test_there_is_no_such_order(shop: Shop) -> None:
    assert shop("GET", "/purchase-orders/999999").status == 404
    assert shop("GET", "/purchase-orders/x").errors == {
        "purchase_order_id": ["Purchase order x does not exist"]
    }
    assert shop("POST", "/purchase-orders/999999/submit").status == 404


def test_lists_tell_what_is_on_order(shop: Shop, product: NewProduct, supplier: int) -> None:
    lamp = product()
    draft = create(shop, supplier, (lamp["id"], 100)).data
    order = sent(shop, supplier, (lamp["id"], 2), (lamp["id"], 3))
    step(shop, order, "receive", delivery("DN-1", {"line": 2, "received": 1}))
    found = shop("GET", f"/purchase-orders?product_id={lamp['id']}&sort=-id")
    assert [x["id"] for x in found.data] == [order["id"], draft["id"]]
    told = found.data[0]
    names = ("line_count", "quantity", "quantity_received", "quantity_on_order", "total")
    assert [told[name] for name in names] == [2, 5, 1, 4, 12.5]
    assert found.data[1]["quantity_on_order"] == 0
    for filters in (f"supplier_id={supplier}&open=true", f"supplier_id={supplier}&state=draft"):
        assert shop("GET", f"/purchase-orders?{filters}").json["meta"]["total"] == 1
    by_total = shop("GET", f"/purchase-orders?supplier_id={supplier}&sort=-total").data
    assert [x["total"] for x in by_total] == [250, 12.5]


def test_a_completed_order_keeps_no_warehouse_in_use(
    shop: Shop, product: NewProduct, supplier: int
) -> None:
    east = shop("POST", "/warehouses", {"name": "East", "code": next(_codes)}).data["id"]
    lamp = product()
    order = sent(shop, supplier, (lamp["id"], 4), warehouse_id=east)
    closing = {"is_active": False}
    assert shop("PATCH", f"/warehouses/{east}", closing).status == 409
    assert step(shop, order, "receive", delivery("DN-1")).data["state"] == "completed"
    away = {"from_warehouse_id": east, "to_warehouse_id": 1, "quantity": 4}
    assert shop("POST", "/inventory/transfer", {"product_id": lamp["id"], **away}).status == 200
    assert shop("PATCH", f"/warehouses/{east}", closing).status == 200
    refused = step(shop, order, "receipts/1/reverse", {"reason": "Wrong goods"})
    assert (refused.status, list(refused.errors)) == (422, ["warehouse_id"])
