"""docs/events.md names the types of events as the code has them; `make docs` writes it."""

from __future__ import annotations

from docs.event_table import MARKED, PAGE, TABLES, page
from onhand.core.documents import DocumentKind
from onhand.core.events import OF_MOVEMENTS
from onhand.core.kinds import LIFE_CYCLES
from onhand.core.movements import MovementType
from onhand.ledger.event_types import EVENT_TYPES, types_named

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_says_what_the_code_says() -> None:
    assert sorted(marked[1] for marked in MARKED.finditer(TEXT)) == sorted(TABLES)
    assert page(TEXT) == TEXT, "docs/events.md is not what the code says: make docs"


def test_every_movement_and_every_step_has_a_type() -> None:
    assert {OF_MOVEMENTS[it] for it in MovementType} <= EVENT_TYPES.keys()
    for kind in DocumentKind:
        found, unknown = types_named([f"{kind}.*"])
        steps = {row.event for row in LIFE_CYCLES[kind].transitions} if kind in LIFE_CYCLES else {0}
        assert not unknown
        assert len(found) >= len(steps)


def test_what_stands_between_the_marks_is_replaced() -> None:
    text = "before\n<!-- events: types -->\nold\n<!-- end -->\nafter\n"
    made = page(text)
    assert made.startswith("before\n<!-- events: types -->\n| type | when | data |\n")
    assert made.endswith("|\n<!-- end -->\nafter\n")
    assert "old" not in made
    assert page(made) == made
