"""Events: all that happened, from any number on; a page at a time, or as it happens."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

from msgspec import Meta, Struct

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.events.hub import EventHub
from onhand.api.events.stream import EventStream
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, Stream, page
from onhand.api.wire import Reply, connection_of, header
from onhand.ledger.access import Permission
from onhand.ledger.cloud_events import DATA_SHAPES, CloudEvent, cloud_event
from onhand.ledger.event_types import TYPE_NAMES, types_named
from onhand.ledger.feed import EventFilter, FeedPage, NotNumberedYet

PATH = f"{BASE}/events"
TAG = "Events"
LAST_EVENT_ID = "Last-Event-ID"

MOST_EVENTS = 1_000
LONGEST_WAIT_S = 30

_NUMBER = re.compile(rb"[0-9]{1,19}")
_SETTLE_S, _SETTLE_TRIES = 0.005, 20
"""An event whose neighbours are still being written is waited for, that long and so often."""


def _fault_of_types(text: str) -> str | None:
    _, unknown = types_named(text.split(","))
    return f"There is no event type {', '.join(unknown)}" if unknown else None


_ANY_TYPE = "|".join(map(re.escape, TYPE_NAMES))
Types = Annotated[
    str,
    f.of_pattern(
        r"[a-z_]+\.([a-z_]+|\*)(,[a-z_]+\.([a-z_]+|\*))*",
        max_length=2_000,
        description="Only these types, separated by commas; `stock.*` stands for all of its kind.",
        examples=["stock.*,purchase_order.sent"],
        extra_json_schema={"pattern": f"^({_ANY_TYPE})(,({_ANY_TYPE}))*$"},
    ),
    f.Check(_fault_of_types),
]
After = Annotated[
    int, Meta(ge=0, le=f.MAX_ID, description="What comes after this number; 0: everything.")
]


class EventQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which events, after which number."""

    after: After = 0
    types: Types | None = None
    product_id: f.ProductId | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST_EVENTS, description="How many at most.")] = 100
    wait: Annotated[
        int,
        Meta(
            ge=0,
            le=LONGEST_WAIT_S,
            description="Seconds to wait for an event, where there is none yet.",
        ),
    ] = 0


class StreamQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which events, after which number; without one, those that happen from now on."""

    after: After | None = None
    types: Types | None = None
    product_id: f.ProductId | None = None


class EventsMeta(Struct, kw_only=True):
    """Where to go on: `after` of the next request. `has_more`: there is something there already,
    even where this page is empty.
    """

    next_after: int
    has_more: bool


async def list_events(call: Call) -> Reply:
    """A page of events; with `wait`, as soon as there is one."""
    query = call.query(EventQuery)
    which = _which(call, query.types, query.product_id)

    async def read(after: int) -> FeedPage:
        return await _read(call, which, after, query.limit)

    found = await read(query.after)
    if query.wait and not found.events and not found.has_more:
        found = await _awaited(call, which, found, query.wait)
    rows = [cloud_event(event, _hub(call).source) for event in found.events]
    return page(rows, EventsMeta(next_after=found.next_after, has_more=found.has_more))


async def stream_events(call: Call) -> EventStream:
    """Events as they happen, after `Last-Event-ID`, or `after`, or now."""
    query = call.query(StreamQuery)
    which = _which(call, query.types, query.product_id)
    after = _last_event_id(call)
    if after is None:
        after = query.after
    newest = await call.services.threads.run(_hub(call).feed.newest)
    if after is None:
        after = newest
    elif after > newest:
        raise _not_numbered("after", NotNumberedYet(newest))

    async def read(position: int) -> FeedPage:
        return await _read(call, which, position, MOST_EVENTS)

    def may_go_on() -> None:
        gate, needed = call.services.gate, call.operation.needs
        assert needed is not None
        if gate.admit_request(call.connection, needed) != call.caller:
            raise problems.of_status(403, "What you may see has changed: connect again")

    return EventStream(_hub(call), which, after, newest, read, may_go_on)


def _hub(call: Call) -> EventHub:
    return call.services.events


def _which(call: Call, types: str | None, product_id: int | None) -> EventFilter:
    found = None if types is None else types_named(types.split(","))[0]
    return EventFilter(found, product_id, call.caller.within)


def _last_event_id(call: Call) -> int | None:
    """The event that a client who connects again had last."""
    value = header(call.connection, LAST_EVENT_ID.lower().encode())
    if value is None or not value.strip():
        return None
    if not _NUMBER.fullmatch(value.strip()) or int(value) > f.MAX_ID:
        text = "Must be the id of an event of this stream, a whole number"
        raise problems.invalid({LAST_EVENT_ID: [text]})
    return int(value)


async def _read(call: Call, which: EventFilter, after: int, limit: int) -> FeedPage:
    """A page; what was written before it was asked for is in it, as soon as it is settled."""
    feed, threads = _hub(call).feed, call.services.threads
    try:
        found = await threads.run(lambda: feed.read(which, after, limit))
        wanted = found.newest
        for _ in range(_SETTLE_TRIES):
            if found.events or found.has_more or found.settled >= wanted:
                break
            await asyncio.sleep(_SETTLE_S)
            found = await threads.run(lambda: feed.read(which, after, limit))
    except NotNumberedYet as fault:
        raise _not_numbered("after", fault) from None
    return found


async def _awaited(call: Call, which: EventFilter, found: FeedPage, wait_s: float) -> FeedPage:
    """The page that follows an empty one, once there is something in it or the time is up."""
    query = call.query(EventQuery)
    connection = connection_of(call.connection)
    with _hub(call).listening(which, found.newest) as listener:
        if connection is not None:
            connection.on_ending = lambda: listener.end(in_good_order=True)
        # What was written before anybody listened.
        found = await _read(call, which, found.next_after, query.limit)
        if not found.events and not found.has_more:
            await listener.next(wait_s)
            found = await _read(call, which, found.next_after, query.limit)
    return found


def _not_numbered(field: str, fault: NotNumberedYet) -> problems.Problem:
    text = f"{fault}. Has the ledger been restored from a backup? Begin anew with after=0"
    return problems.invalid({field: [text]})


_EXAMPLE = {
    "data": [
        {
            "specversion": "1.0",
            "id": "4711",
            "source": "/onhand",
            "type": "stock.reserved",
            "subject": "product/123",
            "time": "2025-01-15T16:45:00Z",
            "datacontenttype": "application/json",
            "sequence": "0000000000000004711",
            "data": {
                "movement_id": 4711,
                "movement_type": "reserved",
                "product_id": 123,
                "warehouse_id": 1,
                "quantity": 5,
                "quantity_on_hand": 45,
                "quantity_reserved": 15,
                "quantity_available": 30,
                "entry_number": 12,
                "order_id": 789,
                "sales_order_id": None,
                "transfer_id": None,
                "reverses_id": None,
                "reference_type": None,
                "reference_id": None,
                "reference": None,
                "reason": None,
                "notes": None,
                "actor": "key:till",
                "occurred_at": "2025-01-15T16:45:00Z",
            },
        }
    ],
    "meta": {"next_after": 4711, "has_more": False},
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_events",
            "List events",
            "All that happened, in one order, as CloudEvents 1.0. Go on with `next_after` as"
            " `after`; every event is told once, none is left out. A page may be short, or empty,"
            " though `has_more`: it looks at a limited span of numbers.",
            TAG,
            Permission.EVENTS_READ,
            {200: Shape(list[CloudEvent], meta=EventsMeta, refers_to=DATA_SHAPES)},
            query=EventQuery,
            answer_example=_EXAMPLE,
        ),
        list_events,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/stream",
            "stream_events",
            "Stream events",
            "The same, as they happen: server-sent events, each with its number as `id`, its type"
            " as `event`, and its CloudEvent as `data`. `Last-Event-ID` goes on after an event;"
            " without it and without `after` the stream begins now. It never ends by itself.",
            TAG,
            Permission.EVENTS_READ,
            {200: Stream("The events, one after the other.")},
            query=StreamQuery,
        ),
        stream_events,
    ),
)
