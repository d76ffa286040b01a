"""`onhand export`: write a table into a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.progress import progress
from onhand.cli.wiring import Wiring
from onhand.core.movements import MovementType
from onhand.core.stock_status import StockStatus
from onhand.files import exporting
from onhand.files.asking import Asked, filter_of
from onhand.files.formats.writing import Format
from onhand.files.problems import Unwritable, WrongOption
from onhand.ledger.exports import What

Target = Annotated[
    Path, typer.Argument(help="Where to, by its name: FILE.csv, FILE.xlsx or FILE.parquet.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")]


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the command."""

    @cli.command()
    def export(
        what: Annotated[What, typer.Argument(help="Which table.")],
        file: Target,
        database: Database = DEFAULT_DATABASE,
        overwrite: Overwrite = False,
        sku: Annotated[str | None, typer.Option(help="Of this product alone.")] = None,
        warehouse: Annotated[
            str | None, typer.Option(help="Of the warehouse with this code alone.")
        ] = None,
        supplier: Annotated[
            str | None, typer.Option(help="Of the supplier with this code alone.")
        ] = None,
        state: Annotated[
            str | None, typer.Option(help="Documents in this state, suppliers of this status.")
        ] = None,
        movement_type: Annotated[
            MovementType | None, typer.Option(help="Movements of this type.")
        ] = None,
        active: Annotated[
            bool | None, typer.Option("--active/--archived", help="Products in use, or not.")
        ] = None,
        search: Annotated[
            str | None, typer.Option(help="Products with this in their name, SKU or barcode.")
        ] = None,
        stock_status: Annotated[
            StockStatus | None, typer.Option(help="Products of this stock status.")
        ] = None,
        since: Annotated[
            str | None,
            typer.Option("--from", help="Movements and reports from this day or moment on."),
        ] = None,
        until: Annotated[
            str | None,
            typer.Option("--to", help="Movements and reports up to this day, or this moment."),
        ] = None,
        as_of: Annotated[
            str | None, typer.Option(help="Levels as of the end of this day, or of this moment.")
        ] = None,
    ) -> None:
        """Write a table into a file: all of it, as of one moment, beside a server that runs."""
        how = format_of(file)
        asked = Asked(
            sku=sku,
            warehouse=warehouse,
            supplier=supplier,
            state=state,
            movement_type=None if movement_type is None else movement_type.value,
            is_active=active,
            search=search,
            stock_status=None if stock_status is None else stock_status.value,
            since=None if since is None else _moment("--from", since),
            until=None if until is None else _moment("--to", until, end_of_day=True),
            as_of=None if as_of is None else _moment("--as-of", as_of, end_of_day=True),
        )
        wiring.must_exist(database)
        with wiring.reads(database) as reads:
            which = filter_of(what, asked, reads)
            with (
                writing(file, overwrite=overwrite) as out,
                reads.exported(what, which) as exported,
                progress(f"Exporting {what.value}", "rows") as advance,
            ):
                total = exported.count()
                exporting.export(what, exported, how, out, lambda done: advance(done, total))
        rows = "row" if total == 1 else "rows"
        typer.echo(f"{total:,} {rows} of {what.value} in {file}.")


def format_of(file: Path) -> Format:
    """The format that a file's name asks for. Raises WrongOption."""
    suffix = file.suffix.removeprefix(".").lower()
    if suffix not in set(Format):
        known = ", ".join(f".{it.value}" for it in Format)
        raise WrongOption(f"File: {file.name!r} ends in none of {known}, which say how to write it")
    return Format(suffix)


@contextmanager
def writing(file: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """A file that is there once it is whole, and not before. Raises Unwritable."""
    if file.exists() and not overwrite:
        raise Unwritable("is there already: choose another name, or give --overwrite", path=file)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    except OSError as error:
        raise Unwritable(f"cannot be written ({error.strerror})", path=file) from error
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
        os.chmod(name, 0o666 & ~_umask())  # noqa: PTH101 (as any file that is written here)
        Path(name).replace(file)
    except OSError as error:
        raise Unwritable(f"cannot be written ({error.strerror})", path=file) from error
    finally:
        with suppress(OSError):
            Path(name).unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _moment(option: str, text: str, *, end_of_day: bool = False) -> datetime:
    """A UTC day's beginning or end, or a moment with its zone. Raises WrongOption."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is not None and len(text) == len("2025-01-15"):
        day = datetime.combine(moment.date(), time(), UTC)
        return day + timedelta(days=1) if end_of_day else day
    if moment is None or moment.tzinfo is None:
        raise WrongOption(
            f"{option}: {text!r} is neither a day, as 2025-01-15, nor a moment with its zone, as"
            " 2025-01-15T16:45:00Z"
        )
    return moment.astimezone(UTC)
