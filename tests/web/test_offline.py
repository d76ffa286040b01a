"""Warehouse mode: scanned by a keyboard wedge, also without network, and nothing is lost."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.support.browser import FLAGS, found
from tests.support.server import OnhandServer
from tests.web.conftest import PHONE, Open, product_named
from tests.web.scanning import API, ready_for_the_road, scan, state


def test_a_scan_receives_stock(visit: Open, shop: OnhandServer) -> None:
    product = product_named(
        shop, sku="SCAN-1", name="Scanned Box", barcode="4006381333931", stock_quantity=1
    )
    page = visit("/warehouse", viewport=PHONE)
    page.get_by_role("radio", name="Receive").click()
    scan(page, "4006381333931")
    page.get_by_role("button", name="One more").click()
    page.get_by_role("button", name="Receive", exact=True).click()
    state(page, "accepted", 1)
    level = shop.client.get(f"{API}/inventory/{product['id']}").json()["data"]
    assert level["quantity_on_hand"] == 3
    scan(page, "0000000000000")
    expect(page.get_by_text("No product has this code")).to_be_visible()


def test_without_network_nothing_is_lost_and_each_counts_once(
    visit: Open, shop: OnhandServer
) -> None:
    product = product_named(shop, sku="SCAN-2", name="Far Shelf", stock_quantity=10)
    page = visit("/warehouse", viewport=PHONE)
    context = ready_for_the_road(page)
    context.set_offline(True)
    expect(page.get_by_text("Without network")).to_be_visible()
    page.get_by_role("radio", name="Pick").click()
    for quantity in ("3", "9"):
        scan(page, "scan-2")
        expect(page.get_by_text("Far Shelf").first).to_be_visible()
        page.get_by_label("Quantity").fill(quantity)
        page.get_by_role("button", name="Pick", exact=True).click()
    state(page, "waiting", 2)

    # The app is closed and opened again, still without network.
    page.close()
    again = context.new_page()
    again.goto("/warehouse")
    state(again, "waiting", 2)

    # Meanwhile others took some: the second no longer fits, and somebody must decide.
    body = {"quantity": -2, "reason": "Sold"}
    shop.client.post(f"{API}/inventory/{product['id']}/adjust", json=body)
    context.set_offline(False)
    state(again, "accepted", 1)
    state(again, "refused", 1)
    expect(again.get_by_text("Stock quantity cannot be negative")).to_be_visible()
    # More came in: tried again, it is another intention, and its first answer does not stand.
    more = {"quantity": 5, "reason": "Found"}
    shop.client.post(f"{API}/inventory/{product['id']}/adjust", json=more)
    again.get_by_role("button", name="Try again").click()
    state(again, "refused", 0)
    state(again, "accepted", 2)
    level = shop.client.get(f"{API}/inventory/{product['id']}").json()["data"]
    assert level["quantity_on_hand"] == 10 - 3 - 2 + 5 - 9
    moved = shop.client.get(f"{API}/stock-movements?product_id={product['id']}").json()["data"]
    # It happened when it was done, not when the network came back.
    picked = next(it for it in moved if it["quantity"] == -3)
    assert picked["reported_at"] or re.match(r"20\d\d-", picked["occurred_at"])


def test_the_camera_scans_what_a_label_says(
    visit: Open, shop: OnhandServer, tmp_path: Path
) -> None:
    product = product_named(shop, sku="SCAN-3", name="Seen Crate", stock_quantity=6)
    printed = visit(f"/labels?products={product['id']}", viewport={"width": 900, "height": 900})
    printed.get_by_text("QR code").click()
    label = printed.get_by_role("img", name="SCAN-3").first
    expect(label).to_be_visible()
    # What a camera before the label would see, as a film of one picture.
    printed.evaluate("""() => {
        const code = document.querySelector('.label-square').cloneNode(true)
        code.style.cssText = 'position:fixed;inset:60px 140px;width:360px;height:360px'
        const wall = document.createElement('div')
        wall.style.cssText = 'position:fixed;inset:0;background:white;z-index:9999'
        wall.append(code)
        document.body.append(wall)
    }""")
    film = tmp_path / "label.mjpeg"
    film.write_bytes(
        printed.screenshot(
            type="jpeg", quality=95, clip={"x": 0, "y": 0, "width": 640, "height": 480}
        )
    )
    program = found()
    assert program
    with_camera = [
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = printed.context.browser
    assert browser
    seeing = browser.browser_type.launch(executable_path=program, args=with_camera)
    try:
        page = seeing.new_page(base_url=shop.base_url, viewport={"width": 390, "height": 844})
        page.goto("/warehouse")
        page.get_by_role("button", name="Scan by camera").click()
        expect(page.get_by_text("Seen Crate")).to_be_visible(timeout=20_000)
    finally:
        seeing.close()
