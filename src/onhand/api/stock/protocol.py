"""The stock commands on the connection itself, below ASGI.

A reservation's share of an ASGI server is a scope, a task, three messages and two writes to the
socket: more than deciding it. This is the protocol of `http_protocol`, except that one stock
command, come in whole on a connection where nothing else is under way, goes to
`StockCommands.begin` as soon as its last byte is here, and its answer leaves in one write. Whatever
else there is to say (a wrong body, an unknown key, a list of commands, a second request behind an
unanswered first) takes the way through ASGI from its beginning, so that each thing is said in one
place.

    bytes → httptools ┬ a stock command → StockCommands.begin → settlement → one write
                      └ anything else   → uvicorn → ASGI
"""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from onhand.api import request_ids
from onhand.api.figures import RequestFigures
from onhand.api.http_protocol import HttpProtocol
from onhand.api.observing import Observed
from onhand.api.operations import problem_of
from onhand.api.problems import Headers, Problem
from onhand.api.request_ids import RequestName
from onhand.api.stock.commands import OPERATION_OF, PREFIX, RENDER, StockCommands, route_of
from onhand.api.submitting import Settled, told
from onhand.api.wire import header
from onhand.ledger.ports import Answer
from onhand.ledger.posting import Settlement

LONGEST_BODY = 99_999
"""Bytes; the body of one command is rarely a hundredth of it."""

_PREFIX = PREFIX.encode()
_nobody_waits = asyncio.Event()


class _Underway:
    """A command taken on, where uvicorn looks for the exchange that a connection is busy with."""

    __slots__ = (
        *("_began", "_name", "_protocol", "_verb"),
        *("disconnected", "keep_alive", "response_complete"),
    )

    message_event = _nobody_waits

    def __init__(self, protocol: StockProtocol, verb: str, name: RequestName) -> None:
        self._protocol = protocol
        self._verb = verb
        self._name = name
        self._began = perf_counter()
        self.disconnected = False
        self.keep_alive = True
        self.response_complete = False

    def settled(self, settlement: asyncio.Future[Settlement]) -> None:
        """Answer it; a client that has gone away is told nothing."""
        self.response_complete = True
        try:
            settled: Settled | Problem = told(settlement.result(), RENDER[self._verb])
        except Exception as error:
            token = request_ids.current.set(self._name)
            settled = problem_of(error, self._verb)
            request_ids.current.reset(token)
        answer, headers = settled.answer, settled.headers
        if self._name.is_told(answer.status):
            headers = (*headers, ("X-Request-ID", self._name.request_id))
        protocol = self._protocol
        if not self.disconnected:
            protocol.answer(answer, headers, self.keep_alive)
        protocol.observe(OPERATION_OF[self._verb], answer.status, perf_counter() - self._began)


class StockProtocol(HttpProtocol):
    """HTTP/1.1 with a lane of its own for single stock commands."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        app = self.app
        observed = app if isinstance(app, Observed) else Observed(app, RequestFigures())
        # Where every request is logged or traced there is no lane.
        self._commands = app if isinstance(app, StockCommands) else observed.lane
        self.observe = observed.requests.observe
        self._route: tuple[str, int] | None = None
        self._head: list[tuple[bytes, bytes]] = []
        self._received = bytearray()

    def on_message_begin(self) -> None:
        """Put off what only ASGI needs until it is known that it does."""
        self._request_begins()
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._route = None
        self._received = bytearray()

    def on_headers_complete(self) -> None:
        """Choose the lane."""
        if self._puts_off():
            return
        self._route = self._stock_route()
        # What stands behind the body is not added to them.
        self._head, self.headers = self.headers, []
        if self._route is None:
            self._enter_asgi()

    def on_body(self, body: bytes) -> None:
        """Keep the body together; one that is too long is for ASGI to refuse."""
        if self._route is None:
            super().on_body(body)
            return
        self._is_of_use = True
        self._received += body
        if len(self._received) > LONGEST_BODY:
            self._leave_lane()

    def on_message_complete(self) -> None:
        """Take the command on, or hand it to ASGI."""
        if self._route is None or self._commands is None:
            super().on_message_complete()
            return
        self._awaited_since = None
        verb, product_id = self._route
        scope = {
            "method": "POST",
            "path": self.url.decode("ascii"),
            "headers": self._head,
            "client": self.client,
        }
        name = RequestName(header(scope, request_ids.HEADER))
        body = bytes(self._received)
        try:
            settlement = self._commands.begin(scope, verb, product_id, body, name)
        except Exception:
            self._leave_lane()
            super().on_message_complete()
            return
        self._received = bytearray()
        underway = _Underway(self, verb, name)
        self.cycle = underway  # type: ignore[assignment]
        settlement.add_done_callback(underway.settled)

    def answer(self, answer: Answer, headers: Headers, keep_alive: bool) -> None:
        """Send an answer in one write, and go on as uvicorn does after one of its own."""
        if self.transport.is_closing():
            return
        self.write_answer(answer, headers, close=not keep_alive)
        self.on_response_complete()

    def _stock_route(self) -> tuple[str, int] | None:
        """The command that a request's head asks for, where it can be taken on at once."""
        if self._commands is None or not self.url.startswith(_PREFIX):
            return None
        busy_with: RequestResponseCycle | None = self.cycle
        if busy_with is not None and not busy_with.response_complete:
            return None
        parser = self.parser
        if (
            self.expect_100_continue
            or self.flow.write_paused
            or parser.get_method() != b"POST"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or self._is_long()
        ):
            return None
        route = route_of(self.url[len(_PREFIX) :].decode("latin-1"))
        return None if route is None or route[0] == "commands" else route

    def _is_long(self) -> bool:
        """Whether the head announces a long body, of which ASGI may refuse to read any."""
        stated = header({"headers": self.headers}, b"content-length")
        return stated is not None and len(stated) > len(str(LONGEST_BODY))

    def _enter_asgi(self) -> None:
        url, expect_100_continue = self.url, self.expect_100_continue
        super().on_message_begin()
        self.url = url
        self.headers.extend(self._head)
        self.expect_100_continue = expect_100_continue
        super().on_headers_complete()

    def _leave_lane(self) -> None:
        body, self._received, self._route = bytes(self._received), bytearray(), None
        self._enter_asgi()
        super().on_body(body)
