"""Clients that ask at random and without end, and write down what they asked and heard.

Each asks one thing after the other, of any of the servers. It breaks off now and then: halfway
through a request, which then is no operation at all, or before the answer, which then nobody knows.
What it asked under an idempotency key it asks again until it hears what became of it, maybe from
another server: to the checker that is one operation. What it asked without a key stays unknown
where no answer came.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random

from proofs.history.check import Operation
from proofs.history.line import Line, Tear, Unforeseen, Unsaid, http, meaning, request
from proofs.history.model import Answer, Ask, Refused
from proofs.result import Result

ORDERS = 4
KEYED = 0.5
TORN = 0.004
PAUSE_S = 0.1
KEY_PATIENCE_S = 60
OPENING_STOCK = 12

VERBS = {
    "reserve": 24,
    "release": 14,
    "adjust": 22,
    "ship": 6,
    "count": 3,
    "transfer": 14,
    "levels": 10,
    "totals": 7,
}
"""How often each thing is asked."""


ANSWERED = "operations answered"
REFUSED = "of these refused"
SENT_AGAIN = "of these sent more than once"
REPLAYED = "answers given again for their key"
UNKNOWN = "operations that nobody knows the end of"
NOTHING = "requests that came to nothing"
TORN_OFF = "requests torn by their clients"
COUNTED = (ANSWERED, REFUSED, SENT_AGAIN, REPLAYED, UNKNOWN, NOTHING, TORN_OFF)


class Client:
    """One client. `heard` collects each product's operations; what it does is counted in `result`,
    and what no server may answer is a breach there."""

    def __init__(
        self, number: int, ports: Sequence[int], warehouses: list[int], seed: str, result: Result
    ) -> None:
        self.heard: dict[int, list[Operation]] = defaultdict(list)
        self._result = result
        self._number = number
        self._random = Random(f"{seed} {number}")
        self._lines = [Line(port) for port in ports]
        self._at = number
        self._warehouses = warehouses
        self._name = f"{seed}-{number}"
        self._keys = 0

    async def work(
        self, products: Sequence[int], operations: int, after_each: Callable[[], None]
    ) -> None:
        """Ask so many things about the products, and hear of them or not."""
        while operations:
            if await self._ask(self._random.choice(products), _some(self._random)):
                operations -= 1
                after_each()

    async def product(self, sku: str) -> int:
        """Make a product, whatever happens meanwhile; its id."""
        body = {"sku": sku, "name": sku, "track_inventory": True, "stock_quantity": OPENING_STOCK}
        sent = http("POST", "/products", body, self._key())
        while True:
            told = await self._line().send(sent)
            if not isinstance(told, Unsaid):
                if told.status == 201:
                    return int(told.body["data"]["id"])
                if told.status not in (409, 503):
                    raise Unforeseen(f"product {sku} was answered {told.status} {told.body}")
            self._at += 1
            await self._pause()

    def close(self) -> None:
        """Let go of the connections."""
        for line in self._lines:
            line.close()

    async def _ask(self, product: int, ask: Ask) -> bool:
        """Ask one thing, again where it has a key; whether it became an operation."""
        keyed = not ask.reads and self._random.random() < KEYED
        key = self._key() if keyed else None
        sent = request(ask, product, self._warehouses, key)
        self._at = self._random.randrange(len(self._lines))
        begun = time.monotonic_ns()
        tries, may_be_done = 0, False
        give_up_at = time.monotonic() + KEY_PATIENCE_S
        while True:
            tries += 1
            try:
                heard = await self._try(sent, ask)
            except Unforeseen as unforeseen:
                self._result.breach(str(unforeseen))
                heard, key = Unsaid.UNKNOWN, None
            if not isinstance(heard, Unsaid):
                break
            may_be_done = may_be_done or heard is Unsaid.UNKNOWN
            if key is None or time.monotonic() > give_up_at:
                break
            await self._pause()
        if isinstance(heard, Unsaid):
            return self._unheard(product, ask, begun, may_be_done, tries)
        ended = time.monotonic_ns()
        self.heard[product].append(Operation(self._number, ask, begun, ended, heard, tries))
        self._result.count(ANSWERED)
        self._result.count(REFUSED, isinstance(heard, Refused))
        self._result.count(SENT_AGAIN, tries > 1)
        return True

    def _unheard(self, product: int, ask: Ask, begun: int, may_be_done: bool, tries: int) -> bool:
        if not may_be_done or ask.reads:
            self._result.count(NOTHING)
            return False
        self.heard[product].append(Operation(self._number, ask, begun, sent=tries))
        self._result.count(UNKNOWN)
        return True

    async def _try(self, sent: bytes, ask: Ask) -> Answer | Unsaid:
        tear = None
        if self._random.random() < TORN:
            tear = self._random.choice(list(Tear))
            self._result.count(TORN_OFF)
        line = self._line()
        told = await line.send(sent, tear)
        if isinstance(told, Unsaid):
            if tear is None:
                # That server is away: another one, or the same one a little later.
                self._at += 1
                await self._pause()
            return told
        self._result.count(REPLAYED, told.replayed)
        return meaning(told, ask, self._warehouses)

    def _line(self) -> Line:
        return self._lines[self._at % len(self._lines)]

    async def _pause(self) -> None:
        await asyncio.sleep(PAUSE_S * self._random.uniform(0.5, 1.5))

    def _key(self) -> str:
        self._keys += 1
        return f"{self._name}-{self._keys}"


def _some(random: Random) -> Ask:
    [verb] = random.choices(list(VERBS), list(VERBS.values()))
    shelf = random.randrange(2)
    quantity = random.randint(1, 4)
    match verb:
        case "adjust":
            return Ask(verb, shelf, random.choice((quantity, -quantity)))
        case "count":
            return Ask(verb, shelf, random.randint(5, 15))
        case "transfer":
            return Ask(verb, shelf, quantity, to=1 - shelf)
        case "levels" | "totals":
            return Ask(verb)
        case "release":
            return Ask(verb, shelf, random.randint(1, 2), random.randint(1, ORDERS))
        case _:
            return Ask(verb, shelf, quantity, random.randint(1, ORDERS))
