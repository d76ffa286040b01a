"""Transfers, sales orders and counts as PDFs, over the whole API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import NewProduct
from tests.api.harness import Answered, Shop
from tests.support.papers import text_of

SALES = "/api/v1/sales/orders"


def done(shop: Shop, path: str, body: Any = None) -> Any:
    answer = shop("POST", path, body)
    assert answer.status < 300, (path, answer.body)
    return answer.data


def printed(shop: Shop, path: str, name: str) -> str:
    """The text of a PDF that is kept under this name."""
    answer: Answered = shop("GET", path)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.pdf"'
    return text_of(answer.body)


@pytest.fixture
def lamp(product: NewProduct) -> int:
    """A product with 50 units in the main warehouse."""
    number: int = product(name="Настольная лампа", unit="box", stock_quantity=50)["id"]
    return number


@pytest.fixture
def annex(shop: Shop) -> int:
    """A second warehouse."""
    found = shop("GET", "/warehouses?code=annex").data
    site = {"name": "Анекс", "code": "ANNEX", "address": "Quay 2"}
    number: int = found[0]["id"] if found else done(shop, "/warehouses", site)["id"]
    return number


def test_a_transfer_goes_with_the_goods(shop: Shop, lamp: int, annex: int) -> None:
    ends = {"from_warehouse_id": 1, "to_warehouse_id": annex}
    line = {"product_id": lamp, "quantity": 7}
    number = done(shop, "/transfers", {**ends, "lines": [line], "ship": True})["id"]
    path = f"/transfers/{number}/pdf"
    text = printed(shop, path, f"transfer-{number}")
    for told in ("Main Warehouse", "Анекс", "Quay 2", "Настольная лампа box 7", "Shipped"):
        assert told in text, told
    assert shop("GET", path).body == shop("GET", path).body
    arrived = {"line": 1, "received": 5, "lost": 2, "reason": "Fell off"}
    done(shop, f"/transfers/{number}/receive", {"lines": [arrived]})
    assert "box 7 5 2" in printed(shop, path, f"transfer-{number}")
    assert "Umlagerungsschein" in printed(shop, f"{path}?language=de", f"transfer-{number}")


def test_a_sales_order_is_confirmed_picked_and_packed(shop: Shop, lamp: int, annex: int) -> None:
    transfer = {"product_id": lamp, "quantity": 5, "from_warehouse_id": 1, "to_warehouse_id": annex}
    done(shop, "/inventory/transfer", transfer)
    body = {"customer": "Jane & Söhne", "reference": "WEB-1", "notes": "Ring", "split": True}
    lines = [{"product_id": lamp, "quantity": 47}]
    first = {"lines": lines, "warehouse_priority": [annex, 1], "confirm": True}
    number = done(shop, SALES, body | first)["id"]
    path = f"{SALES}/{number}"
    text = printed(shop, f"{path}/pdf", f"sales-order-{number}")
    for told in ("Order confirmation", f"No. {number}", "Jane & Söhne", "WEB-1", "Ring", "box 47"):
        assert told in text, told
    picked = printed(shop, f"{path}/pick-list/pdf", f"sales-order-{number}-pick-list")
    assert "Настольная лампа box 42" in picked
    assert "Настольная лампа box 5" in picked.partition("Анекс")[2]
    leaving = {"lines": [{"line": 1, "quantity": 4}], "warehouse_id": annex, "reference": "1Z9"}
    done(shop, f"{path}/ship", leaving)
    name = f"sales-order-{number}-shipment-1"
    slip = printed(shop, f"{path}/shipments/1/pdf", name)
    for told in ("Packing slip", "Jane & Söhne", "1Z9", "Анекс", "Настольная лампа box 47 4"):
        assert told in slip, told
    assert "box 47 4" in printed(shop, f"{path}/pdf", f"sales-order-{number}")
    for paper, kept, heading in (
        ("", "", "Auftragsbestätigung"),
        ("/shipments/1", "-shipment-1", "Packzettel"),
        ("/pick-list", "-pick-list", "Pickliste"),
    ):
        name = f"sales-order-{number}{kept}"
        assert heading in printed(shop, f"{path}{paper}/pdf?language=de", name)
    for missing in ("2", "0", "x"):
        answer = shop("GET", f"{path}/shipments/{missing}/pdf")
        assert (answer.status, list(answer.errors)) == (404, ["shipment"])
    done(shop, f"{path}/cancel", {"reason": "Changed their mind"})
    assert "CANCELLED" in printed(shop, f"{path}/pdf", f"sales-order-{number}")
    picked = printed(shop, f"{path}/pick-list/pdf", f"sales-order-{number}-pick-list")
    assert "there is nothing to pick" in picked


@pytest.mark.parametrize(
    "path",
    [
        "/transfers/{}/pdf",
        f"{SALES}/{{}}/pdf",
        f"{SALES}/{{}}/shipments/1/pdf",
        f"{SALES}/{{}}/pick-list/pdf",
        "/counts/{}/sheet/pdf",
        "/counts/{}/variance/pdf",
    ],
)
@pytest.mark.parametrize("which", ["999999", "x", "0"])
def test_there_is_no_paper_of_nothing(shop: Shop, path: str, which: str) -> None:
    assert shop("GET", path.format(which)).status == 404
