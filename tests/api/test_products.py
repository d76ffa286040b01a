from __future__ import annotations

import json
import re
from decimal import Decimal
from urllib.parse import quote

import pytest

from onhand.store.reads import SqlReads
from tests.api.conftest import NewProduct
from tests.api.harness import Shop

_NAMES = (
    "id sku name description barcode unit selling_price cost_price currency track_inventory"
    " allow_backorder reorder_point reorder_quantity lead_time_days safety_stock"
    " default_warehouse_id stock_quantity reserved_quantity stock_status in_stock is_active"
    " created_at updated_at"
)
FIELDS = _NAMES.split(" ")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")


def test_the_specifications_product_is_created(shop: Shop):
    body = {
        "name": "Premium Laptop",
        "sku": "LAPTOP-001",
        "selling_price": 1299.99,
        "track_inventory": True,
        "stock_quantity": 100,
        "reorder_point": 20,
        "reorder_quantity": 50,
    }
    made = shop("POST", "/products", body)
    assert made.status == 201
    assert made.json["message"] == "Product created successfully"
    assert list(made.data) == FIELDS
    assert made.data | body == made.data
    assert (made.data["stock_status"], made.data["in_stock"]) == ("in_stock", True)
    assert made.headers["location"] == f"/api/v1/operations/products/{made.data['id']}"
    assert made.headers["etag"] == '"1"'
    assert MOMENT.fullmatch(made.data["created_at"])
    read = shop("GET", f"/products/{made.data['id']}")
    assert read.data == made.data


def test_opening_quantities_become_movements(shop: Shop, product: NewProduct):
    made = product(stock_quantity=10, reserved_quantity=4)
    assert (made["stock_quantity"], made["reserved_quantity"]) == (10, 4)
    rows = shop("GET", f"/stock-movements?product_id={made['id']}").data
    assert [(row["movement_type"], row["quantity"]) for row in rows] == [
        ("in", 10),
        ("reserved", 4),
    ]
    levels = shop("GET", f"/products/{made['id']}/inventory")
    assert levels.json == {
        "data": [
            {
                "warehouse_id": 1,
                "warehouse_name": "Main Warehouse",
                "quantity_on_hand": 10,
                "quantity_reserved": 4,
                "quantity_available": 6,
                "quantity_on_order": 0,
                "quantity_in_transit": 0,
                "reorder_point": None,
                "reorder_quantity": None,
                "stock_status": "in_stock",
            }
        ],
        "total_available": 6,
    }


def test_include_inventory(shop: Shop, product: NewProduct):
    made = product(stock_quantity=45, reorder_point=20, reorder_quantity=50)
    read = shop("GET", f"/products/{made['id']}?include=inventory").data
    inventory = read["inventory"]
    assert MOMENT.fullmatch(inventory.pop("last_movement_at"))
    assert inventory == {
        "quantity_on_hand": 45,
        "quantity_reserved": 0,
        "quantity_available": 45,
        "backordered": 0,
        "quantity_on_order": 0,
        "quantity_in_transit": 0,
        "reorder_point": 20,
        "reorder_quantity": 50,
        "last_counted_at": None,
    }
    assert "inventory" not in shop("GET", f"/products/{made['id']}").data


def test_a_product_and_its_inventory_are_of_one_moment(
    shop: Shop, product: NewProduct, monkeypatch: pytest.MonkeyPatch
):
    made = product(stock_quantity=10)
    quantities = SqlReads.quantities

    def sold_just_before(reads: SqlReads, product_id: int, warehouse_id: int | None = None):
        sale = {"quantity": -10, "reason": "Sold meanwhile"}
        assert shop("POST", f"/inventory/{product_id}/adjust", sale).status == 200
        return quantities(reads, product_id, warehouse_id)

    monkeypatch.setattr(SqlReads, "quantities", sold_just_before)
    read = shop("GET", f"/products/{made['id']}?include=inventory").data
    assert read["inventory"]["quantity_on_hand"] == read["stock_quantity"] == 0
    assert (read["stock_status"], read["in_stock"]) == ("out_of_stock", False)


def test_money_is_exact_both_ways(shop: Shop, product: NewProduct):
    sent = b'{"sku":"EXACT","name":"x","selling_price":99999999999999.9999,"cost_price":0.1000}'
    made = shop("POST", "/products", sent)
    assert b'"selling_price":99999999999999.9999,"cost_price":0.1,' in made.body
    read = shop("GET", f"/products/{made.data['id']}")
    told = json.loads(read.body, parse_float=Decimal)["data"]
    assert told["selling_price"] == Decimal("99999999999999.9999")
    assert told["cost_price"] == Decimal("0.1")


def test_a_sku_belongs_to_one_product_whatever_its_case(shop: Shop, product: NewProduct):
    made = product(sku="Case-1")
    again = shop("POST", "/products", {"sku": "CASE-1", "name": "x"})
    assert again.status == 422
    assert again.errors == {"sku": [f"SKU CASE-1 is already used by product {made['id']}"]}


def test_products_are_asked_for_by_their_ids(shop: Shop, product: NewProduct):
    first, _, third = (product(sku=f"ID-{number}")["id"] for number in range(3))
    asked = shop("GET", f"/products?ids={third},{first},{third},999999999,9999999999999999999")
    assert [it["id"] for it in asked.json["data"]] == [first, third]
    assert asked.json["meta"]["total"] == 2
    assert shop("GET", f"/products?ids={first}&sku=ID-2").json["data"] == []


@pytest.mark.parametrize("ids", ["", "0", "-1", "x", "1,", "1,,2", "1 2", ",".join(["7"] * 201)])
def test_wrong_ids_are_refused(shop: Shop, ids: str):
    refused = shop("GET", f"/products?ids={quote(ids)}")
    assert refused.status == 422
    assert list(refused.errors) == ["ids"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"currency": "usd"}, ["currency"]),
        ({"currency": "EURO"}, ["currency"]),
        ({"selling_price": -1}, ["selling_price"]),
        ({"selling_price": "1299.99"}, ["selling_price"]),
        ({"barcode": "4006381333932"}, ["barcode"]),
        ({"sku": " "}, ["sku"]),
        ({"sku": "x" * 65}, ["sku"]),
        ({"name": "a\u0000b"}, ["name"]),
        ({"stock_quantity": -1, "reorder_point": 1.5}, ["stock_quantity", "reorder_point"]),
        ({"reserved_quantity": 5}, ["reserved_quantity"]),
        ({"track_inventory": False, "stock_quantity": 5}, ["stock_quantity"]),
        ({"warehouse_id": 99, "stock_quantity": 1}, ["warehouse_id"]),
        ({"default_warehouse_id": 99}, ["default_warehouse_id"]),
        ({"warehouse": 1}, ["warehouse"]),
        ({"stock_status": "in_stock"}, ["stock_status"]),
    ],
)
def test_a_wrong_product_is_refused_by_its_fields(shop: Shop, fields, wrong):
    before = shop("GET", "/products").json["meta"]["total"]
    refused = shop("POST", "/products", {"sku": "WRONG", "name": "x"} | fields)
    assert refused.status == 422
    assert list(refused.errors) == wrong
    assert refused.headers["content-type"] == "application/problem+json"
    assert shop("GET", "/products").json["meta"]["total"] == before


def test_patch_changes_what_it_says_and_nothing_else(shop: Shop, product: NewProduct):
    made = product(description="old", stock_quantity=30, selling_price=5)
    path = f"/products/{made['id']}"
    changed = shop("PATCH", path, {"reorder_point": 25, "reorder_quantity": 100})
    assert changed.status == 200
    assert changed.json["message"] == "Product updated successfully"
    assert changed.headers["etag"] == '"2"'
    expected = made | {"reorder_point": 25, "reorder_quantity": 100}
    assert changed.data == expected | {"updated_at": changed.data["updated_at"]}
    cleared = shop("PATCH", path, {"description": None, "selling_price": None})
    assert (cleared.data["description"], cleared.data["selling_price"]) == (None, None)
    low = shop("PATCH", path, {"reorder_point": 30})
    assert low.data["stock_status"] == "low_stock"
    same = shop("PATCH", path, {})
    assert same.headers["etag"] == low.headers["etag"]
    assert shop("GET", path).data == same.data


def test_patch_refuses_quantities(shop: Shop, product: NewProduct):
    made = product(stock_quantity=3)
    refused = shop(
        "PATCH", f"/products/{made['id']}", {"stock_quantity": 5, "reserved_quantity": 1}
    )
    assert refused.status == 422
    assert set(refused.errors) == {"stock_quantity", "reserved_quantity"}
    assert "/adjust" in refused.errors["stock_quantity"][0]


def test_if_match(shop: Shop, product: NewProduct):
    path = f"/products/{product()['id']}"
    etag = shop("GET", path).headers["etag"]
    assert shop("PATCH", path, {"unit": "kg"}, headers={"if-match": etag}).status == 200
    stale = shop("PATCH", path, {"unit": "g"}, headers={"if-match": etag})
    assert stale.status == 412
    assert list(stale.errors) == ["If-Match"]
    for other in ('"x"', '""', '"99999999999999999999"', '"2', "W/", '"2", "3"', "", "0"):
        refused = shop("PATCH", path, {"unit": "g"}, headers={"if-match": other})
        assert (refused.status, list(refused.errors)) == (412, ["If-Match"])
    assert shop("GET", path).data["unit"] == "kg"
    for current in ("*", 'W/"2"', "2"):
        answer = shop("PATCH", path, {"unit": "kg"}, headers={"if-match": current})
        assert answer.status == 200
    assert shop("DELETE", path, headers={"if-match": '"1"'}).status == 412
    assert shop("DELETE", path, headers={"if-match": '"2"'}).status == 200


def test_delete_or_archive(shop: Shop, product: NewProduct):
    fresh = product()
    deleted = shop("DELETE", f"/products/{fresh['id']}")
    assert (deleted.status, deleted.json["message"]) == (200, "Product deleted successfully")
    assert shop("GET", f"/products/{fresh['id']}").status == 404
    moved = product(stock_quantity=5)
    archived = shop("DELETE", f"/products/{moved['id']}")
    assert archived.status == 200
    assert archived.data["is_active"] is False
    assert archived.data["stock_quantity"] == 5
    assert shop("GET", f"/products/{moved['id']}").data == archived.data
    assert len(shop("GET", f"/stock-movements?product_id={moved['id']}").data) == 1
    reserved = shop("POST", f"/inventory/{moved['id']}/reserve", {"quantity": 1, "order_id": 1})
    assert list(reserved.errors) == ["product_id"]


@pytest.mark.parametrize("product_id", ["0", "-1", "abc", "1.0", "9" * 25, "99999999", "１", "%20"])
def test_what_does_not_exist_is_a_404(shop: Shop, product_id):
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("GET", "/inventory", None),
    ):
        answer = shop(method, f"/products/{product_id}{path}", body)
        assert (answer.status, list(answer.errors)) == (404, ["product_id"])
    for path in ("", "/reservations"):
        assert shop("GET", f"/inventory/{product_id}{path}").status == 404


def test_lists_filter_sort_and_page(shop: Shop, product: NewProduct):
    for place, (name, price) in enumerate([("Zebra", 1), ("Apple", 3), ("Mango", 2)]):
        product(sku=f"LIST-{place}", name=f"{name} 100%_fruit", selling_price=price)
    search = "/products?search=100%25_fruit"
    by_name = shop("GET", f"{search}&sort=name")
    assert [row["name"].split()[0] for row in by_name.data] == ["Apple", "Mango", "Zebra"]
    by_price = shop("GET", f"{search}&sort=-selling_price&per_page=2")
    assert [row["selling_price"] for row in by_price.data] == [3, 2]
    assert by_price.json["meta"] == {
        "current_page": 1,
        "per_page": 2,
        "total": 3,
        "last_page": 2,
    }
    assert len(shop("GET", f"{search}&sort=-selling_price&per_page=2&page=2").data) == 1
    assert shop("GET", f"{search}&page=9").data == []
    assert [row["sku"] for row in shop("GET", "/products?sku=list-1").data] == ["LIST-1"]
    assert shop("GET", "/products?sku=LIST").data == []


def test_lists_by_status(shop: Shop, product: NewProduct):
    ids = {
        "in_stock": product(stock_quantity=5)["id"],
        "low_stock": product(stock_quantity=5, reorder_point=5)["id"],
        "out_of_stock": product()["id"],
        "on_backorder": product(allow_backorder=True)["id"],
    }
    untracked = product(track_inventory=False)["id"]
    for status, product_id in ids.items():
        rows = shop("GET", f"/products?stock_status={status}&per_page=200").data
        assert product_id in [row["id"] for row in rows]
        assert {row["stock_status"] for row in rows} == {status}
    rows = shop("GET", "/products?stock_status=in_stock&per_page=200").data
    assert untracked in [row["id"] for row in rows]


def test_one_warehouse_alone(shop: Shop, product: NewProduct):
    other = shop("POST", "/warehouses", {"name": "Alone", "code": "ALONE"}).data["id"]
    made = product(stock_quantity=10)
    body = {
        "product_id": made["id"],
        "from_warehouse_id": 1,
        "to_warehouse_id": other,
        "quantity": 4,
    }
    assert shop("POST", "/inventory/transfer", body).status == 200
    path = f"/products/{made['id']}"
    assert shop("GET", path).data["stock_quantity"] == 10
    assert shop("GET", f"{path}?warehouse_id={other}").data["stock_quantity"] == 4
    inventory = shop("GET", f"{path}?warehouse_id={other}&include=inventory").data["inventory"]
    assert inventory["quantity_on_hand"] == 4
    levels = shop("GET", f"{path}/inventory")
    assert [level["quantity_on_hand"] for level in levels.data] == [6, 4]
    assert levels.json["total_available"] == 10


def test_a_key_replays_the_first_answer(shop: Shop):
    body = {"sku": "KEYED", "name": "x", "stock_quantity": 3}
    first = shop("POST", "/products", body, headers={"idempotency-key": "create-1"})
    again = shop("POST", "/products", body, headers={"idempotency-key": "create-1"})
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    other = shop("POST", "/products", body | {"sku": "O"}, headers={"idempotency-key": "create-1"})
    assert (other.status, list(other.errors)) == (422, ["Idempotency-Key"])
    path = f"/products/{first.data['id']}"
    headers = {"idempotency-key": "delete-1"}
    gone = shop("DELETE", path, headers=headers)
    assert shop("DELETE", path, headers=headers).body == gone.body


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é", "a\tb"])
def test_a_key_is_visible_ascii(shop: Shop, key):
    refused = shop("POST", "/products", {"sku": "K", "name": "k"}, headers={"idempotency-key": key})
    assert (refused.status, list(refused.errors)) == (422, ["Idempotency-Key"])


def test_a_refusal_is_kept_under_its_key_too(shop: Shop):
    body = {"sku": "REFUSED", "name": "x", "default_warehouse_id": 77}
    first = shop("POST", "/products", body, headers={"idempotency-key": "refused"})
    again = shop("POST", "/products", body, headers={"idempotency-key": "refused"})
    assert (first.status, again.body) == (422, first.body)
    assert again.headers["content-type"] == "application/problem+json"
    assert again.headers["idempotent-replayed"] == "true"
