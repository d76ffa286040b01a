"""`onhand import TABLE FILE`: bring a table in; `onhand import template` says what it may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as Grid

from onhand.cli.export import Overwrite, Target, format_of, writing
from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.progress import progress
from onhand.cli.wiring import Wiring
from onhand.core.movements import Origin
from onhand.files.exporting import write_template
from onhand.files.formats.raw import TableOptions
from onhand.files.import_report import CsvReport, Progress
from onhand.files.importing.report import TableReport
from onhand.files.importing.table_import import Choices, TableImport, carry_out
from onhand.files.tables import TABLES
from onhand.files.tables.table import Fault
from onhand.ledger.exports import What

ACTOR = "import"
FAULTS_SHOWN = 20
COLUMNS = ("row", "column", "reason")


def add_to(group: typer.Typer, wiring: Wiring) -> None:
    """Add a command for each table that can be imported, and one for what its file may have."""
    for table in TABLES.values():
        if table.taking is not None:
            about = f"Import {table.what.value.replace('-', ' ')}: {table.about}"
            group.command(table.what.value, help=about)(_command(table.what, wiring))

    @group.command()
    def template(
        what: Annotated[What, typer.Argument(help="Which table.")],
        file: Target,
        overwrite: Overwrite = False,
    ) -> None:
        """Write a file to fill in: the columns of a table, and no row."""
        how = format_of(file)
        with writing(file, overwrite=overwrite) as out:
            write_template(what, how, out)
        typer.echo(f"The columns of {what.value} in {file}.")


def _command(what: What, wiring: Wiring) -> Callable[..., None]:
    def command(
        file: Annotated[
            Path, typer.Argument(help="A CSV file, compressed by gzip or not, XLSX or Parquet.")
        ],
        database: Database = DEFAULT_DATABASE,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Change nothing; say what would be.")
        ] = False,
        skip_wrong: Annotated[
            bool, typer.Option("--skip-wrong", help="Leave out what is wrong, import the rest.")
        ] = False,
        mapping: Annotated[
            str,
            typer.Option("--map", help="What the file calls a column: sku=Article,name=Title."),
        ] = "",
        ignore_unknown: Annotated[
            bool, typer.Option("--ignore-unknown", help="Pass over columns that are not known.")
        ] = False,
        way: Annotated[
            str, typer.Option("--as", help="Levels: as what was counted, with `counted`.")
        ] = "",
        encoding: Annotated[str, typer.Option(help="The encoding of CSV.")] = "utf-8",
        delimiter: Annotated[
            str | None, typer.Option(help="What separates values in CSV; else found out.")
        ] = None,
        sheet: Annotated[
            str | None, typer.Option(help="The workbook's sheet; else the first that is shown.")
        ] = None,
        label: Annotated[
            str, typer.Option(help="Has a file taken in again that was imported before.")
        ] = "",
        report: Annotated[
            Path | None, typer.Option(help="Write each fault here, with row and column, as CSV.")
        ] = None,
    ) -> None:
        choices = Choices(
            dry_run=dry_run,
            skip_wrong=skip_wrong,
            ignore_unknown=ignore_unknown,
            mapping=mapping,
            way=way,
            label=label,
            reading=TableOptions(encoding, delimiter, sheet),
        )
        with (
            wiring.store(database) as store,
            wiring.reads(database) as reads,
            CsvReport(report, COLUMNS) as faults,
            progress(f"Importing {file.name}", "B") as advance,
        ):

            def tell(at: Progress) -> None:
                past = at.bytes_total if at.phase == "importing" else 0
                advance(past + at.bytes_done, 2 * at.bytes_total)

            def keep(found: Iterable[Fault]) -> None:
                faults.write(found)

            one = TableImport(
                what, file, choices, reads, Origin(ACTOR), on_progress=tell, on_faults=keep
            )
            made = carry_out(one.run(), store, lambda: datetime.now(UTC))
        show(made, dry_run=dry_run, has_report=report is not None)
        if made.is_refused and not skip_wrong:
            raise typer.Exit(1)

    return command


def show(made: TableReport, *, dry_run: bool, has_report: bool) -> None:
    """Print what became of a file, and what is wrong with it."""
    grid = Grid(show_header=False)
    for name, count in (
        ("rows", made.rows),
        ("imported before", made.before),
        *((effect.value, count) for effect, count in made.by_effect.items()),
        ("rows with faults", made.wrong),
    ):
        if count:
            grid.add_row(name, f"{count:,}")
    Console().print(grid)
    if made.passed_over:
        typer.echo(f"Columns passed over: {', '.join(made.passed_over)}.")
    for fault in made.faults[:FAULTS_SHOWN]:
        where = f"row {fault.row:,}" + (f", {fault.column}" if fault.column else "")
        typer.echo(f"{where}: {fault.reason}", err=True)
    if made.fault_count > FAULTS_SHOWN and not has_report:
        typer.echo(f"{made.fault_count:,} faults in all; to see each: --report FILE", err=True)
    if dry_run:
        typer.echo("Nothing was changed: this was a dry run.")
    elif not made.is_imported:
        typer.echo("Nothing was imported. Mend the file, or leave out what is wrong: --skip-wrong")
