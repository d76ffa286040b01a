"""Each request is a span in its caller's trace, with its way through the writer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from onhand import app
from onhand.api.application import ROUTES
from onhand.api.observing import Observed
from onhand.api.tracing import Traced, exporting_provider
from onhand.ledger.faults import StoreUnavailable
from onhand.settings import Settings
from onhand.store.reads import SqlReads
from tests.api.harness import Shop
from tests.support.command_line import onhand

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"
IN_A_TRACE = {"traceparent": f"00-{TRACE}-{CALLER}-01"}


@pytest.fixture
def exported() -> InMemorySpanExporter:
    """Where the spans go."""
    return InMemorySpanExporter()


@pytest.fixture
def shop(sqlite_url: str, exported: InMemorySpanExporter) -> Iterator[Shop]:
    """A shop whose requests are traced."""
    made = Shop(sqlite_url)
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    made.app = Observed(Traced(made.app, provider, ROUTES), made.figures.requests)
    yield made
    made.close()


def spans(exported: InMemorySpanExporter) -> list[ReadableSpan]:
    """The spans so far, and none of them again."""
    found = list(exported.get_finished_spans())
    exported.clear()
    return found


def attributes(span: ReadableSpan) -> dict[str, Any]:
    """What a span says of itself."""
    return dict(span.attributes or {})


def test_a_command_is_followed_to_its_commit(shop: Shop, exported: InMemorySpanExporter) -> None:
    product = shop("POST", "/products", {"sku": "A", "name": "A", "stock_quantity": 5}).data["id"]
    spans(exported)
    path = f"/api/v1/operations/inventory/{product}/reserve"
    shop("POST", path, {"quantity": 2, "order_id": 7}, headers=IN_A_TRACE)
    *children, request = spans(exported)
    assert request.name == "POST /api/v1/operations/inventory/{product_id}/reserve"
    assert request.kind is SpanKind.SERVER
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == CALLER
    assert attributes(request) == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/api/v1/operations/inventory/{product_id}/reserve",
        "url.path": path,
        "url.scheme": "http",
    }
    assert [child.name for child in children] == ["queue", "decide", "commit"]
    moments = [it or 0 for child in children for it in (child.start_time, child.end_time)]
    assert moments == sorted(moments)
    for child in children:
        assert child.parent is not None
        assert request.context is not None
        assert child.parent.span_id == request.context.span_id
        assert f"{child.context.trace_id:032x}" == TRACE


def test_what_was_not_written_has_no_commit(shop: Shop, exported: InMemorySpanExporter) -> None:
    shop("POST", "/inventory/99/reserve", {"quantity": 2, "order_id": 7})
    assert [span.name for span in spans(exported)][:-1] == ["queue", "decide"]
    shop("GET", "/products")
    [read] = spans(exported)
    assert read.parent is None
    assert read.status.status_code is StatusCode.UNSET
    shop("GET", "/nowhere")
    [nowhere] = spans(exported)
    assert nowhere.name == "GET"
    assert attributes(nowhere)["http.response.status_code"] == 404


def test_what_the_server_failed_at_is_an_error(
    shop: Shop, exported: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(SqlReads, "products", away)
    shop("GET", "/products")
    [span] = spans(exported)
    assert span.status.status_code is StatusCode.ERROR


@pytest.mark.parametrize("given", ["", "00-zz-zz-01", "x" * 10_000, "00-0-0-00\r\n"])
def test_a_trace_that_makes_no_sense_is_not_entered(
    shop: Shop, exported: InMemorySpanExporter, given: str
) -> None:
    assert shop("GET", "/products", headers={"traceparent": given}).status == 200
    [span] = spans(exported)
    assert span.parent is None


def test_it_is_off_unless_it_is_asked_for(sqlite_url: str) -> None:
    served = app.application(Settings(database=sqlite_url))
    assert isinstance(served, Observed)
    assert served.lane is not None
    assert Settings.from_environment({"ONHAND_TRACES": "otlp"}).traces == "otlp"


def test_spans_say_which_service_they_are_of(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, expected in (("", "onhand"), ("shop-7", "shop-7")):
        monkeypatch.setenv("OTEL_SERVICE_NAME", name)
        provider = exporting_provider()
        said = dict(provider.resource.attributes)
        provider.shutdown()
        assert said["service.name"] == expected
        assert said["service.version"] == "0.1.0"


def test_without_the_library_a_server_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("ONHAND_TRACES", "otlp")
    assert "pip install 'onhand[otel]'" in onhand("serve", "--database", sqlite_url).text
