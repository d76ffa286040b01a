"""From the reorder report to orders, and from receipts to what is known of a supplier."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import NewProduct
from tests.api.harness import Shop

_codes = (f"O{number}" for number in itertools.count(1))

NewSupplier = Callable[..., int]


@pytest.fixture
def supplier(shop: Shop) -> NewSupplier:
    """Make an active supplier of its own."""

    def make(**fields: Any) -> int:
        body = {"code": next(_codes), "name": "North", "status": "active"} | fields
        number: int = shop("POST", "/suppliers", body).data["id"]
        return number

    return make


def sells(shop: Shop, supplier: int, product: dict[str, Any], price: float, **more: Any) -> None:
    path = f"/suppliers/{supplier}/products/{product['id']}"
    assert shop("PUT", path, {"price": price} | more).status == 201


def reported(shop: Shop, product: dict[str, Any]) -> dict[str, Any]:
    lines = shop("GET", "/inventory/reorder-report?per_page=200").data
    found: dict[str, Any] = next(x for x in lines if x["product_id"] == product["id"])
    return found


def to_order(product: NewProduct, **fields: Any) -> dict[str, Any]:
    """A product of which the report suggests to order 50."""
    return product(**{"stock_quantity": 18, "reorder_point": 20, "reorder_quantity": 50} | fields)


def send(shop: Shop, order: int) -> None:
    for verb in ("submit", "approve", "send"):
        shop("POST", f"/purchase-orders/{order}/{verb}")


def test_the_report_tells_who_sells_it_and_for_how_much(
    shop: Shop, product: NewProduct, supplier: NewSupplier
) -> None:
    lamp = to_order(product, cost_price=99)
    assert reported(shop, lamp)["estimated_cost"] == 4950
    first, marked = supplier(), supplier(name="Marked")
    sells(shop, first, lamp, 2)
    told = reported(shop, lamp)
    assert (told["supplier_id"], told["estimated_cost"]) == (first, 100)
    sells(shop, marked, lamp, 1.25, is_preferred=True, pack_size=12, currency="EUR")
    told = reported(shop, lamp)
    names = ("supplier_id", "supplier", "suggested_order", "order_quantity", "estimated_cost")
    assert [told[name] for name in names] == [marked, "Marked", 50, 60, 75]
    assert told["currency"] == "EUR"
    shop("PATCH", f"/suppliers/{marked}", {"status": "suspended"})
    assert reported(shop, lamp)["supplier_id"] == first
    status = supplier(name="Preferred by status", status="preferred")
    sells(shop, status, lamp, 3)
    assert reported(shop, lamp)["supplier_id"] == status


def test_what_is_on_order_is_expected_and_not_suggested_again(
    shop: Shop, product: NewProduct, supplier: NewSupplier
) -> None:
    lamp = to_order(product)
    north = supplier()
    lines = [
        {"product_id": lamp["id"], "quantity": 30, "price": 1, "expected_date": "2030-02-01"},
        {"product_id": lamp["id"], "quantity": 20, "price": 1, "expected_date": "2030-01-18"},
    ]
    order = shop("POST", "/purchase-orders", {"supplier_id": north, "lines": lines}).data["id"]
    assert reported(shop, lamp)["suggested_order"] == 50
    send(shop, order)
    told = reported(shop, lamp)
    assert (told["quantity_on_order"], told["inventory_position"]) == (50, 68)
    assert (told["suggested_order"], told["expected_date"]) == (0, "2030-01-18")
    assert (told["order_quantity"], told["estimated_cost"]) == (0, None)


def test_a_draft_per_supplier_and_what_could_not_be_ordered(
    shop: Shop, product: NewProduct, supplier: NewSupplier
) -> None:
    lamp, jug, orphan, cup = (to_order(product) for _ in range(4))
    north, south = supplier(), supplier(name="South")
    sells(shop, north, lamp, 2, minimum_order_quantity=55, pack_size=10)
    sells(shop, north, jug, 3)
    sells(shop, south, cup, 0.5)
    key = {"idempotency-key": f"order-{lamp['id']}"}
    made = shop("POST", "/purchase-orders/from-reorder-report", {"warehouse_id": 1}, headers=key)
    assert made.status == 201, made.body
    by_supplier = {x["supplier_id"]: x for x in made.data["orders"]}
    lines = [(x["product_id"], x["quantity"], x["price"]) for x in by_supplier[north]["lines"]]
    assert lines == [(lamp["id"], 60, 2), (jug["id"], 50, 3)]
    assert (by_supplier[north]["state"], by_supplier[north]["total"]) == ("draft", 270)
    assert by_supplier[south]["total"] == 25
    why = {x["product_id"]: x["reason"] for x in made.data["not_ordered"]}
    assert why[orphan["id"]] == "No supplier that may receive orders sells it"
    replayed = shop(
        "POST", "/purchase-orders/from-reorder-report", {"warehouse_id": 1}, headers=key
    )
    assert (replayed.body, replayed.headers["idempotent-replayed"]) == (made.body, "true")
    again = shop("POST", "/purchase-orders/from-reorder-report")
    assert (again.status, again.data["orders"]) == (200, [])
    why = {x["product_id"]: x["reason"] for x in again.data["not_ordered"]}
    order = by_supplier[south]["id"]
    assert why[cup["id"]] == f"It is on purchase order {order}, which is not sent yet"
    for order in by_supplier.values():
        send(shop, order["id"])
    done = shop("POST", "/purchase-orders/from-reorder-report").data
    assert not {lamp["id"], jug["id"], cup["id"]} & {x["product_id"] for x in done["not_ordered"]}


def test_one_supplier_may_be_asked_for_alone(
    shop: Shop, product: NewProduct, supplier: NewSupplier
) -> None:
    lamp, jug = to_order(product), to_order(product)
    north, south = supplier(), supplier()
    sells(shop, north, lamp, 2)
    sells(shop, south, jug, 2)
    made = shop("POST", "/purchase-orders/from-reorder-report", {"supplier_id": south}).data
    assert [x["supplier_id"] for x in made["orders"]] == [south]
    assert made["not_ordered"] == []


def test_what_is_refused_says_why(shop: Shop, product: NewProduct, supplier: NewSupplier) -> None:
    lamp = to_order(product, reorder_quantity=10**9)
    north = supplier()
    sells(shop, north, lamp, 10**9)
    body = {"supplier_id": north}
    made = shop("POST", "/purchase-orders/from-reorder-report", body)
    assert (made.status, made.data["orders"]) == (200, [])
    [told] = made.data["not_ordered"]
    assert told["reason"].startswith("An order's total must be less than")


def test_a_suppliers_performance_is_measured_from_its_receipts(
    shop: Shop, product: NewProduct, supplier: NewSupplier
) -> None:
    lamp, north = product(), supplier(lead_time_days=7)
    path = f"/suppliers/{north}/performance"
    nothing = shop("GET", path).data
    assert (nothing["receipts"], nothing["on_time_rate"], nothing["lead_time_days"]) == (
        0,
        None,
        None,
    )
    lines = [{"product_id": lamp["id"], "quantity": 100, "price": 1}]
    order = shop("POST", "/purchase-orders", {"supplier_id": north, "lines": lines}).data["id"]
    for verb in ("submit", "approve"):
        shop("POST", f"/purchase-orders/{order}/{verb}")
    sent = {"occurred_at": "2026-01-01T09:00:00Z"}
    assert shop("POST", f"/purchase-orders/{order}/send", sent).status == 200

    def receive(reference: str, day: int, received: int, rejected: int = 0) -> None:
        line = {"line": 1, "received": received, "rejected": rejected, "reason": "Broken"}
        body = {
            "delivery_reference": reference,
            "lines": [line],
            "occurred_at": f"2026-01-{day:02}T12:00:00Z",
        }
        done = shop("POST", f"/purchase-orders/{order}/receive", body)
        assert done.status == 200, done.body

    receive("A", 6, 30)
    receive("B", 11, 45, 5)
    receive("C", 12, 20)
    shop("POST", f"/purchase-orders/{order}/receipts/3/reverse", {"reason": "Not ours"})
    assert shop("GET", path).data == {
        "supplier_id": north,
        "orders": 1,
        "receipts": 2,
        "units_received": 75,
        "units_rejected": 5,
        "lead_time_days": 7.5,
        "promised_lead_time_days": 7,
        "on_time_rate": 0.4,
        "defect_rate": 0.0625,
    }
    assert shop("GET", f"{path}?to=2026-01-06").data["on_time_rate"] == 1
    assert shop("GET", f"{path}?from=2026-01-07").data["defect_rate"] == 0.1
    assert shop("GET", "/suppliers/999999/performance").status == 404
