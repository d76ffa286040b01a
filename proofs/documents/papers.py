"""What clients do with documents of each kind, over HTTP, drawn at random from what is possible.

Stock is so plentiful that no step is refused but a count's, where others have counted since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from onhand.core import counts
from tests.support.api import Api, done

PRODUCTS, SITES, PLENTY = 6, 3, 1_000_000
MOST_LINES, MOST_UNITS = 3, 9
FIRST_OF_TWO, STALE, REFUSED = 409, 412, 422
"""How the second one hears that a step was taken already: its document says so, or its version; and
how a rule refuses a step."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Shop:
    """What documents are about."""

    products: Sequence[int]
    sites: Sequence[int]
    supplier: int

    def lines(self, draw: Random) -> list[Row]:
        """A few lines of a document, a product each."""
        chosen = draw.sample(self.products, draw.randint(1, MOST_LINES))
        return [{"product_id": it, "quantity": draw.randint(1, MOST_UNITS)} for it in chosen]


def opened(api: Api) -> Shop:
    """A shop with plenty of everything everywhere."""
    sites = [1, *(api.warehouse(f"SITE-{number}") for number in range(2, SITES + 1))]
    products = [api.product(f"PLENTY-{number}", PLENTY) for number in range(PRODUCTS)]
    came = [
        {"type": "receive", "product_id": product, "warehouse_id": site, "quantity": PLENTY}
        for product in products
        for site in sites[1:]
    ]
    done(api.post("/inventory/commands", {"atomic": True, "commands": came}))
    supplier = {"code": "NORTH", "name": "North", "status": "active"}
    return Shop(products, sites, done(api.post("/suppliers", supplier))["data"]["id"])


@dataclass(frozen=True)
class Move:
    """One step: what to post, and the events that it leaves when it is taken.

    `second` is what somebody is told who takes it again: STALE where only the version forbids it,
    None where nothing does. `may_be_refused`: by a rule, though nobody took it before.
    """

    verb: str
    body: Row
    events: tuple[str, ...]
    second: int | None = FIRST_OF_TWO
    may_be_refused: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of document: where it is, how one is written, what may be done with it next."""

    name: str
    path: str
    first: Callable[[Shop, Random], Move]
    following: Callable[[Paper, Random], Mapping[str, Callable[[], Move]]]
    weights: Mapping[str, int]


@dataclass(eq=False)
class Paper:
    """One document: what was answered last, and the events that were heard of."""

    kind: Kind
    reference: str
    history: list[str] = field(default_factory=list)
    data: Row = field(default_factory=dict)
    asked_for: Row = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where it is; where it is to be, while nobody knows its number."""
        return f"{self.kind.path}/{self.data['id']}" if self.data else self.kind.path

    @property
    def lines(self) -> list[Row]:
        """Its lines, as they were answered."""
        found: list[Row] = self.data["lines"]
        return found

    def move(self, shop: Shop, draw: Random) -> Move | None:
        """What somebody does next with it; None: it is left as it is."""
        if not self.data:
            move = self.kind.first(shop, draw)
            move.body["reference"] = self.reference
            self.asked_for = move.body
            return move
        ways = self.kind.following(self, draw)
        possible = [event for event in self.data["possible"] if event in ways]
        if not possible:
            return None
        weights = [self.kind.weights.get(event, 10) for event in possible]
        return ways[draw.choices(possible, weights)[0]]()

    def is_now(self, data: Row) -> None:
        """Take in what was answered. A counter is not told what is possible."""
        self.data = {"possible": counts.LIFE_CYCLE.possible(data["state"]), **data}

    def refused(self, move: Move) -> None:
        """A rule refused a step: something else is to be done first."""
        self.data["possible"] = [it for it in self.data["possible"] if it not in move.events]


def _parts(draw: Random, lines: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of some lines, each with how many units are left of it, a part of one or more."""
    chosen = draw.sample(list(lines), draw.randint(1, len(lines)))
    return [(line, draw.randint(1, left)) for line, left in chosen]


def _said(verb: str, event: str) -> Callable[[], Move]:
    return lambda: Move(verb, {"reason": "So it is"}, (event,))


# Purchase orders


def _ordered(shop: Shop, draw: Random) -> Move:
    lines = [{**line, "price": draw.randint(1, 20)} for line in shop.lines(draw)]
    body = {"supplier_id": shop.supplier, "warehouse_id": draw.choice(shop.sites), "lines": lines}
    return Move("", {**body, "over_receipt_percent": 50}, ("draft",), second=None)


def _of_purchase_order(paper: Paper, draw: Random) -> dict[str, Callable[[], Move]]:
    receipts = paper.data["receipts"]
    counted = [it["receipt"] for it in receipts if it["reversed_at"] is None]

    def receive() -> Move:
        body: Row = {"delivery_reference": f"{paper.reference}-{len(receipts) + 1}"}
        coming = [(it["line"], it["on_order"]) for it in paper.lines if it["on_order"]]
        if draw.random() < 0.7 and coming:
            body["lines"] = [
                {"line": line, "received": units, "rejected": draw.choice([0, 1]), "reason": "Bent"}
                for line, units in _parts(draw, coming)
            ]
        return Move("receive", body, ("receive",))

    def reverse() -> Move:
        verb = f"receipts/{draw.choice(counted)}/reverse"
        return Move(verb, {"reason": "Another's"}, ("reverse",))

    ways = {event: _said(event, event) for event in ("submit", "approve", "send", "close")}
    ways |= {"cancel": _said("cancel", "cancel")}
    if any(it["on_order"] for it in paper.lines):
        ways["receive"] = receive
    # Completed orders are left alone, mostly.
    if counted and (paper.data["state"] != "completed" or draw.random() < 0.5):
        ways["reverse"] = reverse
    return ways


# Sales orders


def _sold(shop: Shop, draw: Random) -> Move:
    confirm = draw.random() < 0.5
    body: Row = {"lines": shop.lines(draw), "confirm": confirm, "split": draw.random() < 0.5}
    if draw.random() < 0.5:
        body["warehouse_id"] = draw.choice(shop.sites)
    return Move("", body, ("draft", "confirm") if confirm else ("draft",), second=None)


def _of_sales_order(paper: Paper, draw: Random) -> dict[str, Callable[[], Move]]:
    held = [(it["line"], it["allocated"]) for it in paper.lines if it["allocated"]]
    gone = [(it["line"], it["shipped"] - it["returned"]) for it in paper.lines]
    gone = [(line, units) for line, units in gone if units > 0]

    def ship() -> Move:
        if draw.random() < 0.4:
            return Move("ship", {}, ("ship",))
        lines = [{"line": line, "quantity": units} for line, units in _parts(draw, held)]
        return Move("ship", {"lines": lines}, ("ship",), STALE)

    def take_back() -> Move:
        lines = [
            {"line": line, "quantity": units, "restock": draw.random() < 0.5}
            for line, units in _parts(draw, gone)
        ]
        return Move("return", {"lines": lines, "reason": "Too large"}, ("return",), STALE)

    ways = {event: _said(event, event) for event in ("confirm", "cancel", "close")}
    if held:
        ways["ship"] = ship
    # What is cancelled may come back for ever: some of it does.
    if gone and (paper.data["state"] != "cancelled" or draw.random() < 0.3):
        ways["return"] = take_back
    return ways


# Transfers


def _moved(shop: Shop, draw: Random) -> Move:
    source, target = draw.sample(list(shop.sites), 2)
    ship = draw.random() < 0.5
    body = {"from_warehouse_id": source, "to_warehouse_id": target, "lines": shop.lines(draw)}
    return Move("", {**body, "ship": ship}, ("draft", "ship") if ship else ("draft",), second=None)


def _of_transfer(paper: Paper, draw: Random) -> dict[str, Callable[[], Move]]:
    def receive() -> Move:
        if draw.random() < 0.4:
            return Move("receive", {}, ("receive",))
        coming = [(it["line"], it["in_transit"]) for it in paper.lines if it["in_transit"]]
        lines = [
            {"line": line, draw.choice(["received", "received", "lost", "damaged"]): units}
            for line, units in _parts(draw, coming)
        ]
        body = {"lines": [{**line, "reason": "Fell"} for line in lines]}
        return Move("receive", body, ("receive",), STALE)

    return {
        "ship": _said("ship", "ship"),
        "cancel": _said("cancel", "cancel"),
        "receive": receive,
    }


# Counts


def _counted(shop: Shop, draw: Random) -> Move:
    start = draw.random() < 0.5
    lines = [{"product_id": line["product_id"]} for line in shop.lines(draw)]
    body = {"warehouse_id": draw.choice(shop.sites), "lines": lines, "start": start}
    return Move("", body, ("draft", "start") if start else ("draft",), second=None)


def _of_count(paper: Paper, draw: Random) -> dict[str, Callable[[], Move]]:
    products = [line["product_id"] for line in paper.asked_for["lines"]]

    def record() -> Move:
        found = [
            {"product_id": it, "quantity": PLENTY + draw.randint(-99, 99)}
            for it in draw.sample(products, draw.randint(1, len(products)))
        ]
        body = {"counted_by": draw.choice(["Ann", "Bob"]), "lines": found}
        return Move("record", body, ("record",), STALE)

    def recount() -> Move:
        lines = [{"product_id": draw.choice(products)}]
        return Move("recount", {"lines": lines}, ("recount",), STALE)

    ways = {event: _said(event, event) for event in ("start", "cancel")}
    ways |= {"record": record, "recount": recount}
    ways["approve"] = lambda: Move("approve", {}, ("approve",), may_be_refused=True)
    # Refused where nothing is counted.
    left_out = {"uncounted": "leave_out"}
    ways["submit"] = lambda: Move("submit", left_out, ("submit",), STALE, may_be_refused=True)
    return ways


KINDS = (
    Kind(
        "purchase order",
        "/purchase-orders",
        _ordered,
        _of_purchase_order,
        {"cancel": 1, "close": 3, "receive": 20},
    ),
    Kind(
        "sales order",
        "/api/v1/sales/orders",
        _sold,
        _of_sales_order,
        {"cancel": 2, "close": 2},
    ),
    Kind("transfer", "/transfers", _moved, _of_transfer, {"cancel": 2}),
    Kind(
        "count",
        "/counts",
        _counted,
        _of_count,
        {"cancel": 1, "recount": 1, "approve": 30},
    ),
)
