"""A day's work: orders made, approved, received; transfers, counts and sales taken through."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.server import OnhandServer
from tests.web.conftest import PHONE, Open, product_named
from tests.web.scanning import scan, state

API = "/api/v1/operations"


def post(shop: OnhandServer, path: str, body: dict) -> dict:
    answer = shop.client.post(path, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()["data"]


def on_hand(shop: OnhandServer, product_id: int) -> int:
    level = shop.client.get(f"{API}/inventory/{product_id}").json()["data"]
    quantity: int = level["quantity_on_hand"]
    return quantity


def test_home_says_what_is_to_do_and_leads_there(visit: Open) -> None:
    page = visit("/")
    card = page.locator("[data-task=to_review]")
    expect(card).to_contain_text("1")
    card.click()
    expect(page).to_have_url(re.compile(r"/counts\?state=review"))
    expect(page.get_by_role("link", name="Count 1")).to_be_visible()


def test_a_buyer_orders_and_a_clerk_receives_in_parts(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="DAY-1", name="Day Kettle", cost_price=4)
    supplier = post(
        shop, f"{API}/suppliers", {"code": "DAY", "name": "Day Ltd", "status": "approved"}
    )
    terms = f"{API}/suppliers/{supplier['id']}/products/{product['id']}"
    assert shop.client.put(terms, json={"price": 4.5}).status_code == 201

    page = visit("/purchase-orders/new")
    page.get_by_role("combobox", name="Supplier").click()
    page.get_by_role("option", name="Day Ltd").click()
    page.get_by_role("textbox", name="Product 1").fill("Day Kettle")
    page.get_by_role("option", name=re.compile("Day Kettle")).click()
    page.get_by_label("Quantity").fill("10")
    # A slip is asked about first; what was typed is still there.
    page.once("dialog", lambda asked: asked.dismiss())
    page.get_by_role("link", name="Products", exact=True).click()
    expect(page.get_by_label("Quantity")).to_have_value("10")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Purchase order \d+"))
    for step in ("Submit", "Approve", "Mark as sent"):
        button = page.get_by_role("button", name=step)
        if step == "Approve" and not button.is_visible():
            expect(page.get_by_role("button", name="Mark as sent")).to_be_visible()
            continue
        button.click()
        expect(button).to_be_hidden()

    page.get_by_role("button", name="Receive goods").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Delivery note").fill("DN-7")
    dialog.get_by_label("Received: Day Kettle").fill("12")
    dialog.get_by_role("button", name="Receive goods").click()
    # More than was ordered: the API's word stands at the field.
    expect(dialog.locator("[data-error], .mantine-InputWrapper-error").first).to_be_visible()
    dialog.get_by_label("Received: Day Kettle").fill("6")
    dialog.get_by_role("button", name="Receive goods").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Partly received").first).to_be_visible()
    assert on_hand(shop, product["id"]) == 6


def test_a_transfer_is_shipped_and_received_with_a_loss(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="DAY-2", name="Day Crate", stock_quantity=9)
    body = {
        "from_warehouse_id": 1,
        "to_warehouse_id": 2,
        "lines": [{"product_id": product["id"], "quantity": 5}],
        "ship": True,
    }
    transfer = post(shop, f"{API}/transfers", body)
    page = visit(f"/transfers/{transfer['id']}")
    page.get_by_role("button", name="Receive goods").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Received: Day Crate").fill("4")
    dialog.get_by_label("Lost: Day Crate").fill("1")
    dialog.get_by_label("Reason: Day Crate").fill("Fell off")
    dialog.get_by_role("button", name="Receive goods").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("[aria-current=step]")).to_contain_text("Received")
    assert on_hand(shop, product["id"]) == 8


def test_a_count_is_blind_then_reviewed_and_posted(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="DAY-3", name="Day Jug", stock_quantity=377)
    body = {"warehouse_id": 1, "lines": [{"product_id": product["id"]}], "start": True}
    count = post(shop, f"{API}/counts", body)
    page = visit(f"/counts/{count['id']}", viewport=PHONE)
    sheet = page.get_by_role("heading", name="Count sheet").locator("xpath=ancestor::section")
    expect(sheet.get_by_text("Day Jug")).to_be_visible()
    expect(sheet).not_to_contain_text("377")
    sheet.get_by_label("Counted by").fill("Ann")
    sheet.get_by_label("Quantity of Day Jug").fill("375")
    sheet.get_by_role("button", name=re.compile("Record")).click()
    expect(sheet.get_by_text("0 to count")).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("Posted")
    assert on_hand(shop, product["id"]) == 375


def test_a_sales_order_is_confirmed_and_shipped_in_parts(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="DAY-4", name="Day Plate", stock_quantity=10)
    body = {"customer": "Ms Day", "lines": [{"product_id": product["id"], "quantity": 6}]}
    order = post(shop, "/api/v1/sales/orders", body)
    page = visit(f"/sales-orders/{order['id']}", color_scheme="dark")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Ship", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Ship: Day Plate").fill("4")
    dialog.get_by_role("button", name="Ship", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.locator("[aria-current=step]")).to_contain_text("Partly shipped")
    assert on_hand(shop, product["id"]) == 6
    page.get_by_role("button", name="Cancel it").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("Enough")
    page.get_by_role("dialog").get_by_role("button", name="Cancel it").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("Cancelled")


def test_the_reorder_report_makes_orders(visit: Open, shop: OnhandServer) -> None:
    page = visit("/reports/reorder")
    button = page.get_by_role("button", name=re.compile("Make orders"))
    expect(button).to_be_enabled()
    field = page.get_by_label(re.compile("Quantity to order of")).first
    before = int(field.input_value().replace(",", ""))
    field.fill(str(before * 2))
    button.click()
    link = page.get_by_role("status").get_by_role("link", name=re.compile("Purchase order"))
    link.first.click()
    expect(page.locator("[aria-current=step]")).to_contain_text("Draft")
    expect(page.get_by_role("cell", name=f"{before * 2:,}", exact=True).first).to_be_visible()


def test_two_who_change_one_product_do_not_undo_each_other(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="DAY-5", name="Day Spoon", reorder_point=5)
    address = f"/products/{product['id']}/edit"
    page, other = visit(address), visit(address)
    for it, name in ((page, "Day Spoon, large"), (other, "Day Spoon, small")):
        it.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Day Spoon, large")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Somebody else changed this meanwhile")).to_be_visible()
    other.get_by_role("button", name="Load what it is now").click()
    expect(other.get_by_label("Name")).to_have_value("Day Spoon, large")
    other.get_by_label("Reorder point").fill("9")
    other.get_by_role("button", name="Save").click()
    expect(other).to_have_url(re.compile(rf"/products/{product['id']}$"))
    kept = shop.client.get(f"{API}/products/{product['id']}").json()["data"]
    assert (kept["name"], kept["reorder_point"]) == ("Day Spoon, large", 9)


def test_wrong_fields_are_told_where_they_stand(visit: Open) -> None:
    page = visit("/products/new")
    page.get_by_label("Name").fill("Wrong")
    page.get_by_label("SKU").fill("WRONG-1")
    page.get_by_label("Barcode").fill("4006381333932")
    page.get_by_label("Currency").fill("EURO")
    page.get_by_role("button", name="Save").click()
    for label in ("Barcode", "Currency"):
        expect(page.get_by_label(label)).to_have_attribute("aria-invalid", "true")


def test_a_pasted_table_is_looked_at_mended_and_imported(visit: Open, shop: OnhandServer) -> None:
    page = visit("/import")
    field = page.get_by_label("Or paste cells here")
    field.fill("sku\tname\tselling_price\nPASTE-1\tPasted Pot\t1.50\nPASTE-2\tPasted Pan\tcheap\n")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("1 cell must be mended first")).to_be_visible()
    expect(page.locator("[data-fault]")).to_contain_text("cheap")
    expect(page.get_by_role("button", name="Import it")).to_be_disabled()
    field.fill("sku\tname\tselling_price\nPASTE-1\tPasted Pot\t1.50\nPASTE-2\tPasted Pan\t2\n")
    page.get_by_role("button", name="Look at it").click()
    # What would be is told in the same words, above the button.
    expect(page.get_by_text("2 new.")).to_be_visible()
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("Imported", exact=True)).to_be_visible()
    found = shop.client.get(f"{API}/products?search=pasted").json()["data"]
    assert sorted(it["sku"] for it in found) == ["PASTE-1", "PASTE-2"]


def test_lines_of_a_draft_are_edited_and_never_over_somebody_elses(
    visit: Open, shop: OnhandServer
) -> None:
    product = product_named(shop, sku="DAY-6", name="Day Fork", stock_quantity=50)
    body = {"lines": [{"product_id": product["id"], "quantity": 3}]}
    order = post(shop, "/api/v1/sales/orders", body)
    page = visit(f"/sales-orders/{order['id']}")
    page.get_by_role("button", name="Edit lines").click()
    dialog = page.get_by_role("dialog")
    quantity = dialog.get_by_label("Quantity")
    expect(quantity).to_have_value("3")
    path = f"/api/v1/sales/orders/{order['id']}"
    theirs = shop.client.patch(path, json={"lines": [{"line": 1, "quantity": 8}]})
    assert theirs.status_code == 200, theirs.text
    # The page behind the dialog has heard of it; what is saved still goes by what was opened.
    expect(page.locator("main table").get_by_text("8", exact=True)).to_be_visible()
    quantity.fill("4")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Somebody else changed this meanwhile")).to_be_visible()
    dialog.get_by_role("button", name="Load what it is now").click()
    page.get_by_role("button", name="Edit lines").click()
    expect(quantity).to_have_value("8")
    quantity.fill("5")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert shop.client.get(path).json()["data"]["lines"][0]["quantity"] == 5


def test_a_mistake_is_reversed_and_stays_in_the_ledger(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="DAY-7", name="Day Bowl", stock_quantity=20)
    wrong = {"quantity": -7, "reason": "Wrong shelf"}
    shop.client.post(f"{API}/inventory/{product['id']}/adjust", json=wrong)
    page = visit(f"/products/{product['id']}")
    page.get_by_role("button", name="Reverse -7").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("It was there")
    page.get_by_role("dialog").get_by_role("button", name="Reverse", exact=True).click()
    expect(page.get_by_text("on hand 13 → 20")).to_be_visible()
    expect(page.get_by_text("on hand 20 → 13")).to_be_visible()
    assert on_hand(shop, product["id"]) == 20


def test_a_supplier_and_its_terms_are_written(visit: Open, shop: OnhandServer) -> None:
    product_named(shop, sku="DAY-8", name="Day Ladle")
    page = visit("/suppliers")
    page.get_by_role("button", name="New supplier").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Evening Ltd")
    dialog.get_by_label("Code").fill("EVE")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Evening Ltd").click()
    page.get_by_role("button", name="Add a product").click()
    dialog.get_by_role("textbox", name="Product").fill("Day Ladle")
    page.get_by_role("option", name=re.compile("Day Ladle")).click()
    dialog.get_by_label("Price").fill("2.25")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name=re.compile(r"2\.25"))).to_be_visible()


def test_documents_are_found_by_product_number_and_customer(
    visit: Open, shop: OnhandServer
) -> None:
    product = product_named(shop, sku="DAY-9", name="Day Basin", stock_quantity=5)
    lines = [{"product_id": product["id"], "quantity": 2}]
    order = post(shop, "/api/v1/sales/orders", {"customer": "Basin & Sons", "lines": lines})
    title = f"Sales order {order['id']}"
    page = visit(f"/products/{product['id']}")
    page.get_by_role("main").get_by_role("link", name="Sales orders").click()
    expect(page.get_by_role("textbox", name="Any product")).to_have_value("Day Basin")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(1)
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    # The way back is the list as it was left.
    page.get_by_role("link", name="← Sales orders").click()
    expect(page).to_have_url(re.compile(rf"product={product['id']}"))
    page.get_by_role("button", name="Any product again").click()
    expect(page).not_to_have_url(re.compile("product="))
    page.get_by_label("Customer").fill("Basin & Sons")
    expect(rows).to_have_count(1)
    # From within a field too.
    page.keyboard.press("Control+k")
    expect(page.get_by_label(re.compile("or something to do"))).to_be_focused()
    page.keyboard.type(f"so-{order['id']}")
    expect(page.locator("[data-action][data-selected]")).to_contain_text(title)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_what_a_draft_says_is_changed_and_the_keyboard_goes_on(
    visit: Open, shop: OnhandServer
) -> None:
    product = product_named(shop, sku="DAY-10", name="Day Cup")
    lines = [{"product_id": product["id"], "quantity": 2, "price": 3}]
    order = post(shop, f"{API}/purchase-orders", {"supplier_id": 1, "lines": lines})
    page = visit(f"/purchase-orders/{order['id']}")
    button = page.get_by_role("button", name=f"Details of Purchase order {order['id']}")
    button.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Expected").fill("2031-02-03")
    dialog.get_by_label("Notes").fill("By lorry")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("By lorry")).to_be_visible()
    expect(button).to_be_focused()
    path = f"{API}/purchase-orders/{order['id']}"
    assert shop.client.get(path).json()["data"]["expected_date"] == "2031-02-03"
    button.click()
    dialog.get_by_role("button", name="Close").click()
    expect(button).to_be_focused()
    page.get_by_role("button", name="Submit").press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_what_has_no_supplier_yet_gets_one_where_it_is_missed(
    visit: Open, shop: OnhandServer
) -> None:
    product_named(shop, sku="DAY-11", name="Day Ewer", reorder_point=9, reorder_quantity=90_000)
    page = visit("/reports/reorder?per_page=200")
    row = page.locator("tr", has_text="Day Ewer")
    row.get_by_role("button", name="Choose a supplier of Day Ewer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Supplier").click()
    page.get_by_role("option").first.click()
    dialog.get_by_label("Price").fill("1.5")
    dialog.get_by_role("button", name="Save").click()
    expect(row.get_by_role("checkbox")).to_be_checked()


def test_goods_are_moved_one_after_another_to_one_place(visit: Open, shop: OnhandServer) -> None:
    for at in (12, 13):
        product_named(shop, sku=f"DAY-{at}", name=f"Day Tray {at}", stock_quantity=9)
    page = visit("/warehouse", viewport=PHONE)
    page.get_by_role("radio", name="Move").click()
    scan(page, "DAY-12")
    page.get_by_role("combobox", name="To").click()
    page.get_by_role("option", name="Northgate Depot").click()
    # What is typed replaces what stood there.
    page.get_by_label("Quantity").click()
    page.keyboard.type("4")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#queue")).to_contain_text("4 → Northgate Depot")
    scan(page, "DAY-13")
    page.get_by_role("button", name="Move", exact=True).click()
    state(page, "accepted", 2)
    page.get_by_role("radio", name="Look up").click()
    scan(page, "DAY-12")
    expect(page.get_by_role("region", name="Elsewhere")).to_contain_text("Northgate Depot4")


def test_who_changed_a_price_is_found_from_the_product(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="DAY-14", name="Day Fork", selling_price=2)
    path = f"{API}/products/{product['id']}"
    assert shop.client.patch(path, json={"selling_price": 3.5}).status_code == 200
    page = visit(f"/products/{product['id']}")
    page.get_by_role("link", name="Who changed it, and what").click()
    expect(page.get_by_text("selling_price: 2 → 3.5")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name=f"product:{product['id']}").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Day Fork")
