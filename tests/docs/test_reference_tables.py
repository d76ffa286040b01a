"""The reference says what the code has; `make docs` writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.reference_tables import GUIDES, MARKED, MORE, TABLES, endpoints, page, pages, settings
from onhand.api.endpoints import OPERATIONS
from onhand.api.problems import MEANINGS, TITLES
from onhand.settings import Settings

PAGES = list(pages())


def named(path: Path) -> str:
    """A page's name in a test's id."""
    return path.name


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_a_page_says_what_the_code_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == page(text), f"{path.name} is not what the code says: make docs"


def test_every_table_stands_in_one_page() -> None:
    made = [mark[1] for path in PAGES for mark in MARKED.finditer(path.read_text(encoding="utf-8"))]
    assert sorted(made) == sorted(TABLES)


def test_each_endpoint_has_its_row_and_each_tag_its_guide() -> None:
    rows = list(endpoints())
    for it in OPERATIONS:
        assert sum(row.startswith(f"| `{it.method} {it.path}` |") for row in rows) == 1
    assert {it.tag for it in OPERATIONS} == GUIDES.keys()


def test_each_setting_has_its_row_with_its_default_and_what_it_takes() -> None:
    rows = {row.split("`")[1]: row for row in settings() if "`ONHAND_" in row}
    names = Settings.__dataclass_fields__
    assert list(rows) == [f"ONHAND_{name.upper()}" for name in names]
    assert MORE.keys() <= names.keys()
    assert rows["ONHAND_PORT"].startswith("| `ONHAND_PORT` | `8080` | 1 to 65,535 | the port")
    assert "Also `--port`." in rows["ONHAND_PORT"]
    assert "| none | of 64 bytes at most |" in rows["ONHAND_SEAL_KEY"]


def test_each_kind_of_error_says_when_it_occurs() -> None:
    assert MEANINGS.keys() == TITLES.keys()


def test_what_stands_between_the_marks_is_replaced() -> None:
    made = page("before\n<!-- made: errors -->\nold\n<!-- end -->\nafter\n")
    assert made.startswith("before\n<!-- made: errors -->\n\n| `/problems/…` | status |")
    assert made.endswith("|\n\n<!-- end -->\nafter\n")
    assert "old" not in made
    assert page(made) == made
