"""`onhand move`: a shop from SQLite to PostgreSQL."""

from __future__ import annotations

from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from onhand.cli.progress import progress
from onhand.cli.wiring import Wiring


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the command."""

    @cli.command()
    def move(
        source: Annotated[
            str,
            typer.Option("--from", metavar="URL", help="The shop: sqlite:///onhand.db."),
        ],
        target: Annotated[
            str,
            typer.Option(
                "--to",
                metavar="URL",
                help="An empty database: postgresql://user:password@host/name.",
            ),
        ],
    ) -> None:
        """Move a shop from SQLite to PostgreSQL, and compare every row afterwards.

        The server must be stopped. All of it is moved, or nothing; the file is left as it is.
        """
        started = perf_counter()
        with progress("Moving", "rows") as advance:
            moved = wiring.move(source, target, advance)
        seconds = perf_counter() - started
        table = Table("table", "rows", "SHA-256 of all rows")
        for name, rows, digest in moved:
            if rows:
                table.add_row(name, f"{rows:,}", digest[:16])
        Console().print(table)
        rows = sum(rows for _, rows, _ in moved)
        typer.echo(
            f"Moved {rows:,} rows in {seconds:.1f} s, and each is what it was. Serve it with"
            " --database and the new URL; nothing should write to the file any more."
        )
