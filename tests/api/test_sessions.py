"""Sessions begin, are used, and end; and no page of another site gets at one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onhand.ledger.access import Scope
from onhand.ledger.sessions import Limits
from tests.api.browsing import ALICE, BOB, Browser, CountedHasher
from tests.api.conftest import running
from tests.api.harness import Shop
from tests.support.postgres import DatabaseServer

IDLE, LONGEST = Limits().idle, Limits().longest
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bob(guarded: Shop) -> Browser:
    """A clerk's browser, signed in."""
    browser = Browser(guarded)
    assert browser.signs_in("bob", BOB).status == 201
    return browser


@pytest.fixture
def at(guarded: Shop) -> Iterator[Any]:
    """Set the clock so much later than now."""
    started = datetime.now(UTC)

    def later(by: timedelta) -> None:
        guarded.now = started + by

    later(timedelta(0))
    yield later
    guarded.now = None


def test_who_signs_in_is_known(guarded: Shop) -> None:
    browser = Browser(guarded, address="203.0.113.9")
    answer = browser.signs_in("BOB", BOB)
    assert (answer.status, answer.json["message"]) == (201, "Signed in")
    me, told = browser("GET", "/me").data, answer.data
    assert me["session"].pop("seen_at") >= told["session"].pop("seen_at")
    assert me == told
    assert (me["kind"], me["name"], me["role"]) == ("user", "bob", "clerk")
    assert "stock.move" in me["permissions"]
    assert "access.manage" not in me["permissions"]
    assert me["session"]["address"] == "203.0.113.9"
    assert me["session"]["user_agent"] == "a browser"


def test_a_key_is_told_who_it_is_too(guarded: Shop) -> None:
    key = guarded.keys.give(Scope.READ, name="till", within=frozenset({1}))
    guarded.refresh()
    me = guarded("GET", "/me", headers=key).data
    assert (me["kind"], me["name"], me["warehouse_ids"]) == ("key", "till", [1])
    for method, path in (("DELETE", "/session"), ("GET", "/me/sessions")):
        assert guarded(method, path, headers=key).status == 409


def test_cookies_are_out_of_reach(guarded: Shop) -> None:
    here = Browser(guarded).signs_in("bob", BOB).set_cookies
    assert [cookie.partition("=")[0] for cookie in here] == ["onhand", "onhand-device"]
    for cookie in here:
        assert cookie.partition("; ")[2].startswith("Path=/; Max-Age=")
        assert cookie.endswith("; HttpOnly; SameSite=Lax")
        assert len(cookie.partition(";")[0].partition("=")[2]) == 43
    away = Browser(guarded, host="stock.example.com").signs_in("bob", BOB).set_cookies
    for cookie in away:
        assert cookie.startswith("__Host-onhand")
        assert cookie.endswith("; HttpOnly; SameSite=Lax; Secure")


def test_beyond_this_machine_a_plain_cookie_does_not_count(guarded: Shop, bob: Browser) -> None:
    # Any page under the same domain, or anybody on the line, could have set it.
    plain = {"cookie": f"onhand={bob.cookies['onhand']}", "host": "stock.example.com"}
    assert guarded("GET", "/me", headers=plain).status == 401
    plain["cookie"] = f"__Host-{plain['cookie']}"
    assert guarded("GET", "/me", headers=plain).status == 200


@pytest.mark.parametrize(
    "cookie",
    ["onhand=", "onhand=x", "onhand=" + "x" * 3_000, "onhand", "onhand=\xff", "; ;=;onhand=a b"],
)
def test_what_is_no_session_is_a_401(guarded: Shop, cookie: str) -> None:
    answer = guarded("GET", "/me", headers={"cookie": cookie})
    assert (answer.status, answer.json["type"]) == (401, "/problems/unauthorized")


def test_wrong_names_and_wrong_passwords_look_alike(
    guarded: Shop, alice: Browser, hasher: CountedHasher
) -> None:
    told = {"role": "viewer", "display_name": "x"}
    for name, more in (("gone", {"password": BOB}), ("without", {})):
        user = alice("POST", "/users", {"name": name, **told, **more}).data
        if name == "gone":
            alice("PATCH", f"/users/{user['id']}", {"is_active": False})
    answers = []
    for name in ("bob", "nobody", "gone", "without"):
        before = hasher.verified
        answer = Browser(guarded).signs_in(name, "not the password" if name == "bob" else BOB)
        headers = {name: it for name, it in answer.headers.items() if name != "x-request-id"}
        answers.append((answer.status, answer.body, headers, answer.set_cookies))
        assert hasher.verified == before + 1
    assert answers[0][0] == 401
    assert answers.count(answers[0]) == 4


def test_a_session_that_ends_is_refused_at_once(guarded: Shop, bob: Browser) -> None:
    stolen = dict(bob.cookies)
    answer = bob("DELETE", "/session")
    assert (answer.status, answer.json["message"]) == (200, "Signed out")
    assert "onhand=; Path=/; Max-Age=0" in answer.set_cookies[0]
    thief = Browser(guarded)
    thief.cookies = stolen
    assert not thief.is_signed_in()
    assert thief("DELETE", "/session").status == 401


def test_one_sees_and_ends_ones_own_sessions(guarded: Shop, alice: Browser) -> None:
    phone, desk = Browser(guarded, address="192.0.2.8"), Browser(guarded)
    for browser in (phone, desk):
        browser.signs_in("bob", BOB)
    here, there = (it("GET", "/me").data["session"]["id"] for it in (desk, phone))
    listed = {it["id"]: it for it in desk("GET", "/me/sessions").data}
    assert listed.keys() >= {here, there}
    assert listed[here]["is_this_one"]
    assert (listed[there]["is_this_one"], listed[there]["address"]) == (False, "192.0.2.8")
    others = alice("GET", "/me").data["session"]["id"]
    for session_id in (others, 987654321):
        assert desk("DELETE", f"/me/sessions/{session_id}").status == 404
    assert desk("DELETE", f"/me/sessions/{there}").data["id"] == there
    assert desk("DELETE", f"/me/sessions/{there}").status == 404
    assert not phone.is_signed_in()
    assert alice.is_signed_in()
    assert there not in {it["id"] for it in desk("GET", "/me/sessions").data}


def test_signing_in_anew_ends_what_the_browser_had(guarded: Shop, bob: Browser) -> None:
    before = bob.cookies["onhand"]
    bob.signs_in("alice", ALICE)
    planted = Browser(guarded)
    planted.cookies = {"onhand": before}
    assert not planted.is_signed_in()
    assert bob("GET", "/me").data["name"] == "alice"
    assert bob.cookies["onhand"] != before


def test_a_session_ends_when_it_is_idle(bob: Browser, at: Any) -> None:
    at(IDLE - MINUTE)
    assert bob.is_signed_in()
    at(2 * IDLE - 3 * MINUTE)
    assert bob.is_signed_in()
    at(3 * IDLE)
    assert not bob.is_signed_in()
    at(2 * IDLE)
    assert not bob.is_signed_in(), "it does not come back"


def test_a_session_ends_at_last_however_much_it_is_used(bob: Browser, at: Any) -> None:
    later = timedelta(0)
    while (later := later + IDLE / 2) < LONGEST:
        at(later)
        assert bob.is_signed_in(), later
    at(LONGEST)
    assert not bob.is_signed_in()


def test_what_a_user_may_do_changes_at_once(guarded: Shop, alice: Browser) -> None:
    told = {"name": "newcomer", "role": "viewer", "password": BOB}
    user = alice("POST", "/users", told).data
    path, browser = f"/users/{user['id']}", Browser(guarded)
    browser.signs_in("newcomer", BOB)
    product = {"sku": "NEWCOMER", "name": "x"}
    assert browser("POST", "/products", product).status == 403
    alice("PATCH", path, {"role": "manager"})
    assert browser("POST", "/products", product).status == 201
    alice("PATCH", path, {"is_active": False})
    assert not browser.is_signed_in()
    assert browser.signs_in("newcomer", BOB).status == 401
    alice("PATCH", path, {"is_active": True})
    assert not browser.is_signed_in(), "what has ended stays so"
    assert browser.signs_in("newcomer", BOB).status == 201


def test_another_password_ends_all_sessions_but_one(guarded: Shop, alice: Browser) -> None:
    alice("POST", "/users", {"name": "changer", "role": "viewer", "password": ALICE})
    desk, phone = Browser(guarded), Browser(guarded)
    for browser in (desk, phone):
        browser.signs_in("changer", ALICE)
    before = dict(desk.cookies)
    wrong = desk("POST", "/me/password", {"current_password": BOB, "new_password": BOB})
    assert (wrong.status, wrong.errors) == (422, {"current_password": ["Is not your password"]})
    weak = desk("POST", "/me/password", {"current_password": ALICE, "new_password": "changer1"})
    assert (weak.status, [*weak.errors]) == (422, ["new_password"])
    told = {"current_password": ALICE, "new_password": BOB}
    answer = desk("POST", "/me/password", told)
    assert answer.status == 200, answer.body
    assert desk.is_signed_in()
    assert not phone.is_signed_in()
    old = Browser(guarded)
    old.cookies = before
    assert not old.is_signed_in()
    assert phone.signs_in("changer", ALICE).status == 401
    assert phone.signs_in("changer", BOB).status == 201
    user = alice("GET", "/users?search=changer").data[0]
    assert alice("POST", f"/users/{user['id']}/password", {"password": ALICE}).status == 200
    assert not desk.is_signed_in()
    assert desk.signs_in("changer", ALICE).status == 201


def test_two_servers_know_of_each_others_sessions(
    postgresql_server: DatabaseServer, hasher: CountedHasher
) -> None:
    url = postgresql_server.create_database()
    one = Shop(url)
    told = {"name": "bob", "role": "viewer", "password": BOB}
    assert one("POST", "/users", told).status == 201
    two = Shop(url)
    here = Browser(one)
    for _ in range(3):
        here.signs_in("bob", BOB)
        there = Browser(two)
        there.cookies = here.cookies
        assert there.is_signed_in(), "a session is looked up before it is refused"
    started = datetime.now(UTC)
    one.now = two.now = started + IDLE - MINUTE
    assert there.is_signed_in()
    two._run(two.live.current.people.signed_in.save())
    one.now = two.now = started + IDLE + MINUTE
    assert here.is_signed_in(), "it was used at the other server"
    here("DELETE", "/session")
    two.refresh()
    assert not there.is_signed_in()
    for shop in (one, two):
        shop.close()
    postgresql_server.drop_database(url)


def test_sessions_and_their_last_use_outlive_a_restart(
    tmp_path_factory: pytest.TempPathFactory, hasher: CountedHasher
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('restart') / 'onhand.db'}"
    started = datetime.now(UTC)
    cookies: dict[str, str] = {}
    for later in (timedelta(0), IDLE - MINUTE, 2 * IDLE - 2 * MINUTE):
        for shop in running(url):
            shop.now = started + later
            browser = Browser(shop)
            browser.cookies = cookies
            if not cookies:
                told = {"name": "bob", "role": "viewer", "password": BOB}
                assert shop("POST", "/users", told).status == 201
                browser.signs_in("bob", BOB)
                cookies = browser.cookies
            assert browser.is_signed_in()


# Requests that a browser sends for a page of another site

OTHERS: list[dict[str, str]] = [
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "cross-site", "origin": "http://127.0.0.1:8080"},
    {"sec_fetch_site": "what else"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:9090"},
    {"origin": "http://127.0.0.1:8080.evil.example"},
    {"origin": "http://evil.example/127.0.0.1:8080"},
]
OURS: list[dict[str, str]] = [
    {"sec_fetch_site": "same-origin"},
    {"sec_fetch_site": "same-origin", "origin": "http://127.0.0.1:8080"},
    {"sec_fetch_site": "none"},
    {"origin": "http://127.0.0.1:8080"},
    {},
]


@pytest.mark.parametrize("sent", OTHERS, ids=str)
def test_a_page_of_another_site_changes_nothing(alice: Browser, sent: dict[str, str]) -> None:
    before = alice("GET", "/products").json["meta"]["total"]
    product = {"sku": "CSRF", "name": "x"}
    for method, path, body in (
        ("POST", "/products", product),
        ("POST", "/inventory/1/adjust", {"quantity": 1, "reason": "x"}),
        ("POST", "/inventory/commands", {"commands": []}),
        ("DELETE", "/session", None),
        ("POST", "/session", {"name": "bob", "password": BOB}),
        ("POST", "/users", {"name": "evil", "role": "admin", "password": ALICE}),
        ("POST", "/me/password", {"current_password": ALICE, "new_password": BOB}),
    ):
        answer = alice(method, path, body, **sent)
        assert (answer.status, answer.json["type"]) == (403, "/problems/forbidden"), path
        assert not answer.set_cookies
    assert alice("GET", "/products").json["meta"]["total"] == before
    assert alice("GET", "/me").data["name"] == "alice"


@pytest.mark.parametrize("sent", OURS, ids=str)
def test_our_own_pages_and_programs_do(alice: Browser, sent: dict[str, str]) -> None:
    answer = alice("POST", "/products", {"sku": f"OURS-{len(str(sent))}", "name": "x"}, **sent)
    assert answer.status == 201, answer.body


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_what_a_form_can_send_is_no_command(alice: Browser, kind: str) -> None:
    body = b'{"sku": "FORM", "name": "x"}'
    answer = alice("POST", "/products", body, content_type=kind, content_length=str(len(body)))
    assert answer.status == 415


def test_a_body_that_does_not_say_what_it_is_is_no_command(guarded: Shop, bob: Browser) -> None:
    cookie = {"cookie": f"onhand={bob.cookies['onhand']}"}
    body = b'{"quantity": 1, "reason": "x"}'
    for headers in ({"content-length": str(len(body))}, {"transfer-encoding": "chunked"}):
        given = {**cookie, **headers}
        answer = guarded("POST", "/inventory/1/adjust", headers=given, chunks=[body])
        assert answer.status == 415


def test_keys_are_no_cookies(guarded: Shop, bob: Browser) -> None:
    key = guarded.keys.give(Scope.ADMIN, name="integration")
    guarded.refresh()
    sent = {"sec_fetch_site": "cross-site", "origin": "https://app.example"}
    product = {"sku": "BY-KEY", "name": "x"}
    answer = bob("POST", "/products", product, **sent, **key)
    assert answer.status == 201, "a key is sent by whoever has it, and a session beside it is none"
    me = bob("GET", "/me", **key).data
    assert (me["kind"], me["name"]) == ("key", "integration")
    assert bob("GET", "/me", authorization="Bearer onhand_wrong").status == 401
