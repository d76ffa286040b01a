"""`onhand demo`: a shop of its own making, or of a file, ready to look at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from onhand.cli.import_sales import show
from onhand.cli.options import Host, Port
from onhand.cli.progress import progress
from onhand.cli.wiring import Wiring
from onhand.demo.play import NotEmpty, is_finished, play
from onhand.demo.shop import DemoShop
from onhand.files.sales_import import ImportOptions, import_sales
from onhand.files.stocking import Stocking
from onhand.ledger.ports import Store

DEMO_DATABASE = "sqlite:///onhand-demo.db"


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the command."""

    @cli.command()
    def demo(
        database: Annotated[
            str, typer.Option(metavar="URL", help="A database of the demo's own.")
        ] = DEMO_DATABASE,
        sales: Annotated[
            Path | None, typer.Option(help="Make the shop from a file of sales instead.")
        ] = None,
        seed: Annotated[int, typer.Option(help="Another seed makes another shop.")] = 1,
        products: Annotated[int, typer.Option(min=1, help="How many products it has.")] = 300,
        days: Annotated[int, typer.Option(min=1, help="How long it has traded.")] = 182,
        host: Host = "127.0.0.1",
        port: Port = 8080,
        serve: Annotated[bool, typer.Option(help="Serve it when it is made.")] = True,
    ) -> None:
        """Make a shop with half a year of history in a few seconds, and serve it."""
        try:
            with wiring.store(database) as store:
                if sales is not None:
                    _import(store, sales)
                elif is_finished(store, _now):
                    typer.echo(f"The demo's shop is there already, in {database}.")
                else:
                    _make(store, DemoShop(seed, until=_now(), products=products, days=days))
        except NotEmpty as problem:
            typer.echo(str(problem), err=True)
            raise typer.Exit(1) from None
        if serve:
            _show_around(host, port)
            wiring.serve(host, port, database, 1)


def _now() -> datetime:
    return datetime.now(UTC)


def _make(store: Store, shop: DemoShop) -> None:
    started = perf_counter()
    with progress("Making a shop", "s of its time") as advance:
        events = play(store, _now, shop, advance)
    typer.echo(
        f"Made a shop with {len(shop.products)} products in {len(shop.warehouses)} warehouses"
        f" and {events:,} events in {perf_counter() - started:.1f} s."
    )


def _import(store: Store, sales: Path) -> None:
    options = ImportOptions(stocking=Stocking.OPENING, currency="GBP")
    with progress(f"Importing {sales.name}", "B") as advance:
        made = import_sales(
            store,
            _now,
            sales,
            options,
            on_progress=lambda at: advance(
                at.bytes_done + (at.bytes_total if at.phase == "importing" else 0),
                2 * at.bytes_total,
            ),
        )
    show(made, None)


def _show_around(host: str, port: int) -> None:
    base = f"http://{host}:{port}/api/v1/operations"
    typer.echo(
        f"""
Look around:  http://{host}:{port}
Its API:      http://{host}:{port}/docs

  curl '{base}/products/1?include=inventory'
  curl '{base}/inventory/reorder-report?per_page=3'
  curl -H 'Content-Type: application/json' \\
       -d '{{"quantity": 2, "order_id": 789}}' {base}/inventory/1/reserve

Stop it with Ctrl-C.
"""
    )
