"""Webhooks go to public addresses by https, however somebody writes one that is not public."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from onhand.webhooks.receiver import Receiver
from onhand.webhooks.targets import Addresses, Target, UnfitTarget, target_of
from tests.support.receivers import receiving

NOBODY = Addresses.of_setting("")

INSIDE = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1"),
    *("192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1"),
    *("255.255.255.255", "240.0.0.1", "192.0.2.1"),
    *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]"),
    *("[2001:0:7f00:1::]", "[2001:db8::1]", "[3fff::1]"),
]


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_that_is_not_public_is_refused(host: str) -> None:
    fault = NOBODY.fault_of_target(target_of(f"https://{host}/"))
    assert fault is not None
    assert "is not a public address" in fault


@pytest.mark.parametrize(
    "url",
    [
        *("https://2130706433/", "https://0177.0.0.1/", "https://0x7f.0.0.1/", "https://127.1/"),
        *("https://0x7f000001/", "https://127.0.0.1./", "https://127.0.0.01/", "https://1.1.1.256"),
        *("https://user@example.com/", "https://user:pw@example.com/", "https://@127.0.0.1/"),
        *("https://example.com@127.0.0.1/", "https://example.com#@127.0.0.1/"),
        *("https://example.com\\@127.0.0.1/", "https:/example.com", "https:///x", "//example.com"),
        *("https://exa mple.com/", "https://example.com/a b", "https://example.com/\r\nX: y"),
        *("ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript:1"),
        *("https://example.com:22/", "https://example.com:25/", "https://example.com:70000/"),
        *("https://[::1", "https://[fe80::1%25eth0]/", "https://[::g]/", "https://ex%61mple.com/"),
        *("https://-a.com/", "https://a..b/", "https://пример.рф/", "https://example.com/é", ""),
        "https://example.com/" + "a" * 2_000,
    ],
)
def test_a_url_that_could_be_read_in_two_ways_or_leads_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(UnfitTarget):
        target_of(url)


def test_a_url_is_taken_apart_as_it_is_used() -> None:
    assert target_of("HTTPS://Example.com") == Target("https", "example.com", 443, "/")
    taken = target_of("https://[2606:4700::1]:8443/a/b?c=d&e=%20")
    assert taken == Target("https", "2606:4700::1", 8443, "/a/b?c=d&e=%20")
    assert taken.authority == "[2606:4700::1]:8443"
    assert target_of("https://example.com:443/x").authority == "example.com"


@pytest.mark.parametrize(
    ("setting", "url", "is_allowed"),
    [
        ("", "https://example.com/", True),
        ("", "https://1.1.1.1/", True),
        ("", "https://[2606:4700:4700::1111]/", True),
        ("", "http://example.com/", False),
        ("", "http://1.1.1.1/", False),
        ("", "https://localhost/", False),
        ("", "https://db.internal/", False),
        ("allow", "http://1.1.1.1/", False),
        ("allow", "http://127.0.0.1:8000/", True),
        ("allow", "http://db.internal/", True),
        ("10.0.0.0/8, ::1", "http://10.1.2.3/", True),
        ("10.0.0.0/8, ::1", "http://[::ffff:10.1.2.3]/", True),
        ("10.0.0.0/8, ::1", "http://[::1]/", True),
        ("10.0.0.0/8, ::1", "http://127.0.0.1/", False),
    ],
)
def test_private_addresses_and_plain_http_are_for_networks_that_are_allowed(
    setting: str, url: str, is_allowed: bool
) -> None:
    fault = Addresses.of_setting(setting).fault_of_target(target_of(url))
    assert (fault is None) is is_allowed, fault


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1", "127.0.0.1"])
def test_where_a_name_leads_is_judged_when_it_is_connected_to(host: str) -> None:
    """Whatever the resolver makes of a name, today or tomorrow: here it makes this machine."""

    async def send() -> None:
        async with receiving() as listening:
            # Such a host does not get through `target_of`, where it looks like an address.
            target = Target("http", host, listening.port, "/")
            refused = await Receiver(target, NOBODY).post((), b"{}", datetime.now(UTC))
            assert refused.failure is not None
            assert "is not a public address" in refused.failure.error
            assert listening.connections == 0
            allowed = Addresses.of_setting("127.0.0.0/8")
            assert (await Receiver(target, allowed).post((), b"{}", datetime.now(UTC))).status

    asyncio.run(send())
