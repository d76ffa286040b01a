"""Write the reference from the code into its pages: `make docs`.

What stands in a page between `<!-- made: endpoints -->` (or another of `TABLES`) and `<!-- end -->`
is made from what is served, read and run: the operations, the settings, the command line, the kinds
of errors. A test fails where a page is not what they say.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any

import typer

from onhand.api.endpoints import OPERATIONS
from onhand.api.problem_pages import kind_of
from onhand.api.problems import TITLES
from onhand.app import App
from onhand.cli import build_cli
from onhand.core.rejections import TEXTS, RejectionCode
from onhand.settings import Settings, WrongSettings

FOLDER = Path(__file__).parent
MARKED = re.compile(r"(?<=<!-- made: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)
NONSENSE = "\0" * 100
"""A value that no setting takes which takes not just anything."""

GUIDES: Mapping[str, str] = {
    "Access": "access.md#keys",
    "Audit log": "audit.md",
    "Events": "events.md",
    "Files": "import-export.md",
    "Health": "running.md#health",
    "Inventory": "api.md#changing-stock",
    "People": "people.md",
    "Physical counts": "counts.md",
    "Problems": "errors.md",
    "Products": "api.md#keeping-stock-of-a-product",
    "Purchase orders": "purchase-orders.md",
    "Replenishment": "api.md#reordering",
    "Reports": "reports.md",
    "Reservations": "reservations.md",
    "Sales orders": "sales-orders.md",
    "Stock movements": "stock-movements.md",
    "Suppliers": "suppliers.md",
    "Transfers": "transfers.md",
    "Warehouses": "warehouses.md",
    "Webhooks": "webhooks.md",
}
"""Where the guide tells of each tag's endpoints."""

MORE: Mapping[str, str] = {
    "approval_limit": "purchase-orders.md#approval",
    "batch_limit": "commands.md",
    "company": "purchase-orders.md#on-paper",
    "event_source": "events.md#reading-them",
    "import_limit": "import-export.md#in",
    "log_level": "operation.md#logs",
    "metrics_folder": "operation.md#metrics",
    "oidc_issuer": "people.md#openid-connect",
    "rate_limit": "access.md#rate-limits",
    "seals": "running.md#proof",
    "traces": "operation.md#traces",
    "trusted_proxies": "access.md#behind-a-proxy",
    "url": "people.md#openid-connect",
    "webhooks": "webhooks.md",
    "webhooks_key": "webhooks.md#another-secret",
    "webhooks_private": "webhooks.md#where-they-may-go",
    "workers": "running.md#databases",
}
"""Where the guide tells more of a setting."""


def endpoints() -> Iterator[str]:
    """Each endpoint by tag: the permission that it needs, and what it does."""
    by_tag: dict[str, list[str]] = {}
    for it in OPERATIONS:
        needs = f"`{it.needs}`" if it.needs else "–" if it.is_open else "a session or a key"
        row = _row(f"`{it.method} {it.path}`", needs, it.summary)
        by_tag.setdefault(it.tag, []).append(row)
    for tag in sorted(by_tag):
        yield from ("", f"## {tag}", "", f"In the guide: [{tag.lower()}]({GUIDES[tag]}).", "")
        yield from _head("endpoint", "needs", "")
        yield from by_tag[tag]


def settings() -> Iterator[str]:
    """Each setting: its variable, its default, what it takes, what it is for and its option."""
    options = _options_by_variable()
    meanings = dict(_meanings())
    yield from _head("variable", "default", "takes", "")
    for name in meanings:
        variable = f"ONHAND_{name.upper()}"
        default = getattr(Settings(), name)
        takes = _takes(variable)
        also = f" Also `{options[variable]}`." if variable in options else ""
        more = f" [More]({MORE[name]})" if name in MORE else ""
        yield _row(
            f"`{variable}`",
            "none" if default == "" else f"`{default}`",
            takes,
            meanings[name] + also + more,
        )


def errors() -> Iterator[str]:
    """Each kind of error that is no rule's: its name, its status and when it occurs."""
    yield from _head("`/problems/…`", "status", "is", "when, and what to do")
    for name in TITLES:
        kind = kind_of(name)
        yield _row(f"`{name}`", str(kind.status), kind.title, kind.text)


def refusals() -> Iterator[str]:
    """Each refusal by a rule: its name, its status, the field at fault and its sentence."""
    yield from _head("`/problems/…`", "status", "field", "sentence")
    for code in RejectionCode:
        field = TEXTS[code][0]
        kind = kind_of(code)
        told = "the one at fault" if field.startswith("{") else f"`{field}`"
        yield _row(f"`{code}`", str(kind.status), told, kind.text)


def commands() -> Iterator[str]:
    """Each command: what it does, its arguments and its options."""
    listed = [(path, it) for path, it in _commands() if not hasattr(it, "commands")]
    # Commands that take the same are told together.
    for _, group in groupby(listed, key=lambda one: _parameters(one[1])):
        several = list(group)
        first = several[0][0]
        named = [f"`{path}`" for path, _ in several]
        head = " and ".join(named) if len(named) < 3 else f"{named[0]} and others"
        yield from ("", f"## {head}", "")
        for path, command in several:
            told = "\n\n".join(" ".join(part.split()) for part in command.help.split("\n\n"))
            yield f"- `{path}`: {told}" if len(several) > 1 else told
        arguments = [it.name.upper() for it in several[0][1].params if not _is_option(it)]
        yield from ("", "```sh", " ".join([first, *arguments, "[OPTIONS]"]), "```", "")
        yield from _head("", "takes", "default", "")
        yield from _parameters(several[0][1])


TABLES: Mapping[str, Callable[[], Iterable[str]]] = {
    "endpoints": endpoints,
    "settings": settings,
    "errors": errors,
    "refusals": refusals,
    "commands": commands,
}


def pages() -> Iterator[Path]:
    """Every page that has a part made here."""
    for path in sorted(FOLDER.glob("*.md")):
        if MARKED.search(path.read_text(encoding="utf-8")):
            yield path


def page(text: str) -> str:
    """A page with its tables as they are now."""
    return MARKED.sub(lambda marked: marked[1] + marked[2] + _made(marked[1]), text)


def _made(name: str) -> str:
    return "\n" + "".join(f"{line}\n" for line in TABLES[name]()).strip("\n") + "\n\n"


def _commands() -> Iterator[tuple[str, Any]]:
    def below(path: str, tree: Any) -> Iterator[tuple[str, Any]]:
        yield path, tree
        for name, command in getattr(tree, "commands", {}).items():
            yield from below(f"{path} {name}", command)

    return below("onhand", typer.main.get_command(build_cli(App())))


def _is_option(parameter: Any) -> bool:
    return bool(parameter.opts[0].startswith("-"))


def _parameters(command: Any) -> tuple[str, ...]:
    return tuple(_parameter(it) for it in command.params)


def _parameter(it: Any) -> str:
    names = [*it.opts, *it.secondary_opts] if _is_option(it) else [it.name.upper()]
    told = it.help + (f" Also `{it.envvar}`." if it.envvar else "")
    default = "needed" if it.required else ""
    if not it.required and it.default not in (None, "", False) and it.type.name != "boolean":
        default = f"`{getattr(it.default, 'value', it.default)}`"
    if it.secondary_opts and it.default is not None:
        default = f"`{(it.opts if it.default else it.secondary_opts)[0]}`"
    return _row(", ".join(f"`{name}`" for name in names), _kind(it), default, told)


def _kind(it: Any) -> str:
    if it.type.name == "boolean":
        return ""
    choices = getattr(it.type, "choices", None)
    if choices:
        return ", ".join(f"`{getattr(one, 'value', one)}`" for one in choices)
    if it.metavar:
        return ", ".join(f"`{form}`" for form in it.metavar.split("|"))
    low, high = getattr(it.type, "min", None), getattr(it.type, "max", None)
    if low is not None:
        return f"{low} to {high}" if high is not None else f"{low} or more"
    return {"int": "a whole number", "integer": "a whole number", "path": "a file"}.get(
        it.type.name, "a text"
    )


def _options_by_variable() -> dict[str, str]:
    return {
        it.envvar: it.opts[0]
        for _, command in _commands()
        for it in command.params
        if it.envvar and command.name == "serve"
    }


def _meanings() -> Iterator[tuple[str, str]]:
    """Each setting's name, and what stands under it in the code."""
    body = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(body, ast.ClassDef)
    names = {field.name for field in fields(Settings)}
    for this, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(this, ast.AnnAssign) and isinstance(this.target, ast.Name):
            assert this.target.id in names
            assert isinstance(after, ast.Expr)
            assert isinstance(after.value, ast.Constant)
            told = " ".join(str(after.value.value).split()).partition(": ")[2]
            yield this.target.id, told


def _takes(variable: str) -> str:
    """What a setting must be, as whoever mistypes it is told."""
    try:
        Settings.from_environment({variable: NONSENSE})
    except WrongSettings as wrong:
        told = str(wrong).partition(" must be ")[2].partition("; it is ")[0]
        return told.removeprefix("a whole number from ")
    return ""


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names)).replace(" ", "")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def main() -> None:
    """Write them anew."""
    for path in pages():
        path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
