"""Take the README's pictures anew, of the demo shop: `make screenshots`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from tests.support.browser import FLAGS, get
from tests.support.server import OnhandServer

FIGURES = Path(__file__).parent / "figures"
# Name, address, width, height, theme, and whether something is scanned.
PICTURES = (
    ("home", "/", 1280, 800, "light", False),
    ("product", "/products/3", 1280, 860, "dark", False),
    ("warehouse", "/warehouse", 390, 760, "light", True),
)
SETTLED_MS = 1_500


def take(browser: Browser, base_url: str) -> None:
    """All pictures of a shop."""
    for name, path, width, height, theme, scans in PICTURES:
        context = browser.new_context(
            base_url=base_url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            locale="en-GB",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(path)
        page.wait_for_timeout(SETTLED_MS)
        page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
        page.wait_for_timeout(SETTLED_MS)
        if scans:
            page.get_by_role("radio", name="Receive").click()
            page.get_by_label("Scan or type").fill("KIT-1001")
            page.keyboard.press("Enter")
            page.wait_for_timeout(SETTLED_MS)
        page.screenshot(path=FIGURES / f"{name}.png")
        context.close()


def main() -> None:
    """Make a shop, serve it, take its pictures."""
    program = get()
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = f"sqlite:///{folder / 'shop.db'}"
        command = [sys.executable, "-m", "onhand", "demo", "--database", database, "--no-serve"]
        subprocess.run(command, check=True)
        with OnhandServer(database, folder) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            take(browser, server.base_url)
            browser.close()


if __name__ == "__main__":
    main()
