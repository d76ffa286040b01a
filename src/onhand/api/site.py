"""The site: how people reach this server, and what a request says of where it comes from.

A request to which a browser adds cookies by itself counts only where the page that sends it is one
of ours. As OWASP has it, and Go's `CrossOriginProtection`: `Sec-Fetch-Site` decides where a browser
sends it, else `Origin` must be this site. What sends neither is no browser, and nobody can have it
send somebody else's cookie.

Who speaks through a proxy is told by `X-Forwarded-For`, as far as proxies that are trusted wrote
it: from its end up to the first address that is none of theirs.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from functools import cached_property

from onhand.api.wire import Scope as Connection
from onhand.api.wire import header, header_values

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_HERE = frozenset({b"127.0.0.1", b"localhost", b"[::1]"})
_IPV4_HERE = re.compile(rb"127(\.[0-9]{1,3}){3}")
_OWN_PAGES = frozenset({b"same-origin", b"none"})
_TLS = b"https://"
_OWN_MACHINE = "127.0.0.1,::1"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_here(authority: bytes) -> bool:
    """Whether a host, with or without a port, is a name of this machine."""
    if authority in _HERE:
        return True
    name = authority[: authority.find(b"]") + 1] or authority.partition(b":")[0]
    return name.lower() in _HERE or (
        name.startswith(b"127.") and _IPV4_HERE.fullmatch(name) is not None
    )


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks out of a list with commas. Raises `ValueError`."""
    named = (part.strip() for part in text.split(","))
    return tuple(ipaddress.ip_network(name, strict=False) for name in named if name)


@dataclass(frozen=True)
class Site:
    """This server as browsers see it.

    `url` is its origin as people type it, `https://stock.example.com`; empty: whatever name a
    request calls it by. `proxies` are whose `X-Forwarded-For` is believed.
    """

    url: str = ""
    proxies: tuple[Network, ...] = field(default_factory=lambda: networks(_OWN_MACHINE))

    @cached_property
    def _origin(self) -> bytes:
        return self.url.encode().lower()

    def is_secure(self, connection: Connection) -> bool:
        """Whether cookies may travel by TLS alone: always, unless somebody tries it out here."""
        if self._origin:
            return self._origin.startswith(_TLS) or not is_here(self._origin.partition(b"://")[2])
        return not is_here(header(connection, b"host") or b"")

    def origin_of(self, connection: Connection) -> str:
        """Where a request's sender finds this server."""
        if self.url:
            return self.url
        scheme = "https" if self.is_secure(connection) else "http"
        return f"{scheme}://{(header(connection, b'host') or b'').decode('latin-1')}"

    def cross_site_fault(self, connection: Connection) -> str | None:
        """Why a request may not count that a browser sent, or None."""
        sent_by = header(connection, b"sec-fetch-site")
        if sent_by is not None:
            return None if sent_by in _OWN_PAGES else _OTHER_PAGE
        origin = header(connection, b"origin")
        if origin is None or (self._origin and origin.lower() == self._origin):
            return None
        host = header(connection, b"host")
        same = host is not None and origin.lower().partition(b"://")[2] == host.lower()
        return None if same else _OTHER_PAGE

    def address_of(self, connection: Connection) -> str | None:
        """Where a request comes from, as far as that is known."""
        client = connection.get("client")
        address: str | None = client[0] if client else None
        if address is None or not self._is_proxy(address):
            return address
        told = b",".join(header_values(connection, b"x-forwarded-for")).decode("latin-1")
        for hop in reversed(told.split(",")):
            hop = hop.strip()
            if not _is_address(hop):
                break
            address = hop
            if not self._is_proxy(hop):
                break
        return address

    def _is_proxy(self, address: str) -> bool:
        if not _is_address(address):
            return False
        parsed = ipaddress.ip_address(address)
        return any(parsed in network for network in self.proxies)


_OTHER_PAGE = (
    "A page of another site sent this with your cookie: nothing was done."
    " Programs send an API key instead"
)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
