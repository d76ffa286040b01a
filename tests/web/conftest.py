"""A small shop, served as it is to people, and one browser to look at it with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browser import FLAGS, HELP, found
from tests.support.server import OnhandServer
from tests.support.source import ROOT

APP = ROOT / "src" / "onhand" / "web" / "app"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PATIENCE_MS = 10_000
BROWSERS_WORDS = (
    "Failed to load resource",
    "The FetchEvent for",
    "An unknown error occurred when fetching the script",
)

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The run's browser."""
    assert (APP / "index.html").exists(), "the web app is not built: make app"
    program = found()
    assert program, HELP
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


def make_shop(database: str, *options: str) -> None:
    """A demo shop in a database."""
    command = [sys.executable, "-m", "onhand", "demo", "--database", database, "--no-serve"]
    command += ["--products", "40", "--days", "40", *options]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnhandServer]:
    """A shop that is open to this machine: whoever looks may do everything."""
    folder = tmp_path_factory.mktemp("web")
    database = f"sqlite:///{folder / 'shop.db'}"
    make_shop(database)
    with OnhandServer(database, folder) as server:
        yield server


@pytest.fixture
def visit(browser: Browser, shop: OnhandServer) -> Iterator[Open]:
    """Opens a page of the shop; a fault in its scripts fails the test."""
    contexts = []
    faults: list[str] = []

    def open_page(path: str, *, base_url: str = shop.base_url, **options: Any) -> Page:
        settings = {"viewport": DESK, "locale": "en-GB", "base_url": base_url} | options
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda told: _note(told, faults))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


def _note(told: Any, faults: list[str]) -> None:
    # The browser's own words about an answer that the app handles are no fault of a script.
    if told.type == "error" and not told.text.startswith(BROWSERS_WORDS):
        faults.append(told.text)


def product_named(shop: OnhandServer, **fields: Any) -> dict[str, Any]:
    """A product made for one test."""
    answer = shop.client.post("/api/v1/operations/products", json=fields)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def folder_of(name: str) -> Path:
    """A folder of the frontend."""
    return ROOT / "frontend" / name
