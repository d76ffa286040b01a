"""docs/access.md says who may do what as the code has it; `make docs` writes it."""

from __future__ import annotations

from docs.access_table import MARKED, PAGE, TABLES, page
from onhand.api.endpoints import OPERATIONS
from onhand.ledger.access import Permission

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_says_what_the_code_says() -> None:
    assert sorted(marked[1] for marked in MARKED.finditer(TEXT)) == sorted(TABLES)
    assert page(TEXT) == TEXT, "docs/access.md is not what the code says: make docs"


def test_each_endpoint_and_each_permission_has_its_row() -> None:
    table = TEXT.partition("<!-- who may: endpoints -->")[2]
    for operation in OPERATIONS:
        assert table.count(f"| `{operation.method} {operation.path}` |") == 1
    for permission in Permission:
        assert TEXT.count(f"\n| `{permission}` |") == 1


def test_what_stands_between_the_marks_is_replaced() -> None:
    text = "before\n<!-- who may: permissions -->\nold\n<!-- end -->\nafter\n"
    made = page(text)
    assert made.startswith("before\n<!-- who may: permissions -->\n| permission | viewer |")
    assert made.endswith("|\n<!-- end -->\nafter\n")
    assert "old" not in made
    assert page(made) == made
