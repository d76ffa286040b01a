"""Where browsers find this server, and what follows for cookies; and roles out of claims."""

from __future__ import annotations

from typing import Any

import pytest

from onhand.api.people.openid import is_safe
from onhand.api.people.openid_roles import role_rule
from onhand.api.site import Site
from onhand.ledger.access import Role


def request(**headers: str) -> dict[str, Any]:
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"method": "POST", "headers": told}


@pytest.mark.parametrize(
    ("url", "host", "secure", "origin"),
    [
        ("", "127.0.0.1:8080", False, "http://127.0.0.1:8080"),
        ("", "localhost", False, "http://localhost"),
        ("", "[::1]:80", False, "http://[::1]:80"),
        ("", "stock.example.com", True, "https://stock.example.com"),
        ("", "127.0.0.1.evil.example", True, "https://127.0.0.1.evil.example"),
        ("https://stock.example.com", "127.0.0.1:8080", True, "https://stock.example.com"),
        ("http://localhost:9000", "evil.example", False, "http://localhost:9000"),
    ],
)
def test_only_on_this_machine_a_cookie_is_not_secure(
    url: str, host: str, secure: bool, origin: str
) -> None:
    site = Site(url)
    assert site.is_secure(request(host=host)) == secure
    assert site.origin_of(request(host=host)) == origin
    assert Site().is_secure(request()), "who names no host gets no plain cookie"


@pytest.mark.parametrize(
    ("sent", "is_ours"),
    [
        ({"origin": "https://stock.example.com"}, True),
        ({"origin": "HTTPS://Stock.Example.com"}, True),
        # What a proxy may have made of the host.
        ({"origin": "https://stock.example.com", "host": "10.0.0.7:8080"}, True),
        ({"origin": "https://10.0.0.7:8080", "host": "10.0.0.7:8080"}, True),
        ({"origin": "https://evil.example", "host": "10.0.0.7:8080"}, False),
        ({"origin": ""}, False),
        ({"sec_fetch_site": "cross-site", "origin": "https://stock.example.com"}, False),
    ],
)
def test_its_own_address_is_ours(sent: dict[str, str], is_ours: bool) -> None:
    site = Site("https://stock.example.com")
    assert (site.cross_site_fault(request(**sent)) is None) == is_ours


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example.com/realms/x", True),
        ("http://127.0.0.1:9400", True),
        ("http://id.example.com", False),
        ("http://localhost.evil.example", False),
        ("ftp://id.example.com", False),
        ("https://", False),
        (None, False),
    ],
)
def test_a_provider_is_spoken_to_by_tls(address: object, safe: bool) -> None:
    assert is_safe(address) == safe


CLAIMS = {
    "groups": ["stock-staff", "all", 7, None],
    "role": "manager",
    "realm_access": {"roles": ["viewer", "admin"]},
    "https://example.com/roles": ["counter"],
    "odd": {"a": 1},
}


@pytest.mark.parametrize(
    ("claim", "pairs", "default", "role"),
    [
        ("groups", "stock-admins=admin,stock-staff=clerk", "", Role.CLERK),
        ("groups", "all=viewer, stock-staff=clerk", "", Role.VIEWER),
        ("groups", "stock-admins=admin", "", None),
        ("groups", "stock-admins=admin", "viewer", Role.VIEWER),
        ("groups", "7=admin,None=admin", "", None),
        ("groups", "", "", None),
        ("role", "", "", Role.MANAGER),
        ("role", "man=admin", "", None),
        ("realm_access.roles", "", "viewer", Role.ADMIN),
        ("https://example.com/roles", "", "", Role.COUNTER),
        ("odd", "", "", None),
        ("role.deeper", "", "", None),
        ("missing", "", "counter", Role.COUNTER),
        ("", "", "counter", Role.COUNTER),
    ],
)
def test_a_role_follows_from_claims(
    claim: str, pairs: str, default: str, role: Role | None
) -> None:
    assert role_rule(claim, pairs, default).role_of(CLAIMS) == role


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (("groups", "staff", ""), "ONHAND_OIDC_ROLES must be pairs"),
        (("groups", "staff=king", ""), "'staff=king'"),
        (("groups", "", "king"), "ONHAND_OIDC_DEFAULT_ROLE must be one of admin, manager"),
        (("", "", ""), "nobody would have a role"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(given: tuple[str, str, str], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        role_rule(*given)
