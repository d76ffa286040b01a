"""The command line: one file per command, each a function of the wiring it is given."""

from __future__ import annotations

from typing import Annotated

import typer

from onhand import __version__
from onhand.cli import (
    backup,
    demo,
    export,
    import_sales,
    import_tables,
    key,
    mcp,
    move,
    repair,
    serve,
    shard,
    user,
    verify,
)
from onhand.cli.wiring import Wiring

__all__ = ["Wiring", "build_cli"]


def build_cli(wiring: Wiring) -> typer.Typer:
    """The `onhand` command."""
    cli = typer.Typer(
        name="onhand",
        help="An inventory ledger that a shop can trust with its stock.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @cli.callback()
    def onhand(
        version: Annotated[
            bool,
            typer.Option(
                "--version", callback=_show_version, is_eager=True, help="Show the version and end."
            ),
        ] = False,
    ) -> None:
        """An inventory ledger that a shop can trust with its stock."""

    serve.add_to(cli, wiring)
    demo.add_to(cli, wiring)
    importing = import_sales.add_to(cli, wiring)
    import_tables.add_to(importing, wiring)
    export.add_to(cli, wiring)
    verify.add_to(cli, wiring)
    repair.add_to(cli, wiring)
    backup.add_to(cli, wiring)
    move.add_to(cli, wiring)
    shard.add_to(cli, wiring)
    key.add_to(cli, wiring)
    user.add_to(cli, wiring)
    mcp.add_to(cli)
    return cli


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"onhand {__version__}")
        raise typer.Exit
