"""A server on one connection, in this process: what it is sent in pieces, and what it sends back.

The protocol, the stock commands, the gate, the writer's batches and the rules are the real ones.
The connection is a list, the ledger is in memory, and the framework's place is taken by a 404.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from uvicorn.config import Config
from uvicorn.server import ServerState

from onhand.api import problems, wire
from onhand.api.figures import RequestFigures
from onhand.api.gate import Gate
from onhand.api.http_protocol import HttpProtocol
from onhand.api.observing import Observed
from onhand.api.stock import protocol as stock_protocol
from onhand.api.stock.commands import StockCommands
from onhand.core.commands import CreateProduct, Request
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.ledger.keys import Keys
from onhand.ledger.posting import Settlement, Submission, settle
from onhand.ledger.verify import verify
from onhand.ledger.writer import Writer
from onhand.store.memory import MemoryStore
from tests.support.ledger_contents import memory_contents

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LONGEST_IN_LANE = 299
LONGEST_BODY = 400
"""Small limits, so that short inputs pass them."""

PATIENCE_S = 60.0
QUIET_ROUNDS = 12
"""Of the event loop: so many without anything to do, and nothing is under way any more."""


class Wire(asyncio.Transport):
    """A connection whose other end is a list."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()
        self._closing = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 1) if name in ("peername", "sockname") else default

    def write(self, data: Any) -> None:
        if not self._closing:
            self.sent += data

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        self._closing = True

    def abort(self) -> None:
        self._closing = True

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        """Nobody reads here."""

    def resume_reading(self) -> None:
        """Nobody reads here."""


class _AtOnce(Writer):
    """A writer without its thread: what is submitted is settled there and then.

    It is told in the loop's next round, so that the same input always goes the same way. One serves
    all conversations, each on a ledger of its own: a thread costs more than a conversation.
    """

    def write_to(self, store: MemoryStore) -> None:
        """From now on, to this ledger."""
        self._store = store

    def _run(self) -> None:
        """The thread has nothing to do."""

    def submit(self, submission: Submission) -> asyncio.Future[Settlement]:
        future = super().submit(submission)
        ticket = self._queue.get_nowait()
        assert ticket is not None
        self._settle([ticket])
        return future


class _Failures(logging.Handler):
    """What the server logs as an error, and what the event loop could tell nobody."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))

    @contextmanager
    def of_uvicorn(self) -> Iterator[None]:
        """Hear what uvicorn logs, and nobody else."""
        logger = logging.getLogger("uvicorn.error")
        before = logger.level, logger.propagate
        logger.addHandler(self)
        logger.level, logger.propagate = logging.ERROR, False
        yield
        logger.level, logger.propagate = before
        logger.removeHandler(self)

    def of_loop(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.told.append(f"{context['message']}: {context.get('exception')!r}")


def served(
    protocol: type[HttpProtocol], cuts: Sequence[bytes], waiting: bool, leaving: bool
) -> tuple[bytes, Any]:
    """What a server with this protocol sends back, and the ledger in the end."""
    _gate()  # made by the loop, before it runs
    failures = _Failures()
    _loop().set_exception_handler(failures.of_loop)
    with patch.object(stock_protocol, "LONGEST_BODY", LONGEST_IN_LANE), failures.of_uvicorn():
        sent = _loop().run_until_complete(_conversation(protocol, cuts, waiting, leaving))
    assert not failures.told, failures.told
    return sent


async def _conversation(
    protocol: type[HttpProtocol], cuts: Sequence[bytes], waiting: bool, leaving: bool
) -> tuple[bytes, Any]:
    store = MemoryStore(NOW - timedelta(days=1))
    shop = (
        CreateProduct(ProductAttributes(sku="A", name="a"), Origin("fuzz"), 50),
        CreateProduct(ProductAttributes(sku="B", name="b", allow_backorder=True), Origin("fuzz")),
    )
    settle(store, [Submission(Request(shop))], lambda: NOW)
    writer = await _writer()
    writer.write_to(store)
    services = SimpleNamespace(
        writer=writer, gate=_gate(), clock=lambda: NOW, body_limit=LONGEST_BODY
    )
    stock = StockCommands(services, _nothing_else)
    app = Observed(stock, RequestFigures(), lane=stock)
    options: dict[str, Any] = {"ws": "none", "log_config": None, "proxy_headers": False}
    config = Config(cast("Any", app), http=protocol, **options)
    state = ServerState()
    line = Wire()
    server = protocol(config, state, {}, asyncio.get_running_loop(), patience_s=PATIENCE_S)
    server.connection_made(line)
    for piece in cuts:
        if line.is_closing():
            break
        server.data_received(piece)
        if waiting:
            await _quiet(writer)
    if not leaving:
        await _quiet(writer)
    server.connection_lost(None)
    await _quiet(writer)
    with store.proof() as proof:
        differences = [str(difference) for difference in verify(proof)]
    assert not differences, differences
    assert not state.tasks, "a request is still at work after its connection has gone"
    return bytes(line.sent), memory_contents(store)


async def _quiet(writer: Writer) -> None:
    """Wait until nothing is under way."""
    rounds = 0
    while rounds < QUIET_ROUNDS:
        await asyncio.sleep(0)
        rounds = 0 if writer.waiting else rounds + 1


async def _nothing_else(scope: wire.Scope, receive: wire.Receive, send: wire.Send) -> None:
    """In the framework's place: reads the body and answers 404."""
    try:
        body = await wire.read_body(scope, receive, LONGEST_BODY)
        problem = problems.of_status(404, f"{scope['method']} with {len(body)} bytes")
    except problems.Problem as found:
        problem = found
    except wire.ClientGone:
        return
    await wire.send_answer(send, problem.answer, problem.headers)


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


_writers: list[_AtOnce] = []


async def _writer() -> _AtOnce:
    if not _writers:
        _writers.append(_AtOnce(MemoryStore(NOW), lambda: NOW))
    return _writers[0]


@lru_cache(maxsize=1)
def _gate() -> Gate:
    gate = Gate(cast("Keys", SimpleNamespace(all=list)), loopback=True)
    _loop().run_until_complete(gate.refresh())
    return gate
