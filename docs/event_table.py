"""Write the types of events into the page that tells of them, from the code: `make docs`.

What stands in a page between `<!-- events: types -->` (or `data`) and `<!-- end -->` is made from
`onhand.ledger.event_types`. A test fails where the page is not what that says.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from onhand.ledger.cloud_events import DATA_SHAPES
from onhand.ledger.event_types import EVENT_TYPES

PAGE = Path(__file__).parent / "events.md"
MARKED = re.compile(r"(?<=<!-- events: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)


def types() -> Iterator[str]:
    """Each type, when it is told, and which data it has."""
    yield "| type | when | data |"
    yield "|---|---|---|"
    for one in EVENT_TYPES.values():
        yield f"| `{one.name}` | {one.when} | `{one.data.__name__}` |"


def data() -> Iterator[str]:
    """Each shape of data, what it tells, and its fields."""
    yield "| data | tells | fields |"
    yield "|---|---|---|"
    for shape in DATA_SHAPES:
        told = " ".join((inspect.getdoc(shape) or "").split())
        fields = ", ".join(f"`{name}`" for name in shape.__struct_fields__)
        yield f"| `{shape.__name__}` | {told} | {fields} |"


TABLES: Mapping[str, Callable[[], Iterable[str]]] = {"types": types, "data": data}


def page(text: str) -> str:
    """A page with its tables as they are now."""
    return MARKED.sub(
        lambda marked: marked[1] + marked[2] + "".join(f"{line}\n" for line in TABLES[marked[1]]()),
        text,
    )


def main() -> None:
    """Write them anew."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
