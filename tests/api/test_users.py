"""Users are made, listed and changed by who manages access, with no more than they have."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from onhand.ledger.access import Role, Scope
from tests.api.browsing import ALICE, BOB, Browser, CountedHasher
from tests.api.harness import Answered, Shop

_numbers = itertools.count(1)


def named() -> str:
    return f"user-{next(_numbers)}"


def made(by: Browser, **told: Any) -> dict[str, Any]:
    answer = by("POST", "/users", {"name": named(), "role": "viewer", **told})
    assert answer.status == 201, answer.body
    data: dict[str, Any] = answer.data
    return data


def test_the_first_user_closes_the_server(tmp_path: Path, hasher: CountedHasher) -> None:
    shop = Shop(f"sqlite:///{tmp_path / 'onhand.db'}")
    assert shop("GET", "/me").data["kind"] == "anonymous"
    told = {"name": "alice", "role": "admin", "password": ALICE}
    assert shop("POST", "/users", told).status == 201
    assert shop("GET", "/products").status == 401
    shop.close()
    # And it stays closed, whether or not that user may still come in.
    shop = Shop(shop.url)
    assert shop("GET", "/products").status == 401
    shop.close()


def test_a_user_is_told_as_made(guarded: Shop, alice: Browser) -> None:
    east = {"name": "East", "code": named()}
    east_id = alice("POST", "/warehouses", east).data["id"]
    told = {"display_name": "Carol K", "role": "buyer", "warehouse_ids": [east_id, 1]}
    answer = alice("POST", "/users", {"name": "carol", "password": BOB, **told})
    assert answer.status == 201
    assert answer.headers["etag"] == '"1"'
    location = answer.headers["location"]
    assert BOB.encode() not in answer.body
    assert b"argon2" not in answer.body
    told["warehouse_ids"] = [1, east_id]
    assert answer.data.items() >= {"name": "carol", "has_password": True, **told}.items()
    assert alice("GET", location).data == answer.data
    listed = alice("GET", "/users?search=CAROL&role=buyer&is_active=true")
    assert listed.data == [answer.data]
    assert listed.json["meta"]["total"] == 1
    assert alice("GET", "/users/987654321").status == 404


@pytest.mark.parametrize(
    ("told", "field", "text"),
    [
        ({"name": "ALICE"}, "name", "There is, or was, a user named 'ALICE'"),
        ({"name": "a b"}, "name", "Must be 1 to 64 letters, digits and . _ @ + -"),
        ({"name": "-x"}, "name", "the first of them a letter or a digit"),
        ({"name": "é"}, "name", "letters, digits"),
        ({"role": "king"}, "role", "viewer, clerk, counter, buyer, manager and admin"),
        ({"warehouse_ids": [1, 77, 78]}, "warehouse_ids", "Warehouse 77, 78 does not exist"),
        ({"warehouse_ids": []}, "warehouse_ids", "a list of 1 to 1,000 items"),
        ({"password": "short"}, "password", "Must have 8 characters or more"),
        ({"password": "x y z " * 50}, "password", "Must have 256 characters or fewer"),
        ({"password": "password1234"}, "password", "among those that are tried first"),
        ({"password": "margaretha", "name": "margaretha"}, "password", "tried first"),
        ({"is_admin": True}, "is_admin", "Unknown field"),
    ],
)
def test_what_is_wrong_is_told(alice: Browser, told: dict[str, Any], field: str, text: str) -> None:
    answer = alice("POST", "/users", {"name": named(), "role": "viewer", **told})
    assert answer.status == 422
    assert text in answer.errors[field][0]


def test_a_wrong_password_is_not_told_back(alice: Browser) -> None:
    told = {"name": named(), "role": "viewer", "password": 12345678}
    assert b"12345678" not in alice("POST", "/users", told).body


def test_a_change_is_told_and_is_of_what_was_read(alice: Browser) -> None:
    user = made(alice, display_name="Old")
    path = f"/users/{user['id']}"
    changes = {"role": "clerk", "display_name": None, "warehouse_ids": [1], "is_active": False}
    answer = alice("PATCH", path, changes, if_match='"1"')
    assert answer.status == 200
    assert answer.headers["etag"] == '"2"'
    assert answer.data.items() >= changes.items()
    stale = alice("PATCH", path, {"role": "admin"}, if_match='"1"')
    assert (stale.status, stale.json["type"]) == (412, "/problems/stale_version")
    same = alice("PATCH", path, {"role": "clerk"})
    assert (same.status, same.headers["etag"]) == (200, '"2"')
    freed = alice("PATCH", path, {"warehouse_ids": None, "is_active": True}, if_match='"2"')
    assert (freed.data["warehouse_ids"], freed.data["is_active"]) == (None, True)
    assert alice("PATCH", path, {"name": "other"}).status == 422
    assert alice("GET", path).data == freed.data


def refused(answer: Answered) -> bool:
    return answer.status == 403 and answer.json["type"] == "/problems/forbidden"


def test_nobody_changes_what_they_may_do_themselves(alice: Browser) -> None:
    me = alice("GET", "/users?search=alice").data[0]
    path = f"/users/{me['id']}"
    for changes in ({"role": "clerk"}, {"is_active": False}, {"warehouse_ids": [1]}):
        assert refused(alice("PATCH", path, changes)), changes
    assert refused(alice("POST", f"{path}/password", {"password": BOB}))
    assert alice("PATCH", path, {"display_name": "Alice", "role": "admin"}).status == 200
    assert alice.is_signed_in()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_who_does_not_manage_access_makes_nobody_more(
    guarded: Shop, alice: Browser, role: Role
) -> None:
    user = made(alice, role=role.value, password=BOB)
    browser = Browser(guarded)
    browser.signs_in(user["name"], BOB)
    path = f"/users/{user['id']}"
    assert refused(browser("PATCH", path, {"role": "admin"}))
    assert refused(browser("POST", "/users", {"name": named(), "role": "viewer"}))
    assert refused(browser("GET", "/users"))
    assert refused(browser("POST", f"{path}/password", {"password": ALICE}))
    assert browser("GET", "/me").data["role"] == role


def test_who_manages_access_in_one_place_gives_and_takes_nothing_elsewhere(
    guarded: Shop, alice: Browser
) -> None:
    there = alice("POST", "/warehouses", {"name": "North", "code": named()}).data["id"]
    local = made(alice, role="admin", warehouse_ids=[1], password=BOB)
    browser = Browser(guarded)
    browser.signs_in(local["name"], BOB)
    for told in ({}, {"warehouse_ids": [there]}, {"warehouse_ids": [1, there]}):
        more = {"name": named(), "role": "viewer", **told}
        assert refused(browser("POST", "/users", more)), told
    theirs = made(browser, role="admin", warehouse_ids=[1])
    path = f"/users/{theirs['id']}"
    for changes in ({"warehouse_ids": None}, {"warehouse_ids": [1, there]}):
        assert refused(browser("PATCH", path, changes)), changes
    # Users who may work elsewhere do not exist.
    boss = alice("GET", "/users?search=alice").data[0]
    away = made(alice, warehouse_ids=[there])
    for other in (boss, away):
        path = f"/users/{other['id']}"
        assert browser("GET", path).status == 404
        assert browser("PATCH", path, {"display_name": "x"}).status == 404
        assert browser("POST", f"{path}/password", {"password": BOB}).status == 404
    listed = browser("GET", "/users?per_page=1")
    assert listed.json["meta"]["total"] == 2
    assert {user["id"] for user in browser("GET", "/users").data} == {local["id"], theirs["id"]}


def test_a_key_manages_access_as_far_as_it_may(guarded: Shop) -> None:
    for scope, may in ((Scope.WRITE, False), (Scope.ADMIN, True)):
        key = guarded.keys.give(scope, name=named())
        guarded.refresh()
        told = {"name": named(), "role": "admin"}
        answer = guarded("POST", "/users", told, headers=key)
        assert (answer.status == 201) == may
        assert refused(answer) == (not may)


def test_what_a_user_does_names_them_and_keeps_to_their_warehouses(
    guarded: Shop, alice: Browser
) -> None:
    there = alice("POST", "/warehouses", {"name": "South", "code": named()}).data["id"]
    lamp = alice("POST", "/products", {"sku": named(), "name": "Lamp"}).data["id"]
    user = made(alice, role="clerk", warehouse_ids=[there], password=BOB)
    browser = Browser(guarded)
    browser.signs_in(user["name"], BOB)
    path, told = f"/inventory/{lamp}/adjust", {"quantity": 5, "reason": "x"}
    assert browser("POST", path, {**told, "warehouse_id": 1}).status == 403
    moved = browser("POST", path, {**told, "warehouse_id": there})
    assert moved.status == 200
    movement = alice("GET", f"/stock-movements/{moved.data['movement_ids'][0]}").data
    assert movement["created_by"] == f"user:{user['name']}"
