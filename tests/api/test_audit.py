"""The audit log over HTTP: who changed what, from what to what, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onhand.ledger.access import Scope
from onhand.ledger.audit import AuditEntry
from onhand.store.audit import record
from onhand.store.engine import admin_engine, parse_database
from tests.api.conftest import NewProduct
from tests.api.harness import Shop


def log(shop: Shop, query: str = "") -> list[Any]:
    """The newest changes."""
    found = shop("GET", f"/audit?{query}")
    assert found.status == 200, found.body
    return list(found.data)


def note(shop: Shop, *entries: AuditEntry) -> None:
    """Write entries as whoever changes keys and users does."""
    with admin_engine(parse_database(shop.url)).begin() as connection:
        for entry in entries:
            record(connection, entry)


def test_a_product_has_its_changes_in_the_log(shop: Shop, product: NewProduct) -> None:
    made = product(selling_price=12.5, reorder_point=3)
    subject = f"subject=product:{made['id']}"
    shop("PATCH", f"/products/{made['id']}", {"selling_price": 13, "reorder_point": None})
    shop("DELETE", f"/products/{made['id']}")
    removed, updated, created = log(shop, subject)
    assert updated["changes"] == {
        "selling_price": {"before": 12.5, "after": 13},
        "reorder_point": {"before": 3, "after": None},
    }
    assert (updated["action"], updated["version"]) == ("product.updated", 2)
    assert (updated["actor"], updated["subject"]) == ("anonymous", f"product:{made['id']}")
    assert created["changes"]["sku"] == {"before": None, "after": made["sku"]}
    assert "description" not in created["changes"]
    assert (removed["action"], removed["version"]) == ("product.removed", 3)
    assert removed["changes"]["sku"] == {"before": made["sku"], "after": None}


def test_stock_that_moves_is_no_entry(shop: Shop, product: NewProduct) -> None:
    made = product(stock_quantity=5, reorder_point=5)
    shop("POST", f"/inventory/{made['id']}/adjust", {"quantity": -5, "reason": "Broken"})
    assert [it["action"] for it in log(shop, f"subject=product:{made['id']}")] == [
        "product.created"
    ]


def test_a_document_tells_what_was_written_anew(shop: Shop, product: NewProduct) -> None:
    one, other = product(stock_quantity=5), product(stock_quantity=5)
    lines = [{"product_id": one["id"], "quantity": 2}, {"product_id": other["id"], "quantity": 1}]
    east = shop("POST", "/warehouses", {"name": "East", "code": f"E{one['id']}"}).data["id"]
    body = {"from_warehouse_id": 1, "to_warehouse_id": east, "lines": lines}
    transfer = shop("POST", "/transfers", body).data["id"]
    lines[1]["quantity"] = 3
    shop("PATCH", f"/transfers/{transfer}", {"lines": lines, "notes": "Fragile"})
    shop("POST", f"/transfers/{transfer}/ship")
    shipped, updated, created = log(shop, f"subject=transfer:{transfer}")
    assert [it["action"] for it in (created, updated, shipped)] == [
        "transfer.created",
        "transfer.updated",
        "transfer.shipped",
    ]
    assert created["changes"]["to_warehouse_id"] == {"before": None, "after": east}
    assert updated["changes"]["notes"] == {"before": None, "after": "Fragile"}
    [before], [after] = (updated["changes"]["lines"][side] for side in ("before", "after"))
    assert (before["number"], before["quantity"], after["quantity"]) == (2, 1, 3)
    assert shipped["changes"]["state"] == {"before": "draft", "after": "shipped"}


def test_terms_tell_all_that_changed(shop: Shop, product: NewProduct) -> None:
    made = product()
    acme = {"name": "Acme", "code": f"ACME{made['id']}", "status": "active"}
    supplier = shop("POST", "/suppliers", acme).data["id"]
    path = f"/suppliers/{supplier}/products/{made['id']}"
    shop("PUT", path, {"price": 3.5, "pack_size": 6})
    shop("PUT", path, {"price": 3.75, "pack_size": 6})
    shop("DELETE", path)
    removed, updated, created, _ = log(shop, f"subject=supplier:{supplier}")
    assert updated["action"] == "supplier_terms.updated"
    assert updated["changes"] == {"price": {"before": 3.5, "after": 3.75}}
    assert created["changes"]["pack_size"] == {"before": None, "after": 6}
    assert removed["changes"]["price"] == {"before": 3.75, "after": None}
    assert updated["details"]["product_id"] == made["id"]


def test_entries_and_events_are_one_log(shop: Shop, product: NewProduct) -> None:
    made = product()
    at = datetime.now(UTC)
    entry = AuditEntry(
        at,
        "user:7",
        "key.rotated",
        f"key:{made['id']}",
        {"expires_at": (None, at)},
        "192.0.2.7",
        "Every year",
    )
    note(shop, entry)
    shop("PATCH", f"/products/{made['id']}", {"name": "Other"})
    newest, rotated, created = log(shop, "per_page=3")
    assert [newest["action"], rotated["action"], created["action"]] == [
        "product.updated",
        "key.rotated",
        "product.created",
    ]
    assert (rotated["actor"], rotated["address"]) == ("user:7", "192.0.2.7")
    assert rotated["changes"]["expires_at"]["before"] is None
    assert log(shop, f"subject=key:{made['id']}") == [rotated]
    assert rotated in log(shop, "actor=user:7")
    assert log(shop, "actor=user:8") == []


def test_pages_of_one_moment_lose_nothing(shop: Shop, product: NewProduct) -> None:
    at = datetime.now(UTC) + timedelta(days=1)
    note(shop, *(AuditEntry(at, "user:9", "user.updated", f"user:{n}") for n in range(5)))
    shop.now = at
    try:
        for _ in range(4):
            product()
    finally:
        shop.now = None
    since = (at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    whole = log(shop, f"from={since}&per_page=200")
    assert len(whole) == 9
    for size in (1, 2, 4, 7):
        found: list[Any] = []
        cursor = ""
        while True:
            told = shop("GET", f"/audit?from={since}&per_page={size}{cursor}").json
            found += told["data"]
            if told["meta"]["next_cursor"] is None:
                break
            cursor = f"&cursor={told['meta']['next_cursor']}"
        assert found == whole
    assert log(shop, f"from={since}&to={since}") == []


@pytest.mark.parametrize(
    "query",
    [
        "cursor=5",
        "cursor=1-2-3",
        "cursor=1-0-0",
        "cursor=x",
        "subject=product",
        "subject=%00:1",
        "from=yesterday",
        "per_page=201",
        "user=1",
    ],
)
def test_what_is_made_up_is_refused(shop: Shop, query: str) -> None:
    assert shop("GET", f"/audit?{query}").status == 422


@pytest.mark.parametrize(
    "subject", ["product:99999999999999999999", "product:x", "product:%C2%B2", "nothing:1"]
)
def test_a_subject_that_is_none_has_no_changes(shop: Shop, subject: str) -> None:
    assert log(shop, f"subject={subject}") == []


def test_few_may_read_it(shop: Shop) -> None:
    keys = {scope: shop.keys.give(scope) for scope in Scope}
    shop.refresh()
    try:
        told = {scope: shop("GET", "/audit", headers=key).status for scope, key in keys.items()}
    finally:
        shop.keys.keys.clear()
        shop.refresh()
    assert told == {Scope.READ: 403, Scope.WRITE: 403, Scope.ADMIN: 200}
