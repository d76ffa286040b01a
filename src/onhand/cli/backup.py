"""`onhand backup` and `onhand restore`: a shop in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.progress import progress
from onhand.cli.proving import proved
from onhand.cli.wiring import Wiring

MEGABYTE = 1_000_000


class Differs(Exception):
    """What is to be restored does not agree with itself."""


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the commands."""

    @cli.command()
    def backup(
        file: Annotated[Path, typer.Argument(help="The file to make; none is overwritten.")],
        database: Database = DEFAULT_DATABASE,
        verify: Annotated[
            bool, typer.Option(help="Recompute what was backed up from its ledger.")
        ] = True,
    ) -> None:
        """Back the shop up into a file, while it is served, and check what was written.

        On PostgreSQL this runs pg_dump, and needs it. Exits 1 where the ledger that was backed up
        does not agree with itself; the backup is there all the same.
        """
        with (
            progress("Backing up", "pages") as advance,
            wiring.backup(database, file, advance) as proof,
        ):
            found = proved(proof) if verify and proof is not None else None
        size = f"{file}, {file.stat().st_size / MEGABYTE:,.1f} MB"
        if found is None:
            typer.echo(f"Backed up to {size}. Its ledger was not verified.")
        elif found.holds:
            typer.echo(f"Backed up {found}, which agree, to {size}.")
        else:
            typer.echo(f"Backed up to {size}, as it is; see `onhand repair`.", err=True)
            raise typer.Exit(1)

    @cli.command()
    def restore(
        file: Annotated[Path, typer.Argument(help="The backup; it is left as it is.")],
        database: Database = DEFAULT_DATABASE,
        unsound: Annotated[
            bool, typer.Option("--unsound", help="Restore it though its ledger does not agree.")
        ] = False,
    ) -> None:
        """Make a database of a backup, where there is none, once all of it was checked."""
        try:
            with wiring.restore(file, database) as proof:
                found = proved(proof)
                if not found.holds and not unsound:
                    raise Differs
        except Differs:
            typer.echo(
                f"{file} does not agree with itself, as told above. To restore it all the same, and"
                " repair it then: --unsound",
                err=True,
            )
            raise typer.Exit(1) from None
        agree = ", which agree," if found.holds else ""
        typer.echo(f"Restored {found}{agree} from {file}.")
