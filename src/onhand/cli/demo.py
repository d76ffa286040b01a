"""`onhand demo`: a shop of its own making, ready to look at."""

from __future__ import annotations
import typer
from onhand.cli.wiring import Wiring


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the command."""
