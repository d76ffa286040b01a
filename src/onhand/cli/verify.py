"""`onhand verify`: recompute everything from the ledger."""

from __future__ import annotations

from itertools import islice

import typer

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.progress import progress
from onhand.cli.wiring import Wiring
from onhand.ledger.verify import verify as differences
from onhand.settings import Settings

DIFFERENCES_SHOWN = 20


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the command."""

    @cli.command()
    def verify(database: Database = DEFAULT_DATABASE) -> None:
        """Recompute every level from the ledger; exit 1 and name what differs, if anything does.

        May run beside a server: it looks at everything as it was at one moment.
        """
        seal_key = Settings.from_environment().seal_key.encode()
        with wiring.proof(database) as proof, progress("Verifying", "movements") as advance:
            movements, levels = proof.counts()
            found = list(
                islice(
                    differences(proof, lambda done: advance(done, movements), seal_key),
                    DIFFERENCES_SHOWN + 1,
                )
            )
        for difference in found[:DIFFERENCES_SHOWN]:
            typer.echo(str(difference), err=True)
        if found:
            more = len(found) > DIFFERENCES_SHOWN
            typer.echo("There are more differences." if more else f"{len(found)} in all.", err=True)
            raise typer.Exit(1)
        typer.echo(f"{_counted(movements, 'movement')} and {_counted(levels, 'level')} agree.")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
