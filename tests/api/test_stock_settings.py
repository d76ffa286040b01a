"""A product's settings at one warehouse, over the API: what goes by them, and what does not."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.api.conftest import NewProduct
from tests.api.harness import Shop

_codes = (f"W{number}" for number in itertools.count(1))


@pytest.fixture
def east(shop: Shop) -> int:
    """A warehouse of its own."""
    made = shop("POST", "/warehouses", {"name": "East", "code": next(_codes)})
    number: int = made.data["id"]
    return number


@pytest.fixture
def lamp(shop: Shop, product: NewProduct, east: int) -> dict[str, Any]:
    """100 units in warehouse 1, 12 in the other; point 20, quantity 50."""
    made = product(stock_quantity=112, reorder_point=20, reorder_quantity=50)
    body = {"product_id": made["id"], "from_warehouse_id": 1, "to_warehouse_id": east}
    assert shop("POST", "/inventory/transfer", body | {"quantity": 12}).status == 200
    return made


def path(warehouse: int, product: dict[str, Any]) -> str:
    return f"/warehouses/{warehouse}/products/{product['id']}"


def line(shop: Shop, report: str, product: dict[str, Any], query: str = "") -> Any:
    """A product's line of a report; None where it is not there."""
    lines = shop("GET", f"/inventory/{report}?per_page=200&{query}").data
    return next((x for x in lines if x["product_id"] == product["id"]), None)


def test_settings_are_written_read_changed_and_removed(
    shop: Shop, lamp: dict[str, Any], east: int
) -> None:
    there = path(east, lamp)
    of_product = shop("GET", there)
    assert (of_product.status, of_product.headers["etag"]) == (200, '"1"')
    expected = {
        "warehouse_id": east,
        "product_id": lamp["id"],
        "reorder_point": 20,
        "reorder_point_from": "product",
        "reorder_quantity": 50,
        "reorder_quantity_from": "product",
    }
    level = {
        "sku": lamp["sku"],
        "name": lamp["name"],
        "quantity_on_hand": 12,
        "quantity_reserved": 0,
        "quantity_available": 12,
        "backordered": 0,
        "quantity_on_order": 0,
        "quantity_in_transit": 0,
        "last_counted_at": None,
    }
    assert of_product.data.items() >= (expected | level | {"stock_status": "low_stock"}).items()
    made = shop("PUT", there, {"reorder_point": 8}, headers={"if-match": '"1"'})
    assert (made.status, made.headers["etag"]) == (201, '"2"')
    assert made.json["message"] == "Settings saved successfully"
    expected |= {"reorder_point": 8, "reorder_point_from": "warehouse"}
    assert made.data == expected
    read = shop("GET", there)
    assert read.data.items() >= (expected | level | {"stock_status": "in_stock"}).items()
    assert shop("PATCH", there, {}, headers={"if-match": '"1"'}).status == 412
    changed = shop("PATCH", there, {"reorder_quantity": 30}, headers={"if-match": '"2"'})
    expected |= {"reorder_quantity": 30, "reorder_quantity_from": "warehouse"}
    assert (changed.status, changed.data) == (200, expected)
    back = shop("PATCH", there, {"reorder_point": None})
    expected |= {"reorder_point": 20, "reorder_point_from": "product"}
    assert (back.data, back.headers["etag"]) == (expected, '"4"')
    whole = shop("PUT", there, {"reorder_point": 0})
    assert (whole.data["reorder_point"], whole.data["reorder_quantity"]) == (0, 50)
    assert shop("DELETE", there, headers={"if-match": '"4"'}).status == 412
    removed = shop("DELETE", there)
    assert (removed.status, removed.data["reorder_point_from"]) == (200, "product")
    again = shop("DELETE", there)
    text = f"Warehouse {east} has no settings of its own for product {lamp['id']}"
    assert (again.status, again.errors) == (404, {"product_id": [text]})
    assert shop("GET", there).data.items() >= (level | {"reorder_point": 20}).items()


def test_settings_rule_wherever_their_warehouse_is_asked_for(
    shop: Shop, lamp: dict[str, Any], east: int
) -> None:
    shop("PUT", path(east, lamp), {"reorder_point": 15, "reorder_quantity": 7})
    here, everywhere = f"warehouse_id={east}", ""
    in_force = {"reorder_point": 15, "reorder_quantity": 7, "stock_status": "low_stock"}
    its_own = {"reorder_point": 20, "reorder_quantity": 50, "stock_status": "in_stock"}
    for query, expected in ((here, in_force), (everywhere, its_own), ("warehouse_id=1", its_own)):
        one = shop("GET", f"/products/{lamp['id']}?include=inventory&{query}").data
        inventory = one.pop("inventory")
        assert one.items() >= expected.items()
        assert (inventory["reorder_point"], inventory["reorder_quantity"]) == (
            expected["reorder_point"],
            expected["reorder_quantity"],
        )
        [listed] = shop("GET", f"/products?sku={lamp['sku']}&{query}").data
        assert listed == one
        told = shop("GET", f"/inventory/{lamp['id']}?{query}").data
        assert told.items() >= expected.items()
    rows = [
        *shop("GET", f"/inventory/{lamp['id']}").data["warehouses"],
        *shop("GET", f"/products/{lamp['id']}/inventory").data,
    ]
    for row in rows:
        expected = in_force if row["warehouse_id"] == east else its_own
        assert row.items() >= expected.items()
    for status, found in (("low_stock", 1), ("in_stock", 0)):
        which = f"sku={lamp['sku']}&stock_status={status}&{here}"
        assert len(shop("GET", f"/products?{which}").data) == found
    past = shop("GET", f"/inventory/{lamp['id']}?as_of=2020-01-01T00:00:00Z").data
    assert not past.keys() & in_force.keys()


def test_reports_of_a_warehouse_go_by_its_settings(
    shop: Shop, lamp: dict[str, Any], east: int
) -> None:
    here = f"warehouse_id={east}"
    assert line(shop, "low-stock", lamp, here)["suggested_order"] == 50
    shop("PUT", path(east, lamp), {"reorder_point": 11, "reorder_quantity": 7})
    for report in ("low-stock", "reorder-report"):
        assert line(shop, report, lamp, here) is None
    shop("POST", f"/inventory/{lamp['id']}/reserve", {"quantity": 5, "order_id": 1} | at(east))
    assert line(shop, "low-stock", lamp, here) is None
    told = line(shop, "reorder-report", lamp, here)
    assert (told["inventory_position"], told["reorder_point"]) == (7, 11)
    assert (told["suggested_order"], told["reorder_quantity"]) == (7, 7)
    shop("POST", f"/inventory/{lamp['id']}/reserve", {"quantity": 7, "order_id": 1} | at(east))
    out = line(shop, "out-of-stock", lamp, here)
    assert (out["reorder_point"], out["suggested_order"]) == (11, 14)
    body = {"product_id": lamp["id"], "from_warehouse_id": 1, "to_warehouse_id": east}
    sent = shop("POST", "/inventory/transfer", body | {"quantity": 30, "in_transit": True})
    assert sent.status == 200
    # What is on the road lifts it, but stands on no shelf there yet.
    assert line(shop, "reorder-report", lamp, here) is None
    assert line(shop, "out-of-stock", lamp, here) is not None
    for report in ("low-stock", "reorder-report"):
        assert line(shop, report, lamp) is None


def at(warehouse: int) -> dict[str, int]:
    return {"warehouse_id": warehouse}


def test_what_is_to_be_kept_there_is_low_before_it_ever_was(
    shop: Shop, product: NewProduct, east: int
) -> None:
    jug = product(stock_quantity=50, reorder_point=5)
    here = f"warehouse_id={east}"
    assert shop("GET", f"/warehouses/{east}/products").data == []
    assert shop("GET", path(east, jug)).data["quantity_on_hand"] == 0
    assert line(shop, "low-stock", jug, here) is None
    shop("PUT", path(east, jug), {"reorder_point": 3})
    told = line(shop, "low-stock", jug, here)
    assert (told["quantity_on_hand"], told["reorder_point"]) == (0, 3)
    assert line(shop, "reorder-report", jug, here)["suggested_order"] == 3
    [row] = shop("GET", f"/inventory/{jug['id']}?{here}").data["warehouses"]
    assert (row["quantity_on_hand"], row["stock_status"]) == (0, "out_of_stock")
    shop("PATCH", f"/products/{jug['id']}", {"is_active": False})
    assert line(shop, "low-stock", jug, here) is None
    shop("PATCH", f"/products/{jug['id']}", {"is_active": True})
    shop("DELETE", path(east, jug))
    assert line(shop, "low-stock", jug, here) is None
    assert shop("GET", f"/warehouses/{east}/products").data == []


def test_a_warehouses_products_are_listed(shop: Shop, product: NewProduct, east: int) -> None:
    made = [product() for _ in range(3)]
    for number, one in enumerate(made):
        shop("POST", f"/inventory/{one['id']}/adjust", {"quantity": 5, "reason": "x"} | at(east))
        if number:
            shop("PUT", path(east, one), {"reorder_point": number})
    ids = [one["id"] for one in made]
    first = shop("GET", f"/warehouses/{east}/products?per_page=2")
    assert [x["product_id"] for x in first.data] == ids[:2]
    assert first.json["meta"] == {"current_page": 1, "per_page": 2, "total": 3, "last_page": 2}
    for row, one in zip(first.data, made, strict=False):
        assert row == shop("GET", path(east, one)).data
    own = shop("GET", f"/warehouses/{east}/products?own_settings=true")
    assert [(x["product_id"], x["reorder_point"]) for x in own.data] == [(ids[1], 1), (ids[2], 2)]
    assert shop("GET", f"/warehouses/{east}/products?page=3&per_page=2").json["meta"]["total"] == 3


def test_orders_for_one_warehouse_go_by_its_report(
    shop: Shop, product: NewProduct, lamp: dict[str, Any], east: int
) -> None:
    jug = product(stock_quantity=500)
    supplier = shop(
        "POST", "/suppliers", {"code": next(_codes), "name": "North", "status": "active"}
    ).data["id"]
    for one in (lamp, jug):
        shop("PUT", f"/suppliers/{supplier}/products/{one['id']}", {"price": 2, "pack_size": 10})
    shop("PUT", path(east, lamp), {"reorder_point": 15, "reorder_quantity": 7})
    shop("PUT", path(east, jug), {"reorder_point": 4})
    # What is drafted for another warehouse is no reason not to order for this one.
    lines = [{"product_id": lamp["id"], "quantity": 10}]
    body = {"supplier_id": supplier, "warehouse_id": 1, "lines": lines}
    elsewhere = shop("POST", "/purchase-orders", body).data["id"]
    asked = {"warehouse_id": east}
    key = {"idempotency-key": f"for-{east}"}
    made = shop("POST", "/purchase-orders/from-reorder-report", asked, headers=key)
    [order] = made.data["orders"]
    assert (made.status, order["warehouse_id"], made.data["not_ordered"]) == (201, east, [])
    ordered = {x["product_id"]: x["quantity"] for x in order["lines"]}
    assert ordered == {lamp["id"]: 10, jug["id"]: 10}
    again = shop("POST", "/purchase-orders/from-reorder-report", asked)
    assert (again.status, again.data["orders"]) == (200, [])
    why = {x["product_id"]: x["reason"] for x in again.data["not_ordered"]}
    assert why[jug["id"]] == f"It is on purchase order {order['id']}, which is not sent yet"
    # Once it is sent it is on its way there, and expected there alone.
    for verb in ("submit", "approve", "send"):
        shop("POST", f"/purchase-orders/{order['id']}/{verb}")
        shop("POST", f"/purchase-orders/{elsewhere}/{verb}")
    assert line(shop, "reorder-report", jug, f"warehouse_id={east}")["suggested_order"] == 0
    assert shop("GET", path(east, jug)).data["quantity_on_order"] == 10
    shop("POST", f"/purchase-orders/{order['id']}/cancel", {"reason": "Too early"})
    assert shop("PATCH", f"/warehouses/{east}", {"is_active": False}).status == 409
    replayed = shop("POST", "/purchase-orders/from-reorder-report", asked, headers=key)
    assert replayed.body == made.body


def test_what_is_expected_is_told_of_the_warehouse_alone(
    shop: Shop, product: NewProduct, east: int
) -> None:
    cup = product(stock_quantity=1, reorder_point=1_000)
    supplier = shop(
        "POST", "/suppliers", {"code": next(_codes), "name": "South", "status": "active"}
    ).data["id"]
    shop("PUT", path(east, cup), {"reorder_point": 900})
    for warehouse, day in ((1, "2030-01-01"), (east, "2030-02-02")):
        lines = [{"product_id": cup["id"], "quantity": 5, "price": 1, "expected_date": day}]
        body = {"supplier_id": supplier, "warehouse_id": warehouse, "lines": lines}
        order = shop("POST", "/purchase-orders", body).data["id"]
        for verb in ("submit", "approve", "send"):
            shop("POST", f"/purchase-orders/{order}/{verb}")
    for query, day, on_order in (("", "2030-01-01", 10), (f"warehouse_id={east}", "2030-02-02", 5)):
        told = line(shop, "reorder-report", cup, query)
        assert (told["expected_date"], told["quantity_on_order"]) == (day, on_order)


def test_what_is_wrong_is_named(shop: Shop, product: NewProduct, east: int) -> None:
    lamp, service = product(), product(track_inventory=False)
    there = path(east, lamp)
    wrong = {"reorder_point": -1, "reorder_quantity": 0, "safety": 3}
    refused = shop("PUT", there, wrong)
    assert (refused.status, sorted(refused.errors)) == (
        422,
        ["reorder_point", "reorder_quantity", "safety"],
    )
    for value in (1.5, "8", True, 2**53 + 1):
        assert list(shop("PATCH", there, {"reorder_point": value}).errors) == ["reorder_point"]
    assert list(shop("PUT", path(east, service), {"reorder_point": 1}).errors) == ["product_id"]
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        body = {"reorder_point": 1} if method.startswith("P") else None
        no_product = shop(method, f"/warehouses/{east}/products/999999", body)
        assert (no_product.status, list(no_product.errors)) == (404, ["product_id"])
        nowhere = shop(method, path(999_999, lamp), body)
        assert (nowhere.status, list(nowhere.errors)) == (404, ["warehouse_id"])
    assert shop("GET", f"/warehouses/{east}/products/x").status == 404
    assert shop("GET", "/warehouses/999999/products").status == 404
    assert shop("GET", f"/warehouses/{east}/products?warehouse_id=1").status == 422
    archived = product(is_active=False)
    refused = shop("PUT", path(east, archived), {"reorder_point": 1})
    assert refused.errors["product_id"][0].endswith("set is_active to true to use it again")
    shop("PATCH", f"/warehouses/{east}", {"is_active": False})
    closed = shop("PUT", there, {"reorder_point": 1})
    assert (closed.status, list(closed.errors)) == (422, ["warehouse_id"])
    for warehouse, said in ((east, "is not active"), (999_999, "does not exist")):
        body = {"warehouse_id": warehouse}
        refused = shop("POST", "/purchase-orders/from-reorder-report", body)
        assert refused.status == 422
        assert said in refused.errors["warehouse_id"][0]


def test_a_repeat_with_its_key_sets_once(shop: Shop, lamp: dict[str, Any], east: int) -> None:
    there, key = path(east, lamp), {"idempotency-key": f"settings-{lamp['id']}"}
    first, second = (shop("PUT", there, {"reorder_point": 3}, headers=key) for _ in range(2))
    assert (first.status, first.body) == (201, second.body)
    assert shop("GET", there).headers["etag"] == '"2"'
