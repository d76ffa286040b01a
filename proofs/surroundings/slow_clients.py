"""Slow clients, and those that vanish: they wait, or are cut off, and nobody else notices.

Hundreds of connections of each kind beside the clients of the load:

    trickling   sends a command, a byte at a time
    half        sends half a command and then nothing, as one whose machine has gone
    silent      connects and says nothing
    deaf        asks for long lists, many times over, and reads none
    reset       sends a keyed command and breaks the connection off at once
"""

from __future__ import annotations

import json
import socket
import struct
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import psutil

from proofs.ground import Ground
from proofs.result import Result
from proofs.surroundings.load import Asked
from proofs.surroundings.trial import Promise, endure
from tests.support.api import BASE, Api
from tests.support.line import STOCK, adjust, get, request
from tests.support.postgres import LOOPBACK
from tests.support.server import OnhandServer

UNNOTICED = Promise(within_s=10)
DEAF_ARE_FEWER = 5
LISTS = 200
LONG_LIST = 200
"""Movements on a page; some 100 kB."""

RELEASE_S = 60
"""The longest until the last one is let go after the others; it had many lists made for it."""

SMALL_BUFFER = 4_096
TRICKLE_S = 0.2
RESET = struct.pack("ii", 1, 0)
MEMORY_EACH = 512 * 1024
MEMORY_BESIDE = 64 * 1024 * 1024
"""What a server's memory may grow by: for each slow client, and for its ordinary work."""


def run(ground: Ground, each: int, request_timeout_s: int) -> Result:
    """`each`: how many clients there are of each kind."""
    result = Result(f"slow clients and vanishing ones: {ground.kind}")
    server = ground.serve(environment={"ONHAND_REQUEST_TIMEOUT": str(request_timeout_s)})
    assert server.process is not None
    crowd = Crowd(server, each)
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    load = endure(
        result, ground, server, crowd.here(), UNNOTICED, lasts_s=2.5 * request_timeout_s + 1
    )
    grown = crowd.most_memory - before
    result.facts["slow clients"] = sum(crowd.counts.values())
    result.facts["MB the server grew by"] = round(grown / 1e6, 1)
    allowed = MEMORY_BESIDE + 4 * each * MEMORY_EACH
    result.check(grown < allowed, f"the server grew by {grown / 1e6:.0f} MB")
    for kind, count in crowd.left.items():
        result.check(not count, f"{count} {kind} clients are still connected")
    wanted = {"trickling": each, "half": each}
    result.check(crowd.told_late == wanted, f"told that they are late: {crowd.told_late}")
    result.facts["told 408"] = sum(crowd.told_late.values())
    result.check(bool(load.asked), "nobody asked anything meanwhile")
    _settle(result, server, crowd)
    return result


def _settle(result: Result, server: OnhandServer, crowd: Crowd) -> None:
    """What a client sent that broke off was done once or not at all, and its repeat settles it."""
    api = Api(server.client)
    found = Counter(row["reference"] for row in api.movements(crowd.product) if row["reference"])
    for one in crowd.broken_off:
        result.check(found[one.key] <= 1, f"{one.key} was done {found[one.key]} times")
        result.check(api.post(one.path, one.body, one.key).is_success, f"{one.key}: no repeat")
    found = Counter(row["reference"] for row in api.movements(crowd.product) if row["reference"])
    once = {one.key: 1 for one in crowd.broken_off}
    result.check(found == once, "not every command broken off is there once after its repeat")
    result.facts["commands broken off"] = len(once)


class Crowd:
    """The clients, and what became of them."""

    def __init__(self, server: OnhandServer, each: int) -> None:
        self.most_memory = 0
        self.left: dict[str, int] = {}
        self.told_late: Counter[str] = Counter()
        self.broken_off: list[Asked] = []
        self._server = server
        # Making the lists for the deaf is work: that many of them would be a load of their own.
        deaf = each // DEAF_ARE_FEWER
        self.counts = {"trickling": each, "half": each, "silent": each, "deaf": deaf}
        self._each = each
        api = Api(server.client)
        self.product = api.product("SLOW")
        self._listed = api.product("LISTED")
        one = {"type": "adjust", "product_id": self._listed, "quantity": 1, "reason": "Came in"}
        api.post("/inventory/commands", {"commands": [one] * LONG_LIST})

    @contextmanager
    def here(self) -> Iterator[None]:
        """They come, and stay for as long as they are let."""
        kinds = {
            kind: [self._connection() for _ in range(count)] for kind, count in self.counts.items()
        }
        command = adjust(self.product, 1)
        asked = get(f"{BASE}/stock-movements?product_id={self._listed}&per_page={LONG_LIST}")
        for line in kinds["half"]:
            line.sendall(command[: len(command) // 2])
        for line in kinds["deaf"]:
            line.setblocking(False)
            with suppress(BlockingIOError):
                line.send(asked * LISTS)
        for _ in range(self._each):
            self._break_off()
        ended = Event()
        thread = Thread(target=self._trickle, args=(kinds["trickling"], command, ended))
        thread.start()
        try:
            yield
            give_up_at = time.monotonic() + RELEASE_S
            while any(map(self._connected, kinds.values())) and time.monotonic() < give_up_at:
                time.sleep(0.1)
            self.left = {kind: self._connected(lines) for kind, lines in kinds.items()}
        finally:
            ended.set()
            thread.join()
            for kind in ("trickling", "half"):
                self.told_late[kind] = sum(map(_was_late, kinds[kind]))
            for line in (line for lines in kinds.values() for line in lines):
                line.close()

    def _connection(self) -> socket.socket:
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        line.connect((LOOPBACK, self._server.port))
        return line

    def _break_off(self) -> None:
        key = uuid.uuid4().hex
        body = {"quantity": 1, "reason": "Came in", "reference": key}
        self.broken_off.append(
            Asked(self.product, f"/inventory/{self.product}/adjust", body, 1, key)
        )
        # As the repeat will send it: another wording would be another request.
        content = json.dumps(body, separators=(",", ":")).encode()
        asked = request(f"{STOCK}/{self.product}/adjust", content, f"Idempotency-Key: {key}")
        line = self._connection()
        line.sendall(asked)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        line.close()

    def _trickle(self, lines: list[socket.socket], command: bytes, ended: Event) -> None:
        assert self._server.process is not None
        process = psutil.Process(self._server.process.pid)
        at = 0
        while not ended.wait(TRICKLE_S):
            self.most_memory = max(self.most_memory, process.memory_info().rss)
            for line in lines:
                with suppress(OSError):
                    # Never the last byte: this one does not come to an end.
                    line.send(command[at : at + 1])
            at = min(at + 1, len(command) - 2)

    def _connected(self, lines: list[socket.socket]) -> int:
        """How many of these connections the server still has."""
        assert self._server.process is not None
        theirs = {line.getsockname()[1] for line in lines}
        found = psutil.Process(self._server.process.pid).net_connections("tcp")
        return sum(bool(one.raddr) and one.raddr.port in theirs for one in found)


def _was_late(line: socket.socket) -> bool:
    line.settimeout(1)
    with suppress(OSError):
        return line.recv(SMALL_BUFFER).startswith(b"HTTP/1.1 408 ")
    return False
