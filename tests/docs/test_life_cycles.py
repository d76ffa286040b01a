"""Each life cycle is drawn in one page, as its table is; `make docs` draws it."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.life_cycles import drawn, kinds_in, page, pages
from onhand.core.documents import PARTNERS, DocumentKind
from onhand.core.kinds import LIFE_CYCLES
from onhand.core.life_cycles import LifeCycle, Transition

PAGES = list(pages())


def named(path: Path) -> str:
    """A page's name in a test's id."""
    return path.name


def test_each_kind_of_document_has_its_page() -> None:
    told = [kind for path in PAGES for kind in kinds_in(path.read_text(encoding="utf-8"))]
    # Of partners any state may follow any other.
    assert sorted(told) == sorted(set(DocumentKind) - PARTNERS) == sorted(LIFE_CYCLES)


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_a_page_draws_what_the_table_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == page(text), f"{path.name} is not what the tables say: make docs"


def test_a_life_cycle_is_drawn_whole() -> None:
    life_cycle = LifeCycle(
        DocumentKind.TRANSFER,
        (
            Transition(None, "open", ("new",)),
            Transition("new", "go", ("half", "done"), "all is there", "units move"),
        ),
    )
    assert drawn(life_cycle).splitlines() == [
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> new: open",
        "    new --> half: go",
        "    new --> done: go",
        "    half --> [*]",
        "    done --> [*]",
        "```",
        "",
        "| in state | event | leads to | where | and so |",
        "|---|---|---|---|---|",
        "| – | `open` | `new` |  |  |",
        "| `new` | `go` | `half` or `done` | all is there | units move |",
    ]


def test_what_stands_between_the_marks_is_replaced() -> None:
    text = "before\n<!-- life cycle: transfer -->\nold\n<!-- end -->\nafter\n"
    made = page(text)
    assert made.startswith("before\n<!-- life cycle: transfer -->\n```mermaid\n")
    assert made.endswith("\n<!-- end -->\nafter\n")
    assert "old" not in made
    assert page(made) == made
