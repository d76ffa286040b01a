"""`screens`: how soon the web app shows what was asked, with many products and with few.

In the machine's Chromium, from the event to the frame that shows the answer: the first page, opened
by a browser that has nothing of it yet, and what people do with the table of products. Typing waits
a moment for the next letter before it asks; that moment is in the figure. Home is there when every
number is but how many counts are due, which looks at all that a warehouse has.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from benchmarks import Failed
from benchmarks.measure import progress
from benchmarks.prepare import prepare_products
from benchmarks.report import Report, describe_machine
from benchmarks.server import onhand_server
from benchmarks.workspace import sqlite_url, workspace
from tests.support.browser import FLAGS, HELP, found

FIRST_PAGE = "home, first visit"
FIRST_PAGE_MS = 1_000.0
INTERACTION_MS = 100.0
ON_HAND = 40
SETTLED_MS = 1_000
DESK = ViewportSize(width=1280, height=900)

WATCH = """
window.onhandUseful = new Promise((done) => {
  const look = () => {
    const cards = document.querySelectorAll('[data-task]')
    const waiting = document.querySelector(
      '[data-task]:not([data-task=counts_due]) .mantine-Skeleton-root')
    if (cards.length > 0 && !waiting) done(performance.now())
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})
"""
ACT = """
async ([selector, text]) => {
  const table = () => document.querySelector('main table')
  const before = table().tBodies[0].textContent
  const target = document.querySelector(selector)
  const started = performance.now()
  if (text === null) target.click()
  else {
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
    set.call(target, text)
    target.dispatchEvent(new Event('input', { bubbles: true }))
  }
  await new Promise((done) => {
    const look = () => {
      const now = table()
      const answered = now?.getAttribute('aria-busy') === 'false'
      if (answered && now.tBodies[0].textContent !== before) setTimeout(done, 0)
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
  return performance.now() - started
}
"""
ACTIONS: Mapping[str, tuple[str, str | None]] = {
    "sorted by name": ("thead th:nth-child(1) button", None),
    "sorted downwards": ("thead th:nth-child(1) button", None),
    "the next page": ("button[aria-label='Next page']", None),
    "the last page": (".mantine-Pagination-root button:nth-last-of-type(2)", None),
    "found by two words of a name": ("input[type=search]", "product 77"),
    "all again": ("input[type=search]", ""),
}


def run(*, products: int, few: int, rounds: int, directory: Path | None) -> Report:
    """Look at both shops in turn; medians. Raises Failed without a browser or a built app."""
    program = found()
    if program is None:
        raise Failed(HELP)
    report = Report(
        f"The web app with {products:,} products and with {few:,}, median of {rounds}",
        columns=("what", "shop", "ms", "slowest"),
        plotted=("ms",),
    )
    taken: dict[tuple[str, int], list[float]] = {}
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        report.machine = describe_machine(home)
        shops: dict[int, str] = {}
        for size in (few, products):
            logs = home / str(size)
            logs.mkdir()
            url = sqlite_url(logs, "shop")
            prepare_products(url, size, ON_HAND)
            shops[size] = stack.enter_context(onhand_server(url, logs)).url
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        stack.callback(browser.close)
        report.machine["browser"] = browser.version
        with progress() as bar:
            for _ in bar.track(range(rounds), description="looking"):
                for size, address in shops.items():
                    for what, ms in _looked(browser, address):
                        taken.setdefault((what, size), []).append(ms)
    for (what, size), found_ms in taken.items():
        report.add(what, f"{size:,}", statistics.median(found_ms), max(found_ms))
    for what in [FIRST_PAGE, *ACTIONS]:
        many_ms, few_ms = (statistics.median(taken[what, size]) for size in (products, few))
        limit = FIRST_PAGE_MS if what == FIRST_PAGE else INTERACTION_MS
        report.compare(f"{what}, {products:,}: ms", many_ms, at_most=limit)
        report.compare(f"{what}, {products:,} / {few:,}", many_ms / few_ms)
    return report


def _looked(browser: Browser, address: str) -> Iterator[tuple[str, float]]:
    context = browser.new_context(viewport=DESK, locale="en-GB", base_url=address)
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto("/")
        yield FIRST_PAGE, page.evaluate("window.onhandUseful")
        page.goto("/products")
        page.wait_for_selector("main table[aria-busy=false] tbody tr[data-link]")
        # A first visit also puts the whole app aside for use without network; nobody sorts so soon.
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        page.wait_for_timeout(SETTLED_MS)
        for what, (selector, text) in ACTIONS.items():
            yield what, page.evaluate(ACT, [selector, text])
    finally:
        context.close()
