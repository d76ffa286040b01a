"""The part of a URL after `?`: pages, filters, sorting, moments and cursors.

Each query goes to the real handler of a real path, and what that takes is asked of a real database:
a filter that is taken must also be one that SQL can be made of. A cursor that we made is the
position it was made of.
"""

from __future__ import annotations

import asyncio
import atexit
import re
import tempfile
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlencode

import msgspec

from onhand.api.endpoints import ENDPOINTS
from onhand.api.gate import Gate
from onhand.api.operations import Endpoint
from onhand.api.people import signing_in_elsewhere
from onhand.api.people.services import people_services
from onhand.api.problems import Problem
from onhand.api.queries import PARAMETERS_LIMIT, page_request, parse
from onhand.api.read_threads import ReadThreads
from onhand.api.services import LiveServices, Services
from onhand.api.stock.movements import MovementQuery, cursor_after, cursor_from
from onhand.api.wire import Reply
from onhand.core.commands import AdjustStock, CreateProduct, CreateWarehouse, Request, ReserveStock
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.warehouses import WarehouseAttributes
from onhand.ledger.keys import Keys
from onhand.ledger.posting import Done, Submission, settle
from onhand.store.engine import parse_database, read_engine
from onhand.store.migrate import migrate
from onhand.store.people import SqlPeople
from onhand.store.reads import SqlReads
from onhand.store.sqlite.store import SqliteStore
from onhand.store.webhooks import SqlWebhooks
from proofs.fuzzing import seeds
from proofs.fuzzing.json_bodies import check_refusal
from proofs.fuzzing.target import Target, choosing, chosen

Answer = TypeVar("Answer")

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
LAST_MICROSECOND = 10**17 - 1
LAST_ID = 10**18 - 1

# A provider of OpenID Connect adds what it likes to a query, and without one there is nothing.
LISTS = [
    endpoint
    for endpoint in ENDPOINTS
    if endpoint.operation.method == "GET"
    and endpoint.operation.query is not None
    and endpoint not in signing_in_elsewhere.ENDPOINTS
    # These wait for what happens, or for a thread that writes a file.
    and endpoint.operation.operation_id not in ("list_events", "stream_events")
    and not endpoint.operation.media
    # These wait for the printer, and ask what the lists that they print ask.
    and not endpoint.operation.path.endswith("/pdf")
]
NAMED = re.compile(r"\{(\w+)\}")
KINDS = [cast("Any", endpoint.operation.query) for endpoint in LISTS]


def query(data: bytes) -> None:
    """One query, of one of the paths that take any."""
    endpoint, text = chosen(data, LISTS)
    kind = cast("Any", endpoint.operation.query)
    given, refusal = _parsed(text, kind)
    if refusal is not None:
        check_refusal(refusal)
        assert _answered(endpoint, text).status == refusal.status, "the handler says otherwise"
        return
    assert text.count(b"&") < PARAMETERS_LIMIT, "too many parameters"
    assert parse(_written(given), kind) == given, "written out and read again, it is another"
    if hasattr(given, "page"):
        page = page_request(given, getattr(given, "sort", None))
        assert len({key.field for key in page.sort}) == len(page.sort), page
    answer = _answered(endpoint, text)
    assert answer.status in (200, 404), answer.body
    told = msgspec.json.decode(answer.body)
    if answer.status == 200 and isinstance(told["data"], list):
        assert len(told["data"]) <= getattr(given, "per_page", len(told["data"])), "a longer page"


def cursor(data: bytes) -> None:
    """A text as a cursor; and any position, made a cursor and read again."""
    query, refusal = _parsed(b"cursor=" + quote(data).encode(), MovementQuery)
    if refusal is not None:
        check_refusal(refusal)
    else:
        given = query.cursor
        assert given.encode() == data, "not what was sent"
        position = cursor_from(given)
        assert cursor_from(cursor_after(cast("Any", position))) == position, position
    micros = int.from_bytes(data[:8]) % LAST_MICROSECOND
    moment = FIRST_MOMENT + timedelta(microseconds=micros)
    row = SimpleNamespace(occurred_at=moment, id=int.from_bytes(data[8:16]) % LAST_ID + 1)
    ours = cursor_after(cast("Any", row))
    again = parse(b"cursor=" + ours.encode(), MovementQuery).cursor
    assert again == ours, f"our own cursor {ours} became {again}"
    found = cursor_from(ours)
    assert (found.occurred_at, found.id) == (row.occurred_at, row.id), ours


def _parsed(text: bytes, kind: Any) -> tuple[Any, Problem | None]:
    """A query, or why it is refused."""
    try:
        return parse(text, kind), None
    except Problem as problem:
        return None, problem


def _written(given: msgspec.Struct) -> bytes:
    """A query that says the same."""
    values = {}
    for attribute, name in zip(
        given.__struct_fields__, given.__struct_encode_fields__, strict=True
    ):
        value = getattr(given, attribute)
        if value is not None:
            values[name] = value if isinstance(value, str) else msgspec.to_builtins(value)
    return urlencode(values).encode()


def _answered(endpoint: Endpoint, query_string: bytes) -> Any:
    """What the handler answers, for number 1 of whatever its path names."""
    connection = {
        "type": "http",
        "method": "GET",
        "path": endpoint.operation.path,
        "path_params": dict.fromkeys(NAMED.findall(endpoint.operation.path), "1"),
        "query_string": query_string,
        "headers": [],
    }
    reply = _driven(endpoint.reply(cast("LiveServices", _shop()), connection, cast("Any", None)))
    assert isinstance(reply, Reply)
    assert reply.answer.status < 500, f"{endpoint.operation.operation_id}: {reply.answer.body!r}"
    return reply.answer


def _driven(work: Coroutine[Any, Any, Answer]) -> Answer:
    """The result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast("Answer", done.value)
    raise AssertionError("it waits for something")


class _AtOnce(ReadThreads):
    """Reads in the thread that asks: an answer is there when the handler returns."""

    async def run(self, read: Callable[[], Answer]) -> Answer:
        return read()


@lru_cache(maxsize=1)
def _shop() -> SimpleNamespace:
    """Services over a small ledger on SQLite, as long as the process lives."""
    folder = tempfile.TemporaryDirectory(prefix="onhand-fuzz-")
    atexit.register(folder.cleanup)
    database = parse_database(f"sqlite:///{Path(folder.name) / 'onhand.db'}")
    migrate(database)
    store = SqliteStore(database)
    origin = Origin("fuzz", reference="PO-1", reference_type="order", reference_id=3)
    for order in (
        CreateWarehouse(WarehouseAttributes("East", "EAST"), origin),
        CreateProduct(ProductAttributes(sku="A B", name="a%_"), origin, 50, 5),
        CreateProduct(ProductAttributes(sku="é", name="x", reorder_point=9), origin),
        AdjustStock(1, None, -2, origin),
        ReserveStock(1, None, 1, 7, origin, NOW + timedelta(days=1)),
    ):
        [settled] = settle(store, [Submission(Request((order,)))], lambda: NOW)
        assert isinstance(settled, Done), settled
    store.close()
    gate = Gate(cast("Keys", SimpleNamespace(all=list)), loopback=True)
    asyncio.run(gate.refresh())
    engine = read_engine(database)
    reads = SqlReads(engine, lambda: NOW)
    threads = _AtOnce(1)
    people = people_services(
        SqlPeople(engine),
        cast("Any", None),
        cast("Any", None),
        lambda: NOW,
        threads=threads,
    )
    services = Services(
        writer=cast("Any", None),
        reads=reads,
        threads=threads,
        gate=gate,
        people=people,
        audit=cast("Any", None),
        clock=lambda: NOW,
        events=cast("Any", None),
        webhooks=cast("Any", SimpleNamespace(kept=SqlWebhooks(engine, engine))),
        body_limit=1_000,
    )
    return SimpleNamespace(current=services)


TARGETS = [
    Target(
        "query",
        query,
        [choosing(LISTS, endpoint, text) for endpoint in LISTS for text in seeds.QUERIES],
        seeds.URL_TOKENS,
    ),
    Target(
        "cursor",
        cursor,
        [b"63872409600000000-1", b"0-1", b"99999999999999999-999999999999999999", b"5"],
        (b"-", b"0", b"9" * 17, b"\n", b"\xd9\xa3", b"+", b" ", b"_"),
    ),
]
