"""The whole API over ASGI in this process: real store, real writer, keys in memory."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from onhand.api.application import ROUTES, create_api
from onhand.api.figures import Figures
from onhand.api.gate import Gate
from onhand.api.metrics import Metrics
from onhand.api.observing import Observed
from onhand.api.services import LiveServices, ReadThreads, Services
from onhand.api.stock.commands import StockCommands
from onhand.ledger.access import Scope
from onhand.ledger.faults import StoreUnavailable
from onhand.ledger.keys import ApiKey, KeyNameTaken
from onhand.ledger.writer import Writer
from onhand.store.engine import parse_database, read_engine
from onhand.store.migrate import migrate
from onhand.store.postgresql.store import PostgresqlStore
from onhand.store.reads import SqlReads
from onhand.store.sqlite.store import SqliteStore

BASE = "/api/v1/operations"


def on_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an async test on an event loop of its own."""

    @functools.wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        asyncio.run(test(*arguments, **named))

    return run


class MemoryKeys:
    """API keys in a list; `away` plays a database that cannot be reached."""

    def __init__(self) -> None:
        self.keys: list[ApiKey] = []
        self.away = False
        self.asked = 0

    def create(self, name: str, scope: Scope, secret_hash: str, now: datetime) -> ApiKey:
        if any(key.name == name for key in self.keys):
            raise KeyNameTaken
        key = ApiKey(len(self.keys) + 1, name, scope, secret_hash, now, None)
        self.keys.append(key)
        return key

    def revoke(self, name: str, now: datetime) -> ApiKey | None:
        for place, key in enumerate(self.keys):
            if key.name == name and key.revoked_at is None:
                self.keys[place] = replace(key, revoked_at=now)
                return self.keys[place]
        return None

    def all(self) -> Sequence[ApiKey]:
        self.asked += 1
        if self.away:
            raise StoreUnavailable
        return list(self.keys)


@dataclass
class Answered:
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def errors(self) -> Any:
        return self.json["errors"]


@dataclass
class Shop:
    """The API running on its own event loop, in its own thread."""

    url: str
    body_limit: int = 8 * 1024 * 1024
    keys: MemoryKeys = field(default_factory=MemoryKeys)
    now: datetime | None = None
    approval_limit: Decimal = Decimal(10)

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.live = LiveServices(self._open)
        self.figures = Figures(parse_database(self.url).kind)
        stock = StockCommands(self.live, create_api(self.live))
        self.app = Observed(stock, self.figures.requests)
        self._run(self._start())

    def clock(self) -> datetime:
        return self.now or datetime.now(UTC)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Services]:
        database = parse_database(self.url)
        await asyncio.to_thread(migrate, database)
        store: Any = (SqliteStore if database.kind == "sqlite" else PostgresqlStore)(database)
        reads = SqlReads(read_engine(database), self.clock)
        writer = Writer(store, self.clock)
        gate = Gate(self.keys, loopback=True)
        threads = ReadThreads(2)
        await gate.start()
        try:
            limits = (self.body_limit, self.approval_limit)
            metrics = Metrics(self.figures, ROUTES)
            yield Services(writer, reads, threads, gate, self.clock, *limits, metrics=metrics)
        finally:
            await gate.stop()
            await writer.drain()
            threads.close()
            reads.close()
            store.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _start(self) -> None:
        self._lifespan = asyncio.create_task(
            self.app({"type": "lifespan", "state": {}}, self._inbox.get, self._outbox.put)  # type: ignore[arg-type]
        )
        await self._inbox.put({"type": "lifespan.startup"})
        message = await self._outbox.get()
        assert message["type"] == "lifespan.startup.complete", message

    async def _stop(self) -> None:
        await self._inbox.put({"type": "lifespan.shutdown"})
        await self._lifespan

    def close(self) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        chunks: Sequence[bytes] | None = None,
    ) -> Answered:
        """Send a request; `body` is JSON, or bytes as they are."""
        given = {"host": "127.0.0.1:8080", **(headers or {})}
        if chunks is None:
            raw = (
                body
                if isinstance(body, bytes)
                else b""
                if body is None
                else json.dumps(body).encode()
            )
            chunks = [raw]
            if raw:
                given.setdefault("content-type", "application/json")
        return self._run(self._request(method, path, given, chunks))

    async def _request(
        self, method: str, path: str, headers: dict[str, str], chunks: Sequence[bytes]
    ) -> Answered:
        apart = ("/_health", "/metrics", "/docs", "/openapi", "/problems", "/api")
        if not path.startswith(apart):
            path = BASE + path
        route, _, query = path.partition("?")
        messages = [
            {"type": "http.request", "body": chunk, "more_body": place < len(chunks) - 1}
            for place, chunk in enumerate(chunks)
        ]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "path": route,
            "raw_path": route.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                (name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        await self.app(scope, receive, send)
        start = sent[0]
        found = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        return Answered(start["status"], found, b"".join(part["body"] for part in sent[1:]))
