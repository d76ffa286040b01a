"""For everyone: nothing that axe finds, nothing wider than a phone, German, the keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import DESK, Open, folder_of

SCREENS = {
    "home": "/",
    "products": "/products",
    "product": "/products/1",
    "a new product": "/products/new",
    "purchase orders": "/purchase-orders",
    "a purchase order": "/purchase-orders/1",
    "a sales order": "/sales-orders/1",
    "a count": "/counts/1",
    "a new count": "/counts/new",
    "what to order": "/reports/reorder",
    "movements": "/reports/movements",
    "stock value": "/reports/value",
    "activity": "/reports/activity",
    "count accuracy": "/reports/accuracy",
    "warehouse mode": "/warehouse",
    "warehouses": "/warehouses",
    "users": "/settings/users",
    "health": "/settings/health",
    "labels": "/labels?products=1",
    "nowhere": "/nowhere/at/all",
}
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = {"width": 360, "height": 760}


def settled(page: Page) -> None:
    """Everything that was asked for has come."""
    expect(
        page.get_by_role("heading", level=1).or_(page.get_by_text("There is no page"))
    ).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.wait_for_timeout(150)


def faults(page: Page, rules: list[str]) -> list[str]:
    """What axe finds, a line each."""
    page.evaluate((folder_of("node_modules") / "axe-core" / "axe.min.js").read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(it => it.violations)", rules
    )
    return [f"{it['id']}: {node['html'][:160]}" for it in found for node in it["nodes"][:3]]


@pytest.mark.parametrize(("scheme", "rules"), [("light", EVERYTHING), ("dark", ["color-contrast"])])
def test_nothing_stands_in_anybodys_way(visit: Open, scheme: str, rules: list[str]) -> None:
    page = visit("/", color_scheme=scheme, reduced_motion="reduce")
    found = []
    for name, path in SCREENS.items():
        page.goto(path)
        settled(page)
        found += [f"{name}: {fault}" for fault in faults(page, rules)]
    assert not found, "\n".join(found)


def test_no_page_is_wider_than_a_phone(visit: Open) -> None:
    page = visit("/", viewport=NARROW)
    wide = []
    for name, path in SCREENS.items():
        page.goto(path)
        settled(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            wide.append(f"{name}: {width} px")
    assert not wide, "\n".join(wide)


def test_rows_stand_as_cards_on_a_phone_and_are_a_table_still(visit: Open) -> None:
    page = visit("/purchase-orders", viewport=NARROW)
    settled(page)
    row = page.get_by_role("table").get_by_role("row").filter(has_text="Purchase order 1").first
    cells = row.get_by_role("cell")
    boxes = [box for box in (cells.nth(at).bounding_box() for at in range(cells.count())) if box]
    assert len(boxes) == 8
    assert all(box["x"] + box["width"] <= NARROW["width"] for box in boxes)
    page.goto("/purchase-orders/1")
    settled(page)
    found = faults(page, EVERYTHING)
    page.get_by_role("button", name="Receive goods").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Rejected").first).to_be_in_viewport()
    assert not found, "\n".join(found)


def test_it_speaks_german_and_remembers(visit: Open) -> None:
    page = visit("/products", locale="de-DE")
    expect(page.get_by_role("heading", level=1)).to_have_text("Produkte")
    assert page.evaluate("document.documentElement.lang") == "de"
    expect(page.get_by_text("€").or_(page.get_by_text("£")).first).to_contain_text(",")
    page.get_by_role("button", name="Konto von Alle hier").click()
    page.get_by_role("menuitem", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Products")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Products")


def test_the_theme_is_chosen_and_kept(visit: Open) -> None:
    page = visit("/products", color_scheme="light", viewport=DESK)
    page.get_by_role("button", name="Dark theme").click()
    page.reload()
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"


def test_a_keyboard_is_enough(visit: Open) -> None:
    page = visit("/products")
    expect(page.get_by_role("table")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="CSV")).to_be_focused()
