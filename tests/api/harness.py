"""The whole API over ASGI in this process: real store, real writer, keys in memory."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from onhand.api.addresses import Proxies
from onhand.api.application import ROUTES, create_api
from onhand.api.events.hub import EventHub
from onhand.api.figures import Figures
from onhand.api.gate import Gate
from onhand.api.metrics import Metrics
from onhand.api.observing import Observed
from onhand.api.people.services import people_services
from onhand.api.rate_limits import RateLimit
from onhand.api.read_threads import ReadThreads
from onhand.api.services import LiveServices, Services
from onhand.api.site import Site
from onhand.api.stock.commands import StockCommands
from onhand.api.webhooks.opening import DeskSettings, open_desk
from onhand.core.callers import Caller
from onhand.ledger.access import Scope
from onhand.ledger.faults import StoreUnavailable
from onhand.ledger.keys import ApiKey, KeyNameTaken, NewKey, Rotation, hashed, new_secret
from onhand.ledger.writer import Writer
from onhand.store.audit import SqlAuditLog
from onhand.store.engine import admin_engine, parse_database, read_engine
from onhand.store.feed import SqlFeed
from onhand.store.migrate import migrate
from onhand.store.people import SqlPeople
from onhand.store.postgresql.store import PostgresqlStore
from onhand.store.reads import SqlReads
from onhand.store.sessions import SqlAttempts, SqlSessions
from onhand.store.sqlite.store import SqliteStore
from onhand.store.webhook_storage import webhook_storage

BASE = "/api/v1/operations"
NOBODY = Caller("nobody")


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

    def create(self, key: NewKey, secret_hash: str, by: Caller, now: datetime) -> ApiKey:
        if any(other.name == key.name for other in self.keys):
            raise KeyNameTaken
        given: dict[str, Any] = {it.name: getattr(key, it.name) for it in fields(NewKey)}
        given |= {"secret_hash": secret_hash, "created_at": now, "created_by": by.name}
        self.keys.append(ApiKey(id=len(self.keys) + 1, **given))
        return self.keys[-1]

    def give(self, scope: Scope | None = None, **told: Any) -> dict[str, str]:
        """Make a key; the header that presents it."""
        secret = new_secret()
        told.setdefault("name", f"key-{len(self.keys) + 1}")
        self.create(NewKey(scope=scope, **told), hashed(secret), NOBODY, datetime.now(UTC))
        return {"authorization": f"Bearer {secret}"}

    def rotate(self, key_id: int, rotation: Rotation, by: Caller) -> ApiKey | None:
        key = self.keys[key_id - 1] if 0 < key_id <= len(self.keys) else None
        if key is None or key.revoked_at is not None:
            return None
        return self._changed(
            key,
            secret_hash=rotation.secret_hash,
            rotated_at=rotation.at,
            previous_hash=key.secret_hash,
            previous_until=rotation.previous_until,
            expires_at=rotation.expires_at,
        )

    def revoke(self, key_id: int, by: Caller, now: datetime) -> ApiKey | None:
        key = self.keys[key_id - 1] if 0 < key_id <= len(self.keys) else None
        if key is None or key.revoked_at is not None:
            return None
        return self._changed(key, revoked_at=now)

    def note_use(self, key_ids: Iterable[int], now: datetime) -> None:
        if self.away:
            raise StoreUnavailable
        for key in [key for key in self.keys if key.id in set(key_ids)]:
            self._changed(key, last_used_at=now)

    def _changed(self, key: ApiKey, **changes: Any) -> ApiKey:
        self.keys[key.id - 1] = replace(key, **changes)
        return self.keys[key.id - 1]

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
    set_cookies: Sequence[str] = ()

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
    webhooks: DeskSettings = field(default_factory=lambda: DeskSettings("/onhand", sends=False))
    rate_limit: int = 0
    trusted_proxies: str = ""

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
        engine = read_engine(database)
        reads = SqlReads(engine, self.clock)
        writer = Writer(store, self.clock)
        limit = None
        if self.rate_limit:
            limit = RateLimit(self.rate_limit, lambda: self.clock().timestamp())
        proxies = Proxies(self.trusted_proxies)
        admin = admin_engine(database)
        people = people_services(
            SqlPeople(admin),
            SqlSessions(admin),
            SqlAttempts(admin),
            self.clock,
            site=Site(proxies=proxies),
        )
        gate = Gate(
            self.keys,
            loopback=True,
            limit=limit,
            proxies=proxies,
            signed_in=people.signed_in,
            clock=self.clock,
        )
        threads = ReadThreads(2)
        events = EventHub(SqlFeed(engine), threads.run, "/onhand")
        await gate.start()
        try:
            metrics = Metrics(self.figures, ROUTES)
            with webhook_storage(database, engine) as stored:
                async with open_desk(stored, self.webhooks, self.clock) as webhooks:
                    yield Services(
                        writer=writer,
                        reads=reads,
                        threads=threads,
                        gate=gate,
                        people=people,
                        audit=SqlAuditLog(admin_engine(database)),
                        clock=self.clock,
                        events=events,
                        webhooks=webhooks,
                        body_limit=self.body_limit,
                        approval_limit=self.approval_limit,
                        metrics=metrics,
                    )
        finally:
            await events.stop()
            await gate.stop()
            await writer.drain()
            people.close()
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

    def refresh(self) -> None:
        """Let the gate hear of keys that were made behind its back."""
        self._run(self.live.gate.refresh())

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

    def stream(self, path: str, headers: dict[str, str]) -> Answered:
        """Listen to a stream of events until it has told some."""
        given = {"host": "127.0.0.1:8080", **headers}
        return self._run(self._request("GET", path, given, [b""], until=b"data: "))

    async def _request(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        chunks: Sequence[bytes],
        until: bytes = b"",
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
        heard = asyncio.Event()
        is_whole = False

        async def receive() -> dict[str, Any]:
            nonlocal is_whole
            if messages:
                message = messages.pop(0)
                is_whole = not message["more_body"]
                return message
            if until:
                await heard.wait()
            elif is_whole:
                await asyncio.Event().wait()  # whoever has said all waits for the answer
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)
            if until in message.get("body", b""):
                heard.set()

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
        told = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
        body = b"".join(part["body"] for part in sent[1:])
        cookies = [value for name, value in told if name == "set-cookie"]
        return Answered(start["status"], dict(told), body, cookies)
