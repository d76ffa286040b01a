"""`onhand key`: make, list and revoke API keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.wiring import Wiring
from onhand.ledger.access import Scope
from onhand.ledger.keys import KeyNameTaken, hashed, new_secret

Name = Annotated[str, typer.Argument(help="Who or what uses it; movements will name it.")]


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the commands."""
    key = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)
    cli.add_typer(key, name="key")

    @key.command()
    def create(
        name: Annotated[
            str, typer.Option(help="Who or what uses it; movements will name it.")
        ] = "default",
        scope: Annotated[Scope, typer.Option(help="How much it may do.")] = Scope.WRITE,
        database: Database = DEFAULT_DATABASE,
    ) -> None:
        """Make a key and show its secret, this once."""
        secret = new_secret()
        try:
            made = wiring.keys(database).create(name, scope, hashed(secret), datetime.now(UTC))
        except KeyNameTaken:
            typer.echo(f"There is, or was, a key named {name!r}: choose another name.", err=True)
            raise typer.Exit(1) from None
        typer.echo(f"Made key {made.name!r} with scope {made.scope.value}.", err=True)
        typer.echo("Its secret is shown now and never again:", err=True)
        typer.echo(secret)

    @key.command("list")
    def list_keys(database: Database = DEFAULT_DATABASE) -> None:
        """List all keys ever made."""
        table = Table("name", "scope", "created", "revoked")
        for made in wiring.keys(database).all():
            revoked = made.revoked_at.isoformat(timespec="seconds") if made.revoked_at else ""
            created = made.created_at.isoformat(timespec="seconds")
            table.add_row(made.name, made.scope.value, created, revoked)
        Console().print(table)

    @key.command()
    def revoke(name: Name, database: Database = DEFAULT_DATABASE) -> None:
        """End a key for good; servers that run refuse it within a second or two."""
        if wiring.keys(database).revoke(name, datetime.now(UTC)) is None:
            typer.echo(f"No key named {name!r} is in force: `onhand key list` shows all.", err=True)
            raise typer.Exit(1)
        typer.echo(f"Revoked key {name!r}.")
