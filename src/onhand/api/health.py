"""Health: whether the process lives, whether it can do its work, and what it does."""

from __future__ import annotations

import asyncio
from typing import Literal

from msgspec import Struct

from onhand.api.metrics import TEXT
from onhand.api.operations import Call, Endpoint, File, Operation, Shape, data
from onhand.api.wire import Reply, header
from onhand.ledger.access import Permission
from onhand.ledger.ports import Answer

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


async def tell_metrics(call: Call) -> Reply:
    """All figures, in the format that the scraper asks for."""
    services = call.services
    accept = (header(call.connection, b"accept") or b"").decode("latin-1")
    waiting = services.threads.waiting
    # Not by the threads that read: when those wait for the database, one wants to know.
    told, media_type = await asyncio.to_thread(
        services.metrics.told, services.writer, waiting, accept
    )
    return Reply(Answer(200, told), media_type=media_type)


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            "/metrics",
            "tell_metrics",
            "What is the server doing? For Prometheus",
            "Queue, batches, commits, rejections by reason, requests by route and status, reads,"
            " the state of the database and of the process; of several workers all, told apart by"
            " the label `worker`. OpenMetrics where `Accept` asks for it.",
            TAG,
            Permission.METRICS_READ,
            {200: File(TEXT, "The figures.")},
        ),
        tell_metrics,
    ),
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
