"""docs/tables.md says what files hold as the code has it; `make docs` writes it."""

from __future__ import annotations

from docs.table_columns import MARKED, PAGE, SECTIONS, page
from onhand.files.tables import TABLES

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_says_what_the_code_says() -> None:
    assert sorted(marked[1] for marked in MARKED.finditer(TEXT)) == sorted(SECTIONS)
    assert page(TEXT) == TEXT, "docs/tables.md is not what the code says: make docs"


def test_every_column_of_every_table_has_its_row() -> None:
    parts = TEXT.partition("## The tables")[2].split("\n### ")[1:]
    assert len(parts) == len(TABLES)
    for part, table in zip(parts, TABLES.values(), strict=True):
        assert part.splitlines()[0].lower() == table.what.value.replace("-", " ")
        for column in table.columns:
            assert part.count(f"\n| `{column.name}` |") == 1, column.name
