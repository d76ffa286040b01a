"""The site of the documentation: its order has every page, and what is wrong with it is named.

`make site` builds it; what it is checked for is tried here, on pages that are wrong.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from docs.site import CONFIG, CONTENTS, faults, navigation, pages, sections
from tests.support.source import ROOT

RECORDS = ROOT / "docs" / "decisions"


def test_every_page_has_its_place_in_the_order_once() -> None:
    placed = [path for below in sections().values() for path in below.values()]
    assert len(placed) == len(set(placed))
    guide = {path.relative_to(ROOT) for path in (ROOT / "docs").glob("*.md")} - {CONTENTS}
    assert guide <= set(placed), f"docs/README.md lists no {sorted(guide - set(placed))}"
    assert all((ROOT / path).is_file() for path in placed)


def test_every_record_is_on_the_site_too() -> None:
    assert {path.relative_to(ROOT) for path in RECORDS.glob("*.md")} <= set(pages())


def test_the_order_is_the_sites() -> None:
    config = tomllib.loads(CONFIG.format(nav=navigation(sections())))
    shown = [(name, below) for part in config["project"]["nav"] for name, below in part.items()]
    assert shown[0] == ("Onhand", "README.md")
    assert [name for name, _ in shown[1:]] == list(sections())
    assert {"Ten minutes": "docs/tutorial.md"} in dict(shown)["Tutorial"]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "index.html").write_text('<h1 id="here">There</h1>', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "html",
    [
        '<a href="there/">',
        '<a href="there/#here">',
        '<a href="there/index.html">',
        '<p id="a"><a href="#a">',
        '<a href="https://example.org">',
        '<script src="there/index.html"></script>',
        '<link rel="canonical" href="https://example.org">',
    ],
)
def test_what_is_right_is_left_alone(site: Path, html: str) -> None:
    (site / "index.html").write_text(html, encoding="utf-8")
    assert list(faults(site)) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<a href="gone/">', "links to gone/"),
        ('<a href="there/#gone">', "links to there/#gone"),
        ('<a href="#gone">', "links to #gone"),
        ('<script src="https://cdn.example/a.js"></script>', "loads https://cdn.example/a.js"),
        ('<link rel="stylesheet" href="//cdn.example/a.css">', "loads //cdn.example/a.css"),
        ('<link rel="preconnect" href="https://fonts.example">', "loads https://fonts.example"),
        ('<img src="http://elsewhere.example/a.png">', "loads http://elsewhere.example/a.png"),
        ("<style>@import url(//fonts.example/x)</style>", "loads //fonts.example"),
        ("<style>a{background:url('https://x.example/b')}</style>", "loads //x.example"),
        ('<pre class="mermaid"><code>graph</code></pre>', "leaves 1 diagrams to a script"),
    ],
)
def test_what_is_wrong_is_named(site: Path, html: str, fault: str) -> None:
    (site / "index.html").write_text(html, encoding="utf-8")
    assert [it.startswith(f"index.html {fault}") for it in faults(site)] == [True]


def test_a_style_that_loads_from_elsewhere_is_named(site: Path) -> None:
    (site / "a.css").write_text('@font-face{src:url("https://fonts.example/f")}', encoding="utf-8")
    assert list(faults(site)) == ["a.css loads from fonts.example"]
