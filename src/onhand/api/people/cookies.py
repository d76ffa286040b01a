"""Cookies: what a browser keeps of a session, a device, and a sign-in under way.

Each is random text and nothing else, out of reach of scripts (`HttpOnly`), sent along with links
from elsewhere but with nothing else (`SameSite=Lax`), and by TLS alone (`Secure`), under a name
that browsers let only this very host set (`__Host-`). On this machine itself there is no TLS, and
not every browser takes a secure cookie: there, and there alone, the name is plain.
"""

from __future__ import annotations

from onhand.api.site import Site
from onhand.api.wire import Scope as Connection
from onhand.api.wire import header_values

SESSION = "onhand"
DEVICE = "onhand-device"
UNDER_WAY = "onhand-oidc"
NAMES = (SESSION, DEVICE, UNDER_WAY)

_OF_THIS_HOST = "__Host-"
_LONGEST = 2_000


def read(site: Site, connection: Connection, cookie: str) -> str | None:
    """A cookie's value; None where it was not sent, or is too long to be ours."""
    name = f"{_full_name(site, connection, cookie)}=".encode()
    for line in header_values(connection, b"cookie"):
        for part in line.split(b";"):
            part = part.strip()
            if part.startswith(name):
                value = part[len(name) :]
                return value.decode("latin-1") if 0 < len(value) <= _LONGEST else None
    return None


def setting(
    site: Site, connection: Connection, cookie: str, value: str, seconds: int
) -> tuple[str, str]:
    """The header that has a browser keep a cookie, for so long."""
    attributes = f"Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax"
    secure = "; Secure" if site.is_secure(connection) else ""
    name = _full_name(site, connection, cookie)
    return ("Set-Cookie", f"{name}={value}; {attributes}{secure}")


def clearing(site: Site, connection: Connection, cookie: str) -> tuple[str, str]:
    """The header that has a browser forget a cookie."""
    return setting(site, connection, cookie, "", 0)


def _full_name(site: Site, connection: Connection, cookie: str) -> str:
    return _OF_THIS_HOST + cookie if site.is_secure(connection) else cookie
