"""Tracing: each request as a span, in the trace of whoever called, with its way to the commit.

    POST /api/v1/operations/inventory/{product_id}/reserve     the request, as it is answered
    ├── queue       from being taken on until its batch begins
    ├── decide      the batch: loading, locking, deciding
    └── commit      writing the batch and committing it

Spans are named and described as OpenTelemetry's conventions for HTTP servers have it. They go where
its own variables say (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_SAMPLER`, …). This module is
loaded only where tracing is on: what it needs comes with `onhand[otel]`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from onhand import __version__
from onhand.api import following
from onhand.api.stock.commands import Application
from onhand.api.wire import NOTED, Message, Receive, Scope, Send, header
from onhand.ledger.posting import Passage

_CARRIED = ("traceparent", "tracestate", "baggage")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def exporting_provider() -> TracerProvider:
    """Spans that go to a collector by OTLP over HTTP, as the variables of OpenTelemetry say."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    resource = Resource.create({"service.version": __version__})
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        # OTEL_SERVICE_NAME says nothing.
        resource = resource.merge(Resource({"service.name": "onhand"}))
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class Traced:
    """An application whose every request is a span."""

    def __init__(
        self, app: Application, provider: TracerProvider, routes: Mapping[str, tuple[str, str]]
    ) -> None:
        """`routes` are the method and path of each operation."""
        self._app = app
        self._provider = provider
        self._routes = routes
        self._tracer: Tracer = provider.get_tracer("onhand", __version__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; at the server's end, see to it that the last spans get away."""
        if scope["type"] == "lifespan":
            try:
                await self._app(scope, receive, send)
            finally:
                await asyncio.to_thread(self._provider.shutdown)
        elif scope["type"] == "http":
            await self._traced(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        span = self._tracer.start_span(
            method,
            context=_context_of(scope),
            kind=SpanKind.SERVER,
            attributes={
                "http.request.method": method,
                "url.path": scope["path"],
                "url.scheme": scope.get("scheme", "http"),
            },
        )

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status: int = message["status"]
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
            await send(message)

        passages: list[Passage] = []
        token = following.passages.set(passages)
        trace_id = trace.format_trace_id(span.get_span_context().trace_id)
        try:
            with structlog.contextvars.bound_contextvars(trace_id=trace_id):
                await self._app(scope, receive, watched)
        finally:
            following.passages.reset(token)
            operation = scope.get(NOTED, {}).get("operation", "")
            if operation in self._routes:
                _, route = self._routes[operation]
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
            for passage in passages:
                self._add_passage(span, passage)
            span.end()

    def _add_passage(self, span: Span, passage: Passage) -> None:
        parent = trace.set_span_in_context(span)
        for name, started, ended in (
            ("queue", passage.taken_on_ns, passage.begun_ns),
            ("decide", passage.begun_ns, passage.decided_ns),
            ("commit", passage.decided_ns, passage.committed_ns),
        ):
            # What did not come so far has no time of it: it was rejected, repeated, or failed.
            if started and ended:
                child = self._tracer.start_span(name, context=parent, start_time=started)
                child.end(ended)


def _context_of(scope: Scope) -> Context:
    """The trace that the caller is in."""
    carrier = {}
    for name in _CARRIED:
        value = header(scope, name.encode())
        if value is not None:
            carrier[name] = value.decode("latin-1")
    return extract(carrier)
