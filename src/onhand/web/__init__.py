"""The web app, as the server hands it out: built files, read once, and nothing that is computed.

What `frontend/` is built into lies in `app/` beside this file. Names of assets hold a hash of what
is in them, so that a browser keeps them for ever; the page itself is asked for each time. Where a
browser wants a page at an address that is no file's, it gets the app, which knows its addresses.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]

APP_FOLDER = Path(__file__).parent / "app"
PAGE = "/index.html"

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self';"
    " worker-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
"""Scripts come from here alone, none from within a page; styles are also written by Mantine."""

_ALWAYS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)
_OF_PAGES: tuple[Header, ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
)
_FOR_EVER = b"public, max-age=31536000, immutable"
_ASKED_EACH_TIME = b"no-cache"
_ENCODINGS = ((b"br", ".br"), (b"gzip", ".gz"))

# Paths of the API, which are never the app's, whatever asks for them.
_OF_THE_API = ("/api", "/docs", "/openapi.json", "/metrics", "/_health", "/problems")

mimetypes.add_type("application/manifest+json", ".webmanifest")


@dataclass(frozen=True)
class File:
    """A file of the app: its bytes as they are and compressed, and how it is sent."""

    media_type: bytes
    etag: bytes
    cache_control: bytes
    bodies: Mapping[bytes, bytes]
    """By encoding; `identity` is always there."""

    def headers(self, encoding: bytes) -> list[Header]:
        """All headers of an answer with the file."""
        told: list[Header] = [
            (b"content-type", self.media_type),
            (b"content-length", str(len(self.bodies[encoding])).encode()),
            (b"cache-control", self.cache_control),
            (b"etag", self.etag),
            (b"vary", b"accept-encoding, accept"),
            *_ALWAYS,
        ]
        if encoding != b"identity":
            told.append((b"content-encoding", encoding))
        if self.media_type.startswith(b"text/html"):
            told.extend(_OF_PAGES)
        return told


@cache
def files(folder: Path = APP_FOLDER) -> Mapping[str, File]:
    """The app's files by path, read once; empty where the app was not built."""
    found = {}
    compressed = {suffix for _, suffix in _ENCODINGS}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in compressed:
            name = "/" + path.relative_to(folder).as_posix()
            found[name] = _read(path, for_ever=name.startswith("/assets/"))
    return found


def _read(path: Path, *, for_ever: bool) -> File:
    content = path.read_bytes()
    bodies = {b"identity": content}
    for encoding, suffix in _ENCODINGS:
        beside = path.with_name(path.name + suffix)
        if beside.is_file():
            bodies[encoding] = beside.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return File(
        media_type=media_type.encode(),
        etag=b'"%s"' % sha256(content).hexdigest()[:24].encode(),
        cache_control=_FOR_EVER if for_ever else _ASKED_EACH_TIME,
        bodies=bodies,
    )


def found_for(scope: Scope, folder: Path = APP_FOLDER) -> File | None:
    """The file that a GET or HEAD is for, or None: then it is the API's."""
    path: str = scope["path"]
    if path.startswith(_OF_THE_API):
        return None
    known = files(folder)
    file = known.get(PAGE if path == "/" else path)
    if (
        file is None
        and not path.startswith("/assets/")
        and b"text/html" in _asked(scope, b"accept")
    ):
        return known.get(PAGE)
    return file


def page_for(scope: Scope) -> Callable[[Scope, Send], Awaitable[None]] | None:
    """Who answers a GET or HEAD with a file of the app; None where it is the API's."""
    file = found_for(scope)
    return None if file is None else partial(send_file, file)


async def send_file(file: File, scope: Scope, send: Send) -> None:
    """Answer a GET or HEAD with a file; a 304 where the browser has it."""
    accepted = _asked(scope, b"accept-encoding")
    encoding = next((it for it, _ in _ENCODINGS if it in accepted and it in file.bodies), None)
    encoding = encoding or b"identity"
    headers = file.headers(encoding)
    if file.etag in _asked(scope, b"if-none-match"):
        unsent = (b"content-length", b"content-encoding")
        headers = [pair for pair in headers if pair[0] not in unsent]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else file.bodies[encoding]
    await send({"type": "http.response.body", "body": body})


def _asked(scope: Scope, name: bytes) -> bytes:
    return b", ".join(value for key, value in scope["headers"] if key == name)
