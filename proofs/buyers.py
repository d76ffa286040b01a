"""More buyers than units, all at once: exactly as many are sold as there are.

Each buyer sits on a connection of its own and asks for one unit, at the same moment as all others;
with several servers they are spread over them. Whoever gets none is told so with a 422.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from proofs.ground import Ground
from proofs.result import Result
from tests.support.api import Api
from tests.support.many import Many
from tests.support.server import OnhandServer


@dataclass(frozen=True)
class Sale:
    """So many units, so many buyers at once, so many times."""

    units: int
    buyers: int
    rounds: int


def run(ground: Ground, servers: int, sales: Sequence[Sale]) -> Result:
    """Hold the sales on `servers` processes that share the ground's database."""
    result = Result(f"never oversold: {ground.kind}, {servers} server processes")
    running = [ground.serve() for _ in range(servers)]
    for sale in sales:
        asyncio.run(_hold(sale, running, result))
    problems = ground.verify()
    result.check(problems is None, f"verify: {problems}")
    return result


async def _hold(sale: Sale, servers: Sequence[OnhandServer], result: Result) -> None:
    api = Api(servers[0].client)
    name = f"{sale.units} of {sale.buyers:,} buyers"
    async with Many([server.port for server in servers], sale.buyers) as buyers:
        for number in range(sale.rounds):
            product = api.product(f"LAST-{sale.units}-{sale.buyers}-{number}", sale.units)
            told = await buyers.post(
                (f"/inventory/{product}/reserve", {"quantity": 1, "order_id": buyer}, None)
                for buyer in range(1, sale.buyers + 1)
            )
            result.count(f"rounds, {name}")
            where = f"{name}, round {number}"
            statuses = Counter(one.status for one in told)
            wanted = {200: sale.units, 422: sale.buyers - sale.units}
            result.check(statuses == wanted, f"{where}: answered {dict(statuses)}, not {wanted}")
            messages = {one.json["message"] for one in told if one.status == 422}
            sold_out = {"Insufficient stock available. Available: 0, Requested: 1"}
            result.check(messages == sold_out, f"{where}: the losers were told {messages}")
            level = api.level(product)
            result.check(level == (sale.units, sale.units), f"{where}: the level is {level}")
            winners = sorted(order for order, one in enumerate(told, 1) if one.status == 200)
            holders = sorted(row["order_id"] for row in api.reservations(product))
            result.check(holders == winners, f"{where}: {winners} were told yes, {holders} hold")
            entries = len(list(api.movements(product)))
            result.check(entries == 1 + sale.units, f"{where}: {entries} entries in the ledger")
            result.count("units sold", len(winners))
            result.count("buyers answered", len(told))
