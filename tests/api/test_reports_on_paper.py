"""Lists and reports as PDFs, over the whole API: the same filters as the lists, and a bound."""

from __future__ import annotations

import re
from typing import Any

import pytest

from onhand.api.endpoints import OPERATIONS
from onhand.api.on_paper import asking, counts, replenishment, reporting, stock, suppliers
from onhand.api.on_paper.lists import ListOnPaper
from onhand.api.openapi import document
from onhand.printing.speech import ENGLISH, GERMAN
from tests.api.conftest import NewProduct
from tests.api.harness import BASE, Shop
from tests.api.test_documents_on_paper import done, printed
from tests.support.papers import english_in, pages_of, text_of

LISTS: list[ListOnPaper[Any, Any]] = [
    *replenishment.LISTS,
    *stock.LISTS,
    *reporting.LISTS,
    counts.PLAN,
    suppliers.PERFORMANCE,
]
NOT_ON_PAPER = {"page", "per_page", "cursor"}


@pytest.fixture(scope="module")
def lamp(shop: Shop) -> int:
    """A product that is low, held and sold by somebody, of the only supplier."""
    body = {"sku": "LAMP-1", "name": "Настольная лампа", "stock_quantity": 12, "reorder_point": 20}
    number: int = done(shop, "/products", {**body, "reorder_quantity": 30, "currency": "EUR"})["id"]
    supplier = {"code": "S-1", "name": "Лампы & Söhne", "status": "active", "lead_time_days": 9}
    seller = done(shop, "/suppliers", supplier)["id"]
    terms = shop("PUT", f"/suppliers/{seller}/products/{number}", {"price": 2.5, "currency": "EUR"})
    assert terms.status < 300
    done(shop, f"/inventory/{number}/reserve", {"quantity": 2, "order_id": 789})
    sold = {"quantity": -3, "reason": "Sold at the fair", "reference": "T-7"}
    done(shop, f"/inventory/{number}/adjust", sold)
    return number


def test_each_list_takes_on_paper_what_it_takes_in_pages() -> None:
    paths = document(OPERATIONS)["paths"]

    def taken(path: str) -> set[str]:
        return {it["name"] for it in paths[path]["get"]["parameters"] if it["in"] == "query"}

    seen = 0
    for it in LISTS:
        if it.path in paths:
            assert taken(f"{it.path}/pdf") == taken(it.path) - NOT_ON_PAPER | {"paper", "language"}
            seen += 1
    assert seen >= 9
    for part in ("sheet", "variance"):
        path = f"{BASE}/counts/{{count_id}}/{part}"
        assert taken(f"{path}/pdf") == taken(path) | {"paper", "language"}


def test_what_is_low_is_printed(shop: Shop, lamp: int) -> None:
    text = printed(shop, "/inventory/low-stock/pdf?sort=-name&warehouse_id=1", "low-stock")
    for told in (
        *("Low stock", "UTC", "WAREHOUSE", "Main Warehouse", "SORTED BY", "name, descending"),
        "SKU Product On hand Reorder point Reorder quantity Suggested order",
        "LAMP-1 Настольная лампа 9 20 30 30",
        *("1 row", "1 / 1"),
    ):
        assert told in text, told


def test_what_is_out_is_printed(shop: Shop, lamp: int) -> None:
    text = printed(shop, "/inventory/out-of-stock/pdf", "out-of-stock")
    assert "There is nothing to show." in text
    done(shop, "/products", {"sku": "GONE", "name": "Gone", "stock_quantity": 0})
    assert "GONE Gone 0 0 0 – " in printed(shop, "/inventory/out-of-stock/pdf", "out-of-stock")


def test_what_to_order_is_printed_with_what_it_costs(shop: Shop, lamp: int) -> None:
    text = printed(shop, "/inventory/reorder-report/pdf?paper=letter", "reorder-report")
    assert re.search(r"LAMP-1 Настольная лампа 9 0 7 20 .* Лампы & Söhne 30 75.00 EUR", text)
    assert "ESTIMATED COST\n75.00 EUR" in text


def test_movements_are_printed_with_names_and_reasons(shop: Shop, lamp: int) -> None:
    path = f"/stock-movements/pdf?product_id={lamp}&movement_type=adjustment&from=2020-01-01"
    text = printed(shop, path, "stock-movements")
    for told in (
        *("Настольная лампа (LAMP-1)", "MOVEMENT\nAdjustment", "FROM\n1 Jan 2020"),
        "LAMP-1 Настольная лампа Adjustment Main Warehouse -3 9 2 Sold at the fair · T-7",
    ):
        assert told in text, told
    every = printed(shop, "/stock-movements/pdf?sort=-occurred_at", "stock-movements")
    assert every.index("Sold at the fair") < every.index("+12")


def test_reservations_are_printed(shop: Shop, lamp: int) -> None:
    text = printed(shop, "/reservations/pdf?order_id=789", "reservations")
    assert "Order 789 LAMP-1 Настольная лампа Main Warehouse 2 0" in text
    none = printed(shop, "/reservations/pdf?sales_order_id=789", "reservations")
    assert "There is nothing to show." in none


def test_stock_is_printed_as_it_is_and_as_it_was(shop: Shop, lamp: int) -> None:
    now = printed(shop, "/inventory/levels/pdf", "stock-on-hand")
    assert "LAMP-1 Настольная лампа MAIN 9 2 7" in now
    then = printed(shop, "/inventory/levels/pdf?as_of=2020-01-01", "stock-on-hand")
    assert "There is nothing to show." in then
    assert "STOCK AS OF\n1 Jan 2020" in then
    today = shop("GET", "/stock-movements").data[0]["occurred_at"][:10]
    path = f"/inventory/levels/pdf?as_of={today}&product_id={lamp}"
    assert "LAMP-1 Настольная лампа MAIN 9 2 7" in printed(shop, path, "stock-on-hand")


def test_what_to_count_is_printed(shop: Shop, lamp: int) -> None:
    text = printed(shop, "/counts/plan/pdf?warehouse_id=1", "count-plan")
    assert re.search(r"LAMP-1 Настольная лампа [ABC] ", text)
    assert "CLASSES BY THE SALES OF\n365 days" in text
    answer = shop("GET", "/counts/plan/pdf")
    assert (answer.status, list(answer.errors)) == (422, ["warehouse_id"])


def test_suppliers_are_printed_side_by_side(shop: Shop, lamp: int) -> None:
    path = "/suppliers/performance/pdf?from=2020-01-01"
    before = printed(shop, path, "supplier-performance")
    assert "S-1 Лампы & Söhne 0 0 0 0 – 9 – –" in before
    body = {"supplier_id": 1, "lines": [{"product_id": lamp, "quantity": 4, "price": 0.5}]}
    order = done(shop, "/purchase-orders", body)["id"]
    for verb in ("submit", "send"):
        done(shop, f"/purchase-orders/{order}/{verb}")
    came = {"line": 1, "received": 3, "rejected": 1, "reason": "Broken"}
    arrived = {"delivery_reference": "DN", "lines": [came]}
    done(shop, f"/purchase-orders/{order}/receive", arrived)
    after = printed(shop, path, "supplier-performance")
    assert "S-1 Лампы & Söhne 1 1 3 1 0 9 100 % 25 %" in after


def test_a_count_is_printed_blind_and_its_variance_for_who_may(shop: Shop, lamp: int) -> None:
    body = {"warehouse_id": 1, "lines": [{"product_id": lamp}], "reference": "Week 4"}
    number = done(shop, "/counts", body | {"start": True})["id"]
    sheet = printed(shop, f"/counts/{number}/sheet/pdf?counted_by=Ann", f"count-{number}-sheet")
    for told in ("Count sheet", f"No. {number}", "Ann", "Week 4", "LAMP-1 Настольная лампа piece"):
        assert told in sheet, told
    entry = {"counted_by": "Ann", "lines": [{"product_id": lamp, "quantity": 4_321}]}
    done(shop, f"/counts/{number}/record", entry)
    sheet = printed(shop, f"/counts/{number}/sheet/pdf", f"count-{number}-sheet")
    assert "counted" in sheet
    assert "4321" not in sheet.replace(",", "")
    rest = printed(shop, f"/counts/{number}/sheet/pdf?open=true", f"count-{number}-sheet")
    assert "LAMP-1" not in rest
    path = f"/counts/{number}/variance/pdf?differing=true&tolerance_units=5"
    told = printed(shop, path, f"count-{number}-variance")
    assert re.search(r"1 LAMP-1 Настольная лампа \d+ 4,321 \+4,3\d\d ", told)
    assert "ACCURATE WITHIN\n0 % or 5" in told
    assert "LINES\nThose that differ" in told
    told = printed(shop, f"{path}&language=de", f"count-{number}-variance")
    assert re.search(r"1 LAMP-1 Настольная лампа \d+ 4\.321 \+4\.3\d\d ", told)
    assert f"Abweichungen der Inventur {number}" in told
    assert "RICHTIG BIS\n0 % oder 5" in told
    assert "POSITIONEN\nNur abweichende" in told
    sheet = printed(shop, f"/counts/{number}/sheet/pdf?language=de", f"count-{number}-sheet")
    assert "gezählt" in sheet


def test_days_are_printed(shop: Shop, lamp: int) -> None:
    shop("PATCH", f"/products/{lamp}", {"cost_price": 1.25})
    text = printed(shop, "/reports/activity/pdf?warehouse_id=1", "activity")
    head = "Day In Out Transferred in Transferred out Movements On hand Value"
    for told in (head, "WAREHOUSE\nMain Warehouse", "30 rows"):
        assert told in text, told


def test_what_the_stock_is_worth_is_printed(shop: Shop, lamp: int) -> None:
    shop("PATCH", f"/products/{lamp}", {"cost_price": 1.25})
    text = printed(shop, "/reports/stock-value/pdf?sort=-value", "stock-value")
    found = re.search(r"LAMP-1 Настольная лампа ([\d,]+) 1.25 EUR ([\d,.]+) EUR", text)
    assert found
    assert float(found[2].replace(",", "")) == int(found[1].replace(",", "")) * 1.25
    assert f"VALUE\n{found[2]} EUR" in text
    assert "WITHOUT A COST PRICE" in text


def test_how_good_the_book_was_is_printed(shop: Shop, lamp: int) -> None:
    body = {"warehouse_id": 1, "lines": [{"product_id": lamp}], "reference": "Week 5"}
    number = done(shop, "/counts", body | {"start": True})["id"]
    held = shop("GET", f"/inventory/{lamp}").data["quantity_on_hand"]
    entry = {"lines": [{"product_id": lamp, "quantity": held + 3}]}
    for step, told in (("record", entry), ("submit", None), ("approve", None)):
        done(shop, f"/counts/{number}/{step}", told)
    text = printed(shop, "/reports/count-accuracy/pdf", "count-accuracy")
    assert re.search(rf"{number} Main Warehouse Week 5 .* UTC 1 0 0 3 0", text)
    assert "RECORD ACCURACY\n0 %" in text


@pytest.mark.parametrize("it", LISTS, ids=lambda it: it.name)
def test_a_list_is_printed_in_the_language_asked_for(
    shop: Shop, lamp: int, it: ListOnPaper[Any, Any]
) -> None:
    path = f"{it.path}/pdf?warehouse_id=1" if "warehouse_id" in it.query.__annotations__ else ""
    path = path or f"{it.path}/pdf?from=2026-03-04"
    german = text_of(shop("GET", f"{path}&language=de").body)
    assert it.title(GERMAN.words) in german
    for head in it.heads(GERMAN):
        assert set(head.title.split()) <= set(german.split())
    # What the shop calls its own is not translated.
    own = ("Main Warehouse", "Sold at the fair")
    for name in own:
        german = german.replace(name, "")
    assert not english_in(german)
    english = shop("GET", f"{path}&language=en").body
    assert it.title(ENGLISH.words) in text_of(english)
    assert it.title(ENGLISH.words) in text_of(shop("GET", path).body), "who does not say"


def test_what_was_asked_is_told_in_german(shop: Shop, lamp: int) -> None:
    path = f"/stock-movements/pdf?product_id={lamp}&movement_type=adjustment&language=de"
    asked = "&from=2020-01-31&to=2099-01-01T12:00:00Z&reference_type=sales_order&reference_id=7"
    text = printed(shop, f"{path}{asked}", "stock-movements")
    for told in (
        *("BEWEGUNG\nKorrektur", "VON\n31.01.2020", "BIS\n01.01.2099, 12:00 UTC"),
        *("REFERENZ\nVerkaufsauftrag 7", "SORTIERT NACH\nZeitpunkt", "Es gibt nichts zu zeigen."),
    ):
        assert told in text, told
    text = printed(shop, "/inventory/low-stock/pdf?sort=-name,sku&language=de", "low-stock")
    assert "Name, absteigend; SKU" in text
    shop("PATCH", f"/products/{lamp}", {"cost_price": 1_234.5})
    text = printed(shop, "/reports/stock-value/pdf?language=de", "stock-value")
    assert re.search(r"LAMP-1 Настольная лампа [\d.]+ 1\.234,50 EUR [\d.]+,\d\d EUR", text)


@pytest.mark.parametrize("it", LISTS, ids=lambda it: it.name)
def test_a_query_is_held_to_what_there_is(shop: Shop, it: ListOnPaper[Any, Any]) -> None:
    where = "warehouse_id=1&" if it is counts.PLAN else ""
    faults = {
        "paper=a5": "paper",
        "language=xx": "language",
        "page=1": "page",
        "cursor=1": "cursor",
    }
    for query, field in faults.items():
        answer = shop("GET", f"{it.path}/pdf?{where}{query}")
        assert (answer.status, list(answer.errors)) == (422, [field])


def test_what_is_cut_says_so(shop: Shop, lamp: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (asking, stock):
        monkeypatch.setattr(module, "MAX_ROWS", 2)
    for number in range(3):
        body = {"sku": f"LOW-{number}", "name": "Low", "stock_quantity": 1, "reorder_point": 5}
        done(shop, "/products", body)
    text = printed(shop, "/inventory/low-stock/pdf?sort=sku", "low-stock")
    assert text.count("Shown are the first 2 rows of 4. Narrow it down") == 2
    assert "LOW-0" in text
    assert "LOW-1" not in text
    for path, name in (
        ("/stock-movements", "stock-movements"),
        ("/inventory/levels", "stock-on-hand"),
    ):
        text = printed(shop, f"{path}/pdf", name)
        assert "Shown are the first 2 rows; there are more." in text
    assert "Shown" not in printed(shop, "/stock-movements/pdf?order_id=789", "stock-movements")


def test_hostile_names_are_texts(shop: Shop, product: NewProduct) -> None:
    name = '<b>\\(x)</b> ${7*7} \u202e\U0001f600 %PDF-1.4"; filename=x'
    made = product(name=name, sku="'\"><script>", stock_quantity=1, reorder_point=3)
    answer = shop("GET", "/inventory/low-stock/pdf")
    assert answer.headers["content-disposition"] == 'attachment; filename="low-stock.pdf"'
    text = " ".join(text_of(answer.body).split())
    assert '<b>\\(x)</b> ${7*7} ◊ %PDF-1.4"; filename=x' in text
    assert "'\"><script>" in text
    assert len(pages_of(answer.body)) >= 1
    assert made["id"]
