"""`onhand verify`: recompute everything from the ledger."""

from __future__ import annotations

import typer

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.progress import progress
from onhand.cli.wiring import Wiring
from onhand.ledger.verify import verify as verified


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the command."""

    @cli.command()
    def verify(database: Database = DEFAULT_DATABASE) -> None:
        """Recompute every level from the ledger; exit 1 and name what differs, if anything does."""
