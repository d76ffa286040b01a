"""`onhand serve`: the HTTP API on a database."""

from __future__ import annotations

from typing import Annotated

import typer

from onhand.cli.options import DEFAULT_DATABASE, Database, Host, Port
from onhand.cli.wiring import Wiring


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the command."""

    @cli.command()
    def serve(
        host: Host = "127.0.0.1",
        port: Port = 8080,
        database: Database = DEFAULT_DATABASE,
        workers: Annotated[
            int,
            typer.Option(
                envvar="ONHAND_WORKERS",
                min=1,
                max=64,
                help="Server processes; more than one needs PostgreSQL.",
            ),
        ] = 1,
        replica: Annotated[
            str,
            typer.Option(
                envvar="ONHAND_REPLICA",
                metavar="URL",
                help="A streaming replica of the PostgreSQL, which answers reports and exports.",
            ),
        ] = "",
    ) -> None:
        """Serve the API; an empty database is set up first."""
        wiring.serve(host, port, database, workers, replica)
