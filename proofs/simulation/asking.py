"""What clients ask: few products, warehouses and orders, so that they collide."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.support.asks import CLOSED, ORDERS, UNKNOWN, WAREHOUSES, Ask, Group

PRODUCTS = 2
_SITES = [*WAREHOUSES * 3, CLOSED, UNKNOWN]
_PLACES = [None, None, *_SITES]
_AGO = [None] * 5 + [0, 1, 3, 7, -1]
_ENDS = [None, None, None, 1, 1, 2, 4, 0]
_TEXTS = ["Found #1", "Order #2, #3", "#4", "No order", "#99 then #1"]
_MAYBE_ORDERS = [None, None, *ORDERS]
_VERBS = {
    "adjust": 3,
    "ship by text": 2,
    "receive": 3,
    "ship": 2,
    "reserve": 6,
    "release": 2,
    "count": 1,
    "transfer": 2,
    "reverse": 2,
    "extend": 1,
    "change": 1,
}


def group(chance: Random) -> Group:
    """What one client asks in one request: mostly one command, sometimes several."""
    if chance.random() < 0.6:
        return Group((_ask(chance),))
    asks = tuple(_ask(chance) for _ in range(chance.randint(2, 5)))
    return Group(asks, atomic=chance.random() < 0.5)


def _ask(chance: Random) -> Ask:
    [verb] = chance.choices(list(_VERBS), list(_VERBS.values()))
    given = _given(verb, chance)
    if verb == "ship by text":
        verb = "adjust"
    return Ask(verb, chance.randrange(PRODUCTS), given)


def _given(verb: str, chance: Random) -> dict[str, Any]:
    pick, units = chance.choice, chance.randint(1, 6)
    where = {"warehouse": pick(_PLACES), "ago": pick(_AGO)}
    match verb:
        case "adjust":
            quantity = pick([units, chance.randint(-6, 6)])
            return {**where, "quantity": quantity, "order": pick(_MAYBE_ORDERS)}
        case "ship by text":
            said = pick(["reason", "reference"])
            return {**where, "quantity": -chance.randint(1, 4), said: pick(_TEXTS)}
        case "receive" | "ship":
            return {**where, "quantity": units, "order": pick(_MAYBE_ORDERS)}
        case "reserve":
            return {**where, "quantity": units, "order": pick(ORDERS), "ends_in": pick(_ENDS)}
        case "release":
            return {**where, "quantity": units, "order": pick(ORDERS)}
        case "count":
            return {**where, "counted": chance.randint(0, 8), "deallocate": pick([True, False])}
        case "transfer":
            sites = {"source": pick(_SITES), "target": pick(_SITES)}
            return {**sites, "quantity": units, "ago": where["ago"]}
        case "reverse":
            return {"which": chance.randrange(1_000), "ago": where["ago"]}
        case "extend":
            return {"warehouse": pick(_SITES), "order": pick(ORDERS), "ends_in": pick(_ENDS)}
    return pick(
        [
            {"default_warehouse": where["warehouse"]},
            {"backorders": pick([True, False])},
            {"active": pick([True, True, False])},
            {"tracked": pick([True, True, False])},
        ]
    )
