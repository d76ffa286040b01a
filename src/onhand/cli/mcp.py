"""`onhand mcp`: the API as tools for an assistant."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer


def add_to(cli: typer.Typer) -> None:
    """Add the command."""

    @cli.command()
    def mcp(
        url: Annotated[
            str, typer.Option(envvar="ONHAND_URL", help="The server of Onhand to call.")
        ] = "http://127.0.0.1:8080",
        key: Annotated[
            str | None,
            typer.Option(
                envvar="ONHAND_KEY",
                help="The API key to call it with; better by the variable than here.",
            ),
        ] = None,
    ) -> None:
        """Speak the Model Context Protocol with an assistant, by standard input and output."""
        # An extra, that a server has no need of.
        try:
            from onhand.mcp.server import speak
        except ImportError as error:
            raise typer.BadParameter(str(error)) from None
        asyncio.run(speak(url, key))
