"""Observing: the outermost ASGI layer, which counts requests, names them, and logs them for debug.

Single stock commands do not come by here: the connection takes them to the `lane`, and does the
same for them (see `stock/protocol.py`). Where every request is logged or traced there is no lane.
"""

from __future__ import annotations

import time

import structlog

from onhand.api import request_ids
from onhand.api.figures import OTHER, RequestFigures
from onhand.api.stock.commands import Application, StockCommands
from onhand.api.wire import NOTED, Message, Receive, Scope, Send, header

log = structlog.get_logger(__name__)


class Observed:
    """An application, each of its requests counted, named and, where it is wanted, logged."""

    def __init__(
        self,
        app: Application,
        requests: RequestFigures,
        *,
        lane: StockCommands | None = None,
        logs_requests: bool = False,
    ) -> None:
        """`lane` takes single stock commands from the connection itself; None: all come by here."""
        self._app = app
        self._logs_requests = logs_requests
        self.requests = requests
        self.lane = lane

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        name = request_ids.RequestName(header(scope, request_ids.HEADER))
        noted: dict[str, str] = {}
        scope[NOTED] = noted
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if name.is_told(status):
                    told = (request_ids.HEADER, name.request_id.encode("ascii"))
                    message = {**message, "headers": [*message.get("headers", ()), told]}
                # An answer may go on for long, as a stream of events does: it is here now.
                seconds = time.perf_counter() - started
                self.requests.observe(noted.get("operation", OTHER), status, seconds)
            await send(message)

        token = request_ids.current.set(name)
        try:
            await self._app(scope, receive, watched)
        finally:
            if self._logs_requests:
                log.debug(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    milliseconds=round((time.perf_counter() - started) * 1_000, 1),
                )
            request_ids.current.reset(token)
