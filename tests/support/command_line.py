"""The command line, run in this process."""

from __future__ import annotations

from dataclasses import dataclass

from typer.testing import CliRunner

from onhand.app import TOLD_TO_USERS, App
from onhand.cli import build_cli

_COMMANDS = build_cli(App())


@dataclass(frozen=True)
class Told:
    """What a command ended with, and all that it printed, errors too."""

    code: int
    text: str


def onhand(*words: object, **environment: str) -> Told:
    """Run `onhand …`; variables as ONHAND_DATABASE are given by name."""
    result = CliRunner().invoke(_COMMANDS, [str(word) for word in words], env=environment)
    if isinstance(result.exception, TOLD_TO_USERS):
        return Told(1, f"{result.output}onhand: {result.exception}\n")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Told(result.exit_code, result.output)
