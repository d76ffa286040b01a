"""The command line: one command per benchmark."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import Failed
from benchmarks.processes import exit_on_terminate
from benchmarks.report import Report

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console()
if not console.is_terminal:
    console = Console(width=160)  # a log is wide enough for the tables


class Database(StrEnum):
    """The databases Onhand runs on."""

    postgresql = "postgresql"
    sqlite = "sqlite"


class Mix(StrEnum):
    """What the bulk bodies hold."""

    reserve = "reserve"
    adjust = "adjust"
    mixed = "mixed"


class Format(StrEnum):
    """The kinds of files that tables are exported as."""

    csv = "csv"
    xlsx = "xlsx"
    parquet = "parquet"


class Load(StrEnum):
    """What everybody reserves at once."""

    hot = "hot"
    uniform = "uniform"


Json = Annotated[Path | None, typer.Option("--json", help="Also write the result to this file.")]
Plot = Annotated[
    Path | None, typer.Option("--plot", help="Also draw it, as PNG and SVG, in this folder.")
]
Directory = Annotated[
    Path | None, typer.Option(help="Keep the databases under this directory while it runs.")
]
Seconds = Annotated[int, typer.Option(min=1, max=600, help="Length of each sample.")]
Rounds = Annotated[int, typer.Option(min=1, max=50, help="Samples of each side, in turn.")]
Databases = Annotated[list[Database], typer.Option("--on", help="Databases to run Onhand on.")]
Products = Annotated[int, typer.Option(min=1, help="How many products.")]
Connections = Annotated[list[int], typer.Option(help="HTTP connections.")]
Clients = Annotated[list[int], typer.Option(help="pgbench's clients.")]
Pools = Annotated[list[int], typer.Option(help="The other services' pool sizes to try.")]
Keys = Annotated[bool, typer.Option("--keys", help="Send an Idempotency-Key with each request.")]
BaselineOnly = Annotated[bool, typer.Option("--baseline-only", help="Leave Onhand out.")]

BOTH = [Database.postgresql, Database.sqlite]
POSTGRESQL = [Database.postgresql]
MIXES = list(Mix)
HTTP_CONNECTIONS = [64, 256]
PGBENCH_CLIENTS = [16, 64]
POOLS = [4, 8, 16, 32]
BULK_CLIENTS = [1, 4]
SIZES = [100_000, 1_000_000, 10_000_000]
PROCESSES = [1, 2, 4]
ORDERS_AT_ONCE = [1, 100]
LOADS = list(Load)
FORMATS = list(Format)
NOTHING: list[str] = []


@app.command()
def hot(
    on: Databases = BOTH,
    connections: Connections = HTTP_CONNECTIONS,
    pools: Pools = POOLS,
    clients: Clients = PGBENCH_CLIENTS,
    seconds: Seconds = 5,
    rounds: Rounds = 3,
    keys: Keys = False,
    baseline_only: BaselineOnly = False,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """Reserve on one hot product: Onhand against pgbench, a pooled service and an ORM one."""
    from benchmarks import hot

    report = hot.run(
        databases=() if baseline_only else tuple(on),
        connections=tuple(connections),
        pools=tuple(pools),
        clients=tuple(clients),
        seconds=seconds,
        rounds=rounds,
        keys=keys,
        directory=directory,
    )
    show("hot", report, json, plot)


@app.command()
def uniform(
    on: Databases = POSTGRESQL,
    products: Products = 100_000,
    connections: Connections = HTTP_CONNECTIONS,
    pools: Pools = POOLS,
    clients: Clients = PGBENCH_CLIENTS,
    seconds: Seconds = 5,
    rounds: Rounds = 3,
    keys: Keys = False,
    baseline_only: BaselineOnly = False,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """Reserve over many products: Onhand against a pooled service, an ORM one and pgbench."""
    from benchmarks import uniform

    report = uniform.run(
        databases=() if baseline_only else tuple(on),
        products=products,
        connections=tuple(connections),
        pools=tuple(pools),
        clients=tuple(clients),
        seconds=seconds,
        rounds=rounds,
        keys=keys,
        directory=directory,
    )
    show("uniform", report, json, plot)


@app.command()
def bulk(
    on: Databases = BOTH,
    mixes: Annotated[list[Mix], typer.Option("--mix", help="Kinds of commands.")] = MIXES,
    products: Products = 100_000,
    commands: Annotated[int, typer.Option(min=3, max=10_000, help="Commands a body.")] = 10_000,
    bodies: Annotated[int, typer.Option(min=1, max=100, help="Bodies a sample.")] = 8,
    clients: Annotated[list[int], typer.Option(help="Clients at once.")] = BULK_CLIENTS,
    rounds: Rounds = 3,
    baseline_only: BaselineOnly = False,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """Many commands in one request: Onhand against a straightforward bulk writer."""
    from benchmarks import bulk

    report = bulk.run(
        databases=tuple(on),
        mixes=tuple(mixes),
        products=products,
        commands=commands,
        bodies=bodies,
        clients=tuple(clients),
        rounds=rounds,
        with_onhand=not baseline_only,
        directory=directory,
    )
    show("bulk", report, json, plot)


@app.command()
def reads(
    on: Databases = BOTH,
    products: Products = 10_000,
    movements: Annotated[int, typer.Option(min=1, help="Movements at size S.")] = 100_000,
    times: Annotated[int, typer.Option(min=2, max=100, help="How much larger.")] = 10,
    requests: Annotated[int, typer.Option(min=10, max=100_000, help="Of each read.")] = 300,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """Reads on a ledger and on one ten times its size, and the index behind each."""
    from benchmarks import reads

    report = reads.run(
        databases=tuple(on),
        products=products,
        movements=movements,
        times=times,
        requests=requests,
        directory=directory,
    )
    show("reads", report, json, plot)


@app.command()
def scale(
    on: Databases = POSTGRESQL,
    sizes: Annotated[list[int], typer.Option(min=100, help="Movements; each a database.")] = SIZES,
    products: Products = 100_000,
    warehouses: Annotated[int, typer.Option(min=1, max=100, help="How many warehouses.")] = 10,
    requests: Annotated[int, typer.Option(min=10, max=100_000, help="Of each read.")] = 300,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave what was filled in --directory, and use it again.")
    ] = False,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """Every read of the contract on ledgers of growing size, and what they take on disk."""
    from benchmarks import scale

    report = scale.run(
        databases=tuple(on),
        sizes=tuple(sizes),
        products=products,
        warehouses=warehouses,
        requests=requests,
        directory=directory,
        keep=keep,
    )
    show("scale", report, json, plot)


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Option(help="The sales file.")] = Path(
        "../shared/data/online_retail_ii.csv.gz"
    ),
    option: Annotated[
        list[str], typer.Option(help="Passed on to `onhand import sales`.")
    ] = NOTHING,
    rounds: Rounds = 1,
    baseline_only: BaselineOnly = False,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """A million invoice lines into SQLite: wall time and peak memory."""
    from benchmarks import imports

    report = imports.run(
        file=file,
        options=tuple(option),
        rounds=rounds,
        with_onhand=not baseline_only,
        directory=directory,
    )
    show("import", report, json, plot)


@app.command()
def screens(
    products: Products = 100_000,
    few: Annotated[int, typer.Option(min=200, help="How many the other shop has.")] = 1_000,
    rounds: Rounds = 5,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """The web app in a browser, with many products and with few."""
    from benchmarks import screens

    report = screens.run(products=products, few=few, rounds=rounds, directory=directory)
    show("screens", report, json, plot)


@app.command()
def seals(
    on: Databases = BOTH,
    products: Products = 100_000,
    seconds: Seconds = 5,
    rounds: Rounds = 3,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """Movements sealed and not: what tamper evidence costs."""
    from benchmarks import seals

    report = seals.run(
        databases=tuple(on),
        products=products,
        seconds=seconds,
        rounds=rounds,
        directory=directory,
    )
    show("seals", report, json, plot)


@app.command()
def access(
    on: Databases = BOTH,
    seconds: Seconds = 5,
    rounds: Rounds = 5,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """A server open and closed in turn: what it costs to know who calls."""
    from benchmarks import access

    report = access.run(databases=tuple(on), seconds=seconds, rounds=rounds, directory=directory)
    show("access", report, json, plot)


@app.command()
def versions(
    against: Annotated[str, typer.Option(help="The other commit, by a name that git knows.")],
    on: Databases = BOTH,
    seconds: Seconds = 5,
    rounds: Rounds = 5,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """This Onhand and another commit of it: what all that came in between costs."""
    from benchmarks import versions

    report = versions.run(
        against=against,
        databases=tuple(on),
        seconds=seconds,
        rounds=rounds,
        directory=directory,
    )
    show("versions", report, json, plot)


@app.command()
def writers(
    loads: Annotated[list[Load], typer.Option("--load", help="One product, or many.")] = LOADS,
    processes: Annotated[list[int], typer.Option(help="Server processes.")] = PROCESSES,
    products: Products = 100_000,
    connections: Connections = HTTP_CONNECTIONS,
    seconds: Seconds = 3,
    rounds: Rounds = 3,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """Several server processes on one PostgreSQL, and a model of what the next machine adds."""
    from benchmarks import writers

    report = writers.run(
        loads=tuple(loads),
        processes=tuple(processes),
        products=products,
        connections=tuple(connections),
        seconds=seconds,
        rounds=rounds,
        directory=directory,
    )
    show("writers", report, json, plot)


@app.command()
def orders(
    products: Products = 10_000,
    number: Annotated[int, typer.Option("--orders", min=100, help="A sample.")] = 2_000,
    at_once: Annotated[list[int], typer.Option(help="Orders in a commit.")] = ORDERS_AT_ONCE,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """What an order costs, written in sets and, as on a sharded database, by product."""
    from benchmarks import orders

    report = orders.run(
        products=products, orders=number, at_once=tuple(at_once), directory=directory
    )
    show("orders", report, json, plot)


@app.command()
def webhooks(
    on: Databases = BOTH,
    products: Products = 1_000,
    events: Annotated[int, typer.Option(min=100, max=1_000_000, help="A sample.")] = 20_000,
    seconds: Seconds = 3,
    rounds: Rounds = 3,
    baseline_only: BaselineOnly = False,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """Events delivered to a receiver, and what that costs a busy server."""
    from benchmarks import webhooks

    report = webhooks.run(
        databases=tuple(on),
        products=products,
        events=events,
        seconds=seconds,
        rounds=rounds,
        with_onhand=not baseline_only,
        directory=directory,
    )
    show("webhooks", report, json, plot)


@app.command()
def exports(
    on: Databases = BOTH,
    formats: Annotated[list[Format], typer.Option("--format", help="Kinds of files.")] = FORMATS,
    movements: Annotated[int, typer.Option(min=10_000, help="How many.")] = 1_000_000,
    rounds: Rounds = 1,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """A million movements as files: time and memory."""
    from benchmarks import exports

    report = exports.run(
        databases=tuple(on),
        formats=tuple(formats),
        movements=movements,
        rounds=rounds,
        directory=directory,
    )
    show("exports", report, json, plot)


@app.command()
def startup(
    on: Databases = BOTH,
    rounds: Rounds = 5,
    idle_seconds: Annotated[float, typer.Option(min=0, max=60)] = 2,
    baseline_only: BaselineOnly = False,
    directory: Directory = None,
    json: Json = None,
    plot: Plot = None,
) -> None:
    """Time to the first ready answer, and idle memory."""
    from benchmarks import startup

    report = startup.run(
        databases=tuple(on),
        rounds=rounds,
        idle_seconds=idle_seconds,
        with_onhand=not baseline_only,
        directory=directory,
    )
    show("startup", report, json, plot)


def show(name: str, report: Report, json: Path | None, plot: Path | None) -> None:
    """Print a report and keep it."""
    report.print(console)
    if json:
        report.write(json)
    if plot:
        from benchmarks.plot import draw

        for path in draw(report, plot, name):
            console.print(f"drawn: {path}", style="dim", highlight=False)


def main() -> None:
    """Run a command; a failure is one clear message."""
    exit_on_terminate()
    try:
        app()
    except Failed as failure:
        console.print(f"error: {failure}", style="red", markup=False)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
