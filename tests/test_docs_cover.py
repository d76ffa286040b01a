"""Every command, option, setting and endpoint is documented: what exists is asked, not listed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from onhand.app import App
from onhand.cli import build_cli
from tests.support.server import OnhandServer
from tests.support.source import PACKAGE, ROOT
from tests.test_tidy import MAY_IMPORT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
DOCUMENTED = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
SETTING = re.compile(r"\bONHAND_[A-Z][A-Z_]*[A-Z]\b")
METHODS = {"get", "post", "put", "patch", "delete"}
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
# What Typer adds of itself to every program.
TYPERS_OWN = {"--help", "--install-completion", "--show-completion"}


def commands(tree: Any, path: str = "onhand") -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups included: `onhand key`, `onhand key create`."""
    yield path, tree
    for name, command in getattr(tree, "commands", {}).items():
        yield from commands(command, f"{path} {name}")


COMMANDS = dict(commands(typer.main.get_command(build_cli(App()))))


def test_every_command_is_documented() -> None:
    assert {"onhand serve", "onhand import sales"} <= COMMANDS.keys()
    missing = [name for name in COMMANDS if name not in DOCUMENTED]
    assert not missing, f"no document shows {missing}"


def test_every_option_is_documented() -> None:
    missing = [
        f"{name} {option}"
        for name, command in COMMANDS.items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--")
        and option not in TYPERS_OWN
        and not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", DOCUMENTED)
    ]
    assert not missing, f"no document shows {sorted(missing)}"


def settings_used() -> set[str]:
    """The variables that sources name, or that options are also given by."""
    files = [ROOT / "Makefile", ROOT / ".ci" / "run"]
    rooms = ("src", "tests", "benchmarks", "proofs")
    files += [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    used = {name for path in files for name in SETTING.findall(path.read_text(encoding="utf-8"))}
    for command in COMMANDS.values():
        for parameter in command.params:
            names = parameter.envvar or []
            used.update([names] if isinstance(names, str) else names)
    return used


def test_every_setting_is_documented() -> None:
    missing = sorted(settings_used() - set(SETTING.findall(DOCUMENTED)))
    assert not missing, f"no document names {missing}"


def test_no_document_names_a_setting_that_is_not_there() -> None:
    unknown = sorted(set(SETTING.findall(DOCUMENTED)) - settings_used())
    assert not unknown, f"documented, but nobody reads {unknown}"


def test_every_endpoint_is_documented(serve: Callable[..., OnhandServer], sqlite_url: str) -> None:
    document = serve(sqlite_url).client.get("/openapi.json").raise_for_status().json()
    # `GET /products/{id}` and `GET /products/{productId}` are one endpoint.
    shown = re.sub(r"\{[^}]*\}", "{}", DOCUMENTED)
    missing = [
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in sorted(METHODS & operations.keys())
        if not re.search(
            rf"{method.upper()} {re.escape(re.sub(r'{[^}]*}', '{}', path))}(?![\w/{{-])", shown
        )
    ]
    assert not missing, f"no document shows {sorted(missing)}"


def rooms_shown() -> dict[str, str]:
    """The rows of ARCHITECTURE.md's table of rooms: a path, and whom it may import."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.partition("\n## The rooms\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([\w./]+)` \|.*\| ([^|]*) \|$", table, re.MULTILINE))


def test_the_rooms_of_the_architecture_are_those_of_the_package() -> None:
    shown = rooms_shown()
    folders = {f"src/onhand/{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    assert {name for name in shown if re.fullmatch(r"src/onhand/\w+/", name)} == folders
    missing = [name for name in shown if not (ROOT / name).exists()]
    assert not missing, f"ARCHITECTURE.md names {missing}, which are not there"


def test_the_rooms_of_the_architecture_import_what_they_may() -> None:
    shown = rooms_shown()
    for room, allowed in MAY_IMPORT.items():
        text = shown.get(f"src/onhand/{room}/") or shown.get(f"src/onhand/{room}.py")
        if text is not None and text != "all":
            assert set(text.replace("–", "").split(", ")) - {""} == allowed, room


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_every_decision_is_listed_and_takes_one_screen(path: Path) -> None:
    listed = (path.parent / "README.md").read_text(encoding="utf-8")
    title, *lines = path.read_text(encoding="utf-8").splitlines()
    heading = re.fullmatch(r"# (\d{4})\. (.+)", title)
    assert heading is not None
    assert path.name.startswith(f"{heading[1]}-")
    assert f"| [{heading[1]}]({path.name}) | {heading[2]} |" in listed
    sections = [line for line in lines if line.startswith("## ")]
    assert sections == ["## Context", "## Decision", "## Alternatives", "## Consequences"]
    assert len(lines) < 60
