"""Headers and paths that our own code reads: keys, ETags, media types, hosts, bearers, product ids.

What comes through means what it says: a key is kept as it was sent, an ETag is the version that we
sent, and only names of this machine are names of this machine.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

from onhand.api.addresses import Proxies
from onhand.api.fields import MAX_ID
from onhand.api.gate import Gate, stranger
from onhand.api.operations import Call, etag
from onhand.api.problems import Problem
from onhand.api.stock.commands import BODIES, route_of
from onhand.api.submitting import idempotency
from onhand.api.wire import read_body, require_json
from onhand.core.callers import Caller
from onhand.ledger.access import Permission, Scope
from onhand.ledger.keys import ApiKey, Keys, hashed
from onhand.ledger.ports import OWN_KEYS
from proofs.fuzzing.target import Target, chosen

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "onhand_secret"
NOBODY = Caller("")
_UNUSED = (cast("Any", None), cast("Any", None), NOBODY)
_PROXIES = Proxies("127.0.0.1, 10.0.0.0/8")
STATUSES = (400, 401, 403, 413, 415, 422)

# What a browser or client may send as a host: a name or an address, and a port.
_HOST = re.compile(rb"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LOOPBACK = re.compile(r"127(\.[0-9]{1,3}){3}")


def heads(data: bytes) -> None:
    """One header's value, or a path's end; the first byte says whose."""
    reader, value = chosen(data, READERS)
    refusal = None
    try:
        reader(value)
    except Problem as problem:
        refusal = problem
    if refusal is not None:
        assert refusal.status in STATUSES, f"it is told {refusal.status}"
        assert refusal.answer.body.decode(), "a refusal without a word"
        for name, said in refusal.headers:
            assert said.isprintable(), f"{name}: {said!r} cannot be sent"
            said.encode("latin-1")


def _key(value: bytes) -> None:
    found = idempotency(value, "POST", "/x", b"{}", NOBODY)
    assert found is not None, "taken for none"
    assert found.key.key.encode() == value, f"kept as {found.key.key!r}"
    assert not found.key.key.startswith(OWN_KEYS), "a key of our own"
    other = idempotency(value, "POST", "/x", b"{} ", NOBODY)
    assert other is not None, "taken for none"
    assert other.fingerprint != found.fingerprint, "two requests are one"


def _etag(value: bytes) -> None:
    call = Call(*_UNUSED, {"headers": [(b"if-match", value)]}, cast("Any", None))
    version = call.if_version
    if version is None or version < 0:
        return
    assert str(version).encode() in value, f"{value!r} is taken for {version}"
    again = {"headers": [(b"if-match", etag(version)[1].encode())]}
    ours = Call(*_UNUSED, again, cast("Any", None))
    assert ours.if_version == version, f"our own ETag of {version} is not understood"


def _media_type(value: bytes) -> None:
    require_json({"headers": [(b"content-type", value)]})
    kind = value.split(b";")[0].strip().lower()
    assert re.fullmatch(rb"application/(.*\+)?json", kind, re.S), f"{value!r} is JSON"


def _encoding(value: bytes) -> None:
    require_json({"headers": [(b"content-encoding", value)]})
    assert value.strip().lower() in (b"", b"identity"), f"{value!r} is no encoding"


def _length(value: bytes) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x", "more_body": False}

    reading = read_body({"headers": [(b"content-length", value)]}, receive, 1_000)
    with suppress(StopIteration):
        reading.send(None)


def _host(value: bytes) -> None:
    if stranger(value, None) is None:
        _check_is_here(value)


def _origin(value: bytes) -> None:
    if stranger(None, value) is None:
        _check_is_here(value.partition(b"://")[2])


def _check_is_here(host: bytes) -> None:
    if _HOST.fullmatch(host):
        name = urlsplit(b"//" + host).hostname
        assert name is not None, host
        text = name.decode().lower()
        here = text in ("localhost", "::1") or _LOOPBACK.fullmatch(text)
        assert here, f"{host!r} is taken for this machine"


def _bearer(value: bytes) -> None:
    assert _gate().admit(value, Permission.STOCK_READ).name == "key:fuzz", "nobody we know comes in"
    assert value[7:].strip().decode() == SECRET, f"{value!r} is taken for the key"


def _path(value: bytes) -> None:
    text = value.decode("latin-1")
    found = route_of(text)
    if found is None:
        return
    verb, product_id = found
    if verb in ("transfer", "commands"):
        assert (text, product_id) == (verb, 0), f"{text!r} is {found}"
        return
    assert verb in BODIES, verb
    assert text == f"{product_id}/{verb}", f"{text!r} is {found}"
    assert 1 <= product_id <= MAX_ID, product_id


@lru_cache(maxsize=1)
def _gate() -> Gate:
    key = ApiKey(id=1, name="fuzz", scope=Scope.READ, secret_hash=hashed(SECRET), created_at=NOW)
    gate = Gate(cast("Keys", SimpleNamespace(all=lambda: [key])), loopback=True)
    asyncio.run(gate.refresh())
    return gate


def _forwarded(value: bytes) -> None:
    for name in (b"x-forwarded-for", b"forwarded"):
        told = _PROXIES.address_of({"client": ("127.0.0.1", 1), "headers": [(name, value)]})
        assert told == str(ipaddress.ip_address(told or "")), f"{told!r} is no address"


READERS = [
    _forwarded,
    *(_key, _etag, _media_type, _encoding, _length, _host, _origin, _bearer, _path),
]
_VALUES = {
    _forwarded: (b"192.0.2.7, 10.0.0.9", b'for="[2001:db8::7]:443";by=10.0.0.1', b"::ffff:1.2.3.4"),
    _key: (b"7f3c2e9a-0000-4000-8000-123456789abc", b"~", b"x" * 255),
    _etag: (b'"7"', b'W/"12"', b"3", b"*", b'"999999999999999999"'),
    _media_type: (b"application/json", b"Application/merge-patch+json; charset=utf-8"),
    _encoding: (b"identity", b"gzip"),
    _length: (b"1", b"999999999999999999999", b"\xb2"),
    _host: (b"localhost:8080", b"[::1]:80", b"127.0.0.1", b"a.localhost", b"127.0.0.1.a.b"),
    _origin: (b"http://localhost:8080", b"null", b"https://[::1]", b"http://127.1.2.3:1"),
    _bearer: (f"Bearer {SECRET}".encode(), b"Basic abc", b"bearer  x"),
    _path: (b"transfer", b"commands", b"1/adjust", b"9223372036854775807/count", b"01/reserve"),
}

TARGETS = [
    Target(
        "head",
        heads,
        [bytes([n]) + value for n, reader in enumerate(READERS) for value in _VALUES[reader]],
        (
            *(
                b" ",
                b"\t",
                b'"',
                b"W/",
                b"\x00",
                b"\xff",
                b"\xb2",
                b"\r\n",
                b"\xe2\x80\xa8",
                b"%31",
            ),
            *(b".", b":", b"@", b"://", b"/", b"[", b"]", b";", b"+json", b"onhand ", b"\n"),
        ),
    )
]
