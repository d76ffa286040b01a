"""Signing in, what each role sees, and a session or a server that ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.openid import CLIENT_ID, Provider
from tests.support.server import OnhandServer
from tests.web.conftest import PHONE, Open, make_shop
from tests.web.people import PASSWORD, make_user, sign_in


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnhandServer]:
    """A shop with people: an administrator, a clerk, a counter."""
    folder = tmp_path_factory.mktemp("company")
    database = f"sqlite:///{folder / 'shop.db'}"
    make_shop(database)
    for name, role in (("ada", "admin"), ("clem", "clerk"), ("cora", "counter")):
        make_user(database, name, role)
    provider = Provider(folder)
    provider.knows("7", preferred_username="otto", name="Otto", groups=["viewer"])
    provider.knows("8", preferred_username="nora", name="Nora", groups=["visitors"])
    settings = {
        "ONHAND_OIDC_ISSUER": provider.issuer,
        "ONHAND_OIDC_CLIENT_ID": CLIENT_ID,
        "ONHAND_OIDC_CLIENT_SECRET": "a secret of theirs",
        "ONHAND_OIDC_ROLE_CLAIM": "groups",
    }
    with OnhandServer(database, folder, environment=settings) as server:
        yield server
    provider.close()


def test_one_signs_in_and_goes_on_where_one_was(visit: Open, company: OnhandServer) -> None:
    page = visit("/products/2", base_url=company.base_url)
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, "ada")
    expect(page.get_by_role("heading", level=1)).not_to_be_empty()
    expect(page.get_by_role("link", name="Settings")).to_be_visible()

    # The session ends elsewhere: the next thing one does says so, and one goes on from there.
    page.get_by_role("link", name="Products", exact=True).first.click()
    expect(page.get_by_role("heading", name="Products")).to_be_visible()
    page.context.clear_cookies()
    page.get_by_role("searchbox").fill("anything")
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    sign_in(page, "ada")
    expect(page.get_by_role("heading", name="Products")).to_be_visible()
    page.get_by_role("button", name="Account of ada").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_what_was_typed_outlives_the_session(visit: Open, company: OnhandServer) -> None:
    page = visit("/transfers/new", base_url=company.base_url)
    sign_in(page, "clem")
    page.get_by_label("Reference").fill("Before lunch")
    page.get_by_role("combobox", name="To", exact=True).click()
    page.get_by_role("option").first.click()
    page.get_by_role("textbox", name="Product 1").fill("set")
    page.get_by_role("option").first.click()
    page.get_by_label("Quantity").fill("1")
    page.context.clear_cookies()
    page.get_by_role("button", name="Create").click()
    again = page.get_by_role("dialog", name="Sign in")
    expect(again.get_by_text("Your session has ended")).to_be_visible()
    # Whose session it was is known, and Create is not pressed again.
    expect(again.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile(r"^Transfer \d+"))).to_be_visible()
    expect(page.get_by_text("Before lunch")).to_be_visible()
    expect(again).to_have_count(0)


def test_what_somebody_else_finds_is_their_own(visit: Open, company: OnhandServer) -> None:
    page = visit("/transfers/new", base_url=company.base_url)
    sign_in(page, "clem")
    page.get_by_label("Reference").fill("Not yours")
    page.context.clear_cookies()
    page.get_by_role("textbox", name="Product 1").fill("set")
    again = page.get_by_role("dialog", name="Sign in")
    again.get_by_label("Name").fill("ada")
    again.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Account of ada")).to_be_visible()
    expect(page.get_by_label("Reference")).to_have_value("")


def test_a_counter_is_led_to_the_sheet_and_scans_along_it(
    visit: Open, company: OnhandServer
) -> None:
    manager = visit("/counts/new", base_url=company.base_url)
    sign_in(manager, "ada")
    manager.get_by_text("Some products").click()
    manager.get_by_role("textbox", name="Product 1").fill("set")
    manager.get_by_role("option").first.click()
    manager.get_by_role("button", name="Begin to count").click()
    expect(manager.get_by_role("heading", level=1)).to_have_text(re.compile(r"Count \d+"))
    sku = manager.get_by_role("heading", name="Count sheet").locator("xpath=../../..")
    code = sku.locator("code").first.inner_text()

    page = visit("/", base_url=company.base_url, viewport=PHONE)
    sign_in(page, "cora")
    expect(page.locator("[data-task=to_count]")).to_contain_text("1")
    page.goto("/warehouse")
    page.get_by_role("radio", name="Count").click()
    page.get_by_role("region", name="Counts going on").get_by_role("link").click()
    page.get_by_label("Find a line").fill(code)
    page.keyboard.press("Enter")
    expect(page.get_by_label(re.compile("^Quantity of"))).to_be_focused()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.get_by_text("0 to count")).to_be_visible()
    expect(page.get_by_label("Find a line")).to_be_focused()


def test_one_signs_in_elsewhere_and_comes_back(visit: Open, company: OnhandServer) -> None:
    page = visit("/products/2", base_url=company.base_url)
    page.get_by_role("link", name="Sign in with your company account").click()
    page.locator("input[name=sub]").fill("7")
    page.locator("button[type=submit], input[type=submit]").first.click()
    expect(page).to_have_url(f"{company.base_url}/products/2")
    expect(page.get_by_role("button", name="Account of Otto")).to_be_visible()
    # A viewer looks at everything and changes nothing.
    expect(page.get_by_text("Movements").first).to_be_visible()
    expect(page.get_by_role("button", name="Adjust")).to_have_count(0)


def test_who_is_refused_elsewhere_is_told_where_people_sign_in(
    visit: Open, company: OnhandServer
) -> None:
    page = visit("/products/2", base_url=company.base_url)
    page.get_by_role("link", name="Sign in with your company account").click()
    page.locator("input[name=sub]").fill("8")
    page.locator("button[type=submit], input[type=submit]").first.click()
    expect(page.get_by_role("alert")).to_contain_text("has no access here yet")
    expect(page).to_have_url(f"{company.base_url}/")
    # Somebody with a link of their own making says nothing here but what the app knows.
    page.goto("/?sign_in=Call%20555-0100%20now")
    expect(page.get_by_role("alert")).to_have_text(re.compile("did not succeed"))
    sign_in(page, "clem")


def test_each_sees_what_they_may_do(visit: Open, company: OnhandServer) -> None:
    clerk = visit("/products/1", base_url=company.base_url)
    sign_in(clerk, "clem")
    expect(clerk.get_by_role("button", name="Adjust")).to_be_visible()
    clerk.goto("/settings")
    expect(clerk.get_by_role("tab", name="Account")).to_be_visible()
    expect(clerk.get_by_role("tab", name="Users")).to_have_count(0)
    clerk.goto("/settings/users")
    expect(clerk.get_by_text("There is no page here")).to_be_visible()

    counter = visit("/products/1", base_url=company.base_url)
    sign_in(counter, "cora")
    expect(counter.get_by_role("heading", level=1)).not_to_be_empty()
    # Who counts is not told how much there should be.
    expect(counter.get_by_text("On hand")).to_have_count(0)
    expect(counter.get_by_role("button", name="Adjust")).to_have_count(0)
    # An address that leads to what somebody else does says so.
    counter.goto("/purchase-orders/new")
    expect(counter.get_by_text("This is for somebody else to do")).to_be_visible()
    expect(counter.get_by_role("link", name="Sales orders")).to_have_count(0)


def test_a_server_that_is_gone_is_told_and_comes_back(visit: Open, company: OnhandServer) -> None:
    page = visit("/products", base_url=company.base_url)
    sign_in(page, "clem")
    expect(page.get_by_role("table")).to_be_visible()
    company.stop()
    page.get_by_role("searchbox").fill("nowhere to ask")
    expect(page.get_by_text("The server does not answer")).to_be_visible()
    company.start()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("No product fits")).to_be_visible()
