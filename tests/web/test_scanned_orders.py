"""Warehouse mode works on orders: received and picked by scanning, with and without network."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.server import OnhandServer
from tests.web.conftest import PHONE, Open, product_named
from tests.web.scanning import (
    API,
    confirmed_order,
    ready_for_the_road,
    scan,
    sent_order,
    state,
    told,
)
from tests.web.test_everyone import EVERYTHING, faults


def test_a_delivery_is_scanned_into_its_order(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="ORD-1", name="Ordered Bolt", barcode="4006381333924")
    product_named(shop, sku="ORD-2", name="Stray Bolt")
    order = sent_order(shop, product["id"], 10)
    page = visit("/warehouse", viewport=PHONE)
    page.get_by_role("radio", name="Receive").click()
    # Its product leads to it, as its number would.
    scan(page, "4006381333924")
    waiting = page.get_by_role("region", name="Orders that wait for it")
    waiting.get_by_role("button", name=f"Purchase order {order}").click()
    expect(page.get_by_text("1 of 10")).to_be_visible()
    scan(page, "4006381333924")
    expect(page.get_by_text("2 of 10").first).to_be_visible()
    scan(page, "ord-2")
    expect(page.get_by_text("Stray Bolt is not on this order")).to_be_visible()

    page.get_by_role("button", name="Some are damaged").click()
    page.get_by_label("Rejected").fill("3")
    page.get_by_role("button", name="Receive 2 units").click()
    expect(page.get_by_text("Say why they are rejected")).to_be_visible()
    page.get_by_label("Why").fill("Bent")
    page.get_by_role("button", name="Receive 2 units").click()
    expect(page.get_by_text("Say which delivery this is")).to_be_visible()

    # What is in hand is still there when the app was closed meanwhile.
    page.reload()
    page.get_by_role("radio", name="Receive").click()
    scan(page, f"PO-{order}")
    expect(page.get_by_text("2 of 10")).to_be_visible()
    page.get_by_label("Delivery note").fill("DN-11")
    page.get_by_role("button", name="Receive 2 units").click()
    state(page, "accepted", 1)
    now = told(shop, f"{API}/purchase-orders/{order}")
    assert now["state"] == "partially_received"
    assert (now["lines"][0]["received"], now["lines"][0]["rejected"]) == (2, 3)
    assert now["receipts"][0]["delivery_reference"] == "DN-11"
    expect(page.get_by_role("button", name=re.compile(f"Purchase order {order}"))).to_contain_text(
        "8 units to come"
    )


def test_a_sales_order_is_picked_and_shipped(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="ORD-3", name="Wanted Nut", stock_quantity=9)
    order = confirmed_order(shop, product["id"], 3)
    page = visit("/warehouse", viewport=PHONE)
    page.get_by_role("radio", name="Pick").click()
    page.get_by_role("button", name=f"Sales order {order}").click()
    for _ in range(2):
        scan(page, "ORD-3")
    expect(page.get_by_text("Wanted Nut: 2 of 3")).to_be_visible()
    found = faults(page, EVERYTHING)
    assert not found, "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Ship 2 units").click()
    state(page, "accepted", 1)
    now = told(shop, f"/api/v1/sales/orders/{order}")
    assert (now["state"], now["lines"][0]["shipped"]) == ("partially_shipped", 2)
    assert told(shop, f"{API}/inventory/{product['id']}")["quantity_on_hand"] == 7
    # Shipped elsewhere meanwhile: its number says so.
    shop.client.post(f"/api/v1/sales/orders/{order}/ship", json={})
    expect(page.get_by_role("button", name=f"Sales order {order}")).to_have_count(0)
    scan(page, str(order))
    expect(page.get_by_text(f"Sales order {order}: Shipped")).to_be_visible()


def test_what_is_in_hand_of_an_order_that_is_over_is_put_aside(
    visit: Open, shop: OnhandServer
) -> None:
    product = product_named(shop, sku="ORD-6", name="Late Rivet", stock_quantity=3)
    order = confirmed_order(shop, product["id"], 2)
    page = visit("/warehouse", viewport=PHONE)
    page.get_by_role("radio", name="Pick").click()
    page.get_by_role("button", name=f"Sales order {order}").click()
    scan(page, "ORD-6")
    expect(page.get_by_text("Late Rivet: 1 of 2")).to_be_visible()
    shop.client.post(f"/api/v1/sales/orders/{order}/ship", json={})
    expect(page.get_by_text("Nothing of it is open here")).to_be_visible()
    # What cannot be sent is not offered.
    expect(page.get_by_role("button", name=re.compile("^Ship"))).to_be_hidden()
    page.get_by_role("button", name="Put aside what is in hand").click()
    kept = "() => Object.keys(localStorage).filter(it => it.startsWith('onhand-work/')).length"
    assert page.evaluate(kept) == 0
    scan(page, str(order))
    expect(page.get_by_text(f"Sales order {order}: Shipped")).to_be_visible()


def test_orders_are_worked_on_without_network(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="ORD-4", name="Remote Washer", stock_quantity=5)
    kept, cancelled = (sent_order(shop, product["id"], 10), sent_order(shop, product["id"], 4))
    wanted = confirmed_order(shop, product["id"], 2)
    page = visit("/warehouse", viewport=PHONE)
    context = ready_for_the_road(page)
    context.set_offline(True)
    page.close()
    page = context.new_page()
    page.goto("/warehouse")
    expect(page.get_by_text("Without network")).to_be_visible()
    page.get_by_role("radio", name="Receive").click()
    for order, note in ((kept, "DN-21"), (cancelled, "DN-22")):
        scan(page, f"PO-{order}")
        page.get_by_role("button", name="Everything is there").click()
        page.get_by_label("Delivery note").fill(note)
        page.get_by_role("button", name=re.compile(r"Receive \d+ units")).click()
        # What waits here is not open any more, though the server does not know it yet.
        expect(page.get_by_role("button", name=f"Purchase order {order}")).to_have_count(0)
    page.get_by_role("radio", name="Pick").click()
    page.get_by_role("button", name=f"Sales order {wanted}").click()
    scan(page, "ORD-4")
    page.get_by_role("button", name="Ship 1 unit").click()
    state(page, "waiting", 3)

    # Meanwhile one of them was cancelled.
    path = f"{API}/purchase-orders/{cancelled}"
    assert shop.client.post(f"{path}/cancel", json={"reason": "Late"}).status_code == 200
    context.set_offline(False)
    state(page, "accepted", 2)
    state(page, "refused", 1)
    refused = page.locator("#queue [data-state=refused]")
    expect(refused).to_contain_text("is cancelled")
    expect(refused).to_contain_text("Nothing was booked")
    assert told(shop, f"{API}/purchase-orders/{kept}")["state"] == "completed"
    assert told(shop, f"/api/v1/sales/orders/{wanted}")["lines"][0]["shipped"] == 1
    assert told(shop, f"{API}/inventory/{product['id']}")["quantity_on_hand"] == 5 + 10 - 1

    # The goods are there all the same.
    refused.get_by_role("button", name="Receive without the order").click()
    state(page, "refused", 0)
    state(page, "accepted", 3)
    assert told(shop, f"{API}/inventory/{product['id']}")["quantity_on_hand"] == 5 + 10 - 1 + 4


def test_what_an_order_refused_is_taken_up_again(visit: Open, shop: OnhandServer) -> None:
    product = product_named(shop, sku="ORD-5", name="Counted Screw")
    order = sent_order(shop, product["id"], 4)
    page = visit("/warehouse", viewport=PHONE)
    page.get_by_role("radio", name="Receive").click()
    scan(page, f"PO-{order}")
    page.get_by_role("button", name="Counted Screw").click()
    page.get_by_label("Quantity").fill("6")
    expect(page.get_by_text("More than is open")).to_be_visible()
    page.get_by_label("Delivery note").fill("DN-31")
    page.get_by_role("button", name="Receive 6 units").click()
    state(page, "refused", 1)
    refused = page.locator("#queue [data-state=refused]")
    expect(refused).to_contain_text("Open: 4, Requested: 6")
    refused.get_by_role("button", name="Take it up again").click()
    expect(page.get_by_text("6 of 4")).to_be_visible()
    page.get_by_role("button", name="Counted Screw").click()
    page.get_by_label("Quantity").fill("4")
    page.get_by_role("button", name="Receive 4 units").click()
    state(page, "refused", 0)
    state(page, "accepted", 1)
    assert told(shop, f"{API}/purchase-orders/{order}")["state"] == "completed"
