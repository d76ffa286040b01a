"""Signing in by OpenID Connect: a real provider beside a real server, and forgeries."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from onhand.core.callers import Caller
from onhand.ledger.access import Role
from onhand.ledger.people import NewUser
from onhand.store.engine import admin_engine, parse_database
from onhand.store.migrate import migrate
from onhand.store.people import SqlPeople
from tests.support.openid import CLIENT_ID, Provider
from tests.support.postgres import LOOPBACK
from tests.support.receivers import until
from tests.support.server import OnhandServer

BASE = "/api/v1/operations"
START = f"{BASE}/session/oidc"


class Person:
    """Somebody at a browser."""

    def __init__(self, server: OnhandServer) -> None:
        self.browser = httpx.Client(base_url=server.base_url, timeout=30)

    def goes_there(self, subject: str, return_to: str = "/docs") -> str:
        """Sign in at the provider; the address it sends the browser back to."""
        sent = self.browser.get(START, params={"return_to": return_to})
        assert sent.status_code == 303, sent.text
        agreed = httpx.post(sent.headers["Location"], data={"sub": subject})
        assert agreed.status_code == 302, agreed.text
        return str(agreed.headers["Location"])

    def signs_in(self, subject: str, return_to: str = "/docs") -> httpx.Response:
        return self.browser.get(self.goes_there(subject, return_to))

    def me(self) -> Any:
        """Who the server says it is; None where it does not know."""
        answer = self.browser.get(f"{BASE}/me")
        return answer.json()["data"] if answer.is_success else None


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    provider = Provider(tmp_path_factory.mktemp("provider"))
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('elsewhere') / 'onhand.db'}"
    migrate(url)
    return url


@pytest.fixture(scope="module")
def people(url: str) -> SqlPeople:
    """The users of the server's database, in which there is an administrator from the start."""
    people = SqlPeople(admin_engine(parse_database(url)))
    boss = NewUser("boss", Role.ADMIN, password_hash="never right")
    people.create(boss, Caller("test"), datetime.now(UTC))
    return people


@pytest.fixture(scope="module")
def server(
    provider: Provider, people: SqlPeople, url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OnhandServer]:
    settings = {
        "ONHAND_OIDC_ISSUER": provider.issuer,
        "ONHAND_OIDC_CLIENT_ID": CLIENT_ID,
        "ONHAND_OIDC_CLIENT_SECRET": "a secret of theirs",
        "ONHAND_OIDC_ROLE_CLAIM": "groups",
        "ONHAND_OIDC_ROLES": "stock-admins=admin,stock-staff=clerk",
    }
    folder = tmp_path_factory.mktemp("server")
    with OnhandServer(url, folder, environment=settings) as server:
        yield server


@pytest.fixture
def person(server: OnhandServer) -> Iterator[Person]:
    person = Person(server)
    yield person
    person.browser.close()


def test_who_comes_for_the_first_time_becomes_a_user(person: Person, provider: Provider) -> None:
    provider.knows("7", preferred_username="carol", name="Carol K", groups=["stock-staff", "x"])
    answer = person.signs_in("7", return_to="/docs?tag=People")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/docs?tag=People")
    me = person.me()
    assert (me["name"], me["display_name"], me["role"]) == ("carol", "Carol K", "clerk")
    # And is known the next time, by what the provider says then.
    provider.knows("7", preferred_username="other", name="Carol L", groups=["stock-admins"])
    again = Person.__new__(Person)
    again.browser = httpx.Client(base_url=person.browser.base_url, timeout=30)
    again.signs_in("7")
    me = again.me()
    assert (me["name"], me["display_name"], me["role"]) == ("carol", "Carol L", "admin")
    assert person.me()["role"] == "admin"


def test_a_name_in_a_claim_makes_nobody_somebody_else(person: Person, provider: Provider) -> None:
    provider.knows("8", preferred_username="boss", email="boss", groups="stock-staff")
    person.signs_in("8")
    me = person.me()
    assert (me["name"], me["role"]) == ("boss-2", "clerk")


def test_without_a_role_nobody_comes_in(person: Person, provider: Provider) -> None:
    provider.knows("9", preferred_username="guest", groups=["visitors"])
    answer = person.signs_in("9")
    assert answer.status_code == 403
    assert person.me() is None


def test_who_was_disabled_stays_out(person: Person, provider: Provider, people: SqlPeople) -> None:
    provider.knows("10", preferred_username="dave", groups=["stock-staff"])
    person.signs_in("10")
    user = people.find("dave")
    assert user is not None
    people.change(user.id, user.version, {"is_active": False}, Caller("test"), datetime.now(UTC))
    assert person.signs_in("10").status_code == 403
    # What another process changed is heard within a second.
    until(lambda: person.me() is None, "the session has ended")


NOW = int(time.time())
FORGERIES: dict[str, dict[str, Any]] = {
    "nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "issuer": {"claims": {"iss": "https://evil.example"}},
    "audience": {"claims": {"aud": "another"}},
    "audience of another, with us as its party": {"claims": {"aud": "another", "azp": CLIENT_ID}},
    "party": {"claims": {"aud": [CLIENT_ID, "another"], "azp": "another"}},
    "expired": {"claims": {"exp": NOW - 120, "iat": NOW - 500}},
    "of the future": {"claims": {"iat": NOW + 10_000, "exp": NOW + 20_000}},
    "no subject": {"claims": {"sub": None}},
    "a long subject": {"claims": {"sub": "x" * 256}},
    "not signed": {"signed": "by nobody"},
    "signed with what everybody has": {"signed": "by secret"},
    "signed by another": {"signed": "by a stranger"},
    "another access token": {"claims": {"at_hash": "AAAA"}},
}


@pytest.mark.parametrize("orders", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_is_refused(
    orders: dict[str, Any], person: Person, provider: Provider
) -> None:
    provider.knows("11", preferred_username="eve", groups=["stock-admins"])
    provider.forge(**orders)
    answer = person.signs_in("11")
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/sign_in_failed"
    assert person.me() is None


def test_a_token_that_is_only_signed_anew_is_taken(person: Person, provider: Provider) -> None:
    provider.knows("12", preferred_username="frank", groups=["stock-staff"])
    provider.forge(signed="properly")
    person.signs_in("12")
    assert person.me()["name"] == "frank"


def test_only_the_browser_that_was_sent_there_comes_back(
    person: Person, server: OnhandServer, provider: Provider
) -> None:
    provider.knows("13", preferred_username="grace", groups=["stock-staff"])
    address = person.goes_there("13")
    # Somebody else is made to open the address: they would be signed in as this one.
    victim = Person(server)
    assert victim.browser.get(address).status_code == 401
    victim.goes_there("13")
    assert victim.browser.get(address).status_code == 401
    assert victim.me() is None
    code, state = (parse_qs(urlsplit(address).query)[name][0] for name in ("code", "state"))
    callback = f"{START}/callback"
    for query in (
        {"code": code},
        {"code": code, "state": ""},
        {"code": code, "state": state[:-1]},
        {"code": code, "state": state, "iss": "https://evil.example"},
        {"state": state, "error": "access_denied"},
        {"code": "made up", "state": state},
    ):
        assert person.browser.get(callback, params=query).status_code == 401, query
    assert person.me() is None
    assert person.browser.get(address).status_code == 303
    assert person.browser.get(address).status_code == 401, "a code is good for one time"


def test_a_page_is_sent_to_the_app_and_told_why_in_a_name_of_ours(
    person: Person, provider: Provider
) -> None:
    provider.knows("15", preferred_username="ivan", groups=["visitors"])
    person.browser.headers["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    refused = person.signs_in("15")
    assert (refused.status_code, refused.headers["Location"]) == (303, "/?sign_in=forbidden")
    # Whatever a link says, nothing of it is where the browser goes, or what it is told.
    evil = {
        "error": "//evil.example",
        "state": "https://evil.example",
        "return_to": "//evil.example",
    }
    for answer in (
        person.browser.get(f"{START}/callback", params=evil),
        person.browser.get(f"{START}/callback"),
    ):
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/?sign_in=sign_in_failed"
        assert "evil" not in answer.text
    wrong = person.browser.get(START, params={"return_to": "//evil.example"})
    assert wrong.headers["Location"] == "/?sign_in=invalid_fields"
    assert person.me() is None


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example"),
        *("/\t/evil.example", "javascript:alert(1)", "evil.example", "", "/x\r\nSet-Cookie: a=b"),
        "/" + "x" * 1_000,
    ],
)
def test_nobody_is_sent_elsewhere(elsewhere: str, person: Person) -> None:
    answer = person.browser.get(START, params={"return_to": elsewhere})
    assert answer.status_code == 422, answer.headers


def test_nor_by_a_cookie_that_was_tampered_with(person: Person, provider: Provider) -> None:
    provider.knows("14", preferred_username="heidi", groups=["stock-staff"])
    address = person.goes_there("14")
    secret = person.browser.cookies["onhand-oidc"].partition(".")[0]
    for path in (b"https://evil.example", b"\xff", b"//evil.example"):
        kept = f"{secret}.{base64.urlsafe_b64encode(path).decode().rstrip('=')}"
        person.browser.cookies.set("onhand-oidc", kept, domain=LOOPBACK)
        answer = person.browser.get(address)
        assert answer.headers.get("Location", "/") == "/"
        address = person.goes_there("14")


def test_without_a_provider_nothing_of_it_is_loaded(people: SqlPeople, sqlite_url: str) -> None:
    program = (
        "import asyncio, sys; from onhand.app import Settings, migrate, open_services\n"
        "async def run():\n"
        "    migrate(sys.argv[1])\n"
        "    async with open_services(Settings(database=sys.argv[1])) as services:\n"
        "        assert services.people.provider is None\n"
        "asyncio.run(run())\n"
        "heavy = {'authlib', 'joserfc', 'httpx2', 'cryptography', 'argon2', 'zxcvbn'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()\n"
    )
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ONHAND_")}
    subprocess.run(
        [sys.executable, "-c", program, sqlite_url], check=True, timeout=30, env=inherited
    )
