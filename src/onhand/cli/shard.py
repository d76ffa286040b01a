"""`onhand shard prepare`: a shop's tables spread over the workers of a Citus cluster."""

from __future__ import annotations

from typing import Annotated

import typer

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.wiring import Wiring


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the command."""
    shard = typer.Typer(
        name="shard", help="Scale past one PostgreSQL, with Citus.", no_args_is_help=True
    )
    cli.add_typer(shard)

    @shard.callback()
    def group() -> None:
        """Scale past one PostgreSQL, with Citus."""

    @shard.command()
    def prepare(
        role: Annotated[
            str,
            typer.Option(
                metavar="NAME", help="Who the servers connect as: no superuser, no owner of tables."
            ),
        ],
        database: Database = DEFAULT_DATABASE,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Print the SQL, and change nothing.")
        ] = False,
    ) -> None:
        """Put each table where it belongs on a cluster, with its rows.

        Connect as the owner of the tables, with all servers stopped. What is done already is left
        out: run it again after an upgrade, or when it was broken off.
        """
        steps = 0
        for told, sql in wiring.prepare_shards(database, role, dry_run=dry_run):
            steps += 1
            typer.echo(f"-- {told}" if dry_run else told)
            if dry_run and sql:
                typer.echo(f"{sql};")
        if not dry_run:
            typer.echo(
                f"Done in {steps} steps. Serve it with a --database whose user is {role};"
                " keep the owner's for migrations."
            )
