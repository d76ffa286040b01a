"""The browser that the web app is tested in: the machine's own, else one that is fetched.

    python -m tests.support.browser     finds it, or gets it, and says which

1. Chromium or Chrome on the PATH;
2. as root on Debian or Ubuntu: the package `chromium`, installed;
3. elsewhere: the build that Playwright fetches for the user.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HELP = (
    "There is no Chromium to test the web app in, and none could be fetched. Install Chromium or"
    " Chrome so that it is on the PATH (Debian: apt install chromium), or let Playwright fetch one:"
    " python -m playwright install chromium"
)


def found() -> str | None:
    """The browser's program, or None."""
    for name in NAMES:
        program = shutil.which(name)
        if program:
            return program
    with sync_playwright() as playwright:
        fetched = playwright.chromium.executable_path
    return fetched if Path(fetched).exists() else None


def get() -> str:
    """The browser's program, installed or fetched if it must be; ends the process if it cannot."""
    program = found()
    if program:
        return program
    print("Getting a browser to test the web app in ...", flush=True)  # noqa: T201
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            command = ["apt-get", "-qq", *step]
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    program = found()
    if program is None:
        sys.exit(HELP)
    return program


if __name__ == "__main__":
    get()
