"""`onhand verify`: recompute everything from the ledger."""

from __future__ import annotations

import typer

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.proving import proved
from onhand.cli.wiring import Wiring


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the command."""

    @cli.command()
    def verify(database: Database = DEFAULT_DATABASE) -> None:
        """Recompute every level from the ledger; exit 1 and name what differs, if anything does.

        May run beside a server: it looks at everything as it was at one moment.
        """
        with wiring.proof(database) as proof:
            found = proved(proof)
        if not found.holds:
            raise typer.Exit(1)
        typer.echo(f"{found} agree.")
