"""People of a shop, and how they sign in where a page asks for it."""

from __future__ import annotations

import subprocess
import sys

from playwright.sync_api import Page, expect

PASSWORD = "a long walk home"


def make_user(database: str, name: str, role: str) -> None:
    """A user who may sign in."""
    command = [sys.executable, "-m", "onhand", "user", "create", name, "--role", role]
    subprocess.run(
        [*command, "--database", database], input=PASSWORD, text=True, check=True, timeout=60
    )


def sign_in(page: Page, name: str) -> None:
    """Sign in where the page asks for it."""
    # What one was at stands below it, where a session has ended.
    form = page.locator("form", has=page.get_by_role("heading", name="Sign in"))
    form.get_by_label("Name").fill(name)
    form.get_by_label("Password", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="Sign in", exact=True).click()
    expect(form).to_have_count(0)
    expect(page.get_by_role("navigation").first).to_be_visible()
