"""Raw bytes on a connection: the lane of single stock commands beside the way through ASGI.

The lane must be faster and nothing else. So the same bytes, in the same cuts, go to two servers
that differ only in it, each with a ledger of its own, and both must send the same answers back and
end with the same ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random

from onhand.api.http_protocol import HttpProtocol
from onhand.api.stock.commands import BODIES, PREFIX
from onhand.api.stock.protocol import StockProtocol
from proofs.fuzzing import seeds
from proofs.fuzzing.serving import served
from proofs.fuzzing.target import Target

MOST_CUTS = 8
EARLY_REFUSALS = (b"400", b"401", b"403", b"413", b"415")
_CLOSING = b"connection: close\r\n"
_OUR_NUMBER = re.compile(rb"(?<=x-request-id: )[0-9a-f]{12}-[0-9a-f]+", re.IGNORECASE)
_BEGINNING = re.compile(rb"(?=HTTP/1\.1 [0-9]{3} )")

BETWEEN = b"\xff"
"""In inputs with lengths filled in: between a head and its body, and that and the next head."""


def requests(data: bytes) -> None:
    """The first byte says how, the second where to cut; the rest is what a client sends."""
    how, where, stream = data[:1], data[1:2], data[2:]
    if how and how[0] & 1:
        stream = b"".join(_with_lengths(stream))
    cuts = _cut(stream, Random(where[0] if where else 0))
    waiting, leaving = (bool(how and how[0] & bit) for bit in (2, 4))
    quick, quick_ledger = served(StockProtocol, cuts, waiting, leaving)
    usual, usual_ledger = served(HttpProtocol, cuts, waiting, leaving)
    # Of a client that leaves at once the lane has heard more: it waits for no round of the loop.
    if not leaving:
        check_same(_answers(quick), _answers(usual), waiting)
        assert quick_ledger == usual_ledger, "the lane leaves another ledger"
    assert b"HTTP/1.1 500" not in quick, f"it fails: {quick!r}"


def check_same(quick: Sequence[bytes], usual: Sequence[bytes], waiting: bool) -> None:
    """The lane's answers are the usual way's.

    Where the server may answer between two pieces, the usual way can refuse a request by its head
    alone. The lane hears it out: if it ends in nonsense, it never comes to tell, or tells so and
    closes in one.
    """
    if waiting:
        quick, usual = ([one.replace(_CLOSING, b"") for one in some] for some in (quick, usual))
    others = iter(usual)
    early = []
    for answer in quick:
        for other in others:
            if other == answer:
                break
            early.append(other)
        else:
            raise AssertionError(f"the lane alone sends {answer!r}; the usual way {usual!r}")
    early += others
    assert waiting or not early, f"the usual way alone sends {early!r}"
    refused = [answer for answer in early if answer[9:12] in EARLY_REFUSALS]
    assert early == refused, f"the usual way alone sends {early!r}"


def _answers(sent: bytes) -> list[bytes]:
    """What a server sent, answer by answer; requests that it named itself are all named alike."""
    return [_OUR_NUMBER.sub(b"1", answer) for answer in _BEGINNING.split(sent) if answer]


def _with_lengths(stream: bytes) -> Iterator[bytes]:
    """Heads and bodies in turn, each head told how long its body is."""
    parts = iter(stream.split(BETWEEN))
    for head in parts:
        body = next(parts, b"")
        yield head.rstrip(b"\r\n") + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _cut(stream: bytes, random: Random) -> list[bytes]:
    places = sorted(random.randrange(len(stream) + 1) for _ in range(random.randrange(MOST_CUTS)))
    bounds = [0, *places, len(stream)]
    return [stream[a:b] for a, b in pairwise(bounds) if a < b]


def _head(verb: str, *more: bytes) -> bytes:
    path = f"{PREFIX}{'' if verb == 'transfer' else '1/'}{verb}".encode()
    lines = (b"POST %b HTTP/1.1" % path, b"Host: localhost", b"Content-Type: application/json")
    return b"\r\n".join((*lines, *more))


def _seeds() -> Iterator[bytes]:
    single = [
        (_head(verb), body) for verb, (kind, _) in BODIES.items() for body in seeds.commands(kind)
    ]
    key = b"Idempotency-Key: k1"
    lists = (_head("commands").replace(b"1/", b""), seeds.LISTS[-1])
    for number, (head, body) in enumerate(single):
        yield bytes([1 | number % 4 * 2, number]) + BETWEEN.join((head, body))
    (reserve, body), (adjust, other) = single[2], single[0]
    keyed = reserve + b"\r\n" + key
    for how in (1, 3):
        start = bytes([how, 77])
        yield start + BETWEEN.join((keyed, body, keyed, body, keyed, other))
        yield start + BETWEEN.join((adjust, other, reserve, body, b"GET / HTTP/1.1\r\nA: b", b""))
        yield start + BETWEEN.join(
            (*lists, adjust + b"\r\nConnection: close", other, reserve, body)
        )
        yield start + BETWEEN.join((adjust + b"\r\nExpect: 100-continue", other, adjust, b"{}"))
        yield start + BETWEEN.join((adjust, b" " * 350 + other, adjust, b" " * 500))
    chunked = _head("adjust", b"Transfer-Encoding: chunked", b"", b"%x" % len(other), other, b"0")
    yield bytes([2, 5]) + chunked + b"\r\n" + key + b"\r\n\r\n" + chunked + b"\r\n\r\n"


TARGETS = [
    Target(
        "connection",
        requests,
        list(_seeds()),
        (
            *(b"\r\n", b"\n", BETWEEN, b"GET ", b"HEAD ", b"HTTP/1.0", b"HTTP/2.0", b"{}", b"%31"),
            *(b"Connection: close", b"Connection: keep-alive", b"Expect: 100-continue", b"/1/"),
            *(b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", b"?a=b"),
            *(b"Upgrade: websocket\r\n", b"Origin: http://a.b\r\n", b"Host: a.b\r\n", b"\x00"),
            *(b"Idempotency-Key: k1\r\n", b"Content-Type: text/plain\r\n", b"/01/", b"/2/"),
        ),
    )
]
