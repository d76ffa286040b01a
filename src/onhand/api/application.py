"""The application: every operation behind one ASGI callable.

Litestar routes; the operations do the work; whatever goes wrong leaves in the one error shape.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from onhand.api import docs, problems
from onhand.api.endpoints import ENDPOINTS, OPERATIONS
from onhand.api.operations import Endpoint, problem_of
from onhand.api.problems import Problem
from onhand.api.services import LiveServices
from onhand.api.wire import SECURITY_HEADERS, Message, Receive, Scope, Send, as_get

ROUTES: Mapping[str, tuple[str, str]] = {
    operation.operation_id: (operation.method, operation.path) for operation in OPERATIONS
}
"""Each operation's method and path."""

_SECURITY = {name.decode(): value.decode() for name, value in SECURITY_HEADERS}


Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Pages(Protocol):
    """What is served beside the API: an answer to a GET or HEAD, or None where it is the API's."""

    def __call__(self, scope: Scope) -> Callable[[Scope, Send], Awaitable[None]] | None:
        """Who answers."""
        ...


def create_api(services: LiveServices, pages: Pages | None = None) -> Application:
    """The API without the stock commands, which stand in front of it. Opens `services` at start.

    `pages` are asked before the router, but not about stock commands.
    """
    litestar = Litestar(
        [*(_route(endpoint, services) for endpoint in ENDPOINTS), *docs.handlers(OPERATIONS)],
        openapi_config=None,
        logging_config=None,
        debug=False,
        lifespan=[_lifespan(services)],
        exception_handlers={HTTPException: _of_litestar, Exception: _of_anything},
    )

    routed = cast("Application", litestar)

    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"] if scope["type"] == "http" else ""
        page = pages(scope) if pages and method in ("GET", "HEAD") else None
        if page is not None:
            await page(scope, send)
        elif method == "HEAD":
            await routed(as_get(scope), receive, _without_body(send))
        elif method == "OPTIONS" and (allowed := _allowed(scope["path"])):
            await _tell_options(send, allowed)
        else:
            await routed(scope, receive, send)

    return api


def _lifespan(services: LiveServices) -> Any:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with services.running():
            yield

    return lifespan


def _route(endpoint: Endpoint, services: LiveServices) -> HTTPRouteHandler:
    operation = endpoint.operation

    async def handle(request: Request[Any, Any, Any]) -> ASGIApp:
        connection = cast("Scope", request.scope)
        reply = await endpoint.reply(services, connection, cast("Receive", request.receive))
        return cast("ASGIApp", reply)

    # A segment is all of one parameter to the router: each format is a path of its own.
    paths = [operation.path.replace("{format}", it) for it in operation.formats]
    paths = [re.sub(r"\{(\w+)\}", r"{\1:str}", it) for it in paths or [operation.path]]
    # The reply has its own status; this one only keeps DELETE from being taken for a 204.
    route = HTTPRouteHandler(
        paths, http_method=operation.method, name=operation.operation_id, status_code=200
    )
    return route(handle)


def _of_litestar(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What routing itself has to say: no such path, not this method, a wrong Host."""
    if error.status_code >= 500:
        return _of_anything(request, error)
    if error.status_code in (404, 405):
        path = request.scope["path"]
        allowed = _allowed(path)
        # A method that is allowed and yet came to nothing: the id in the path was none.
        if allowed and request.method not in allowed.split(", "):
            return _response(problems.method_not_allowed(allowed))
        return _response(problems.of_status(404, f"There is nothing at {path[:200]}"))
    return _response(problems.of_status(error.status_code, error.detail))


def _of_anything(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    return _response(problem_of(error, request.scope["path"]))


def _response(problem: Problem) -> Response[bytes]:
    answer = problem.answer
    return Response(
        answer.body,
        status_code=answer.status,
        media_type=problems.media_type(answer),
        headers=_SECURITY | dict(problem.headers),
    )


_PATTERNS = [
    (re.compile(re.sub(r"\{\w+\}", "[^/]+", operation.path)), operation.method)
    for operation in OPERATIONS
]


def _allowed(path: str) -> str:
    """The methods that a path takes, for `Allow`; empty where there is no such path."""
    # A path that is named goes before one with a place for an id, as in `/inventory/transfer`.
    methods: set[str] = {operation.method for operation in OPERATIONS if operation.path == path}
    methods = methods or {method for pattern, method in _PATTERNS if pattern.fullmatch(path)}
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods))


async def _tell_options(send: Send, allowed: str) -> None:
    headers = [(b"allow", f"{allowed}, OPTIONS".encode()), *SECURITY_HEADERS]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
