"""Dry runs: what would be answered, and nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from onhand.api.endpoints import OPERATIONS
from onhand.api.operations import Operation
from onhand.ledger.access import Permission
from tests.api.conftest import NewProduct
from tests.api.harness import Answered, Shop
from tests.support.ledger_contents import database_contents

DRY = "?dry_run=true"
ORDERS = "/api/v1/sales/orders"


def tried(shop: Shop, method: str, path: str, body: Any, **more: Any) -> Answered:
    """A dry run that changes nothing whatever."""
    before = database_contents(shop.url)
    answer = shop(method, path + DRY, body, **more)
    assert database_contents(shop.url) == before
    return answer


def same(dry: Answered, real: Answered, *apart: str) -> None:
    """Both tell the same, but for the ids of what was not written."""
    assert dry.status == real.status
    assert dry.json.get("dry_run") is (True if real.status < 400 else None)
    if real.status >= 400:
        assert dry.json == real.json
        return
    assert "nothing was written" in dry.json["message"]
    assert {**dry.data, **dict.fromkeys(apart)} == {**real.data, **dict.fromkeys(apart)}


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("adjust", {"quantity": 5, "reason": "Found"}),
        ("adjust", {"quantity": -99, "reason": "Lost"}),
        ("reserve", {"quantity": 4, "order_id": 7}),
        ("reserve", {"quantity": 400, "order_id": 7}),
        ("release", {"quantity": 4, "order_id": 8}),
        ("count", {"counted_quantity": 9, "counted_by": "Ann"}),
    ],
)
def test_a_stock_command_is_told_as_it_would_be(
    shop: Shop, product: NewProduct, verb: str, fields: dict[str, Any]
) -> None:
    path = f"/inventory/{product(stock_quantity=10)['id']}/{verb}"
    dry = tried(shop, "POST", path, fields)
    same(dry, shop("POST", path, fields), "movement_ids", "reservation", "last_counted_at")


def test_commands_of_a_list_see_those_before_them(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=10)["id"]
    reserve = {"type": "reserve", "product_id": lamp, "quantity": 6}
    commands = [reserve | {"order_id": order} for order in (1, 2)]
    each = tried(shop, "POST", "/inventory/commands", {"commands": commands})
    assert [one["status"] for one in each.data] == ["accepted", "rejected"]
    assert each.data[0]["movement_ids"] == []
    atomic = {"atomic": True, "commands": commands}
    refused = tried(shop, "POST", "/inventory/commands", atomic)
    assert (refused.status, list(refused.errors)) == (422, ["commands.1.quantity"])
    atomic["commands"] = commands[:1]
    assert tried(shop, "POST", "/inventory/commands", atomic).json["dry_run"] is True


def test_what_would_be_made_is_shown_and_has_no_address(shop: Shop, product: NewProduct) -> None:
    made = tried(shop, "POST", "/products", {"sku": "TRIED", "name": "Tried"})
    assert (made.status, made.data["sku"]) == (201, "TRIED")
    assert not {"location", "etag"} & made.headers.keys()
    path = f"/products/{product()['id']}"
    renamed = tried(shop, "PATCH", path, {"name": "Other"})
    assert renamed.data["name"] == "Other"
    assert tried(shop, "DELETE", path, None).status == 200
    stale = tried(shop, "PATCH", path, {"name": "Other"}, headers={"if-match": '"99"'})
    assert stale.status == 412


def test_a_documents_step_is_told_as_it_would_be(shop: Shop, product: NewProduct) -> None:
    lines = [{"product_id": product(stock_quantity=3)["id"], "quantity": 2}]
    body = {"lines": lines}
    assert tried(shop, "POST", ORDERS, body | {"confirm": True}).status == 201
    order = shop("POST", ORDERS, body).data["id"]
    confirm = f"{ORDERS}/{order}/confirm"
    assert tried(shop, "POST", confirm, {}).data["state"] == "confirmed"
    assert shop("GET", f"{ORDERS}/{order}").data["state"] == "draft"
    assert shop("POST", confirm, {}).status == 200
    assert tried(shop, "POST", confirm, {}).status == 409


def test_a_key_is_not_used_up_by_trying(shop: Shop, product: NewProduct) -> None:
    path = f"/inventory/{product(stock_quantity=10)['id']}/adjust"
    body = {"quantity": -1, "reason": "Lost"}
    key = {"idempotency-key": "tried-first"}
    tried(shop, "POST", path, body, headers=key)
    real = shop("POST", path, body, headers=key)
    assert real.data["quantity_on_hand"] == 9
    assert "idempotent-replayed" not in real.headers


@pytest.mark.parametrize("query", ["?dry_run=perhaps", "?dryrun=true", "?dry_run=true&x=1"])
def test_a_query_that_is_mistyped_does_nothing(shop: Shop, product: NewProduct, query: str) -> None:
    lamp = product(stock_quantity=10)["id"]
    for path, body in (
        (f"/inventory/{lamp}/adjust", {"quantity": -1, "reason": "Lost"}),
        ("/products", {"sku": "NEVER", "name": "Never"}),
    ):
        before = database_contents(shop.url)
        assert shop("POST", path + query, body).status == 422
        assert database_contents(shop.url) == before


def test_every_command_can_be_tried() -> None:
    commands = [one for one in OPERATIONS if one.method != "GET" and one.needs is not None]
    # Who may call, who is told and what assistants did is no ledger's; and an answer that tells a
    # secret must not be kept under a key.
    others = (Permission.ACCESS_MANAGE, Permission.TOOLS_CALL, Permission.WEBHOOKS_MANAGE)
    commands = [one for one in commands if one.needs not in others]
    # A file's rows have keys of their own.
    untried = [one for one in commands if not one.keyed and not takes_dry_run(one)]
    assert [one.operation_id for one in untried] == []


def takes_dry_run(operation: Operation) -> bool:
    """Whether an operation's own query says it."""
    return "dry_run" in getattr(operation.query, "__struct_fields__", ())
