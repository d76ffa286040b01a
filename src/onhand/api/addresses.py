"""Where a request comes from: the connection's other end, or what a trusted proxy says of it.

A proxy names whom it speaks for in `X-Forwarded-For`, or in `Forwarded` (RFC 7239). Anybody can
send these headers, so they count only from the proxies that the settings name, and only as far as
those wrote them: from the right, past every trusted proxy, to the first address that is none.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from onhand.api.wire import Scope as Connection

_FOR = re.compile(r'(?:^|;)\s*for="?([^";]*)"?', re.IGNORECASE)
_WITH_PORT = re.compile(r"\[(.+)\](?::\d+)?|([^:]+)(?::\d+)?")


class Proxies:
    """The proxies whose word counts."""

    def __init__(self, networks: str = "") -> None:
        """`networks`: addresses and networks, as `127.0.0.1, 10.0.0.0/8`. Raises `ValueError`."""
        self._networks = [*_networks(networks)]
        # Few addresses come often, and understanding one takes longer than all the rest.
        self._is_trusted = lru_cache(1_024)(self._judge)

    def address_of(self, connection: Connection) -> str | None:
        """Where a request comes from; None where nobody knows."""
        client = connection.get("client")
        if client is None:
            return None
        peer: str = client[0]
        if not self._networks or not self._is_trusted(peer):
            return peer
        address = peer
        for hop in reversed([*_hops(connection)]):
            said = _parsed(hop)
            if said is None:
                break
            address = said
            if not self._is_trusted(address):
                break
        return address

    def _judge(self, address: str) -> bool:
        try:
            parsed = _plain(ipaddress.ip_address(address.partition("%")[0]))
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _networks(text: str) -> Iterator[IPv4Network | IPv6Network]:
    for part in text.replace(",", " ").split():
        yield ipaddress.ip_network(part)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address that came over an IPv6 socket, as what it is."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _hops(connection: Connection) -> Iterator[str]:
    """Whom the proxies say that they spoke for, the first one first.

    A proxy writes one of the two headers, and may pass on what a client wrote into the other. Where
    both are there, nobody can tell which of them it was, and neither counts.
    """
    plain: list[str] = []
    structured: list[str] = []
    for name, value in connection["headers"]:
        if name == b"x-forwarded-for":
            plain += value.decode("latin-1").split(",")
        elif name == b"forwarded":
            structured += value.decode("latin-1").split(",")
    if plain and structured:
        return
    yield from plain
    for element in structured:
        found = _FOR.search(element.strip())
        yield found[1] if found else ""


@lru_cache(1_024)
def _parsed(hop: str) -> str | None:
    """An address as people write it, without its port; None where it is none."""
    found = _WITH_PORT.fullmatch(hop.strip())
    text = hop.strip() if found is None else found[1] or found[2]
    try:
        return str(_plain(ipaddress.ip_address(text)))
    except ValueError:
        return None
