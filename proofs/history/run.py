"""The proof: many clients' histories on servers that are killed meanwhile, each one checked.

Work goes in rounds. Each has fresh products, so that no history is long, and few of them, so that
clients meet; and one trouble, so that no history has many operations that nobody knows the end of,
each of which doubles what can be. When all clients are done, each product's history is checked. The
first round with an anomaly is the last.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from random import Random

from proofs.ground import Ground
from proofs.history.chaos import Countdown, trouble
from proofs.history.check import Operation, check
from proofs.history.clients import COUNTED, OPENING_STOCK, Client
from proofs.history.model import opened
from proofs.history.told import told
from proofs.result import Result
from tests.support.api import Api
from tests.support.server import OnhandServer

PRODUCTS = 8
CLIENTS = 40
ROUND = 2_400
CHECKING = "seconds spent checking"


def run(
    ground: Ground,
    servers: int,
    operations: int,
    *,
    troubled: bool = True,
    seed: str = "history",
) -> Result:
    """Have so many operations asked of `servers` processes on the ground's database, and check.

    Untroubled, nothing happens to the servers.
    """
    result = Result(f"every history can be told: {ground.kind}, {servers} server processes")
    result.facts |= dict.fromkeys(COUNTED, 0)
    running = [ground.serve() for _ in range(servers)]
    east = Api(running[0].client).warehouse("EAST")
    asyncio.run(_work(ground, running, [1, east], operations, troubled, seed, result))
    if not result.breaches:
        problems = ground.verify()
        result.check(problems is None, f"verify: {problems}")
    return result


async def _work(
    ground: Ground,
    servers: Sequence[OnhandServer],
    warehouses: list[int],
    operations: int,
    troubled: bool,
    seed: str,
    result: Result,
) -> None:
    ports = [server.port for server in servers]
    clients = [Client(number, ports, warehouses, seed, result) for number in range(CLIENTS)]
    random = Random(f"chaos {seed}")
    left, number = operations, 0
    while left > 0 and not result.breaches:
        number += 1
        wanted = min(left, ROUND)
        names = [f"{seed}-{number}-{at}" for at in range(PRODUCTS)]
        made = (client.product(name) for client, name in zip(clients, names, strict=False))
        products = await asyncio.gather(*made)
        # Some way into the round, so that clients are still asking while it lasts.
        due = Countdown(int(wanted * random.uniform(0.1, 0.7)))
        # A server that cannot be started again ends the round: nobody would answer the clients.
        async with asyncio.TaskGroup() as group:
            for at, client in enumerate(clients):
                share = len(range(at, wanted, len(clients)))
                group.create_task(client.work(products, share, due.tick))
            if troubled:
                group.create_task(trouble(ground, servers, random, due, result))
        left -= wanted
        for product in products:
            history = [one for client in clients for one in client.heard.pop(product, ())]
            _check(product, history, result)
    for client in clients:
        client.close()


def _check(product: int, history: Sequence[Operation], result: Result) -> None:
    started = time.perf_counter()
    anomaly = check([opened(OPENING_STOCK)], history)
    spent = float(result.facts.get(CHECKING, 0)) + time.perf_counter() - started
    result.facts[CHECKING] = round(spent, 3)
    result.count("histories checked")
    if anomaly is not None:
        result.breach(told(product, anomaly))
