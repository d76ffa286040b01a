"""What every path has in common: paths, methods, bodies, headers, keys, errors."""

from __future__ import annotations

import io
import json

import pytest
import structlog

from onhand.api import logs, operations
from onhand.api.endpoints import OPERATIONS
from onhand.ledger.access import Scope
from onhand.store.reads import SqlReads
from tests.api.harness import BASE, Shop
from tests.conftest import Serve

SHAPE = ["message", "errors", "type", "title", "status", "detail"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory):
    shop = Shop(f"sqlite:///{tmp_path_factory.mktemp('wire') / 'onhand.db'}", body_limit=10_000)
    yield shop
    shop.close()


def refused(answer, status: int):
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(answer.json) == SHAPE
    assert answer.json["status"] == status
    return answer


@pytest.mark.parametrize("path", ["/", "/nothing", "/api", "/api/v1/operations/nothing", "/docs/x"])
def test_no_such_path(shop: Shop, path):
    full = path if path.startswith(("/api", "/docs")) else f"/api/v2{path}"
    refused(shop("GET", full), 404)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/products", "GET, HEAD, POST"),
        ("POST", "/products/1", "DELETE, GET, HEAD, PATCH"),
        ("DELETE", "/stock-movements/1", "GET, HEAD"),
        ("PATCH", "/stock-movements/1", "GET, HEAD"),
        ("GET", "/inventory/1/adjust", "POST"),
        ("GET", "/inventory/transfer", "POST"),
        ("POST", "/_health/live", "GET, HEAD"),
    ],
)
def test_no_such_method(shop: Shop, method, path, allow):
    assert refused(shop(method, path), 405).headers["allow"] == allow


def test_an_id_past_64_bits_is_nothing(shop: Shop):
    for product_id in (2**63, 0, "x"):
        refused(shop("POST", f"/inventory/{product_id}/adjust", {}), 404)


def test_head_and_options(shop: Shop):
    head = shop("HEAD", "/products")
    get = shop("GET", "/products")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body))
    options = shop("OPTIONS", "/products")
    assert options.status == 204
    assert options.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    command = shop("OPTIONS", "/inventory/1/adjust")
    assert (command.status, command.headers["allow"]) == (204, "POST, OPTIONS")


def test_security_headers(shop: Shop):
    for answer in (
        shop("GET", "/products"),
        shop("GET", "/nothing"),
        shop("POST", "/products", {}),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/mixed", "json"],
)
def test_a_body_must_be_json(shop: Shop, content_type):
    refused(shop("POST", "/products", {}, headers={"content-type": content_type}), 415)
    refused(shop("PATCH", "/products/1", {}, headers={"content-type": content_type}), 415)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"],
)
def test_json_goes_by_several_names(shop: Shop, content_type):
    refused(shop("POST", "/products", {}, headers={"content-type": content_type}), 422)


def test_a_compressed_body_is_not_understood(shop: Shop):
    refused(shop("POST", "/products", {}, headers={"content-encoding": "gzip"}), 415)


def test_a_body_has_a_limit_declared_or_not(shop: Shop):
    long = b'{"name":"' + b"x" * 10_000 + b'"}'
    refused(shop("POST", "/products", long), 413)
    refused(shop("POST", "/products", long, headers={"content-length": str(len(long))}), 413)
    declared = shop("POST", "/products", b"{}", headers={"content-length": "99999999999999"})
    refused(declared, 413)
    refused(shop("POST", "/products", chunks=[b"x" * 1_000] * 50), 413)
    refused(shop("POST", "/products", chunks=[b'{"sku"', b":", b'"x"}']), 422)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/products?dry_run=1"),
        ("GET", "/products/1/inventory?page=1"),
        ("PATCH", "/warehouses/1?x"),
    ],
)
def test_a_query_where_there_is_none_is_refused(shop: Shop, method, path):
    refused(shop(method, path, {} if method != "GET" else None), 422)


def test_each_operation_is_there_once():
    names = [operation.operation_id for operation in OPERATIONS]
    assert len(names) == len(set(names))
    places = [(operation.method, operation.path) for operation in OPERATIONS]
    assert len(places) == len(set(places))


def test_a_movement_names_the_key_it_came_by(shop: Shop):
    headers = shop.keys.give(Scope.WRITE, name="till")
    try:
        shop.refresh()
        body = {"sku": "NAMED", "name": "x", "stock_quantity": 1}
        made = shop("POST", "/products", body, headers=headers)
        rows = shop("GET", f"/stock-movements?product_id={made.data['id']}", headers=headers).data
        assert rows[0]["created_by"] == "key:till"
        refused(shop("GET", "/products", headers={"authorization": "Bearer x"}), 401)
    finally:
        shop.keys.keys.clear()
        shop.refresh()


def test_while_open_other_sites_and_names_are_refused(shop: Shop):
    refused(shop("GET", "/products", headers={"origin": "https://evil.example"}), 403)
    refused(shop("GET", "/products", headers={"host": "evil.example"}), 403)
    body = {"quantity": 1, "reason": "x"}
    for headers in ({"origin": "https://evil.example"}, {"host": "evil.example"}):
        refused(shop("POST", "/inventory/1/adjust", body, headers=headers), 403)
    assert shop("GET", "/products", headers={"origin": "http://localhost:8080"}).status == 200
    assert shop("GET", "/_health/ready", headers={"host": "balancer.internal"}).status == 200


def test_a_database_that_is_away(shop: Shop, monkeypatch):
    from onhand.ledger.faults import StoreUnavailable

    def away(*_, **__):
        raise StoreUnavailable("host=secret")

    monkeypatch.setattr(SqlReads, "ready", away)
    monkeypatch.setattr(SqlReads, "products", away)
    for path in ("/_health/ready", "/products"):
        answer = refused(shop("GET", path), 503)
        assert int(answer.headers["retry-after"]) > 0
        assert b"secret" not in answer.body
    assert shop("GET", "/_health/live").status == 200


def test_what_fails_is_logged_and_not_told(shop: Shop, monkeypatch):
    out = io.StringIO()
    logs.configure("info", "json", out)
    # Whatever else ran in this process may have had the first one bound to another stream.
    monkeypatch.setattr(operations, "log", structlog.get_logger())

    def broken(*_, **__):
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(SqlReads, "products", broken)
    answer = refused(shop("GET", "/products"), 500)
    assert b"swordfish" not in answer.body
    logged = [json.loads(line) for line in out.getvalue().splitlines()]
    assert any("swordfish" in line.get("exception", "") for line in logged)


def test_problems_explain_themselves(shop: Shop):
    found = refused(shop("GET", "/products/999"), 404).json["type"]
    assert shop("GET", found).data["status"] == 404
    listed = shop("GET", "/problems").data
    assert {kind["type"] for kind in listed} >= {"/problems/insufficient_available", found}
    for kind in listed:
        assert shop("GET", kind["type"]).data == kind
    refused(shop("GET", "/problems/unknown"), 404)


def test_over_a_real_connection(serve: Serve, sqlite_url: str):
    server = serve(sqlite_url)
    client = server.client
    made = client.post(f"{BASE}/products", json={"sku": "A", "name": "a", "stock_quantity": 2})
    assert made.status_code == 201
    path = made.headers["location"]
    assert client.head(path).headers["etag"] == '"1"'
    assert client.request("OPTIONS", path).status_code == 204

    def chunks():
        for _ in range(200):
            yield b"x" * 100_000

    headers = {"content-type": "application/json"}
    for answer in (
        client.post(f"{BASE}/products", content=b"x" * 20_000_000, headers=headers),
        client.post(f"{BASE}/inventory/1/adjust", content=b"x" * 20_000_000, headers=headers),
    ):
        assert answer.status_code == 413
        assert answer.json()["status"] == 413
    sent = client.post(f"{BASE}/products", content=chunks(), headers=headers)
    assert sent.status_code == 413
    assert client.get("/_health/ready").json() == {"data": {"status": "ready"}}
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    script = client.get("/docs/swagger-ui-bundle.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert len(script.content) > 1_000_000
