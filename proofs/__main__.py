"""The command line: one command per proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from proofs.ground import Ground, Kind, ground
from proofs.result import Result
from proofs.simulation import On as SimulatedOn

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
Servers = Annotated[list[int], typer.Option(help="Server processes that share PostgreSQL.")]
Seed = Annotated[int | None, typer.Option(help="Default: a new one, which is told.")]
Keep = Annotated[Path | None, typer.Option("--json", help="Write results to this folder.")]

BOTH = list(Kind)
EVERY_STORE = list(SimulatedOn)
MOST_SERVERS = [1, 3]


@app.command()
def buyers(
    on: On = BOTH,
    servers: Servers = MOST_SERVERS,
    rounds: Annotated[int, typer.Option(min=0, help="Of 1 unit and 200 buyers.")] = 100,
    crowds: Annotated[int, typer.Option(min=0, help="Of 100 units and 1,000 buyers.")] = 20,
    keep: Keep = None,
) -> Results:
    """More buyers than units, at once: exactly as many are sold as there are."""
    from proofs import buyers

    sales = [buyers.Sale(1, 200, rounds), buyers.Sale(100, 1_000, crowds)]
    return on_each(on, servers, lambda fresh, number: buyers.run(fresh, number, sales), keep)


@app.command()
def kills(
    on: On = BOTH,
    servers: Servers = MOST_SERVERS,
    times: Annotated[int, typer.Option(min=1, help="A server is killed.")] = 200,
    database_times: Annotated[
        int, typer.Option(min=0, help="PostgreSQL is stopped at once, and killed.")
    ] = 30,
    commands: Annotated[int, typer.Option(min=1, help="About so many in all.")] = 50_000,
    keep: Keep = None,
) -> Results:
    """Servers and PostgreSQL killed in the middle of work: all that was answered is there once."""
    from proofs import kills

    def of_servers(fresh: Ground, number: int) -> Result:
        return kills.kill_servers(fresh, number, times, commands)

    def of_database(fresh: Ground, number: int) -> Result:
        return kills.kill_database(fresh, number, database_times, commands)

    found = on_each(on, servers, of_servers, keep)
    if Kind.postgresql in on and database_times:
        found += on_each([Kind.postgresql], [1], of_database, keep)
    return found


@app.command()
def documents(
    on: On = BOTH,
    servers: Servers = MOST_SERVERS,
    times: Annotated[int, typer.Option(min=1, help="A server is killed.")] = 40,
    steps: Annotated[int, typer.Option(min=1, help="About so many in all.")] = 8_000,
    keep: Keep = None,
) -> Results:
    """Documents driven through their life cycles, servers killed: each step is taken once."""
    from proofs.documents.run import run

    return on_each(on, servers, lambda fresh, number: run(fresh, number, times, steps), keep)


@app.command()
def one_key(
    on: On = BOTH,
    servers: Servers = MOST_SERVERS,
    rounds: Annotated[int, typer.Option(min=1, help="Of 20 calls with one key.")] = 500,
    kill_every: Annotated[int, typer.Option(min=1, help="One of so many rounds.")] = 10,
    keep: Keep = None,
) -> Results:
    """Twenty calls with one key at once, some across a kill: one effect, equal answers."""
    from proofs import one_key

    return on_each(
        on, servers, lambda fresh, number: one_key.run(fresh, number, rounds, kill_every), keep
    )


@app.command()
def history(
    on: On = BOTH,
    servers: Servers = MOST_SERVERS,
    operations: Annotated[
        int, typer.Option(min=1, help="On each database and number of servers.")
    ] = 70_000,
    keep: Keep = None,
) -> Results:
    """Concurrent clients' histories, under kills: each can be told one after the other."""
    from proofs.history.run import run

    return on_each(on, servers, lambda fresh, number: run(fresh, number, operations), keep)


@app.command()
def transfers(
    on: On = BOTH,
    servers: Servers = MOST_SERVERS,
    writers: Annotated[int, typer.Option(min=2, help="Clients that transfer.")] = 16,
    reads: Annotated[int, typer.Option(min=1, help="Reads of a product's total.")] = 10_000,
    keep: Keep = None,
) -> Results:
    """Transfers against each other, totals read meanwhile: units are moved, never made."""
    from proofs import transfers

    sizes = transfers.Sizes(writers, reads)
    return on_each(on, servers, lambda fresh, number: transfers.run(fresh, number, sizes), keep)


@app.command()
def in_transit(
    on: On = BOTH,
    servers: Servers = MOST_SERVERS,
    writers: Annotated[int, typer.Option(min=2, help="Clients that ship and receive.")] = 16,
    steps: Annotated[int, typer.Option(min=1, help="Steps between kills, at least.")] = 2_000,
    reads: Annotated[int, typer.Option(min=1, help="Reads of totals between kills.")] = 2_000,
    kills: Annotated[int, typer.Option(min=0, help="Times that all servers are killed.")] = 5,
    keep: Keep = None,
) -> Results:
    """Transfers in transit, totals read meanwhile, servers killed: nothing is lost on the way."""
    from proofs import in_transit

    sizes = in_transit.Sizes(writers, steps, reads, kills)
    return on_each(on, servers, lambda fresh, number: in_transit.run(fresh, number, sizes), keep)


@app.command()
def backups(
    on: On = BOTH,
    servers: Servers = MOST_SERVERS,
    movements: Annotated[int, typer.Option(min=0, help="There beforehand.")] = 50_000,
    times: Annotated[int, typer.Option(min=1, help="Backups in each way.")] = 2,
    commands: Annotated[int, typer.Option(min=1, help="Before an upgrade.")] = 5_000,
    keep: Keep = None,
) -> Results:
    """Backups while clients write, restored elsewhere; older databases brought up."""
    from proofs.backups import backing, upgrade

    sizes = backing.Sizes(movements, times)
    older = upgrade.Sizes(movements, commands)
    found = on_each(on, servers, lambda fresh, number: backing.run(fresh, number, sizes), keep)
    return found + on_each(on, [1], lambda fresh, _: upgrade.run(fresh, older), keep)


@app.command()
def simulate(
    on: Annotated[
        list[SimulatedOn], typer.Option("--on", help="Stores to simulate.")
    ] = EVERY_STORE,
    seeds: Annotated[int, typer.Option(min=1, help="How many.")] = 10_000,
    first: Annotated[int, typer.Option(min=0, help="The first of them.")] = 0,
    seed: Annotated[int | None, typer.Option(min=0, help="Play this one alone.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Tell all that happens in it.")] = False,
    keep: Keep = None,
) -> Results:
    """Writer, stores, clock and clients driven by seeds, with faults everywhere: none is found."""
    from proofs import simulation

    if seed is not None:
        first, seeds = seed, 1
        for kind in on if trace else ():
            for line in simulation.replay(kind, seed).lines:
                console.print(line, markup=False, highlight=False, soft_wrap=True)
    return [shown(partial(simulation.run, kind, first, seeds), keep) for kind in on]


@app.command()
def fuzz(
    minutes: Annotated[float, typer.Option(min=0.01, help="For each target.")] = 6.0,
    target: Annotated[list[str] | None, typer.Option(help="Only these.")] = None,
    seed: Seed = None,
    kept: Annotated[Path, typer.Option(help="Keeps findings, and inputs for the next run.")] = Path(
        "build/fuzzing"
    ),
    keep: Keep = None,
) -> Results:
    """Whatever a parser is given, it takes or refuses."""
    from proofs.fuzzing import parsers
    from proofs.fuzzing.targets import TARGETS

    known(target, TARGETS)
    chosen = [TARGETS[name] for name in target or TARGETS]
    with console.status("on the parsers ..."):
        return [shown(partial(parsers.run, chosen, kept.resolve(), minutes, seed=seed), keep)]


@app.command()
def schemathesis(
    on: On = BOTH,
    minutes: Annotated[float, typer.Option(min=0.1, help="On each database.")] = 30.0,
    seed: Seed = None,
    keep: Keep = None,
) -> Results:
    """The API is as documented, whatever is sent."""
    from proofs.fuzzing import whole_api

    effort = whole_api.Effort(minutes)
    return on_each(on, [1], lambda fresh, _: whole_api.run(fresh, effort, seed), keep)


@app.command()
def surroundings(
    on: On = BOTH,
    only: Annotated[list[str] | None, typer.Option(help="Faults, by name; else all.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long a fault lasts.")] = 12,
    clock_rounds: Annotated[int, typer.Option(min=1, max=20, help="An hour on and back.")] = 10,
    slow_clients: Annotated[int, typer.Option(min=5, help="Of each kind.")] = 100,
    request_timeout: Annotated[int, typer.Option(min=1, help="In seconds.")] = 5,
    keep: Keep = None,
) -> Results:
    """Disk, database, clock, network fail: clear answers, nothing partial, recovery by itself."""
    from proofs.surroundings.faults import Sizes, faults

    sizes = Sizes(seconds, clock_rounds, slow_clients, request_timeout)
    known(only, [name for kind in Kind for name in faults(kind, sizes)])
    results = []
    for kind in on:
        for name, fault in faults(kind, sizes).items():
            if not only or name in only:
                with standing_on(kind) as fresh:
                    results.append(shown(partial(fault, fresh), keep))
    return results


@app.command(name="all")
def every(keep: Keep = None) -> Results:
    """Every proof, one after the other, in its long form."""
    return [result for proof in PROOFS for result in proof(keep=keep)]


PROOFS: list[Callable[..., Results]] = [
    buyers,
    kills,
    documents,
    one_key,
    history,
    transfers,
    in_transit,
    backups,
    simulate,
    surroundings,
    fuzz,
    schemathesis,
]


def known(given: list[str] | None, names: Collection[str]) -> None:
    """Raise where somebody names what there is not."""
    for name in given or ():
        if name not in names:
            raise typer.BadParameter(f"{name} is none of {', '.join(dict.fromkeys(names))}")


def on_each(
    kinds: list[Kind],
    servers: list[int],
    proof: Callable[[Ground, int], Result],
    keep: Path | None,
) -> Results:
    """A proof on each kind of database, and with each number of servers where it takes several."""
    results = []
    for kind in kinds:
        for number in servers if kind is Kind.postgresql else [1]:
            with standing_on(kind) as fresh:
                results.append(shown(partial(proof, fresh, number), keep))
    return results


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
