"""Keys over HTTP: made, told once, rotated, ended; and nobody gives more than they have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onhand.ledger.access import Role, Scope
from tests.api.conftest import running
from tests.api.harness import Shop

Headers = dict[str, str]


@pytest.fixture(scope="module")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    yield from running(f"sqlite:///{tmp_path_factory.mktemp('keys') / 'onhand.db'}")


@pytest.fixture
def shop(running_shop: Shop) -> Shop:
    """A shop without any key, whose clock stands still until it is set."""
    running_shop.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    running_shop.keys.keys.clear()
    running_shop.refresh()
    return running_shop


@pytest.fixture
def boss(shop: Shop) -> Headers:
    headers = shop.keys.give(role=Role.ADMIN, name="boss")
    shop.refresh()
    return headers


def bearer(secret: str) -> Headers:
    return {"authorization": f"Bearer {secret}"}


def made(shop: Shop, headers: Headers, **body: Any) -> Any:
    answer = shop("POST", "/keys", {"name": "till", **body}, headers=headers)
    assert answer.status == 201, answer.body
    return answer.data


def reads(shop: Shop, headers: Headers) -> int:
    return shop("GET", "/warehouses", headers=headers).status


def test_a_key_is_made_and_its_secret_told_once(shop: Shop, boss: Headers) -> None:
    answer = shop("POST", "/keys", {"name": "till", "role": "clerk"}, headers=boss)
    secret = answer.data.pop("secret")
    assert answer.headers["location"].endswith("/keys/2")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json["data"] | {"secret": None} == {
        "id": 2,
        "name": "till",
        "role": "clerk",
        "scope": None,
        "warehouse_ids": None,
        "created_by": "key:boss",
        "created_at": "2026-03-02T09:00:00Z",
        "expires_at": None,
        "rotated_at": None,
        "previous_secret_until": None,
        "last_used_at": None,
        "revoked_at": None,
        "secret": None,
    }
    assert reads(shop, bearer(secret)) == 200
    for path in ("/keys", "/keys/2"):
        told = shop("GET", path, headers=boss)
        assert told.status == 200
        assert secret.encode() not in told.body
        assert b"hash" not in told.body
    listed = shop("GET", "/keys?per_page=1&page=2", headers=boss).json
    assert [row["name"] for row in listed["data"]] == ["till"]
    assert listed["meta"] == {"current_page": 2, "per_page": 1, "total": 2, "last_page": 2}


def test_the_first_key_closes_an_open_server(shop: Shop) -> None:
    secret = made(shop, {}, scope="admin")["secret"]
    assert (reads(shop, {}), reads(shop, bearer(secret))) == (401, 200)


def test_a_key_ends_when_it_was_said(shop: Shop, boss: Headers) -> None:
    key = made(shop, boss, scope="read", expires_at="2026-03-02T10:00:00+00:00")
    headers = bearer(key["secret"])
    assert reads(shop, headers) == 200
    shop.now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    ended = shop("GET", "/warehouses", headers=headers)
    assert ended.status == 401
    assert ended.json["message"].startswith("This API key expired at 2026-03-02T10:00:00Z:")
    assert 'error="invalid_token"' in ended.headers["www-authenticate"]
    over = shop("POST", f"/keys/{key['id']}/rotate", headers=boss)
    assert (over.status, list(over.errors)) == (422, ["expires_at"])
    later = {"expires_at": "2026-04-01T00:00:00Z"}
    again = shop("POST", f"/keys/{key['id']}/rotate", later, headers=boss).data
    assert again["expires_at"] == later["expires_at"]
    # The old secret has its grace again, now that the key goes on.
    assert (reads(shop, bearer(again["secret"])), reads(shop, headers)) == (200, 200)


def test_a_rotated_keys_old_secret_works_for_a_day(shop: Shop, boss: Headers) -> None:
    key = made(shop, boss, scope="read")
    rotated = shop("POST", f"/keys/{key['id']}/rotate", headers=boss)
    assert (rotated.status, rotated.data["rotated_at"]) == (200, "2026-03-02T09:00:00Z")
    assert rotated.data["previous_secret_until"] == "2026-03-03T09:00:00Z"
    old, new = bearer(key["secret"]), bearer(rotated.data["secret"])
    assert (reads(shop, old), reads(shop, new)) == (200, 200)
    assert shop.now is not None
    shop.now += timedelta(hours=24)
    refused = shop("GET", "/warehouses", headers=old)
    assert refused.status == 401
    assert refused.json["message"] == (
        "This API key has another secret since it was rotated; the old one worked until"
        " 2026-03-03T09:00:00Z"
    )
    assert reads(shop, new) == 200


def test_a_leaked_secret_ends_at_once(shop: Shop, boss: Headers) -> None:
    key = made(shop, boss, scope="read")
    body = {"grace_seconds": 0}
    rotated = shop("POST", f"/keys/{key['id']}/rotate", body, headers=boss).data
    assert reads(shop, bearer(key["secret"])) == 401
    # Of two rotations the first secret is gone for good.
    again = shop("POST", f"/keys/{key['id']}/rotate", headers=boss).data
    first, second, third = key["secret"], rotated["secret"], again["secret"]
    assert [reads(shop, bearer(it)) for it in (first, second, third)] == [401, 200, 200]


def test_a_revoked_key_is_gone_with_both_its_secrets(shop: Shop, boss: Headers) -> None:
    key = made(shop, boss, scope="read")
    rotated = shop("POST", f"/keys/{key['id']}/rotate", headers=boss).data
    ended = shop("DELETE", f"/keys/{key['id']}", headers=boss)
    assert (ended.status, ended.data["revoked_at"]) == (200, "2026-03-02T09:00:00Z")
    assert [reads(shop, bearer(it["secret"])) for it in (key, rotated)] == [401, 401]
    for method, path in (("DELETE", ""), ("POST", "/rotate")):
        assert shop(method, f"/keys/{key['id']}{path}", headers=boss).status == 409
    again = shop("POST", "/keys", {"name": "till", "scope": "read"}, headers=boss)
    assert (again.status, list(again.errors)) == (422, ["name"])


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"name"}),
        ({"name": "x"}, {"role"}),
        ({"name": "x", "role": "clerk", "scope": "read"}, {"role"}),
        ({"name": "x", "role": "boss"}, {"role"}),
        ({"name": "x\ny", "scope": "read"}, {"name"}),
        ({"name": " x", "scope": "read"}, {"name"}),
        ({"name": "x" * 101, "scope": "read"}, {"name"}),
        ({"name": "x", "scope": "read", "warehouse_ids": []}, {"warehouse_ids"}),
        ({"name": "x", "scope": "read", "warehouse_ids": [1, 99]}, {"warehouse_ids"}),
        ({"name": "x", "scope": "read", "expires_at": "2026-03-02T09:00:00Z"}, {"expires_at"}),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, {"role", "expires_at"}),
    ],
)
def test_a_wrong_key_is_refused(
    shop: Shop, boss: Headers, body: dict[str, Any], wrong: set[str]
) -> None:
    answer = shop("POST", "/keys", body, headers=boss)
    assert (answer.status, set(answer.errors)) == (422, wrong)
    assert len(shop.keys.keys) == 1


def test_nobody_gives_more_than_they_have(shop: Shop, boss: Headers) -> None:
    east = shop("POST", "/warehouses", {"name": "E", "code": "E"}, headers=boss).data["id"]
    both = made(shop, boss, name="both", role="admin", warehouse_ids=[1, east])
    limited = bearer(both["secret"])
    for more in (
        {"role": "viewer"},
        {"scope": "read"},
        {"role": "viewer", "warehouse_ids": [1, 99]},
    ):
        answer = shop("POST", "/keys", {"name": "more", **more}, headers=limited)
        assert answer.status == 403
        assert answer.json["message"].startswith("Nobody gives more than they have")
    fewer = made(shop, limited, name="fewer", role="admin", warehouse_ids=[east])
    assert fewer["created_by"] == "key:both"
    # Nor do they take over who has more: to them there is no such key.
    mine = shop("GET", "/keys", headers=limited)
    assert [row["name"] for row in mine.data] == ["both", "fewer"]
    for method, path in (("GET", ""), ("POST", "/rotate"), ("DELETE", "")):
        assert shop(method, f"/keys/1{path}", headers=limited).status == 404
        narrow = bearer(fewer["secret"])
        assert shop(method, f"/keys/{both['id']}{path}", headers=narrow).status == 404
    assert [key.revoked_at for key in shop.keys.keys] == [None] * 3


@pytest.mark.parametrize("power", [{"role": Role.MANAGER}, {"scope": Scope.WRITE}])
def test_who_does_not_manage_access_makes_no_key(
    shop: Shop, boss: Headers, power: dict[str, Any]
) -> None:
    headers = shop.keys.give(name="m", **power)
    shop.refresh()
    answer = shop("POST", "/keys", {"name": "x", "role": "viewer"}, headers=headers)
    assert answer.status == 403
    assert "access.manage" in answer.json["message"]


def test_a_keys_last_use_is_noted_beside_its_requests(shop: Shop, boss: Headers) -> None:
    key = made(shop, boss, scope="read")
    reads(shop, bearer(key["secret"]))
    reads(shop, bearer("onhand_wrong"))
    assert shop.keys.keys[1].last_used_at is None
    shop._run(shop.live.gate.note_use())
    assert shop("GET", f"/keys/{key['id']}", headers=boss).data["last_used_at"] == (
        "2026-03-02T09:00:00Z"
    )
