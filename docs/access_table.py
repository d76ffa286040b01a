"""Write who may do what into the page that tells of it, from what is served: `make docs`.

What stands in a page between `<!-- who may: endpoints -->` (or `permissions`) and `<!-- end -->` is
made from the operations and the roles. A test fails where a page is not what they say, and another
one calls every operation as every role.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from onhand.api.endpoints import OPERATIONS
from onhand.ledger.access import ROLES, SCOPES, Permission, Role, Scope

PAGE = Path(__file__).parent / "access.md"
MARKED = re.compile(r"(?<=<!-- who may: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)
YES = "✓"


def endpoints() -> Iterator[str]:
    """Each endpoint, the permission that it needs, and the roles that have it."""
    yield from _head("endpoint", "needs", *Role)
    for operation in OPERATIONS:
        needed = operation.needs
        told = "–" if operation.is_open else "a session or a key"
        if needed is not None:
            told = f"`{needed}`"
        marks = (_mark(needed is None or needed in ROLES[role]) for role in Role)
        yield _row(f"`{operation.method} {operation.path}`", told, *marks)


def permissions() -> Iterator[str]:
    """Each permission, and the roles and scopes that have it."""
    yield from _head("permission", *Role, *(f"scope {scope}" for scope in Scope))
    sets = [*(ROLES[role] for role in Role), *(SCOPES[scope] for scope in Scope)]
    for permission in Permission:
        yield _row(f"`{permission}`", *(_mark(permission in having) for having in sets))


TABLES: Mapping[str, Callable[[], Iterable[str]]] = {
    "endpoints": endpoints,
    "permissions": permissions,
}


def page(text: str) -> str:
    """A page with its tables as they are now."""
    return MARKED.sub(lambda marked: marked[1] + marked[2] + _table(marked[1]), text)


def _table(name: str) -> str:
    return "".join(f"{line}\n" for line in TABLES[name]())


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names)).replace(" ", "")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _mark(may: bool) -> str:
    return YES if may else ""


def main() -> None:
    """Write them anew."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
