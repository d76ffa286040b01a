"""Options that several commands share; each also by its environment variable."""

from __future__ import annotations

from typing import Annotated

import typer

DEFAULT_DATABASE = "sqlite:///onhand.db"

Database = Annotated[
    str,
    typer.Option(
        envvar="ONHAND_DATABASE",
        metavar="URL",
        help="sqlite:///file.db or postgresql://user:password@host/name.",
    ),
]
Host = Annotated[str, typer.Option(envvar="ONHAND_HOST", help="Address to listen on.")]
Port = Annotated[
    int, typer.Option(envvar="ONHAND_PORT", min=1, max=65535, help="Port to listen on.")
]
