"""Health: whether the process lives, and whether it can do its work."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from onhand.api.operations import Call, Endpoint, Operation, Shape, data
from onhand.api.wire import Reply

TAG = "Health"


class Live(Struct):
    """The process answers."""

    status: Literal["live"] = "live"


class Ready(Struct):
    """The database answers, too."""

    status: Literal["ready"] = "ready"


async def is_live(call: Call) -> Reply:
    """The process answers, so it lives."""
    return data(Live())


async def is_ready(call: Call) -> Reply:
    """Ready when the database answers; a 503 while it does not."""
    await call.read(lambda reads: reads.ready())
    return data(Ready())


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            "/_health/live",
            "is_live",
            "Is the process alive?",
            "Answers as long as the process does. Needs no key.",
            TAG,
            None,
            {200: Shape(Live)},
        ),
        is_live,
    ),
    Endpoint(
        Operation(
            "GET",
            "/_health/ready",
            "is_ready",
            "Can it work?",
            "Asks the database; 503 while it cannot be reached. Needs no key.",
            TAG,
            None,
            {200: Shape(Ready)},
            errors=(503,),
        ),
        is_ready,
    ),
)
