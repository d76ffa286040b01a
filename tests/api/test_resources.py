"""Warehouses, movements, reservations, levels and reports over the whole API."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.conftest import NewProduct
from tests.api.harness import Shop

_NAMES = (
    "id product_id warehouse_id movement_type quantity quantity_before quantity_after"
    " quantity_on_hand quantity_reserved reference_type reference_id reference reason notes"
    " order_id sales_order_id transfer_id reverses_id entry_number occurred_at reported_at"
    " created_by created_at"
)
ROW = _NAMES.split(" ")


def adjust(shop: Shop, product_id: int, quantity: int, **fields):
    body = {"quantity": quantity, "reason": "test"} | fields
    answer = shop("POST", f"/inventory/{product_id}/adjust", body)
    assert answer.status == 200, answer.body
    return answer.data


def reserve(shop: Shop, product_id: int, quantity: int, order_id: int, **fields):
    body = {"quantity": quantity, "order_id": order_id} | fields
    answer = shop("POST", f"/inventory/{product_id}/reserve", body)
    assert answer.status == 200, answer.body
    return answer.data


def test_the_first_warehouse_is_there(shop: Shop):
    first = shop("GET", "/warehouses/1")
    assert first.data["name"] == "Main Warehouse"
    assert (first.data["code"], first.data["type"]) == ("MAIN", "main")
    assert first.headers["etag"] == '"1"'
    assert shop("GET", "/warehouses?code=main").data == [first.data]


def test_a_warehouse_is_made_changed_and_taken_out_of_use(shop: Shop, product: NewProduct):
    made = shop("POST", "/warehouses", {"name": "East Coast Warehouse", "code": "EAST"})
    assert made.status == 201
    assert made.json["message"] == "Warehouse created successfully"
    path = f"/warehouses/{made.data['id']}"
    assert made.headers["location"].endswith(path)
    twice = shop("POST", "/warehouses", {"name": "x", "code": "east"})
    assert (twice.status, list(twice.errors)) == (422, ["code"])
    changed = shop(
        "PATCH", path, {"address": "1 Pier Road", "type": "virtual"}, headers={"if-match": '"1"'}
    )
    assert (changed.status, changed.data["address"]) == (200, "1 Pier Road")
    assert shop("PATCH", path, {"name": "y"}, headers={"if-match": '"1"'}).status == 412
    held = product(stock_quantity=1, warehouse_id=made.data["id"])
    refused = shop("PATCH", path, {"is_active": False})
    assert (refused.status, list(refused.errors)) == (409, ["is_active"])
    adjust(shop, held["id"], -1, warehouse_id=made.data["id"])
    assert shop("PATCH", path, {"is_active": False}).data["is_active"] is False
    body = {"quantity": 1, "reason": "x", "warehouse_id": made.data["id"]}
    assert list(shop("POST", f"/inventory/{held['id']}/adjust", body).errors) == ["warehouse_id"]
    assert shop("PATCH", "/warehouses/1", {"is_active": False}).status == 409
    assert shop("PATCH", path, {"parent_warehouse_id": made.data["id"]}).status == 422
    assert shop("PATCH", "/warehouses/999", {"name": "x"}).status == 404
    assert shop("GET", "/warehouses/999").status == 404


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"name", "code"}),
        ({"name": "x", "code": "X", "type": "shed"}, {"type"}),
        ({"name": "", "code": "x" * 33, "is_active": "yes"}, {"name", "code", "is_active"}),
        ({"name": "x", "code": "Y", "parent_warehouse_id": 999}, {"parent_warehouse_id"}),
    ],
)
def test_a_wrong_warehouse_is_refused(shop: Shop, body, wrong):
    refused = shop("POST", "/warehouses", body)
    assert (refused.status, set(refused.errors)) == (422, wrong)


def test_movements_tell_everything(shop: Shop, product: NewProduct):
    product_id = product(stock_quantity=50)["id"]
    reserve(shop, product_id, 5, 789, notes="Reserved for order #789")
    adjust(shop, product_id, -2, reason="Shipped order #789")
    rows = shop("GET", f"/stock-movements?product_id={product_id}").data
    assert all(list(row) == ROW for row in rows)
    told = [
        (
            row["movement_type"],
            row["quantity"],
            row["quantity_before"],
            row["quantity_after"],
            row["quantity_on_hand"],
            row["quantity_reserved"],
            row["entry_number"],
        )
        for row in rows
    ]
    assert told == [
        ("in", 50, 0, 50, 50, 0, 1),
        ("reserved", 5, 0, 5, 50, 5, 2),
        ("released", -2, 5, 3, 50, 3, 3),
        ("out", -2, 50, 48, 48, 3, 4),
    ]
    assert shop("GET", f"/stock-movements/{rows[1]['id']}").data == rows[1]
    assert rows[1]["created_by"] == "anonymous"


def test_movements_page_by_cursor_in_both_directions(shop: Shop, product: NewProduct):
    product_id = product(stock_quantity=1)["id"]
    for number in range(6):
        adjust(shop, product_id, number + 1)
    for sort in ("occurred_at", "-occurred_at"):
        path = f"/stock-movements?product_id={product_id}&per_page=3&sort={sort}"
        seen: list[int] = []
        cursor = ""
        while True:
            page = shop("GET", path + cursor)
            seen += [row["id"] for row in page.data]
            following = page.json["meta"]["next_cursor"]
            assert page.json["meta"]["per_page"] == 3
            if following is None:
                break
            cursor = f"&cursor={following}"
        assert len(seen) == 7
        assert seen == sorted(seen, reverse=sort.startswith("-"))


def test_movements_filter(shop: Shop, product: NewProduct):
    product_id = product(stock_quantity=9)["id"]
    when = datetime.now(UTC) - timedelta(days=400)
    other = product()["id"]
    adjust(
        shop,
        other,
        3,
        occurred_at=when.isoformat(),
        reference_type="purchase_order",
        reference_id=789,
    )
    reserve(shop, product_id, 1, 4711)
    by = f"/stock-movements?product_id={product_id}"
    assert [row["movement_type"] for row in shop("GET", f"{by}&order_id=4711").data] == ["reserved"]
    assert [row["movement_type"] for row in shop("GET", f"{by}&movement_type=in").data] == ["in"]
    assert shop("GET", f"{by}&warehouse_id=99").data == []
    found = shop("GET", "/stock-movements?reference_type=purchase_order&reference_id=789").data
    assert [row["product_id"] for row in found] == [other]
    day = when.date().isoformat()
    assert len(shop("GET", f"/stock-movements?from={day}&to={day}").data) == 1
    assert shop("GET", f"/stock-movements?to={day}&product_id={product_id}").data == []


def test_a_reversal_mends_a_movement_once(shop: Shop, product: NewProduct):
    product_id = product(stock_quantity=10)["id"]
    wrong = adjust(shop, product_id, 5)["movement_ids"][0]
    path = f"/stock-movements/{wrong}/reverse"
    mended = shop("POST", path, {"reason": "Booked on the wrong product"})
    assert (mended.status, mended.data["reversed"]) == (200, wrong)
    assert mended.data["quantity_on_hand"] == 10
    row = shop("GET", f"/stock-movements/{mended.data['movement_ids'][0]}").data
    assert (row["quantity"], row["reverses_id"]) == (-5, wrong)
    assert row["reason"] == "Booked on the wrong product"
    again = shop("POST", path)
    assert again.status == 409
    assert shop("POST", "/stock-movements/99999999/reverse").status == 404
    assert list(shop("POST", path, {"why": 1}).errors) == ["why"]


def test_a_transfer_is_mended_by_both_halves(shop: Shop, product: NewProduct):
    other = shop("POST", "/warehouses", {"name": "Half", "code": "HALF"}).data["id"]
    product_id = product(stock_quantity=10)["id"]
    body = {
        "product_id": product_id,
        "from_warehouse_id": 1,
        "to_warehouse_id": other,
        "quantity": 4,
    }
    moved = shop("POST", "/inventory/transfer", body).data
    mended = shop("POST", f"/stock-movements/{moved['movement_ids'][1]}/reverse")
    assert mended.status == 200
    assert len(mended.data["movement_ids"]) == 2
    assert mended.data["to"]["quantity_on_hand"] == 10
    levels = shop("GET", f"/products/{product_id}/inventory").data
    assert [level["quantity_on_hand"] for level in levels] == [10, 0]


def test_reservations_are_listed_read_and_rescheduled(shop: Shop, product: NewProduct):
    product_id = product(stock_quantity=10, allow_backorder=True)["id"]
    held = reserve(shop, product_id, 12, 555, ttl_seconds=3600)["reservation"]
    path = f"/reservations/{held['id']}"
    read = shop("GET", path).data
    assert (read["allocated"], read["backordered"], read["quantity"]) == (10, 2, 12)
    assert shop("GET", f"/inventory/{product_id}/reservations").data == [read]
    soon = (datetime.now(UTC) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert read in shop("GET", f"/reservations?expiring_before={soon}").data
    assert shop("GET", f"/reservations?product_id={product_id}&order_id=1").data == []
    later = shop("PATCH", path, {"expires_at": "2099-01-01T01:00:00+01:00"})
    assert later.data == read | {"expires_at": "2099-01-01T00:00:00Z"}
    endless = shop("PATCH", path, {"expires_at": None}, headers={"idempotency-key": "endless"})
    assert endless.data["expires_at"] is None
    assert list(shop("PATCH", path, {"expires_at": "2001-01-01T00:00:00Z"}).errors) == [
        "expires_at"
    ]
    assert list(shop("PATCH", path, {}).errors) == ["expires_at"]
    released = shop("POST", f"/inventory/{product_id}/release", {"quantity": 12, "order_id": 555})
    assert released.status == 200
    assert shop("GET", path).status == 404
    assert shop("PATCH", path, {"expires_at": None}).status == 404
    again = shop("PATCH", path, {"expires_at": None}, headers={"idempotency-key": "endless"})
    assert again.body == endless.body
    late = shop("PATCH", path, {"expires_at": None}, headers={"idempotency-key": "too-late"})
    assert (late.status, list(late.errors)) == (404, ["reservation_id"])


def test_levels_now_and_then(shop: Shop, product: NewProduct):
    product_id = product()["id"]
    start = datetime.now(UTC) - timedelta(days=10)
    adjust(shop, product_id, 10, occurred_at=start.isoformat())
    adjust(shop, product_id, -3, occurred_at=(start + timedelta(days=5)).isoformat())
    now = shop("GET", f"/inventory/{product_id}").data
    assert (now["quantity_on_hand"], now["warehouses"][0]["backordered"]) == (7, 0)
    for days, on_hand in ((-1, 0), (1, 10), (6, 7)):
        moment = (start + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        past = shop("GET", f"/inventory/{product_id}?as_of={moment}").data
        assert past["quantity_on_hand"] == on_hand
    with_offset = (start + timedelta(days=1)).isoformat()
    assert shop("GET", f"/inventory/{product_id}?as_of={with_offset}").status == 200
    for wrong in ("2025-01-01", "yesterday", ""):
        assert list(shop("GET", f"/inventory/{product_id}?as_of={wrong}").errors) == ["as_of"]
    assert shop("GET", f"/inventory/{product_id}?warehouse_id=99").data["warehouses"] == []


def test_low_stock_and_its_suggestion(shop: Shop, product: NewProduct):
    made = product(name="Premium Laptop", stock_quantity=18, reorder_point=20, reorder_quantity=50)
    rows = shop("GET", "/inventory/low-stock?per_page=200").data
    row = next(row for row in rows if row["product_id"] == made["id"])
    assert row == {
        "product_id": made["id"],
        "name": "Premium Laptop",
        "sku": made["sku"],
        "quantity_on_hand": 18,
        "reorder_point": 20,
        "reorder_quantity": 50,
        "suggested_order": 50,
    }


def test_out_of_stock(shop: Shop, product: NewProduct):
    made = product(stock_quantity=2, reserved_quantity=2)
    rows = shop("GET", "/inventory/out-of-stock?per_page=200").data
    row = next(row for row in rows if row["product_id"] == made["id"])
    assert (row["quantity_on_hand"], row["quantity_reserved"], row["quantity_available"]) == (
        2,
        2,
        0,
    )


def test_the_reorder_report(shop: Shop, product: NewProduct):
    made = product(
        stock_quantity=30,
        reorder_point=20,
        reorder_quantity=50,
        lead_time_days=7,
        safety_stock=3,
        cost_price=12.5,
    )
    reserve(shop, made["id"], 12, 900)
    shop("POST", f"/inventory/{made['id']}/adjust", {"quantity": -12, "reason": "Shipped #900"})
    rows = shop("GET", "/inventory/reorder-report?per_page=200").data
    row = next(row for row in rows if row["product_id"] == made["id"])
    assert row == {
        "product_id": made["id"],
        "name": made["name"],
        "sku": made["sku"],
        "quantity_on_hand": 18,
        "quantity_reserved": 0,
        "quantity_available": 18,
        "quantity_on_order": 0,
        "quantity_in_transit": 0,
        "backordered": 0,
        "inventory_position": 18,
        "reorder_point": 20,
        "reorder_quantity": 50,
        "average_daily_sales": 12,
        "lead_time_days": 7,
        "safety_stock": 3,
        "suggested_reorder_point": 87,
        "days_of_cover": 1.5,
        "suggested_order": 50,
        "order_quantity": 50,
        "supplier_id": None,
        "supplier": None,
        "expected_date": None,
        "estimated_cost": 625,
        "currency": "USD",
    }


def test_nobody_waits_for_a_reservation_that_has_expired(shop: Shop, product: NewProduct):
    product_id = product(stock_quantity=1)["id"]
    reserve(shop, product_id, 1, 1, ttl_seconds=1)
    time.sleep(1.1)
    assert reserve(shop, product_id, 1, 2)["allocated"] == 1
