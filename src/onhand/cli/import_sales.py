"""`onhand import`: bring in what other systems have written down."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.progress import progress
from onhand.cli.wiring import Wiring
from onhand.files.import_report import ImportReport
from onhand.files.mapping import GOODS_PATTERN, ColumnMapping, ReadingOptions
from onhand.files.sales_import import ImportOptions, import_sales
from onhand.files.stocking import Stocking


def add_to(cli: typer.Typer, wiring: Wiring) -> typer.Typer:
    """Add the command, in a group that it gives back."""
    group = typer.Typer(help="Import files.", no_args_is_help=True)
    cli.add_typer(group, name="import")

    @group.command()
    def sales(
        file: Annotated[Path, typer.Argument(help="A CSV file, or one compressed by gzip.")],
        database: Database = DEFAULT_DATABASE,
        columns: Annotated[
            str,
            typer.Option(
                help="Which column holds what, where it is not called so: invoice=…,sku=…,"
                "description=…,quantity=…,occurred_at=…,unit_price=…."
            ),
        ] = "",
        stock: Annotated[
            Stocking,
            typer.Option(
                help="Where the stock for the sales comes from: what there is, as opening stock"
                " before the first line, or by purchases whenever it would run out."
            ),
        ] = Stocking.NONE,
        cover_days: Annotated[
            int, typer.Option(min=1, help="How many days' sales a purchase covers.")
        ] = 28,
        warehouse: Annotated[
            int | None, typer.Option(min=1, help="The warehouse's id; else the default one.")
        ] = None,
        currency: Annotated[str, typer.Option(help="The currency of the file's prices.")] = "USD",
        timezone: Annotated[str, typer.Option(help="The zone of times without one.")] = "UTC",
        encoding: Annotated[str, typer.Option(help="The text's encoding.")] = "utf-8",
        time_format: Annotated[
            str | None, typer.Option(help="How times are written, as strptime has it; else ISO.")
        ] = None,
        delimiter: Annotated[str, typer.Option(help="What separates values.")] = ",",
        goods: Annotated[
            str, typer.Option(help="A pattern that the stock codes of goods match.")
        ] = GOODS_PATTERN,
        return_prefix: Annotated[
            str, typer.Option(help="What the invoices of returns start with.")
        ] = "C",
        label: Annotated[
            str, typer.Option(help="Sets this file apart from another that begins like it.")
        ] = "",
        report: Annotated[
            Path | None, typer.Option(help="Write each line that moved no stock here, as CSV.")
        ] = None,
    ) -> None:
        """Import a file of sales, returns and corrections; run again, it moves nothing twice."""
        reading = ReadingOptions(
            timezone=timezone,
            time_format=time_format,
            goods_pattern=goods,
            return_prefix=return_prefix,
            encoding=encoding,
            delimiter=delimiter,
        )
        options = ImportOptions(
            mapping=ColumnMapping.parse(columns) if columns else ColumnMapping(),
            reading=reading,
            stocking=stock,
            cover_days=cover_days,
            warehouse_id=warehouse,
            currency=currency,
            label=label,
        )
        with wiring.store(database) as store, progress(f"Importing {file.name}", "B") as advance:
            made = import_sales(
                store,
                lambda: datetime.now(UTC),
                file,
                options,
                on_progress=lambda at: advance(
                    at.bytes_done + (at.bytes_total if at.phase == "importing" else 0),
                    2 * at.bytes_total,
                ),
                report_path=report,
            )
        show(made, report)

    return group


def show(made: ImportReport, report: Path | None) -> None:
    """Print what became of a file."""
    table = Table(show_header=False)
    for name, count in (
        ("lines", made.lines),
        ("imported before", made.already_imported),
        ("sales", made.sales),
        ("returns", made.returns),
        ("corrections", made.corrections),
        ("products made", made.products_created),
        ("units of opening stock", made.opening_units),
        ("units purchased", made.purchased_units),
        *((f"left out: {kind}", number) for kind, number in made.problems_by_kind.items()),
        *((f"rejected: {code}", number) for code, number in made.rejected_by_code.items()),
    ):
        if count:
            table.add_row(name, f"{count:,}")
    Console().print(table)
    if made.problems + made.rejected and report is None:
        typer.echo("To see each line left out or rejected, and why: --report FILE")
