"""Asks: what a caller might want, in small numbers so that callers collide; for the model and for
the ledger alike.

An `Ask` is neutral: moments are minutes from now, an entry to reverse is a place in a list. `said`
puts it to the model, `command` makes the ledger's command of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from onhand.core import commands as c
from onhand.core.levels import StockKey
from onhand.core.movements import MovementType, Origin, PastMovement
from tests.support.model import Entry, Model, Place, Said

WAREHOUSES = (1, 2, 3)
CLOSED, UNKNOWN = 4, 99
"""Warehouses at which nothing can be done: one that is not active, and one that never was."""
ORDERS = (1, 2, 3, 4)
PRODUCT_FIELDS = {
    "backorders": "allow_backorder",
    "active": "is_active",
    "tracked": "track_inventory",
    "default_warehouse": "default_warehouse_id",
}


@dataclass(frozen=True)
class Ask:
    """One command, in neutral terms; `product` counts from 0."""

    verb: str
    product: int = 0
    given: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        said = ", ".join(f"{k}={v}" for k, v in self.given.items() if v is not None)
        return f"{self.verb}({self.product}: {said})"


@dataclass(frozen=True)
class Group:
    """What one caller asks in one request."""

    asks: tuple[Ask, ...]
    atomic: bool = False

    def __repr__(self) -> str:
        return ("all_of" if self.atomic else "") + repr(list(self.asks))


def _asks(products: int, orders: Sequence[int]) -> st.SearchStrategy[Ask]:
    product = st.integers(0, products - 1)
    site = st.sampled_from([*WAREHOUSES * 3, CLOSED, UNKNOWN])
    warehouse = st.one_of(st.none(), site, site)
    units = st.integers(1, 6)
    order = st.sampled_from(orders)
    ago = st.sampled_from([None, None, None, None, 0, 1, 3, 7, -1])
    ends = st.sampled_from([None, None, None, 1, 2, 4, 0])

    def ask(verb: str, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Ask]:
        return st.builds(Ask, st.just(verb), product, st.fixed_dictionaries(given))

    signed = st.one_of(st.integers(-6, 6), st.integers(1, 6))
    texts = st.sampled_from(["Found #1", "Order #2, #3", "#4", "No order", "#99 then #1"])
    where = {"warehouse": warehouse, "ago": ago}
    movings = [
        ask("adjust", **where, quantity=signed, order=st.one_of(st.none(), st.none(), order)),
        ask("adjust", **where, quantity=st.integers(-4, -1), reason=texts),
        ask("adjust", **where, quantity=st.integers(-4, -1), reference=texts),
        ask("receive", **where, quantity=units, order=st.one_of(st.none(), order)),
        ask("ship", **where, quantity=units, order=st.one_of(st.none(), order)),
        ask("reserve", **where, quantity=units, order=order, ends_in=ends),
        ask("reserve", **where, quantity=units, order=order, ends_in=ends),
        ask("release", **where, quantity=units, order=order),
        ask("count", **where, counted=st.integers(0, 8), deallocate=st.booleans()),
        ask(
            "transfer",
            source=site,
            target=site,
            quantity=units,
            ago=ago,
        ),
        ask("reverse", which=st.integers(0, 1_000), ago=ago),
        ask("extend", warehouse=site, order=order, ends_in=ends),
    ]
    change = st.one_of(
        st.fixed_dictionaries({"default_warehouse": warehouse}),
        st.fixed_dictionaries({"backorders": st.booleans()}),
        st.fixed_dictionaries({"active": st.booleans()}),
        st.fixed_dictionaries({"tracked": st.booleans()}),
    )
    changes = st.builds(Ask, st.just("change"), product, change)
    return st.one_of(*movings, *movings, changes)


def groups(products: int = 2, orders: Sequence[int] = ORDERS) -> st.SearchStrategy[Group]:
    """What one caller may ask: mostly one command, sometimes several, all or none or each alone."""
    asks = _asks(products, orders)
    return st.one_of(
        st.builds(Group, st.tuples(asks)),
        st.builds(Group, st.lists(asks, min_size=2, max_size=5).map(tuple), st.booleans()),
    )


@dataclass(frozen=True)
class Scene:
    """What asks are about, at one moment: the products' ids, and the entries there are already."""

    now: datetime
    products: Sequence[int]
    entries: Sequence[tuple[Place, int, Entry]]
    transfers: Sequence[tuple[tuple[Place, int], tuple[Place, int]]]
    holds: Mapping[tuple[Place, int], int]

    @classmethod
    def of(cls, model: Model, products: Sequence[int], now: datetime) -> Scene:
        """The scene before a batch: what is reversed in it must have been there before."""
        entries = [
            (place, number, entry)
            for place, shelf in sorted(model.shelves.items())
            for number, entry in enumerate(shelf.entries, 1)
        ]
        holds = {
            (place, hold.order): hold.number
            for place, shelf in model.shelves.items()
            for hold in shelf.holds
        }
        return cls(now, products, entries, tuple(model.transfers), holds)

    def moment(self, minutes_ago: int | None) -> datetime | None:
        """A moment some minutes before now; None where nothing is said of it."""
        return None if minutes_ago is None else self.now - timedelta(minutes=minutes_ago)

    def ends(self, minutes: int | None) -> datetime | None:
        """A moment some minutes after now."""
        return None if minutes is None else self.now + timedelta(minutes=minutes)

    def reversed_entry(self, ask: Ask) -> tuple[Place, int, Entry]:
        """The entry an ask wants reversed."""
        return self.entries[ask.given["which"] % len(self.entries)]


def said(model: Model, ask: Ask, scene: Scene) -> Said:
    """What the model answers."""
    product = scene.products[ask.product]
    given = dict(ask.given)
    happened = scene.moment(given.pop("ago", None))
    warehouse = given.pop("warehouse", None)
    match ask.verb:
        case "adjust":
            return model.adjust(product, warehouse, happened=happened, **given)
        case "receive":
            return model.receive(product, warehouse, happened=happened, **given)
        case "ship":
            return model.ship(product, warehouse, happened=happened, **given)
        case "reserve":
            expires_at = scene.ends(given.pop("ends_in"))
            return model.reserve(
                product, warehouse, happened=happened, expires_at=expires_at, **given
            )
        case "release":
            return model.release(product, warehouse, happened=happened, **given)
        case "count":
            return model.count(product, warehouse, happened=happened, **given)
        case "transfer":
            return model.transfer(product, happened=happened, **given)
        case "reverse":
            place, number, _ = scene.reversed_entry(ask)
            return model.reverse(place, number, happened=happened)
        case "extend":
            order = given["order"]
            held = scene.holds.get(((product, warehouse), order))
            return model.extend(product, warehouse, order, held, scene.ends(given["ends_in"]))
        case "change":
            return model.change_product(product, **ask.given)
    raise AssertionError(ask.verb)


def command(
    ask: Ask,
    scene: Scene,
    ids: Mapping[tuple[Place, int], int],
    reservation_ids: Mapping[tuple[Place, int], int],
) -> c.Command:
    """The ledger's command for an ask; `ids` are those of the entries there are already."""
    product = scene.products[ask.product]
    given = ask.given
    happened = scene.moment(given.get("ago"))
    origin = Origin(
        "tester", given.get("reason"), None, given.get("reference"), occurred_at=happened
    )
    warehouse = given.get("warehouse")
    match ask.verb:
        case "adjust":
            return c.AdjustStock(product, warehouse, given["quantity"], origin, given.get("order"))
        case "receive":
            return c.ReceiveStock(product, warehouse, given["quantity"], origin, given["order"])
        case "ship":
            return c.ShipStock(product, warehouse, given["quantity"], origin, given["order"])
        case "reserve":
            ends = scene.ends(given["ends_in"])
            return c.ReserveStock(
                product, warehouse, given["quantity"], given["order"], origin, ends
            )
        case "release":
            return c.ReleaseStock(product, warehouse, given["quantity"], given["order"], origin)
        case "count":
            shortfall = c.OnShortfall("deallocate" if given["deallocate"] else "reject")
            return c.CountStock(product, warehouse, given["counted"], origin, shortfall)
        case "transfer":
            return c.TransferStock(
                product, given["source"], given["target"], given["quantity"], origin
            )
        case "reverse":
            return _reversal(ask, scene, ids, origin)
        case "extend":
            assert warehouse is not None
            place = (product, warehouse)
            reservation_id = reservation_ids.get((place, given["order"]), 0)
            return c.RescheduleReservation(
                *place, given["order"], reservation_id, scene.ends(given["ends_in"]), origin
            )
        case "change":
            changes = {PRODUCT_FIELDS[name]: value for name, value in given.items()}
            return c.UpdateProduct(product, changes, origin)
    raise AssertionError(ask.verb)


def _reversal(
    ask: Ask, scene: Scene, ids: Mapping[tuple[Place, int], int], origin: Origin
) -> c.Command:
    place, number, _ = scene.reversed_entry(ask)
    pair = next((pair for pair in scene.transfers if (place, number) in pair), None)
    kept = {(at, number): entry for at, number, entry in scene.entries}
    return c.ReverseMovement(
        tuple(
            PastMovement(
                ids[at],
                StockKey(*at[0]),
                MovementType(kept[at].type),
                kept[at].quantity,
                kept[at].order,
            )
            for at in pair or ((place, number),)
        ),
        origin,
    )
