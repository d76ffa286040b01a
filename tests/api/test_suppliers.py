"""Suppliers and their terms over the whole API."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from onhand.core.suppliers import MAY_RECEIVE_ORDERS, SupplierStatus
from tests.api.conftest import NewProduct
from tests.api.harness import Answered, Shop

_codes = (f"S{number}" for number in itertools.count(1))


def add(shop: Shop, **fields: Any) -> dict[str, Any]:
    made = shop("POST", "/suppliers", {"code": next(_codes), "name": "Northern Lights"} | fields)
    assert made.status == 201, made.body
    data: dict[str, Any] = made.data
    return data


def set_terms(shop: Shop, supplier: int, product: int, **fields: Any) -> Answered:
    return shop("PUT", f"/suppliers/{supplier}/products/{product}", {"price": 9.5} | fields)


def test_a_supplier_is_added_and_read(shop: Shop) -> None:
    code = next(_codes)
    body = {
        "code": code,
        "name": "Northern Lights Ltd",
        "status": "approved",
        "email": "orders@example.com",
        "phone": "+1 555 0100",
        "address": "1 Pier Road\nNewark NJ",
        "payment_terms": "30 days net",
        "lead_time_days": 7,
        "currency": "EUR",
        "notes": "Closed in August",
    }
    made = shop("POST", "/suppliers", body)
    assert (made.status, made.headers["etag"]) == (201, '"1"')
    read = shop("GET", made.headers["location"].removeprefix("/api/v1/operations"))
    assert read.data == made.data
    assert {name: read.data[name] for name in body} == body
    assert read.data["may_receive_orders"] is True


def test_codes_belong_to_one_supplier_whatever_their_case(shop: Shop) -> None:
    first, second = add(shop, code="NoRtH"), add(shop)
    taken = shop("POST", "/suppliers", {"code": "north", "name": "Other"})
    text = f"Code north is already used by supplier {first['id']}"
    assert (taken.status, taken.errors) == (422, {"code": [text]})
    renamed = shop("PATCH", f"/suppliers/{second['id']}", {"code": "NORTH"})
    assert (renamed.status, list(renamed.errors)) == (422, ["code"])
    assert shop("PATCH", f"/suppliers/{first['id']}", {"code": "South"}).status == 200
    assert shop("PATCH", f"/suppliers/{second['id']}", {"code": "north"}).status == 200


@pytest.mark.parametrize("status", SupplierStatus)
def test_the_status_says_who_may_receive_orders(shop: Shop, status: str) -> None:
    supplier = add(shop)
    assert supplier["status"] == "prospective"
    changed = shop("PATCH", f"/suppliers/{supplier['id']}", {"status": status})
    assert changed.data["may_receive_orders"] is MAY_RECEIVE_ORDERS[status]


def test_the_history_tells_who_changed_the_status_and_why(shop: Shop) -> None:
    supplier = add(shop, status="active")
    why = {"status": "suspended", "reason": "Three late deliveries"}
    changed = shop("PATCH", f"/suppliers/{supplier['id']}", why, headers={"if-match": '"1"'})
    assert (changed.status, changed.headers["etag"]) == (200, '"2"')
    history = shop("GET", f"/suppliers/{supplier['id']}/history").data
    assert [(x["event"], x["from_state"], x["to_state"], x["reason"]) for x in history] == [
        ("create", None, "active", None),
        ("change", "active", "suspended", "Three late deliveries"),
    ]
    stale = shop("PATCH", f"/suppliers/{supplier['id']}", why, headers={"if-match": '"1"'})
    assert stale.status == 412


def test_a_change_that_changes_nothing_is_no_new_version(shop: Shop) -> None:
    supplier = add(shop, notes="x")
    same = shop("PATCH", f"/suppliers/{supplier['id']}", {"notes": "x"})
    assert (same.status, same.headers["etag"]) == (200, '"1"')
    cleared = shop("PATCH", f"/suppliers/{supplier['id']}", {"notes": None})
    assert (cleared.data["notes"], cleared.headers["etag"]) == (None, '"2"')


def test_a_repeat_with_its_key_adds_one(shop: Shop) -> None:
    body = {"code": next(_codes), "name": "Once"}
    key = {"idempotency-key": f"supplier-{body['code']}"}
    first, second = (shop("POST", "/suppliers", body, headers=key) for _ in range(2))
    assert first.body == second.body
    assert shop("GET", f"/suppliers?code={body['code'].lower()}").json["meta"]["total"] == 1


def test_lists_are_filtered_and_sorted(shop: Shop, product: NewProduct) -> None:
    lamp = product()
    one = add(shop, name="Zebra Lamps", status="blacklisted")
    two = add(shop, name="Alpha Zebra", status="preferred")
    for supplier in (one, two):
        assert set_terms(shop, supplier["id"], lamp["id"]).status == 201

    def listed(query: str) -> list[int]:
        return [x["id"] for x in shop("GET", f"/suppliers?{query}").data]

    assert listed("search=zebra&sort=name") == [two["id"], one["id"]]
    assert listed(f"product_id={lamp['id']}&sort=-id") == [two["id"], one["id"]]
    assert listed("search=zebra&status=blacklisted") == [one["id"]]
    assert listed("search=zebra&per_page=1&page=2&sort=id") == [two["id"]]


def test_terms_are_written_read_and_removed(shop: Shop, product: NewProduct) -> None:
    supplier, lamp = add(shop, currency="EUR"), product(name="Lamp")
    path = f"/suppliers/{supplier['id']}/products/{lamp['id']}"
    fields = {"price": 0.0001, "minimum_order_quantity": 10, "pack_size": 5, "supplier_sku": "L-1"}
    made = shop("PUT", path, fields, headers={"if-match": '"1"'})
    assert (made.status, made.headers["etag"]) == (201, '"2"')
    expected = {
        "supplier_id": supplier["id"],
        "product_id": lamp["id"],
        "currency": "EUR",
        "lead_time_days": None,
        "is_preferred": False,
    } | fields
    assert made.data == expected
    assert shop("GET", path).data == expected | {"sku": lamp["sku"], "name": "Lamp"}
    replaced = shop("PUT", path, {"price": 2, "lead_time_days": 3})
    assert (replaced.status, replaced.data["pack_size"]) == (200, 1)
    again = shop("PUT", path, {"price": 2, "lead_time_days": 3})
    assert (again.status, again.headers["etag"]) == (200, '"3"')
    listed = shop("GET", f"/suppliers/{supplier['id']}/products")
    assert [x["price"] for x in listed.data] == [2]
    assert shop("DELETE", path).status == 200
    assert (shop("DELETE", path).status, shop("GET", path).status) == (404, 404)
    history = shop("GET", f"/suppliers/{supplier['id']}/history").data
    assert [x["event"] for x in history] == ["create", "set_terms", "set_terms", "remove_terms"]
    assert history[2]["details"]["previous_price"] == "0.0001"


def test_one_supplier_of_a_product_is_preferred(shop: Shop, product: NewProduct) -> None:
    lamp = product()
    one, two = add(shop)["id"], add(shop)["id"]
    for supplier in (one, two):
        assert set_terms(shop, supplier, lamp["id"], is_preferred=True).status == 201
    preferred = {
        supplier: [x["product_id"] for x in shop("GET", f"{path}?is_preferred=true").data]
        for supplier in (one, two)
        if (path := f"/suppliers/{supplier}/products")
    }
    assert preferred == {one: [], two: [lamp["id"]]}


def test_terms_need_a_supplier_and_a_tracked_product(shop: Shop, product: NewProduct) -> None:
    supplier, lamp = add(shop)["id"], product()["id"]
    assert set_terms(shop, 999_999, lamp).status == 404
    assert set_terms(shop, supplier, 999_999).status == 404
    service = product(track_inventory=False)["id"]
    assert set_terms(shop, supplier, service).errors == {
        "product_id": ["Inventory is not tracked for this product"]
    }


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"email": "nobody"}, "email"),
        ({"status": "friendly"}, "status"),
        ({"currency": "usd"}, "currency"),
        ({"lead_time_days": -1}, "lead_time_days"),
        ({"code": " "}, "code"),
        ({"nmae": "x"}, "nmae"),
    ],
)
def test_what_does_not_fit_is_named(shop: Shop, fields: dict[str, Any], fault: str) -> None:
    made = shop("POST", "/suppliers", {"code": next(_codes), "name": "X"} | fields)
    assert (made.status, list(made.errors)) == (422, [fault])


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"price": -1}, "price"),
        ({"price": 0.00001}, "price"),
        ({"pack_size": 0}, "pack_size"),
        ({"minimum_order_quantity": 2**53 + 1}, "minimum_order_quantity"),
        ({"currency": "dollars"}, "currency"),
    ],
)
def test_terms_that_do_not_fit_are_named(
    shop: Shop, product: NewProduct, fields: dict[str, Any], fault: str
) -> None:
    made = set_terms(shop, add(shop)["id"], product()["id"], **fields)
    assert (made.status, list(made.errors)) == (422, [fault])


def test_there_is_no_such_supplier(shop: Shop) -> None:
    for path in ("/suppliers/999999", "/suppliers/999999/history", "/suppliers/999999/products"):
        assert shop("GET", path).status == 404
    assert shop("PATCH", "/suppliers/999999", {"name": "X"}).status == 404


def test_a_product_that_a_supplier_sells_is_archived_not_deleted(
    shop: Shop, product: NewProduct
) -> None:
    lamp = product()
    assert set_terms(shop, add(shop)["id"], lamp["id"]).status == 201
    removed = shop("DELETE", f"/products/{lamp['id']}")
    assert (removed.status, removed.data["is_active"]) == (200, False)
