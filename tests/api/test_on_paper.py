"""Purchase orders and receipts as PDFs, over the whole API."""

from __future__ import annotations

import asyncio
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from onhand.api import services
from onhand.api.endpoints import OPERATIONS
from onhand.api.openapi import document
from onhand.ledger.access import Scope
from onhand.ledger.faults import StoreBusy
from tests.api.conftest import NewProduct
from tests.api.harness import BASE, Shop
from tests.support.papers import text_of

_codes = (f"PAPER{number}" for number in itertools.count(1))


@pytest.fixture
def order(shop: Shop, product: NewProduct) -> dict[str, Any]:
    """A draft of two lines, one of them by a name that the supplier has for it."""
    lamp = product(name="Настольная лампа", unit="box")["id"]
    jug = product(name="Κανάτα")["id"]
    body = {"code": next(_codes), "name": "Лампы & Söhne", "status": "active", "address": "Oslo 1"}
    supplier = shop("POST", "/suppliers", body).data["id"]
    terms = {"price": 2.5, "supplier_sku": "NL-7"}
    shop("PUT", f"/suppliers/{supplier}/products/{lamp}", terms)
    lines = [{"product_id": lamp, "quantity": 2}, {"product_id": jug, "quantity": 3, "price": 0.25}]
    made: dict[str, Any] = shop(
        "POST", "/purchase-orders", {"supplier_id": supplier, "lines": lines}
    ).data
    return made


def path_of(order: dict[str, Any], more: str = "") -> str:
    return f"/purchase-orders/{order['id']}{more}/pdf"


def step(shop: Shop, order: dict[str, Any], verb: str, body: Any = None) -> None:
    done = shop("POST", f"/purchase-orders/{order['id']}/{verb}", body)
    assert done.status == 200, done.body


def receive(shop: Shop, order: dict[str, Any]) -> None:
    step(shop, order, "submit")
    step(shop, order, "send")
    came = {"line": 1, "received": 1, "rejected": 1, "reason": "Broken"}
    step(shop, order, "receive", {"delivery_reference": "DN-1", "lines": [came]})


def test_an_order_is_a_file_to_keep(shop: Shop, order: dict[str, Any]) -> None:
    answer = shop("GET", path_of(order))
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "application/pdf"
    name = f'attachment; filename="purchase-order-{order["id"]}.pdf"'
    assert answer.headers["content-disposition"] == name
    text = text_of(answer.body)
    for told in ("Лампы & Söhne", "Oslo 1", "Main Warehouse", "DRAFT", "Total USD 5.75"):
        assert told in text
    assert "NL-7 Настольная лампа 2 box 2.50 5.00" in text
    assert "Κανάτα 3 piece 0.25 0.75" in text
    again = shop("GET", path_of(order))
    assert (again.body, again.headers["etag"]) == (answer.body, answer.headers["etag"])
    head = shop("HEAD", path_of(order))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]


def test_a_change_is_another_file(shop: Shop, order: dict[str, Any]) -> None:
    before = shop("GET", path_of(order))
    step(shop, order, "cancel", {"reason": "Too late"})
    after = shop("GET", path_of(order))
    assert before.headers["etag"] != after.headers["etag"]
    assert "CANCELLED" in text_of(after.body)


def test_a_receipt_is_a_file_to_keep(shop: Shop, order: dict[str, Any]) -> None:
    receive(shop, order)
    answer = shop("GET", path_of(order, "/receipts/1"))
    name = f'filename="purchase-order-{order["id"]}-receipt-1.pdf"'
    assert name in answer.headers["content-disposition"]
    text = text_of(answer.body)
    assert "Настольная лампа box 2 1 1 Broken" in text
    assert "DN-1" in text
    assert "Κανάτα" not in text
    step(shop, order, "receipts/1/reverse", {"reason": "Another order's"})
    assert "REVERSED" in text_of(shop("GET", path_of(order, "/receipts/1")).body)


@pytest.mark.parametrize("more", ["/receipts/2", "/receipts/x", "/receipts/0"])
def test_there_is_no_paper_of_no_receipt(shop: Shop, order: dict[str, Any], more: str) -> None:
    receive(shop, order)
    answer = shop("GET", path_of(order, more))
    assert (answer.status, list(answer.errors)) == (404, ["receipt"])


@pytest.mark.parametrize("which", ["999999", "x"])
def test_there_is_no_paper_of_no_order(shop: Shop, which: str) -> None:
    for more in ("", "/receipts/1"):
        answer = shop("GET", path_of({"id": which}, more))
        assert (answer.status, list(answer.errors)) == (404, ["purchase_order_id"])


def test_the_paper_is_one_there_is(shop: Shop, order: dict[str, Any]) -> None:
    assert shop("GET", path_of(order) + "?paper=letter").status == 200
    for query, field in (("paper=a5", "paper"), ("language=fr", "language"), ("size=a4", "size")):
        answer = shop("GET", f"{path_of(order)}?{query}")
        assert (answer.status, list(answer.errors)) == (422, [field])


def test_an_order_speaks_the_language_asked_for(shop: Shop, order: dict[str, Any]) -> None:
    german = shop("GET", path_of(order) + "?language=de")
    text = text_of(german.body)
    for told in ("Bestellung", "ENTWURF", "Summe 5,75 USD", "Лампы & Söhne"):
        assert told in text
    english = shop("GET", path_of(order) + "?language=en")
    unsaid = shop("GET", path_of(order))
    assert english.body == unsaid.body
    assert english.headers["etag"] == unsaid.headers["etag"] != german.headers["etag"]
    receive(shop, order)
    came = shop("GET", path_of(order, "/receipts/1") + "?language=de")
    assert "Wareneingang" in text_of(came.body)


def test_many_may_print_at_once(shop: Shop, order: dict[str, Any]) -> None:
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: shop("GET", path_of(order)), range(16)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1


def test_a_key_that_reads_may_print(shop: Shop, order: dict[str, Any]) -> None:
    bearer = shop.keys.give(Scope.READ, name="printer")
    try:
        assert shop("GET", path_of(order), headers=bearer).status == 200
        shop._run(shop.live.gate.refresh())
        assert shop("GET", path_of(order)).status == 401
    finally:
        shop.keys.keys.clear()
        shop._run(shop.live.gate.refresh())


def test_who_waits_too_long_for_the_printer_is_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "READ_PATIENCE_S", 0.05)
    done = threading.Event()

    def jammed() -> bytes:
        done.wait(20)
        return b""

    async def printed() -> bytes:
        async with shop.live.current.printing():
            return await shop.live.current.threads.run(jammed)

    async def two() -> list[Any]:
        return list(await asyncio.gather(printed(), printed(), return_exceptions=True))

    try:
        assert {type(fault) for fault in shop._run(two())} == {StoreBusy}
    finally:
        done.set()


def test_who_waits_for_the_printer_has_read_nothing_yet(
    shop: Shop, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "READ_PATIENCE_S", 0.2)
    asked: list[int] = []
    reads = shop.live.current.reads
    monkeypatch.setattr(type(reads), "order_on_paper", lambda _, it: asked.append(it))

    printer = shop.live.current._printer

    async def free() -> None:
        printer.release()

    shop._run(printer.acquire())
    try:
        answer = shop("GET", path_of(order))
        assert (answer.status, asked) == (503, [])
        assert "retry-after" in answer.headers
        # What is wrong is told without waiting.
        assert shop("GET", path_of(order) + "?paper=a5").status == 422
    finally:
        shop._run(free())


def test_the_document_says_that_it_is_a_pdf() -> None:
    paths = document(OPERATIONS)["paths"]
    for path in ("/pdf", "/receipts/{receipt}/pdf"):
        told = paths[f"{BASE}/purchase-orders/{{purchase_order_id}}{path}"]["get"]
        answer = told["responses"]["200"]
        assert list(answer["content"]) == ["application/pdf"]
        assert {"Content-Disposition", "ETag"} == answer["headers"].keys()
