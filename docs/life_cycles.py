"""Draw each document's life cycle from its table into the page that tells of it: `make docs`.

What stands in a page between `<!-- life cycle: transfer -->` and `<!-- end -->` is made from the
transitions in `onhand.core`: a diagram, and the table itself. A test fails where a page is not what
its table says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from onhand.core.documents import DocumentKind
from onhand.core.kinds import LIFE_CYCLES
from onhand.core.life_cycles import LifeCycle

FOLDER = Path(__file__).parent
MARKED = re.compile(r"(?<=<!-- life cycle: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)


def drawn(life_cycle: LifeCycle) -> str:
    """A life cycle as Markdown: its diagram, then its table."""
    return "\n".join(["```mermaid", *_diagram(life_cycle), "```", "", *_table(life_cycle), ""])


def page(text: str) -> str:
    """A page with every life cycle in it as its table is now."""
    return MARKED.sub(
        lambda marked: marked[1] + marked[2] + drawn(LIFE_CYCLES[DocumentKind(marked[1])]), text
    )


def kinds_in(text: str) -> list[DocumentKind]:
    """The kinds of documents whose life cycle a page draws."""
    return [DocumentKind(marked[1]) for marked in MARKED.finditer(text)]


def pages() -> Iterator[Path]:
    """Every page that draws a life cycle."""
    for path in sorted(FOLDER.glob("*.md")):
        if MARKED.search(path.read_text(encoding="utf-8")):
            yield path


def _diagram(life_cycle: LifeCycle) -> Iterator[str]:
    yield "stateDiagram-v2"
    for row in life_cycle.transitions:
        for state in row.to:
            yield f"    {row.state or '[*]'} --> {state}: {row.event}"
    for state in life_cycle.states:
        if not life_cycle.possible(state):
            yield f"    {state} --> [*]"


def _table(life_cycle: LifeCycle) -> Iterator[str]:
    yield "| in state | event | leads to | where | and so |"
    yield "|---|---|---|---|---|"
    for row in life_cycle.transitions:
        state = f"`{row.state}`" if row.state else "–"
        to = " or ".join(f"`{state}`" for state in row.to)
        yield f"| {state} | `{row.event}` | {to} | {row.guard} | {row.effect} |"


def main() -> None:
    """Draw all of them anew."""
    for path in pages():
        path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
