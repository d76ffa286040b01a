"""Products in the web app: found, filtered, looked at, and their stock moved."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Download, expect

from tests.support.server import OnhandServer
from tests.web.conftest import PHONE, Open, product_named


def test_products_are_found_filtered_and_kept_in_the_address(
    visit: Open, shop: OnhandServer
) -> None:
    product_named(shop, sku="ODD-1", name="Odd Lantern", stock_quantity=3, reorder_point=10)
    page = visit("/products")
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows.nth(10)).to_be_visible()

    page.get_by_role("searchbox").fill("odd lan")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("ODD-1")
    expect(page).to_have_url(re.compile(r"search=odd"))

    # What the address says is what is shown, also to somebody it is sent to.
    again = visit(page.url.removeprefix(shop.base_url))
    expect(again.get_by_role("searchbox")).to_have_value("odd lan")
    expect(again.get_by_role("table").locator("tbody tr")).to_have_count(1)

    with again.expect_download() as download:
        again.get_by_role("link", name="CSV").click()
    assert [line.split(",")[1] for line in lines_of(download.value)] == ["sku", "ODD-1"]

    again.get_by_role("searchbox").fill("nothing is called this")
    expect(again.get_by_text("No product fits")).to_be_visible()
    again.get_by_role("button", name="Clear filters").last.click()
    expect(again.get_by_role("table").locator("tbody tr").nth(10)).to_be_visible()


def lines_of(download: Download) -> list[str]:
    return Path(download.path()).read_text(encoding="utf-8-sig").splitlines()


def test_every_head_that_offers_to_sort_sorts(visit: Open, shop: OnhandServer) -> None:
    product_named(shop, sku="SORT-1", name="Sorted Sieve")
    columns = "name.barcode.on_hand.reserved.available.reorder.status.price.cost.updated"
    page = visit(f"/products?columns={columns}")
    heads = page.locator("thead th[aria-sort]")
    expect(heads.first).to_be_visible()
    assert heads.count() >= 3
    for head in heads.all():
        for direction in ("ascending", "descending"):
            head.get_by_role("button").click()
            expect(head).to_have_attribute("aria-sort", direction)
            expect(page.locator("table[aria-busy=false] tbody tr[data-link]").first).to_be_visible()


def test_the_page_of_a_product_explains_its_stock(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="ODD-2", name="<b>Odd</b> Candle", stock_quantity=40)
    page = visit(f"/products/{product['id']}", viewport=PHONE, color_scheme="dark")
    # What somebody typed is text, never markup.
    expect(page.get_by_role("heading", level=1)).to_have_text("<b>Odd</b> Candle")
    expect(page.get_by_text("Came in · Main Warehouse")).to_be_visible()
    expect(page.get_by_text("on hand 0 → 40")).to_be_visible()
    expect(page.locator("canvas")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_action_shows_its_effect_and_counts_once(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="ODD-3", name="Odd Vase", stock_quantity=12)
    page = visit(f"/products/{product['id']}")
    page.get_by_role("button", name="Adjust").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Quantity").fill("-20")
    expect(dialog.get_by_text("Stock quantity cannot be negative")).to_be_visible()
    dialog.get_by_label("Quantity").fill("-5")
    expect(dialog.locator("[data-effect=known]")).to_contain_text("7")
    dialog.get_by_label("Reason").fill("Broken")

    # The first answer is lost on its way: the same command is sent again, and counts once.
    sent: list[str | None] = []

    def lose_the_first(route, request) -> None:
        sent.append(request.headers.get("idempotency-key"))
        if len(sent) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(r"/adjust$"), lose_the_first)
    dialog.get_by_role("button", name="Adjust stock").dblclick()
    expect(dialog).to_be_hidden()
    assert len(sent) == 2
    assert sent[0] == sent[1] is not None
    level = shop.client.get(f"/api/v1/operations/inventory/{product['id']}").json()["data"]
    assert level["quantity_on_hand"] == 7
    expect(page.get_by_text("on hand 12 → 7")).to_be_visible()


def test_what_others_do_shows_without_a_reload(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="ODD-4", name="Odd Mirror", stock_quantity=5)
    page = visit(f"/products/{product['id']}")
    expect(page.locator("[data-live=true]")).to_be_visible()
    body = {"quantity": 1_204, "reason": "Found"}
    shop.client.post(f"/api/v1/operations/inventory/{product['id']}/adjust", json=body)
    expect(page.get_by_text("1,209").first).to_be_visible()


PALETTE = re.compile("or something to do")


def test_the_palette_finds_products_and_begins_actions(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="ODD-5", name="Odd Basket", stock_quantity=5)
    page = visit("/products")
    expect(page.get_by_role("table")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_label(PALETTE)).to_be_focused()
    page.keyboard.type("odd basket")
    chosen = page.locator("[data-action][data-selected]")
    expect(chosen).to_contain_text("Odd Basket")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{shop.base_url}/products/{product['id']}")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_label(PALETTE)).to_be_focused()
    page.keyboard.type("count stock")
    expect(chosen).to_contain_text("Count stock")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Counted quantity")).to_be_visible()


def test_a_warehouse_has_a_reorder_point_of_its_own(visit: Open, shop: OnhandServer) -> None:
    product = product_named(
        shop, sku="ODD-9", name="Odd Jar", stock_quantity=30, reorder_point=20, reorder_quantity=50
    )
    there = f"/api/v1/operations/warehouses/2/products/{product['id']}"
    page = visit(f"/products/{product['id']}")
    page.get_by_role("button", name="Reorder points by warehouse").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Warehouse").click()
    second = page.get_by_role("option").nth(1)
    name = second.inner_text()
    second.click()
    point = dialog.get_by_label("Reorder point")
    expect(point).to_have_value("")
    expect(dialog.get_by_text("as the product has it, 20")).to_be_visible()
    point.fill("8")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    settings = shop.client.get(there).json()["data"]
    assert (settings["reorder_point"], settings["reorder_point_from"]) == (8, "warehouse")
    assert (settings["reorder_quantity"], settings["reorder_quantity_from"]) == (50, "product")

    # Its page says so beside what is there, and it can go by the product again.
    body = {"quantity": 3, "reason": "Moved", "warehouse_id": 2}
    shop.client.post(f"/api/v1/operations/inventory/{product['id']}/adjust", json=body)
    page.get_by_role("button", name=f"Reorder at 8: {name}").click()
    expect(point).to_have_value("8")
    # Somebody else changes the product meanwhile: nothing is saved over it.
    changed = shop.client.patch(
        f"/api/v1/operations/products/{product['id']}", json={"reorder_point": 25}
    )
    assert changed.status_code == 200
    point.fill("9")
    dialog.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name="Load what it is now").click()
    expect(dialog.get_by_text("as the product has it, 25")).to_be_visible()
    dialog.get_by_role("button", name="Go by the product again").click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert shop.client.get(there).json()["data"]["reorder_point"] == 25
