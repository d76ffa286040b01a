"""How the server hands out the app: what is kept, what is asked for, and what is the API's."""

from __future__ import annotations

import re

import pytest

from tests.support.server import OnhandServer

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/", "/products", "/products/7", "/purchase-orders/new", "/x/y"])
def test_a_browser_gets_the_app_at_every_address(shop: OnhandServer, path: str) -> None:
    answer = shop.client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    scripts = next(it for it in policy.split("; ") if it.startswith("script-src"))
    assert "unsafe-inline" not in scripts
    assert "frame-ancestors 'none'" in policy
    again = shop.client.get(path, headers=BROWSER | {"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_assets_are_kept_for_ever_and_sent_compressed(shop: OnhandServer) -> None:
    page = shop.client.get("/", headers=BROWSER).text
    script = re.search(r'src="(/assets/libraries-[^"]+\.js)"', page)
    assert script
    for accepted, encoding in (("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)):
        answer = shop.client.head(script[1], headers={"accept-encoding": accepted})
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shop.client.get("/sw.js").headers["cache-control"] == "no-cache"
    missing = shop.client.get("/assets/gone-12345678.js", headers=BROWSER)
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/operations/nothing", 404),
        ("/problems", 200),
        ("/_health/live", 200),
        ("/openapi.json", 200),
    ],
)
def test_the_api_answers_for_itself(shop: OnhandServer, path: str, status: int) -> None:
    answer = shop.client.get(path, headers=BROWSER)
    assert answer.status_code == status
    assert "json" in answer.headers["content-type"]


def test_programs_are_told_that_there_is_nothing(shop: OnhandServer) -> None:
    answer = shop.client.get("/nothing", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not_found"
