"""One client's connection, and what an answer means: done, refused, nothing, or unknown.

An answer is a model's answer where the server says what it did. `NOTHING` stands for an answer that
says that nothing was done (503: busy, stopping, the database away), or for a request that cannot
have reached anybody whole; `UNKNOWN` for a lost connection and for a commit that nobody knows of.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import msgspec

from proofs.history.model import Answer, Ask, Done, Read, Refused
from tests.support.api import BASE
from tests.support.postgres import LOOPBACK

PATIENCE_S = 30
ACCEPTED = (200, 201)


class Unsaid(Enum):
    """What is known where a server has not said what it did."""

    NOTHING = auto()
    UNKNOWN = auto()


class Tear(Enum):
    """Where a client breaks off: half of the request sent, or all of it and no answer read."""

    HALFWAY = auto()
    UNHEARD = auto()


class Unforeseen(Exception):
    """An answer that no server may give here; the text says which."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it came."""

    status: int
    body: Any
    replayed: bool


class Line:
    """A connection to one server, opened when it is needed and again when it was lost."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: bytes, tear: Tear | None = None) -> Told | Unsaid:
        """Send a request, and wait for its answer unless it is torn off."""
        try:
            if self._ends is None:
                self._ends = await asyncio.open_connection(LOOPBACK, self._port)
        except OSError:
            return Unsaid.NOTHING
        reader, writer = self._ends
        if tear is Tear.HALFWAY:
            writer.write(request[: -len(request) // 4])
            self.close()
            return Unsaid.NOTHING
        try:
            writer.write(request)
            if tear is Tear.UNHEARD:
                await writer.drain()
                self.close()
                return Unsaid.UNKNOWN
            async with asyncio.timeout(PATIENCE_S):
                return await _answer(reader)
        except (OSError, EOFError, TimeoutError):
            self.close()
            return Unsaid.UNKNOWN

    def close(self) -> None:
        """Let go of the connection; what was written still leaves."""
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None


async def _answer(reader: asyncio.StreamReader) -> Told:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, rest = head.partition(b"content-length:")
    body = await reader.readexactly(int(rest[: rest.index(b"\r\n")]))
    replayed = b"idempotent-replayed: true" in head
    return Told(int(head.split(None, 2)[1]), msgspec.json.decode(body), replayed)


def request(ask: Ask, product: int, warehouses: list[int], key: str | None) -> bytes:
    """An ask as HTTP; `warehouses` are the ids of its shelves."""
    if ask.verb == "levels":
        return http("GET", f"/products/{product}/inventory")
    if ask.verb == "totals":
        return http("GET", f"/products/{product}")
    at = {"warehouse_id": warehouses[ask.shelf]}
    units = {"quantity": ask.quantity}
    match ask.verb:
        case "transfer":
            sites = {"from_warehouse_id": at["warehouse_id"], "to_warehouse_id": warehouses[ask.to]}
            return http("POST", "/inventory/transfer", {"product_id": product} | sites | units, key)
        case "count":
            body: dict[str, Any] = {"counted_quantity": ask.quantity, "counted_by": "A counter"}
        case "adjust":
            body = units | {"reason": "Found or lost"}
        case "ship":
            body = {"quantity": -ask.quantity, "reason": "Shipped", "order_id": ask.order}
        case _:
            body = units | {"order_id": ask.order}
    verb = "adjust" if ask.verb == "ship" else ask.verb
    return http("POST", f"/inventory/{product}/{verb}", body | at, key)


def http(method: str, path: str, body: Any = None, key: str | None = None) -> bytes:
    """A request's bytes."""
    content = b"" if body is None else msgspec.json.encode(body)
    named = "" if key is None else f"Idempotency-Key: {key}\r\n"
    head = f"{method} {BASE}{path} HTTP/1.1\r\nHost: {LOOPBACK}\r\n{named}"
    typed = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return (head + (typed if content else "") + "\r\n").encode() + content


def meaning(told: Told, ask: Ask, warehouses: list[int]) -> Answer | Unsaid:
    """What an answer says of what was done. Raises `Unforeseen`."""
    body = told.body
    if told.status in ACCEPTED:
        return _read(body, ask, warehouses) if ask.reads else _done(body["data"], ask)
    problem = body["type"].removeprefix("/problems/")
    if told.status == 503:
        return Unsaid.UNKNOWN if problem == "commit_unknown" else Unsaid.NOTHING
    if problem == "key_in_flight":
        return Unsaid.UNKNOWN
    if told.status == 422 and problem != "key_reused" and not ask.reads:
        [(field, [words])] = body["errors"].items()
        return Refused(field, words)
    raise Unforeseen(f"{ask} was answered {told.status} {body}")


def _done(data: dict[str, Any], ask: Ask) -> Done:
    besides: tuple[int, ...] = ()
    match ask.verb:
        case "reserve":
            besides = (data["reservation"]["allocated"],)
        case "release":
            besides = (data["still_held"],)
        case "ship":
            besides = (data["released"],)
        case "count":
            besides = (data["previous_quantity"],)
        case "transfer":
            target = data["to"]
            besides = (target["quantity_on_hand"], target["quantity_reserved"])
    return Done(data["quantity_on_hand"], data["quantity_reserved"], besides)


def _read(body: Any, ask: Ask, warehouses: list[int]) -> Read:
    if ask.verb == "totals":
        data = body["data"]
        return Read(((data["stock_quantity"], data["reserved_quantity"]),))
    rows = {row["warehouse_id"]: row for row in body["data"]}
    nothing = {"quantity_on_hand": 0, "quantity_reserved": 0}
    shown = [rows.get(warehouse, nothing) for warehouse in warehouses]
    return Read(tuple((row["quantity_on_hand"], row["quantity_reserved"]) for row in shown))
