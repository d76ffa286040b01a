"""Metrics tell what the server did, to those who may know; of several workers all that they did."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from onhand.api.figures import Figures, RequestFigures
from onhand.api.metrics import GONE_AFTER_SECONDS, Metrics
from onhand.core.rejections import Rejected, RejectionCode
from onhand.ledger.access import Scope
from onhand.ledger.faults import QueueFull, StoreUnavailable
from onhand.ledger.figures import Histogram, WriterFigures
from onhand.ledger.keys import NewKey, hashed
from onhand.store.reads import SqlReads
from tests.api.harness import NOBODY, Shop
from tests.support.api import Api
from tests.support.server import OnhandServer

RESERVE = {"method": "POST", "route": "/api/v1/operations/inventory/{product_id}/reserve"}
SECONDS = "onhand_http_request_seconds"


@pytest.fixture
def shop(sqlite_url: str) -> Iterator[Shop]:
    """A shop of the test's own, that has done nothing yet."""
    made = Shop(sqlite_url)
    yield made
    made.close()


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample of an exposition, by name and labels; it must be one that a scraper reads."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: dict[Any, float], name: str, **labels: str) -> float:
    """One sample."""
    return found[name, frozenset(labels.items())]


def scraped(shop: Shop) -> dict[Any, float]:
    """What the shop tells."""
    answer = shop("GET", "/metrics")
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"].startswith("text/plain")
    return samples(answer.body.decode())


def test_what_was_done_is_told(shop: Shop) -> None:
    made = shop("POST", "/products", {"sku": "LAMP", "name": "Lamp", "stock_quantity": 10})
    product = made.data["id"]
    for quantity, status in ((3, 200), (4, 200), (99, 422), (98, 422)):
        body = {"quantity": quantity, "order_id": 7}
        assert shop("POST", f"/inventory/{product}/reserve", body).status == status
    shop("POST", f"/inventory/{product}/reserve?dry_run=true", {"quantity": 1, "order_id": 7})
    assert shop("GET", "/nowhere").status == 404
    found = scraped(shop)
    assert value(found, f"{SECONDS}_count", **RESERVE, status="200") == 3
    assert value(found, f"{SECONDS}_count", **RESERVE, status="422") == 2
    assert value(found, f"{SECONDS}_bucket", **RESERVE, status="422", le="+Inf") == 2
    assert value(found, f"{SECONDS}_count", method="", route="other", status="404") == 1
    rejected = value(found, "onhand_commands_rejected_total", reason="insufficient_available")
    assert rejected == 2
    # Making the product, and two reservations; a dry run carries out nothing.
    assert value(found, "onhand_commands_accepted_total") == 3
    assert value(found, "onhand_batch_commands_sum") == 6
    assert value(found, "onhand_commit_seconds_count") == 3
    assert value(found, "onhand_queue_commands") == 0
    assert value(found, "onhand_build_info", version="0.1.0", database="sqlite") == 1
    assert value(found, "process_start_time_seconds") > 0


def test_a_scraper_may_ask_for_openmetrics(shop: Shop) -> None:
    answer = shop("GET", "/metrics", headers={"accept": "application/openmetrics-text"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    names = {
        family.name for family in openmetrics.text_string_to_metric_families(answer.body.decode())
    }
    assert {SECONDS, "onhand_commands_accepted"} <= names


def test_strangers_are_told_nothing(shop: Shop) -> None:
    key = NewKey(name="watcher", scope=Scope.READ)
    shop.keys.create(key, hashed("onhand_secret"), NOBODY, datetime.now(UTC))
    shop._run(shop.live.gate.refresh())
    assert shop("GET", "/metrics").status == 401
    allowed = {"authorization": "Bearer onhand_secret"}
    assert shop("GET", "/metrics", headers=allowed).status == 200


def test_they_are_told_while_the_database_is_away(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(SqlReads, "products", away)
    assert shop("GET", "/products").status == 503
    found = scraped(shop)
    labels = {"method": "GET", "route": "/api/v1/operations/products", "status": "503"}
    assert value(found, f"{SECONDS}_count", **labels) == 1


# Figures


def test_a_histogram_counts_up_to_and_with_its_bounds() -> None:
    histogram = Histogram((1, 2, 5))
    for value in (0, 1, 1.5, 2, 5, 6):
        histogram.observe(value)
    assert histogram.counts == [2, 2, 1, 1]
    assert histogram.total == 15.5


def test_results_and_faults_are_counted_by_reason() -> None:
    figures = WriterFigures()
    rejected = Rejected(RejectionCode.PRODUCT_NOT_FOUND, {"product_id": 1})
    figures.results([(object(), rejected, object()), (rejected,)])
    assert figures.accepted == 2
    assert figures.rejected == {RejectionCode.PRODUCT_NOT_FOUND: 2}
    states = [figures.is_up]
    for fault in (QueueFull("full"), StoreUnavailable("gone")):
        figures.fault(fault)
        states.append(figures.is_up)
    assert states == [None, None, False]
    assert figures.faults == {"QueueFull": 1, "StoreUnavailable": 1}


class Idle:
    """What a writer is asked for, of one that does nothing."""

    waiting = 0
    queue_limit = 10

    def __init__(self) -> None:
        self.figures = WriterFigures()


def of_worker(number: int, folder: Path) -> tuple[Metrics, Any]:
    """A worker's metrics, after as many requests as its number."""
    figures = Figures("postgresql")
    for _ in range(number):
        figures.requests.observe("list", 200, 0.01)
    figures.gauge("onhand_outbox_lag_seconds", "How late events are.", lambda: 0.5 * number)
    figures.gauge("onhand_nothing", "Not known.", lambda: None)
    return Metrics(figures, {"list": ("GET", "/x")}, worker=number, folder=folder), Idle()


def test_of_several_workers_all_are_told(tmp_path: Path) -> None:
    workers = [of_worker(number, tmp_path) for number in (1, 2, 3)]
    for metrics, writer in workers:
        metrics.leave(writer, 4)
    (tmp_path / "9.json").write_text("[[")
    gone = time.time() - GONE_AFTER_SECONDS - 1
    os.utime(tmp_path / "3.json", (gone, gone))
    metrics, writer = workers[0]
    metrics.figures.requests.observe("list", 200, 0.01)
    text, _ = metrics.told(writer, 0, "")
    found = samples(text.decode())
    labels = {"method": "GET", "route": "/x", "status": "200"}
    assert value(found, f"{SECONDS}_count", **labels, worker="1") == 2, "its own are of now"
    assert value(found, f"{SECONDS}_count", **labels, worker="2") == 2
    assert (f"{SECONDS}_count", frozenset({**labels, "worker": "3"}.items())) not in found
    assert value(found, "onhand_outbox_lag_seconds", worker="2") == 1.0
    assert value(found, "onhand_reads_waiting", worker="2") == 4
    assert "onhand_nothing" not in text.decode()
    assert text.decode().count(f"# TYPE {SECONDS} histogram") == 1


def test_counting_needs_no_labels_made_beforehand() -> None:
    requests = RequestFigures()
    requests.observe("a", 200, 0.1)
    requests.observe("b", 500, 100)
    family = requests.family({"a": ("GET", "/a")})
    counts = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for sample in family.samples
        if sample.suffix == "_count"
    }
    assert counts == {("/a", "200"): 1, ("other", "500"): 1}


# Over real processes


def test_several_workers_tell_of_each_other(
    serve: Callable[..., OnhandServer], postgresql_url: str
) -> None:
    server = serve(postgresql_url, "--workers", "2")
    product = Api(server.client).product("LAMP", 100)
    path = f"/api/v1/operations/inventory/{product}/reserve"
    for number in range(20):
        with httpx.Client(base_url=server.base_url) as client:
            client.post(path, json={"quantity": 1, "order_id": number + 1}).raise_for_status()
    deadline = time.monotonic() + 10
    told = 0.0
    while told < 20 and time.monotonic() < deadline:
        with httpx.Client(base_url=server.base_url) as client:
            found = samples(client.get("/metrics").raise_for_status().text)
        told = sum(
            count
            for (name, labels), count in found.items()
            if name == f"{SECONDS}_count" and set(RESERVE.items()) <= set(labels)
        )
        time.sleep(0.1)
    assert told == 20
    workers = {dict(labels)["worker"] for name, labels in found if name == "onhand_database_up"}
    assert len(workers) == 2
