"""What warehouse mode's tests do: scan as a wedge scanner does, and look at what became of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.support.server import OnhandServer

API = "/api/v1/operations"


def scan(page: Page, code: str) -> None:
    """What a wedge scanner does: it types, fast, and ends the line."""
    field = page.get_by_label("Scan or type")
    expect(field).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def state(page: Page, name: str, count: int) -> None:
    """So many commands are in that state."""
    expect(page.locator(f"#queue [data-state={name}]")).to_have_count(count)


def ready_for_the_road(page: Page) -> BrowserContext:
    """Wait until the app would open without network."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => localStorage.getItem('onhand-seen-at') !== null")
    return page.context


def posted(shop: OnhandServer, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the API made of it."""
    answer = shop.client.post(path, json=body or {})
    assert answer.status_code < 300, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def told(shop: OnhandServer, path: str) -> dict[str, Any]:
    """What the API says of it now."""
    data: dict[str, Any] = shop.client.get(path).json()["data"]
    return data


def sent_order(shop: OnhandServer, product_id: int, quantity: int) -> int:
    """A purchase order that was sent, of one product; overdue, so that it stands first."""
    body = {
        "supplier_id": 1,
        "expected_date": "2020-01-01",
        "lines": [{"product_id": product_id, "quantity": quantity, "price": 2}],
    }
    order = posted(shop, f"{API}/purchase-orders", body)
    path = f"{API}/purchase-orders/{order['id']}"
    if posted(shop, f"{path}/submit")["state"] == "pending":
        posted(shop, f"{path}/approve")
    posted(shop, f"{path}/send")
    number: int = order["id"]
    return number


def confirmed_order(shop: OnhandServer, product_id: int, quantity: int) -> int:
    """A sales order that holds units of one product; wanted long ago, so that it stands first."""
    body = {
        "customer": "Ms Far",
        "requested_date": "2020-01-01",
        "confirm": True,
        "lines": [{"product_id": product_id, "quantity": quantity}],
    }
    number: int = posted(shop, "/api/v1/sales/orders", body)["id"]
    return number
