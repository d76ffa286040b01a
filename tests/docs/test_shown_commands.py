"""Commands that are shown and not run are commands that exist, with options that they take."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from docs.site import pages
from onhand.app import App
from onhand.cli import build_cli
from tests.docs.examples import blocks
from tests.support.source import ROOT

IN_A_LINE = re.compile(r"`(onhand [a-z][^`]*)`")
CLI = typer.main.get_command(build_cli(App()))


def shown(page: Path) -> Iterator[str]:
    """Every command of ours in a page's blocks for reading, and in its text."""
    for _, language, lines in blocks(ROOT / page):
        for line in lines:
            if language in ("sh", "text") and line.strip().startswith("onhand "):
                yield line.strip()
            elif language == "":
                yield from IN_A_LINE.findall(line)


def wrong(line: str) -> str | None:
    """What is wrong with a command, if anything is."""
    words = shlex.split(line, comments=True)
    command: Any = CLI
    for word in words[1:]:
        below = getattr(command, "commands", {})
        if word in below:
            command = below[word]
        elif word.startswith("--"):
            known = {name for it in command.params for name in (*it.opts, *it.secondary_opts)}
            if word.partition("=")[0] not in {*known, "--help"}:
                return f"{line}: there is no option {word}"
        elif below and word != "…":
            return f"{line}: there is no command {word}"
    return None


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_command_shown_is_there(page: Path) -> None:
    found = [problem for line in shown(page) if (problem := wrong(line))]
    assert not found, f"{page} shows {found}"


def test_what_is_not_there_is_named() -> None:
    assert wrong("onhand serve --port 80  # on this machine") is None
    assert wrong("onhand key create --name till") is None
    assert wrong("onhand kye create") == "onhand kye create: there is no command kye"
    assert wrong("onhand serve --prot 80") == "onhand serve --prot 80: there is no option --prot"
