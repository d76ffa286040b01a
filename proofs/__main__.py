"""The command line: one command per proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from proofs.ground import Ground, Kind, ground
from proofs.result import Result

Results = list[Result]


def judge(results: Results) -> None:
    """End with 1 where a promise was broken."""
    if not all(result.holds for result in results):
        raise typer.Exit(1)


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    result_callback=judge,
)
console = Console()
if not console.is_terminal:
    console = Console(width=120)  # a log is wide enough for the tables

On = Annotated[list[Kind], typer.Option("--on", help="Databases to run Onhand on.")]
Keep = Annotated[Path | None, typer.Option("--json", help="Write results to this folder.")]
Rounds = Annotated[int, typer.Option(min=1, help="How often.")]

BOTH = list(Kind)
MOST_SERVERS = [1, 3]


@app.command()
def buyers(
    on: On = BOTH,
    servers: Annotated[
        list[int], typer.Option(help="Server processes that share PostgreSQL.")
    ] = MOST_SERVERS,
    rounds: Annotated[int, typer.Option(min=0, help="Of 1 unit and 200 buyers.")] = 100,
    crowds: Annotated[int, typer.Option(min=0, help="Of 100 units and 1,000 buyers.")] = 20,
    keep: Keep = None,
) -> Results:
    """More buyers than units, at once: exactly as many are sold as there are."""
    from proofs import buyers

    sales = [buyers.Sale(1, 200, rounds), buyers.Sale(100, 1_000, crowds)]
    results = []
    for kind in on:
        for number in servers if kind is Kind.postgresql else [1]:
            with standing_on(kind) as fresh:
                results.append(shown(partial(buyers.run, fresh, number, sales), keep))
    return results


@app.command(name="all")
def every(keep: Keep = None) -> Results:
    """Every proof, one after the other, in its long form."""
    return [result for proof in PROOFS for result in proof(keep=keep)]


PROOFS: list[Callable[..., Results]] = [buyers]


@contextmanager
def standing_on(kind: Kind) -> Iterator[Ground]:
    """A fresh database, said to whoever waits."""
    with console.status(f"on {kind} ..."), ground(kind) as fresh:
        yield fresh


def shown(proof: Callable[[], Result], keep: Path | None) -> Result:
    """Run a proof, show what it found and how long it took, and keep it where asked."""
    started = time.perf_counter()
    result = proof()
    result.facts["seconds"] = round(time.perf_counter() - started, 1)
    result.print(console)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() else "-" for c in result.promise)
        result.write(keep / f"{name}.json")
    return result


if __name__ == "__main__":
    app()
