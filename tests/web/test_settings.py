"""Settings: keys get other secrets; webhooks are changed, and told once more."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.receivers import ReceiverProcess, until
from tests.support.server import OnhandServer
from tests.web.conftest import Open
from tests.web.people import make_user, sign_in

API = "/api/v1/operations"
PRIVATE = {"ONHAND_WEBHOOKS_PRIVATE": "127.0.0.1"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnhandServer]:
    """An empty shop with an administrator, which may send to this machine."""
    folder = tmp_path_factory.mktemp("office")
    database = f"sqlite:///{folder / 'shop.db'}"
    with OnhandServer(database, folder, environment=PRIVATE) as server:
        server.stop()
        make_user(database, "ada", "admin")
        server.start()
        yield server


@pytest.fixture
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReceiverProcess]:
    """Somebody who is told."""
    made = ReceiverProcess(tmp_path_factory.mktemp("receiver"))
    made.start()
    yield made
    made.kill()


def shown_secret(page: Page) -> str:
    """The secret that is shown, and the window closed: it is not shown again."""
    dialog = page.get_by_role("dialog")
    secret = dialog.locator("pre").inner_text()
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(dialog).to_be_hidden()
    return secret


def answers(office: OnhandServer, secret: str) -> int:
    """What a key's secret is good for."""
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.get(f"{office.base_url}{API}/products", headers=headers).status_code


def test_a_key_is_made_and_gets_another_secret(visit: Open, office: OnhandServer) -> None:
    page = visit("/settings/keys", base_url=office.base_url)
    sign_in(page, "ada")
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("till")
    dialog.get_by_role("button", name="Create").click()
    first = shown_secret(page)
    assert answers(office, first) == 200

    page.get_by_role("button", name="A new secret for till").click()
    dialog.get_by_role("combobox", name="The old one works on for").click()
    page.get_by_role("option", name="no time").click()
    dialog.get_by_role("button", name="New secret").click()
    expect(dialog.get_by_text("never again")).to_be_visible()
    second = shown_secret(page)
    assert second != first
    assert (answers(office, first), answers(office, second)) == (401, 200)

    page.get_by_role("button", name="End the key till").click()
    dialog.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_role("cell", name="Ended")).to_be_visible()
    assert answers(office, second) == 401


def test_a_webhook_is_changed_and_told_again(
    visit: Open, office: OnhandServer, receiver: ReceiverProcess
) -> None:
    page = visit("/settings/webhooks", base_url=office.base_url)
    sign_in(page, "ada")
    page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill(f"{receiver.url}/old")
    dialog.get_by_label("Types of events").fill("product.*")
    dialog.get_by_role("button", name="Create").click()
    assert shown_secret(page)
    more = page.get_by_role("button", name=re.compile("More for"))

    # It is changed, over nobody else's change.
    more.click()
    page.get_by_role("menuitem", name="Edit").click()
    dialog.get_by_label("Address").fill(receiver.url)
    dialog.get_by_label("Description").fill("The web shop")
    dialog.get_by_label("Types of events").fill("product.created nonsense")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("There is no event type nonsense")).to_be_visible()
    dialog.get_by_label("Types of events").fill("product.created")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="The web shop · product.created")).to_be_visible()

    # A product is made in the app, by the one who is signed in.
    page.goto("/products/new")
    page.get_by_label("Name").fill("Told Twice")
    page.get_by_label("SKU").fill("TOLD-1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Told Twice")).to_be_visible()
    until(lambda: len(receiver.received()) == 1, "the event is told")

    # By a moment: everything since yesterday.
    page.goto("/settings/webhooks")
    more.click()
    page.get_by_role("menuitem", name="Send events again").click()
    dialog.get_by_text("By a moment").click()
    dialog.get_by_label("Everything since").fill("2020-01-01T00:00")
    dialog.get_by_role("button", name="Look at it").click()
    expect(dialog.get_by_role("status")).to_contain_text("It goes on with number 1")
    dialog.get_by_role("button", name="Send them").click()
    expect(dialog).to_be_hidden()
    until(lambda: len(receiver.received()) == 2, "the event is told again")

    # From an entry of the log on.
    page.get_by_role("button", name="Delivery log").click()
    dialog.get_by_role("button", name="From here again").first.click()
    dialog.get_by_role("button", name="Look at it").click()
    expect(dialog.get_by_role("status")).to_contain_text("product.created")
    dialog.get_by_role("button", name="Send them").click()
    until(lambda: len(receiver.received()) == 3, "and once more")
    assert len({it["id"] for it in receiver.received()}) == 1

    more.click()
    page.get_by_role("menuitem", name="New secret").click()
    dialog.get_by_role("button", name="New secret").click()
    assert shown_secret(page)
    more.click()
    page.get_by_role("menuitem", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
