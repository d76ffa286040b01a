"""The API in few words, for tests that talk to a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

BASE = "/api/v1/operations"


def whole(path: str) -> str:
    """A path of the API, which is one below BASE where it does not say otherwise."""
    return path if path.startswith("/api/") else BASE + path


def headers_of(key: str | None, version: int | None) -> dict[str, str]:
    """The headers that name an idempotency key, and the version that something must have."""
    found = {} if key is None else {"Idempotency-Key": key}
    return found if version is None else found | {"If-Match": f'"{version}"'}


class Api:
    """What a shop's client does. `client` keeps its connections over many calls."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def post(
        self, path: str, body: Any, key: str | None = None, version: int | None = None
    ) -> httpx.Response:
        """POST a body, under a key and about a version where these are given."""
        return self.client.post(whole(path), json=body, headers=headers_of(key, version))

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self.client.patch(whole(path), json=body)

    def get(self, path: str, **query: Any) -> Any:
        """What a GET answers; it must succeed."""
        return done(self.client.get(whole(path), params=query))

    def product(self, sku: str, on_hand: int = 0, **fields: Any) -> int:
        """Make a product; its id."""
        body = {
            "sku": sku,
            "name": sku,
            "track_inventory": True,
            "stock_quantity": on_hand,
            **fields,
        }
        return int(done(self.post("/products", body))["data"]["id"])

    def warehouse(self, code: str) -> int:
        """Make a warehouse; its id."""
        return int(done(self.post("/warehouses", {"name": code, "code": code}))["data"]["id"])

    def level(self, product: int, warehouse: int = 1) -> tuple[int, int]:
        """On hand and reserved of a product in a warehouse."""
        for row in self.get(f"/products/{product}/inventory")["data"]:
            if row["warehouse_id"] == warehouse:
                return row["quantity_on_hand"], row["quantity_reserved"]
        return 0, 0

    def movements(self, product: int) -> Iterator[dict[str, Any]]:
        """All movements of a product, in their order."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get("/stock-movements", product_id=product, per_page=200, **cursor)
            yield from page["data"]
            if page["meta"]["next_cursor"] is None:
                return
            cursor = {"cursor": page["meta"]["next_cursor"]}

    def reservations(self, product: int) -> list[dict[str, Any]]:
        """A product's open reservations, oldest first; no more than one page of them."""
        page = self.get(f"/inventory/{product}/reservations", per_page=200, sort="id")
        assert page["meta"]["total"] <= 200
        return list(page["data"])


def done(answer: httpx.Response) -> Any:
    """The JSON of an answer that must be a success."""
    assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json()
