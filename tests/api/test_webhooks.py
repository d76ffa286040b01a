"""Webhooks over HTTP: who may have them, what is refused, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onhand.api.webhooks.opening import DeskSettings
from onhand.ledger.access import ROLES, SCOPES, Permission, Role, Scope
from onhand.settings import Settings
from tests.api.conftest import NewProduct, running
from tests.api.harness import Shop

URL = "https://shop.example/onhand"
PATH = "/webhooks"
FIRST = {"If-Match": '"1"'}


def made(shop: Shop, **fields: Any) -> dict[str, Any]:
    """Make a webhook."""
    answer = shop("POST", PATH, {"url": URL, **fields})
    assert answer.status == 201, answer.body
    data: dict[str, Any] = answer.data
    return data


@pytest.fixture(autouse=True)
def _none_left(shop: Shop) -> Iterator[None]:
    """A shop may have only so many."""
    yield
    for row in shop("GET", f"{PATH}?per_page=200").data:
        assert shop("DELETE", f"{PATH}/{row['id']}").status == 200


def test_a_secret_is_told_once(shop: Shop) -> None:
    answer = shop("POST", PATH, {"url": URL, "types": ["stock.*"], "description": "Web shop"})
    webhook = answer.data
    assert webhook["secret"].startswith("whsec_")
    assert answer.headers["location"].endswith(f"{PATH}/{webhook['id']}")
    shown = {name: value for name, value in webhook.items() if name != "secret"}
    read = shop("GET", f"{PATH}/{webhook['id']}")
    assert (read.data, read.headers["etag"]) == (shown, '"1"')
    assert shown in shop("GET", PATH).data
    rotated = shop("POST", f"{PATH}/{webhook['id']}/secret", {"grace_seconds": 0}).data
    assert rotated["secret"] != webhook["secret"]
    assert rotated["previous_secret_until"] == rotated["updated_at"]
    assert "secret" not in shop("GET", f"{PATH}/{webhook['id']}").data


def test_it_begins_now_or_where_somebody_says(shop: Shop, product: NewProduct) -> None:
    product(stock_quantity=5)
    newest = made(shop)["position"]
    assert newest > 0
    assert made(shop, after=0)["position"] == 0
    webhook = made(shop)
    refused = shop("POST", f"{PATH}/{webhook['id']}/replay?after={newest + 1}")
    assert refused.errors == {"after": [f"No event has this number yet; the last one is {newest}"]}
    assert shop("POST", PATH, {"url": URL, "after": newest + 1}).status == 422
    moved = shop("POST", f"{PATH}/{webhook['id']}/replay?after=1")
    assert (moved.data["position"], moved.json["message"]) == (
        1,
        "Webhook goes on after this number",
    )
    assert "after" in shop("POST", f"{PATH}/{webhook['id']}/replay").errors


def test_every_wrong_field_is_named(shop: Shop) -> None:
    body = {"url": "ftp://x", "types": ["stock.eaten"], "warehouse_ids": [], "is_active": 1}
    refused = shop("POST", PATH, {**body, "colour": "red"})
    assert refused.status == 422
    assert refused.errors.keys() == {"url", "types.0", "warehouse_ids", "is_active", "colour"}
    assert refused.errors["types.0"] == ["There is no event type stock.eaten"]
    # Also where nothing else is wrong.
    only = shop("POST", PATH, {"url": URL, "types": ["stock.low", "stock.eaten"]})
    assert only.errors == {"types.1": ["There is no event type stock.eaten"]}
    webhook = made(shop)
    changed = shop("PATCH", f"{PATH}/{webhook['id']}", {"types": ["nonsense"]})
    assert changed.errors == {"types.0": ["There is no event type nonsense"]}
    inside = shop("POST", PATH, {"url": "http://10.0.0.1/"})
    assert "is not a public address" in inside.errors["url"][0]
    unknown = shop("POST", PATH, {"url": URL, "warehouse_ids": [1, 99]})
    assert unknown.errors == {"warehouse_ids": ["Warehouse 99 does not exist"]}
    secret = shop("POST", PATH, {"url": URL, "secret": "mine"})
    assert "The server makes it" in secret.errors["secret"][0]


def test_a_change_is_of_the_version_that_was_read(shop: Shop) -> None:
    webhook = made(shop, types=["stock.*"], warehouse_ids=[1])
    path = f"{PATH}/{webhook['id']}"
    changed = shop("PATCH", path, {"types": None, "description": "ERP"}, headers=FIRST)
    assert changed.headers["etag"] == '"2"'
    assert (changed.data["types"], changed.data["description"]) == (None, "ERP")
    assert changed.data["warehouse_ids"] == [1]
    stale = shop("PATCH", path, {"is_active": False}, headers={"If-Match": '"1"'})
    assert (stale.status, shop("GET", path).data["is_active"]) == (412, True)
    assert shop("PATCH", path, {"url": "https://127.0.0.1/"}).status == 422
    assert shop("DELETE", path).data["id"] == webhook["id"]
    for method in ("GET", "PATCH", "DELETE"):
        assert shop(method, path, {} if method == "PATCH" else None).status == 404


def test_what_is_tried_is_told_and_not_done(shop: Shop) -> None:
    tried = shop("POST", f"{PATH}?dry_run=true", {"url": URL})
    assert (tried.status, tried.json["dry_run"], tried.data["secret"]) == (201, True, None)
    assert shop("POST", f"{PATH}?dry_run=true", {"url": "http://x.example/"}).status == 422
    webhook = made(shop, after=0)
    path = f"{PATH}/{webhook['id']}"
    before = shop("GET", path).data
    for method, end, body in [
        ("PATCH", "?dry_run=true", {"is_active": False}),
        ("POST", "/secret?dry_run=true", {}),
        ("POST", "/replay?dry_run=true&after=0", None),
        ("DELETE", "?dry_run=true", None),
    ]:
        told = shop(method, path + end, body)
        assert (told.status, told.json["dry_run"]) == (200, True), (end, told.body)
    assert shop("GET", path).data == before


def test_there_is_an_end_to_them(shop: Shop) -> None:
    for _ in range(32):
        made(shop)
    refused = shop("POST", PATH, {"url": URL})
    assert (refused.status, refused.json["message"]) == (
        409,
        "A shop has 32 webhooks at most: remove one first",
    )


def test_nothing_is_sent_where_webhooks_are_off(shop: Shop) -> None:
    refused = shop("POST", f"{PATH}/{made(shop)['id']}/test")
    assert (refused.status, refused.json["message"]) == (
        409,
        "This server sends no webhooks: ONHAND_WEBHOOKS is off",
    )


def test_they_are_for_administrators() -> None:
    may = Permission.WEBHOOKS_MANAGE
    assert [role for role in Role if may in ROLES[role]] == [Role.ADMIN]
    assert [scope for scope in Scope if may in SCOPES[scope]] == [Scope.ADMIN]


def test_who_works_in_some_warehouses_is_told_of_no_other(tmp_path: Path) -> None:
    for shop in running(f"sqlite:///{tmp_path / 'onhand.db'}"):
        boss = shop.keys.give(Scope.ADMIN, name="boss")
        here = shop.keys.give(role=Role.ADMIN, within=frozenset({1}), name="here")
        shop.refresh()
        body = {"url": URL, "description": "of all"}
        of_all = shop("POST", PATH, body, headers=boss).data
        # Whatever they leave out or take back, it is not more than they have.
        mine = shop("POST", PATH, {"url": URL}, headers=here).data
        assert (of_all["warehouse_ids"], mine["warehouse_ids"]) == (None, [1])
        path = f"{PATH}/{mine['id']}"
        widened = shop("PATCH", path, {"warehouse_ids": None}, headers=here)
        assert widened.data["warehouse_ids"] == [1]
        assert [row["id"] for row in shop("GET", PATH, headers=here).data] == [mine["id"]]
        assert len(shop("GET", PATH, headers=boss).data) == 2


def test_settings_that_make_no_sense_are_refused_and_no_key_is_shown() -> None:
    for name, value in [
        ("WEBHOOKS", "maybe"),
        ("WEBHOOKS_PRIVATE", "10.0.0.0/8 everywhere"),
        ("WEBHOOKS_KEY", "too short"),
    ]:
        with pytest.raises(ValueError, match=f"ONHAND_{name} must be") as wrong:
            Settings.from_environment({f"ONHAND_{name}": value})
        assert (value in str(wrong.value)) is (name != "WEBHOOKS_KEY")


def test_a_test_is_sent_and_logged(tmp_path: Path) -> None:
    sending = DeskSettings("/onhand", private="allow", key="a key of the operator's")
    shop = Shop(f"sqlite:///{tmp_path / 'onhand.db'}", webhooks=sending)
    try:
        # Nobody is there: it is told, and nothing else happens.
        webhook = shop("POST", PATH, {"url": "http://127.0.0.1:9/", "is_active": False})
        assert webhook.errors["url"][0].startswith("Must be on port 443, 80")
        webhook = shop("POST", PATH, {"url": "http://127.0.0.1:1024/", "is_active": False}).data
        told = shop("POST", f"{PATH}/{webhook['id']}/test").data
        assert (told["event_type"], told["status"]) == ("webhook.test", None)
        assert told["error"] == "No connection to 127.0.0.1: Connection refused"
        log = shop("GET", f"{PATH}/{webhook['id']}/deliveries?failed=true")
        assert log.data == [{**told, "id": 1}]
        assert shop("GET", f"{PATH}/{webhook['id']}/deliveries?failed=false").data == []
        assert shop("GET", f"{PATH}/{webhook['id']}").data["failures"] == 0
    finally:
        shop.close()
