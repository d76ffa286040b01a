"""`bulk`: many commands in one request, uniform over 100,000 products.

Onhand's `POST /inventory/commands` (`atomic: false`), 10,000 commands a body, against the
straightforward bulk writer (`baselines/bulk_writer.py`) in this process. Three mixes: reserve only,
adjust only, and mixed (two units reserved, one adjusted, one of the two released). Bodies are made
before the clock starts and answers are read whole within it, but checked after it.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import msgspec

from benchmarks import Failed
from benchmarks.baselines.bulk_writer import Command, PostgresqlWriter, SqliteWriter
from benchmarks.baselines.ledger import check_ledger, create_ledger
from benchmarks.cluster import Cluster, private_cluster
from benchmarks.measure import Clock, Sample, Side, alternate
from benchmarks.prepare import prepare_products
from benchmarks.report import Report, describe_machine
from benchmarks.server import API, Service, onhand_server
from benchmarks.workspace import new_database, workspace

ON_HAND = 10**6
AT_LEAST_PER_SECOND = {"sqlite": 25_000, "postgresql": 12_000}
PATH = f"{API}/inventory/commands"

Body = list[Command]
Mix = Callable[[range, Iterator[int]], Iterator[Command]]


def reserve(products: range, orders: Iterator[int]) -> Iterator[Command]:
    """One unit for an order of its own, for ever."""
    while True:
        yield {
            "type": "reserve",
            "product_id": random.choice(products),
            "quantity": 1,
            "order_id": next(orders),
        }


def adjust(products: range, orders: Iterator[int]) -> Iterator[Command]:
    """A few units found, for ever."""
    while True:
        yield {
            "type": "adjust",
            "product_id": random.choice(products),
            "quantity": random.randint(1, 5),
            "reason": "Found while tidying",
        }


def mixed(products: range, orders: Iterator[int]) -> Iterator[Command]:
    """Reserve two, adjust another product, release one of the two, for ever."""
    for held, found in zip(reserve(products, orders), adjust(products, orders), strict=True):
        yield held | {"quantity": 2}
        yield found
        yield held | {"type": "release", "reason": "Order partially cancelled"}


TOGETHER = 3
"""Commands of `mixed` that follow each other: a hold is released after it was made."""

MIXES: dict[str, Mix] = {"reserve": reserve, "adjust": adjust, "mixed": mixed}


def run(
    *,
    databases: tuple[str, ...],
    mixes: tuple[str, ...],
    products: int,
    commands: int,
    bodies: int,
    clients: tuple[int, ...],
    rounds: int,
    with_onhand: bool,
    directory: Path | None,
) -> Report:
    """Measure both sides in turn, per database, mix and number of clients."""
    orders = itertools.count(1)
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        machine = describe_machine(home, postgresql=cluster.version())
        settings = list(itertools.product(databases, mixes, clients))
        sides: dict[str, Side] = {}
        ledgers = []
        for database in databases:
            write: dict[int, Callable[[Sequence[Body]], None]] = {}
            if database == "postgresql":
                url = create_ledger(cluster, "bulk", products, ON_HAND)
                ledgers.append(url)
                for count in clients:
                    write[count] = stack.enter_context(PostgresqlWriter(url, count)).write
            else:
                writer = stack.enter_context(SqliteWriter(home / "bulk.db", products, ON_HAND))
                write = dict.fromkeys(clients, writer.write)
            for mix, count in itertools.product(mixes, clients):
                make = bodies_of(MIXES[mix], range(1, products + 1), orders, commands, bodies)
                name = _name("bulk writer", database, mix, count)
                sides[name] = baseline_side(cluster, write[count], make)
            if not with_onhand:
                continue
            url = new_database(database, "onhand", cluster, home)
            identifiers = prepare_products(url, products, ON_HAND)
            service = stack.enter_context(onhand_server(url, home))
            for mix, count in itertools.product(mixes, clients):
                make = bodies_of(MIXES[mix], identifiers, orders, commands, bodies)
                name = _name("Onhand", database, mix, count)
                sides[name] = onhand_side(cluster, service, make, count)
        found = alternate(dict(sorted(sides.items(), key=_by_setting)), rounds)
        for url in ledgers:
            check_ledger(url)
        report = Report(f"Commands per second, {commands:,} a body, {bodies} bodies a sample")
        report.machine = machine
    report.add_summaries(found)
    if with_onhand:
        for database, mix, count in settings:
            mine = found[_name("Onhand", database, mix, count)].per_second
            other = found[_name("bulk writer", database, mix, count)].per_second
            setting = f"{database}, {mix}, {_clients(count)}"
            report.compare(f"Onhand / bulk writer, {setting}", mine / other)
            target = float(AT_LEAST_PER_SECOND[database])
            report.compare(f"Onhand's commands/s, {setting}", mine, at_least=target)
    return report


def onhand_side(
    cluster: Cluster, service: Service, make: Callable[[], list[Body]], clients: int
) -> Side:
    """Send the bodies over `clients` connections; every command must be accepted."""

    def measure() -> Sample:
        made = make()
        sent = [msgspec.json.encode({"atomic": False, "commands": body}) for body in made]
        hands = [sent[number::clients] for number in range(clients)]
        cluster.settle()
        with ThreadPoolExecutor(clients) as threads, Clock() as clock:
            answers = list(threads.map(lambda hand: _send(service, hand), hands))
        total = sum(map(len, made))
        accepted = sum(_accepted(answer) for hand in answers for answer in hand)
        return Sample(total, clock.seconds, failed=total - accepted)

    return measure


def baseline_side(
    cluster: Cluster, write: Callable[[Sequence[Body]], None], make: Callable[[], list[Body]]
) -> Side:
    """Hand the commands to the bulk writer."""

    def measure() -> Sample:
        made = make()
        cluster.settle()
        with Clock() as clock:
            write(made)
        return Sample(sum(map(len, made)), clock.seconds)

    return measure


def _send(service: Service, bodies: list[bytes]) -> list[bytes]:
    connection = service.connect()
    answers = []
    try:
        for body in bodies:
            connection.request("POST", PATH, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                raise Failed(f"{PATH}: {response.status} {answer[:500]!r}")
            answers.append(answer)
    finally:
        connection.close()
    return answers


def _accepted(answer: bytes) -> int:
    results = msgspec.json.decode(answer)["data"]
    return sum(result["status"] == "accepted" for result in results)


def bodies_of(
    mix: Mix, products: range, orders: Iterator[int], commands: int, count: int
) -> Callable[[], list[Body]]:
    """Make `count` bodies of a mix anew, each time they are asked for."""
    endless = mix(products, orders)
    # What belongs together stays in one body: bodies are sent side by side.
    commands -= commands % TOGETHER
    return lambda: [list(itertools.islice(endless, commands)) for _ in range(count)]


def _name(side: str, database: str, mix: str, clients: int) -> str:
    return f"{side}, {database}, {mix}, {_clients(clients)}"


def _clients(count: int) -> str:
    return "1 client" if count == 1 else f"{count} clients"


def _by_setting(side: tuple[str, Side]) -> list[str]:
    """Order sides so that the two of one setting are measured one after the other."""
    return side[0].split(", ")[1:]
