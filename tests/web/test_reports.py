"""Reports with their plots: days, what the stock is worth, how good the book was."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.server import OnhandServer
from tests.web.conftest import Open

API = "/api/v1/operations"


def drawn(page: Page, label: str) -> None:
    """A plot is there, told in words and drawn."""
    plot = page.get_by_role("img", name=re.compile(label))
    expect(plot).to_be_visible()
    expect(plot.locator("canvas")).to_be_visible()


def rows_of(page: Page, report: str) -> Locator:
    """The rows of a report's table, its head among them; a plot's legend is a table, too."""
    return page.get_by_role("region", name=report, exact=True).get_by_role("row")


def test_home_shows_what_the_stock_is_worth_and_what_moves(visit: Open) -> None:
    page = visit("/")
    drawn(page, r"^Stock value over 30 days; at the end [^0–]")
    drawn(page, r"^Units in and out over 30 days: [\d,]+ in, [\d,]+ out")
    page.locator("section", has_text="Units in and out by day").get_by_role(
        "link", name="See all"
    ).click()
    expect(page).to_have_url(re.compile("/reports/activity"))


def test_movements_are_drawn_by_day_and_narrowed_to_one_product(
    visit: Open, shop: OnhandServer
) -> None:
    last = shop.client.get(f"{API}/stock-movements?sort=-occurred_at&per_page=1").json()["data"][0]
    product = shop.client.get(f"{API}/products/{last['product_id']}").json()["data"]
    page = visit("/reports/movements")
    drawn(page, "^Units in and out")
    page.get_by_role("textbox", name="Any product").fill(product["sku"])
    page.get_by_role("option", name=product["sku"]).first.click()
    expect(page).to_have_url(re.compile(f"product={product['id']}"))
    expect(page.get_by_role("img", name=re.compile("^Units in and out"))).to_have_count(0)
    cells = rows_of(page, "Movements").nth(1)
    expect(cells).to_contain_text(product["sku"])
    file = page.get_by_role("link", name="CSV")
    expect(file).to_have_attribute("href", re.compile(f"sku={product['sku']}"))


def test_activity_is_narrowed_in_the_address(visit: Open, shop: OnhandServer) -> None:
    told = shop.client.get(f"{API}/reports/activity").json()["data"]
    day = next(it["day"] for it in reversed(told) if it["units_out"])
    page = visit("/reports/activity")
    drawn(page, "^Units in and out")
    drawn(page, "^Stock value")
    expect(rows_of(page, "Activity")).to_have_count(31)
    page.get_by_label("From this day").fill(day)
    expect(page).to_have_url(re.compile(f"from=.*{day}"))
    page.get_by_label("To this day").fill(day)
    expect(rows_of(page, "Activity")).to_have_count(2)
    file = page.get_by_role("link", name="CSV").get_attribute("href")
    assert file is not None
    assert f"from={day}&to={day}" in file
    answer = shop.client.get(file)
    assert answer.text.splitlines()[1].startswith(day)
    page.goto(f"/reports/activity?to={day[:4] + '-01-01'}&from={int(day[:4]) - 1}-12-31")
    expect(page.get_by_text("Nothing happened")).to_be_visible()


def test_the_stock_is_listed_by_its_value(visit: Open, shop: OnhandServer) -> None:
    found = shop.client.get(f"{API}/reports/stock-value?sort=-value").json()
    total = max(found["meta"]["totals"], key=lambda it: it["value"])
    page = visit("/reports/value")
    expect(page.get_by_text("What most of the value lies in")).to_be_visible()
    expect(page.get_by_text(f"{total['products']} products,")).to_be_visible()
    expect(rows_of(page, "Stock value").nth(1)).to_contain_text(found["data"][0]["name"])
    page.get_by_role("button", name="On hand").click()
    expect(page).to_have_url(re.compile("sort=quantity_on_hand"))
    least = shop.client.get(f"{API}/reports/stock-value?sort=quantity_on_hand").json()["data"][0]
    expect(rows_of(page, "Stock value").nth(1)).to_contain_text(least["name"])
    page.get_by_role("combobox", name="Warehouse").click()
    page.get_by_role("option").first.click()
    expect(page.get_by_role("link", name="CSV")).to_have_attribute(
        "href", re.compile(r"stock-value\.csv\?warehouse=\w+")
    )


def test_how_good_the_book_was(visit: Open, shop: OnhandServer) -> None:
    warehouse = shop.client.post(f"{API}/warehouses", json={"name": "Book", "code": "BOOK"})
    site = warehouse.json()["data"]["id"]
    page = visit(f"/reports/accuracy?warehouse={site}")
    expect(page.get_by_text("No count was posted")).to_be_visible()
    for counted in (3, 4):
        stocked = {"quantity": 4, "reason": "Found", "warehouse_id": site}
        shop.client.post(f"{API}/inventory/{counted}/adjust", json=stocked)
        body = {"warehouse_id": site, "lines": [{"product_id": counted}], "start": True}
        made = shop.client.post(f"{API}/counts", json=body).json()["data"]
        path = f"{API}/counts/{made['id']}"
        entry = {"counted_by": "Ann", "lines": [{"product_id": counted, "quantity": counted}]}
        shop.client.post(f"{path}/record", json=entry)
        for verb in ("submit", "approve"):
            assert shop.client.post(f"{path}/{verb}").status_code == 200
    page.reload()
    drawn(page, "^Accuracy of 2 counts; of all records 50")
    expect(rows_of(page, "Count accuracy").nth(1)).to_contain_text("100")
    expect(page.get_by_role("link", name="CSV")).to_have_attribute(
        "href", re.compile(r"count-accuracy\.csv\?warehouse=BOOK")
    )
