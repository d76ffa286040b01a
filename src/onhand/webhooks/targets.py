"""Where webhooks may go: which URLs are taken, and which addresses are connected to.

A URL is read by one pattern, and what that pattern found is what is connected to: there is no
second reader that could understand it otherwise. A name says nothing of where it leads, so each
address that it stands for is judged when a connection is made, and that address is connected to.

    https          to any public address
    http           only to private addresses that the operator allows (`ONHAND_WEBHOOKS_PRIVATE`)
    private        none, unless allowed: this machine, its networks, link-local and reserved ones,
                   and IPv6 addresses that carry such an IPv4 address within
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

LONGEST_URL = 2_000
EVERYWHERE = "allow"
PORTS = {"http": 80, "https": 443}
FIRST_FREE_PORT = 1_024

IpAddress = IPv4Address | IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# Visible ASCII characters but those that no URL has unescaped: no space, quote, backslash or line
# end can get into the head of a request.
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:(?P<user>[^/?#]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)"
    r"(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[!$%&'()*+,./0-9:;=@A-Z_a-z~-]*)?"
    r"(?P<query>\?[!$%&'()*+,./0-9:;=?@A-Z_a-z~-]*)?",
    re.ASCII,
)
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.ASCII)
_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_ALSO_SPECIAL = tuple(
    ipaddress.ip_network(one) for one in ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")
)
"""What IANA has set aside, and some versions of Python that we run on take for public."""
_INSIDE = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")


class UnfitTarget(ValueError):
    """A URL that nothing is sent to; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, taken apart. `host` is a name or an address without brackets; `path` has the query."""

    scheme: Literal["http", "https"]
    host: str
    port: int
    path: str

    @property
    def address(self) -> IpAddress | None:
        """The address, where the host is one."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """The host as the `Host` header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """Take a URL apart. Raises `UnfitTarget`."""
    found = _URL.fullmatch(url)
    if found is None or len(url) > LONGEST_URL:
        raise UnfitTarget(
            f"Must be a URL of {LONGEST_URL:,} characters at most, as"
            " https://example.com/onhand: in ASCII, without spaces and without a #fragment"
        )
    scheme = found["scheme"].lower()
    if scheme not in PORTS:
        raise UnfitTarget("Must begin with https://; nothing else is spoken")
    if found["user"] is not None:
        raise UnfitTarget(
            "Must not hold a user or a password: the receiver knows us by the signature"
        )
    path = (found["path"] or "/") + (found["query"] or "")
    is_https = scheme == "https"
    port = _port(found["port"], PORTS[scheme])
    return Target("https" if is_https else "http", _host(found["host"]), port, path)


def _port(text: str | None, usual: int) -> int:
    port = int(text) if text else usual
    if port not in PORTS.values() and not FIRST_FREE_PORT <= port <= 65_535:
        raise UnfitTarget(
            f"Must be on port 443, 80, or one from {FIRST_FREE_PORT:,} to 65,535: others belong to"
            " services that are no receivers"
        )
    return port


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return str(IPv6Address(text[1:-1]))
        except ValueError:
            raise UnfitTarget(f"{text} is no IPv6 address") from None
    host = text.lower()
    # `127.1`, `0177.0.0.1` and `2130706433` are addresses to some readers of URLs, names to others.
    if _A_NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise UnfitTarget(f"{text} is no address: write it as four decimal numbers") from None
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise UnfitTarget(f"{text[:60]} is no name of a host")
    return host


@dataclass(frozen=True, slots=True)
class Addresses:
    """Which addresses may be connected to. `private` are the networks that are allowed besides."""

    private: tuple[IpNetwork, ...] = ()
    all_private: bool = False

    @classmethod
    def of_setting(cls, text: str) -> Addresses:
        """What `ONHAND_WEBHOOKS_PRIVATE` allows; a ValueError where it cannot be read."""
        if text.strip().lower() == EVERYWHERE:
            return cls(all_private=True)
        parts = text.replace(",", " ").split()
        return cls(tuple(ipaddress.ip_network(part) for part in parts))

    @property
    def allow_private(self) -> bool:
        """Whether any private address may be connected to."""
        return self.all_private or bool(self.private)

    def fault(self, scheme: str, address: IpAddress) -> str | None:
        """Why an address must not be connected to, or None."""
        address = _carried(address)
        if _is_public(address):
            if scheme == "https":
                return None
            return f"{address} is public, where only https:// is sent to"
        if self.all_private or any(address in network for network in self.private):
            return None
        return f"{address} is not a public address, and ONHAND_WEBHOOKS_PRIVATE does not allow it"

    def fault_of_target(self, target: Target) -> str | None:
        """Why nothing would be sent to a target, as far as it can be told without asking for it."""
        address = target.address
        if address is not None:
            return self.fault(target.scheme, address)
        if target.scheme == "http" and not self.allow_private:
            return "Must begin with https://: what is sent would be open to all on its way"
        host = target.host.rstrip(".")
        if not self.allow_private and (host == _INSIDE[0] or host.endswith(_INSIDE[1:])):
            return f"{host} is not public, and ONHAND_WEBHOOKS_PRIVATE does not allow it"
        return None


def _carried(address: IpAddress) -> IpAddress:
    """The IPv4 address that is meant by an IPv4-mapped IPv6 one."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_public(address: IpAddress) -> bool:
    return all(
        it.is_global
        and not (it.is_multicast or it.is_reserved)
        and not (isinstance(it, IPv6Address) and it not in _GLOBAL_UNICAST)
        and not any(it in network for network in _ALSO_SPECIAL)
        for it in _all_carried(address)
    )


def _all_carried(address: IpAddress) -> Iterator[IpAddress]:
    """An address, and those that a tunnel would take out of it."""
    yield address
    if isinstance(address, IPv6Address):
        if address.sixtofour is not None:
            yield address.sixtofour
        if address.teredo is not None:
            yield from address.teredo
