"""Mending: what follows from a product's movements and documents, worked out anew. Pure.

Movements, documents and the catalogue are what was told; all else follows from them, and can be
made again:

    levels          what their entries add up to, as the last entry left them
    reservations    allocated: what the order's reserved and released entries add up to;
                    backordered: what its sales order still waits for. Nothing else tells what an
                    order of the shop's own waits for: that is left as it is
    totals, inbound what the levels, and the documents under way, add up to
    daily sales     what the `out` entries add up to
    what is repeated for the lists, beside totals and at levels: what the product and its settings
                    say

Where an order holds more than its sales order says, the ledger is right about what happened, and
that was one reservation too many: a movement that releases it is what mends it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, NamedTuple

from onhand.core.commands import ReleaseStock
from onhand.core.decide import Decision
from onhand.core.documents import Inbound
from onhand.core.levels import Level, StockKey
from onhand.core.movements import Origin
from onhand.core.products import Product
from onhand.core.reservations import Reservation, order_named, sales_order_of
from onhand.core.snapshot import ProductTotals
from onhand.ledger.books import Books, Sales, Tally
from onhand.ledger.differences import Difference
from onhand.ledger.verify import differing

ACTOR = "onhand:repair"

Holds = dict[tuple[StockKey, int], Reservation]


class Mend(NamedTuple):
    """A stored figure that differs from what it follows from."""

    product_id: int
    warehouse_id: int | None
    what: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Right:
    """What should be stored of a product; `surplus` is what orders hold beyond their documents."""

    levels: Mapping[StockKey, Level]
    holds: Holds
    totals: ProductTotals
    inbounds: Mapping[StockKey, Inbound]
    inbound_total: int
    sales: Sales
    surplus: Mapping[tuple[StockKey, int], int]


def unmendable(books: Books) -> list[Difference]:
    """What is wrong with the movements themselves; then nothing can follow from them."""
    found = list(books.faults)
    for key, tally in books.tallies.items():
        for order_id, units in tally.held.items():
            if order_id is None or units < 0:
                what = f"units allocated to {order_named(order_id)} by its movements"
                found.append(
                    Difference(key.product_id, what, "an order's, 0 or more", units, key[1])
                )
    return found


def right(books: Books, now: datetime) -> Right:
    """What follows from movements and documents. A reservation to be made has no id yet: 0."""
    holds: Holds = {(key, hold.order_id): hold.copy() for key, hold in books.holds}
    allocated = {
        (key, order_id): units
        for key, tally in books.tallies.items()
        for order_id, units in tally.held.items()
        if order_id is not None
    }
    claimed = books.claimed.held
    for place in allocated.keys() | {place for place in claimed if claimed[place]}:
        holds.setdefault(place, Reservation(0, place[1], 0, 0, None, now))
    surplus = {}
    for place, hold in holds.items():
        hold.allocated = allocated.get(place, 0)
        if sales_order_of(place[1]) is not None:
            hold.backordered = max(0, claimed.get(place, 0) - hold.allocated)
            if hold.allocated > claimed.get(place, 0):
                surplus[place] = hold.allocated - claimed.get(place, 0)
    holds = {place: hold for place, hold in holds.items() if hold.held}
    levels = {
        key: _level(books.tallies.get(key, Tally()), key, holds)
        for key in {*books.tallies, *books.levels, *books.watched, *(key for key, _ in holds)}
    }
    inbounds = {
        key: books.claimed.inbound.get(key, Inbound())
        for key in books.claimed.inbound.keys() | books.inbounds.keys()
    }
    return Right(
        levels,
        holds,
        ProductTotals(
            sum(level.on_hand for level in levels.values()),
            sum(level.reserved for level in levels.values()),
            sum(level.backordered for level in levels.values()),
        ),
        inbounds,
        sum(inbound.total for inbound in inbounds.values()),
        {at: books.sold.get(at, 0) for at in books.sold.keys() | books.sales.keys()},
        surplus,
    )


def mends(books: Books, found: Right) -> Iterator[Mend]:
    """Every stored figure that is not what it should be."""
    product_id = books.product_id
    for key in sorted(found.levels):
        yield from _differing(key, "level's ", books.levels.get(key, Level()), found.levels[key])
    stored = {(key, hold.order_id): hold for key, hold in books.holds}
    for place in sorted(stored.keys() | found.holds.keys()):
        before, after = stored.get(place), found.holds.get(place)
        for what in ("allocated", "backordered"):
            was, is_ = (0 if hold is None else getattr(hold, what) for hold in (before, after))
            if was != is_:
                yield Mend(*place[0], f"units {what} to {order_named(place[1])}", was, is_)
    yield from _differing(
        (product_id, None), "product's total ", books.totals or ProductTotals(), found.totals
    )
    for key in sorted(found.inbounds):
        before_, after_ = books.inbounds.get(key, Inbound()), found.inbounds[key]
        for what in ("on_order", "in_transit"):
            if getattr(before_, what) != getattr(after_, what):
                told = f"level's {what.replace('_', ' ')}"
                yield Mend(*key, told, getattr(before_, what), getattr(after_, what))
    if books.inbound_total != found.inbound_total:
        total = (books.inbound_total, found.inbound_total)
        yield Mend(product_id, None, "product's total inbound", *total)
    for (warehouse_id, day), units in sorted(found.sales.items()):
        if books.sales.get((warehouse_id, day), 0) != units:
            sold = (books.sales.get((warehouse_id, day), 0), units)
            yield Mend(product_id, warehouse_id, f"units sold on {day}", *sold)
    for told, is_, was in differing(books.said, books.repeated):
        yield Mend(product_id, None, told, was, is_)
    for key, level in books.watched.items():
        for told, is_, was in differing(level.said, level.repeated):
            yield Mend(*key, told, was, is_)


def decision(books: Books, found: Right, product: Product | None) -> Decision:
    """What brings the stored rows to where they should be; no movement among them.

    `product` is written again where what is repeated of it differs. Reservations have their ids.
    """
    stored = {(key, hold.order_id): hold for key, hold in books.holds}
    return Decision(
        outcomes=(),
        movements=(),
        levels={
            key: level for key, level in found.levels.items() if books.levels.get(key) != level
        },
        reservations={
            place: found.holds.get(place)
            for place in stored.keys() | found.holds.keys()
            if stored.get(place) != found.holds.get(place)
        },
        totals={} if books.totals == found.totals else {books.product_id: found.totals},
        daily_sales={
            (books.product_id, warehouse_id, day): units - books.sales.get((warehouse_id, day), 0)
            for (warehouse_id, day), units in found.sales.items()
            if books.sales.get((warehouse_id, day), 0) != units
        },
        products={} if product is None else {product.id: product},
        warehouses={},
        documents={},
        inbounds={
            key: inbound
            for key, inbound in found.inbounds.items()
            if books.inbounds.get(key, Inbound()) != inbound
        },
        inbound_totals=(
            {}
            if books.inbound_total == found.inbound_total
            else {books.product_id: found.inbound_total}
        ),
        events=(),
        notices=(),
        terms={},
        # As they are: whoever writes them has the levels repeat what they should.
        settings={
            key: level.settings
            for key, level in books.watched.items()
            if level.said != level.repeated
        },
        removed_levels=(),
    )


def together(parts: Sequence[Decision]) -> Decision:
    """Several products' decisions as one, to be written in one commit."""
    merged: dict[str, Any] = {}
    for field in fields(Decision):
        values = [getattr(part, field.name) for part in parts]
        merged[field.name] = (
            {key: it for value in values for key, it in value.items()}
            if isinstance(values[0], dict)
            else ()
        )
    return Decision(**merged)


def as_stored(books: Books) -> Right:
    """What is stored, taken for right."""
    return Right(
        books.levels,
        {(key, hold.order_id): hold for key, hold in books.holds},
        books.totals or ProductTotals(),
        books.inbounds,
        books.inbound_total,
        books.sales,
        {},
    )


def releases(found: Right) -> list[ReleaseStock]:
    """The commands that give back what orders hold beyond what their sales orders say."""
    return [
        ReleaseStock(
            *key,
            # Released are backordered units first, of which it has none.
            quantity=units,
            order_id=order_id,
            origin=Origin(
                ACTOR,
                reason=f"Held beyond what {order_named(order_id)} says",
                reference_type="sales_order",
                reference_id=sales_order_of(order_id),
            ),
        )
        for (key, order_id), units in sorted(found.surplus.items())
    ]


def with_ids(found: Right, new_ids: Iterator[int]) -> Right:
    """The same, each reservation that is to be made with an id of its own."""
    holds = {place: hold.copy() for place, hold in sorted(found.holds.items())}
    for hold in holds.values():
        hold.id = hold.id or next(new_ids)
    return replace(found, holds=holds)


def _level(tally: Tally, key: StockKey, holds: Holds) -> Level:
    waiting = sum(hold.backordered for (at, _), hold in holds.items() if at == key)
    return Level(
        tally.on_hand,
        tally.reserved,
        waiting,
        tally.entry_number,
        tally.last_at,
        tally.counted_at,
        tally.seal,
    )


def _differing(
    place: tuple[int, int | None], prefix: str, before: Any, after: Any
) -> Iterator[Mend]:
    for name in type(after).__slots__:
        was, is_ = getattr(before, name), getattr(after, name)
        if was != is_:
            yield Mend(*place, prefix + name.replace("_", " "), was, is_)
