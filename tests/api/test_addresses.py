"""Where a request comes from: nobody but a trusted proxy is believed."""

from __future__ import annotations

import pytest

from onhand.api.addresses import Proxies

PROXY, BEFORE, CLIENT, LIAR = "10.0.0.1", "10.0.0.2", "192.0.2.7", "203.0.113.9"
TRUSTED = Proxies("10.0.0.0/8, ::1")


def seen(proxies: Proxies, peer: str | None, *headers: tuple[str, str]) -> str | None:
    client = None if peer is None else (peer, 4711)
    pairs = [(name.encode(), value.encode()) for name, value in headers]
    return proxies.address_of({"client": client, "headers": pairs})


def test_without_trusted_proxies_a_header_says_nothing():
    told = ("x-forwarded-for", CLIENT), ("forwarded", f"for={CLIENT}")
    for header in told:
        assert seen(Proxies(), PROXY, header) == PROXY
        assert seen(TRUSTED, LIAR, header) == LIAR


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (("x-forwarded-for", CLIENT), CLIENT),
        (("x-forwarded-for", f"{LIAR}, {CLIENT}"), CLIENT),
        (("x-forwarded-for", f"{LIAR}, {CLIENT}, {BEFORE}"), CLIENT),
        (("x-forwarded-for", BEFORE), BEFORE),
        (("x-forwarded-for", f"{CLIENT}:51234"), CLIENT),
        (("x-forwarded-for", "2001:db8::7"), "2001:db8::7"),
        (("x-forwarded-for", "[2001:DB8::7]:443"), "2001:db8::7"),
        (("x-forwarded-for", f"::ffff:{CLIENT}"), CLIENT),
        (("x-forwarded-for", f"{CLIENT}, unknown"), PROXY),
        (("x-forwarded-for", f"{CLIENT}, unknown, {BEFORE}"), BEFORE),
        (("x-forwarded-for", "' OR 1=1 --\\n"), PROXY),
        (("x-forwarded-for", ""), PROXY),
        (("forwarded", f"for={CLIENT};proto=https;by={PROXY}"), CLIENT),
        (("forwarded", f"for={LIAR}, For={CLIENT}"), CLIENT),
        (("forwarded", 'proto=https;for="[2001:db8::7]:4711"'), "2001:db8::7"),
        (("forwarded", f'for="{CLIENT}:80", for={BEFORE}'), CLIENT),
        (("forwarded", f"for={CLIENT}, for=_hidden"), PROXY),
        (("forwarded", f"by={CLIENT}"), PROXY),
        (("forwarded", f"xfor={CLIENT}"), PROXY),
    ],
)
def test_a_trusted_proxy_says_whom_it_speaks_for(header, expected):
    assert seen(TRUSTED, PROXY, header) == expected
    assert seen(TRUSTED, f"::ffff:{PROXY}", header) in (expected, f"::ffff:{PROXY}")


def test_a_header_in_several_lines_is_one_list():
    lines = [("x-forwarded-for", LIAR), ("x-forwarded-for", f"{CLIENT}, {BEFORE}")]
    assert seen(TRUSTED, PROXY, *lines) == CLIENT


def test_of_both_headers_nobody_can_tell_which_one_the_proxy_wrote():
    both = ("x-forwarded-for", CLIENT), ("forwarded", f"for={LIAR}")
    assert seen(TRUSTED, PROXY, *both) == PROXY


def test_where_nobody_is_known_there_is_no_address():
    assert seen(TRUSTED, None, ("x-forwarded-for", CLIENT)) is None
    assert TRUSTED.address_of({"headers": []}) is None


@pytest.mark.parametrize(
    "text", ["10.0.0.0/33", "proxy.example", "10.0.0.1/8", "10.0.0.1;10.0.0.2"]
)
def test_what_is_no_network_is_refused(text):
    with pytest.raises(ValueError, match=r"10\.0\.0|proxy"):
        Proxies(text)
