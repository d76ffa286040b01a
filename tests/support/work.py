"""A shop's work, drawn at random: requests of every kind, each traceable in the ledger.

Every command has a reference of its own, and it is known beforehand what it leaves under that
reference: stock is so plentiful that nothing is refused but what asks for more than there can be.
So the ledger tells of each command whether it was done, how often, and whether wholly.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.api import Api
from tests.support.many import Told

Entries = tuple[tuple[str, int], ...]
"""Movements in short: type and quantity; of a count what is on hand after it."""

PLENTY = 100_000
TOO_MANY = 2**40
SHORT_LIST = 6
BATCH_LIMIT = 25
"""Commands in one commit of the servers that do this work; long lists pass it."""

LONG_LIST = 60


@dataclass(frozen=True)
class Effect:
    """What one command leaves in the ledger under its reference; nothing where it is refused."""

    reference: str
    entries: Entries


@dataclass(frozen=True)
class Hold:
    """What an order holds of a product."""

    product: int
    order: int
    units: int


@dataclass(frozen=True)
class Asked:
    """One request: what it asks for under which key, and what comes of it.

    Of its effects those of `per_commit` commands at a time share a commit. A creation's reference
    is its SKU, which is its key.
    """

    kind: str
    path: str
    body: Any
    key: str
    status: int
    effects: tuple[Effect, ...]
    per_commit: int
    holds: Hold | None = None

    @property
    def commands(self) -> int:
        return len(self.effects)

    @property
    def version(self) -> None:
        return None

    @property
    def is_creation(self) -> bool:
        return self.path == "/products"

    @property
    def is_list(self) -> bool:
        return self.path == "/inventory/commands"


class Work:
    """Draws requests about products of its own. Their keys begin with `name`."""

    def __init__(
        self, api: Api, name: str, chance: random.Random, *, products: int = 6, warehouse: int
    ) -> None:
        """Make the products; `warehouse` is where transfers go."""
        self.name = name
        self.warehouse = warehouse
        self.products = [api.product(f"{name}-P{n}", PLENTY) for n in range(products)]
        self._chance = chance
        self._held: deque[Hold] = deque()
        self._number = 0

    def next(self) -> Asked:
        """One more request, of a kind drawn by how often a shop has it."""
        [kind] = self._chance.choices(list(SHARES), list(SHARES.values()))
        return self.ask(kind)

    def ask(self, kind: str) -> Asked:
        """One more request of a kind. Shipping and releasing take an order that holds something;
        while there is none, this reserves."""
        if kind in ("ship", "release") and not self._held:
            kind = "reserve"
        self._number += 1
        key = f"{self.name}-{self._number}"
        match kind:
            case "create":
                return self._creation(key)
            case "list" | "long list" | "atomic list" | "long atomic list" | "refused list":
                return self._list(kind, key)
        drawn, entries, hold = _SINGLE[kind](self)
        verb = drawn.pop("type")
        path = "/inventory/transfer"
        if verb != "transfer":
            path = f"/inventory/{drawn.pop('product_id')}/{verb}"
        effects = (Effect(key, entries),)
        status = 200 if entries else 422
        body = drawn | {"reference": key}
        return Asked(kind, path, body, key, status, effects, 1, hold)

    def heard(self, asked: Asked, told: Told) -> None:
        """A client was answered."""
        if told.status == asked.status:
            self.answered(asked)

    def answered(self, asked: Asked) -> None:
        """A request was answered: what it reserved may be shipped or released from now on."""
        if asked.holds is not None and asked.status == 200:
            self._held.append(asked.holds)

    def _creation(self, key: str) -> Asked:
        units, held = self._chance.randint(1, 9), self._chance.randint(0, 1)
        body = {"sku": key, "name": key, "stock_quantity": units, "reserved_quantity": held}
        entries: Entries = (("in", units),) + (("reserved", held),) * held
        return Asked("create", "/products", body, key, 201, (Effect(key, entries),), 1)

    def _list(self, kind: str, key: str) -> Asked:
        commands: list[Any] = []
        effects: list[Effect] = []
        for place in range(LONG_LIST if kind.startswith("long") else SHORT_LIST):
            drawn, entries, _ = _SINGLE[self._chance.choice(IN_LISTS)](self)
            # All kinds of lists but one have a refused line, here and there.
            if place % 10 == 3 and (kind == "refused list" or "atomic" not in kind):
                drawn, entries, _ = self._too_many()
            reference = f"{key}.{place}"
            commands.append(drawn | {"reference": reference})
            effects.append(Effect(reference, entries))
        atomic = "atomic" in kind or kind == "refused list"
        refused = kind == "refused list"
        if refused:
            effects = [Effect(one.reference, ()) for one in effects]
        body = {"atomic": atomic, "commands": commands}
        per_commit = len(commands) if atomic else BATCH_LIMIT
        status = 422 if refused else 200
        return Asked(kind, "/inventory/commands", body, key, status, tuple(effects), per_commit)

    # Single commands: the body, what it leaves, what it holds

    def _of_one(self, kind: str, **fields: Any) -> dict[str, Any]:
        return {"type": kind, "product_id": self._chance.choice(self.products), **fields}

    def _units(self) -> int:
        return self._chance.randint(1, 5)

    def _reserve(self) -> Drawn:
        # Lists reserve as well, and take a number of their own each time.
        self._number += 1
        body = self._of_one("reserve", quantity=self._units(), order_id=self._number)
        hold = Hold(body["product_id"], self._number, body["quantity"])
        return body, (("reserved", hold.units),), hold

    def _too_many(self) -> Drawn:
        return self._of_one("reserve", quantity=TOO_MANY, order_id=1), (), None

    def _ship(self) -> Drawn:
        hold = self._held.popleft()
        body = {"type": "adjust", "product_id": hold.product, "quantity": -hold.units}
        body |= {"order_id": hold.order, "reason": "Shipped"}
        return body, (("released", -hold.units), ("out", -hold.units)), None

    def _release(self) -> Drawn:
        hold = self._held.popleft()
        units = self._chance.randint(1, hold.units)
        body = {"type": "release", "product_id": hold.product, "quantity": units}
        return body | {"order_id": hold.order}, (("released", -units),), None

    def _adjust_up(self) -> Drawn:
        units = self._units()
        body = self._of_one("adjust", quantity=units, reason="Came in")
        return body, (("adjustment", units),), None

    def _adjust_down(self) -> Drawn:
        units = self._units()
        body = self._of_one("adjust", quantity=-units, reason="Broken")
        return body, (("adjustment", -units),), None

    def _count(self) -> Drawn:
        found = PLENTY + self._chance.randint(-1_000, 1_000)
        body = self._of_one("count", counted_quantity=found, counted_by="Clerk")
        return body, (("count", found),), None

    def _transfer(self) -> Drawn:
        units = self._units()
        body = self._of_one("transfer", quantity=units)
        body |= {"from_warehouse_id": 1, "to_warehouse_id": self.warehouse}
        return body, (("transfer", -units), ("transfer", units)), None

    def _receive(self) -> Drawn:
        units = self._units()
        return self._of_one("receive", quantity=units), (("in", units),), None

    def _ship_loose(self) -> Drawn:
        units = self._units()
        return self._of_one("ship", quantity=units), (("out", -units),), None


Drawn = tuple[dict[str, Any], Entries, Hold | None]

_SINGLE: Mapping[str, Callable[[Work], Drawn]] = {
    "reserve": Work._reserve,
    "reserve too many": Work._too_many,
    "ship": Work._ship,
    "release": Work._release,
    "adjust up": Work._adjust_up,
    "adjust down": Work._adjust_down,
    "count": Work._count,
    "transfer": Work._transfer,
    "receive": Work._receive,
    "ship loose": Work._ship_loose,
}

IN_LISTS = ["reserve", "adjust up", "adjust down", "count", "transfer", "receive", "ship loose"]

SHARES = {
    "reserve": 30,
    "ship": 15,
    "release": 10,
    "adjust up": 12,
    "adjust down": 8,
    "count": 5,
    "transfer": 8,
    "create": 4,
    "reserve too many": 2,
    "list": 2,
    "atomic list": 2,
    "refused list": 1,
    "long list": 0.5,
    "long atomic list": 0.5,
}
"""The kinds of requests, and of a hundred how many are of each."""
