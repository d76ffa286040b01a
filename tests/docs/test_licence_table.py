"""docs/licences.md lists the licence of whatever Onhand runs on; `make docs` writes it."""

from __future__ import annotations

import re

import pytest

from docs import licence_table
from docs.licence_table import (
    KINDS,
    MARKED,
    PAGE,
    TABLES,
    UnknownLicence,
    licence_of,
    names_in,
    packages,
    page,
    pins,
)

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_says_what_the_packages_say() -> None:
    assert sorted(marked[1] for marked in MARKED.finditer(TEXT)) == sorted(TABLES)
    assert page(TEXT) == TEXT, "docs/licences.md is not what is pinned: make docs"


def test_every_package_that_is_pinned_has_its_row() -> None:
    rows = dict(re.findall(r"^\| ([\w.-]+) \| (\S+) \| [^|]+ \|", TEXT, re.MULTILINE))
    assert pins("run").items() <= rows.items()
    assert pins("image").items() <= rows.items()
    assert {one.name for one in packages() if one.runs} == pins("run").keys()


def test_every_licence_in_use_is_looked_at_and_no_other() -> None:
    assert {name for one in packages() for name in names_in(one.licence)} == KINDS.keys()


def test_what_is_not_known_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownLicence, match="no-such-package is not installed: make dev"):
        licence_of("no-such-package", "1.0")
    with pytest.raises(UnknownLicence, match=r"msgspec 0\.0\.1 is pinned, not"):
        licence_of("msgspec", "0.0.1")
    without = {name: asks for name, asks in KINDS.items() if name != "LGPL-3.0-only"}
    monkeypatch.setattr(licence_table, "KINDS", without)
    with pytest.raises(UnknownLicence, match=r"psycopg has a licence .* 'LGPL-3\.0-only'"):
        licence_of("psycopg", pins("run")["psycopg"])
