"""The site: how people reach this server, and what a request says of where it comes from.

A request to which a browser adds cookies by itself counts only where the page that sends it is one
of ours. As OWASP has it, and Go's `CrossOriginProtection`: `Sec-Fetch-Site` decides where a browser
sends it, else `Origin` must be this site. What sends neither is no browser, and nobody can have it
send somebody else's cookie.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from onhand.api.addresses import Proxies
from onhand.api.wire import Scope as Connection
from onhand.api.wire import header

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_HERE = frozenset({b"127.0.0.1", b"localhost", b"[::1]"})
_IPV4_HERE = re.compile(rb"127(\.[0-9]{1,3}){3}")
_OWN_PAGES = frozenset({b"same-origin", b"none"})
_TLS = b"https://"


def is_here(authority: bytes) -> bool:
    """Whether a host, with or without a port, is a name of this machine."""
    if authority in _HERE:
        return True
    name = authority[: authority.find(b"]") + 1] or authority.partition(b":")[0]
    return name.lower() in _HERE or (
        name.startswith(b"127.") and _IPV4_HERE.fullmatch(name) is not None
    )


@dataclass(frozen=True)
class Site:
    """This server as browsers see it.

    `url` is its origin as people type it, `https://stock.example.com`; empty: whatever name a
    request calls it by. `proxies` are those whose word counts of where a request comes from.
    """

    url: str = ""
    proxies: Proxies = field(default_factory=Proxies)

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
        return self.proxies.address_of(connection)


_OTHER_PAGE = (
    "A page of another site sent this with your cookie: nothing was done."
    " Programs send an API key instead"
)
