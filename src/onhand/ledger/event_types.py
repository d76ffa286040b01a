"""Every type of event: when it is told, and what its data are; the guide's table is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from onhand.core import events as e
from onhand.core.documents import DocumentKind
from onhand.core.kinds import LIFE_CYCLES
from onhand.core.life_cycles import LifeCycle
from onhand.core.movements import MovementType
from onhand.ledger import event_data as d

EVERY_KIND = ".*"


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event: when it is told, and the shape of its data."""

    name: str
    when: str
    data: type[d.EventData]


_OF_MOVEMENTS: Mapping[MovementType, str] = {
    MovementType.IN: "Units came in: a receipt, a return, what a product opens with",
    MovementType.OUT: "Units left for good",
    MovementType.ADJUSTMENT: "On hand was corrected",
    MovementType.TRANSFER: "Units left for, or came from, another warehouse: one event for each",
    MovementType.COUNT: "On hand was counted, even where nothing differed",
    MovementType.RESERVED: "Units are held for an order",
    MovementType.RELEASED: "Units that an order held are available again, or are about to leave",
}
_OTHERS: tuple[EventType, ...] = (
    EventType(
        e.STOCK_LOW,
        "A product enters the list of what is low: at or below its reorder point",
        d.StockStanding,
    ),
    EventType(
        e.STOCK_OUT,
        "A product enters the list of what is out of stock: nothing is available any more",
        d.StockStanding,
    ),
    EventType(
        e.STOCK_BACK_IN,
        "Something of a product is available that was out of stock",
        d.StockStanding,
    ),
    EventType(
        e.BACKORDER_ALLOCATED,
        "Units went to an order that waited for them; beside the `stock.reserved` of the same",
        d.BackorderAllocated,
    ),
    EventType(
        e.RESERVATION_EXPIRED,
        "A reservation reached its end; beside the `stock.released` of what it held",
        d.ReservationExpired,
    ),
    EventType(e.PRODUCT_CREATED, "A product was added", d.ProductChanged),
    EventType(e.PRODUCT_UPDATED, "A product was changed, or archived", d.ProductChanged),
    EventType(e.PRODUCT_REMOVED, "A product without history was deleted", d.ProductChanged),
    EventType(e.WAREHOUSE_CREATED, "A warehouse was added", d.WarehouseChanged),
    EventType(e.WAREHOUSE_UPDATED, "A warehouse was changed", d.WarehouseChanged),
    EventType(
        e.SETTINGS_UPDATED,
        "A warehouse goes by settings of its own for a product",
        d.SettingsChanged,
    ),
    EventType(
        e.SETTINGS_REMOVED, "A warehouse goes by a product's settings again", d.SettingsChanged
    ),
    EventType(e.TERMS_CREATED, "A supplier sells one more product", d.TermsChanged),
    EventType(e.TERMS_UPDATED, "A supplier's terms for a product changed", d.TermsChanged),
    EventType(e.TERMS_REMOVED, "A supplier sells a product no more", d.TermsChanged),
    EventType("supplier.created", "A supplier was added", d.DocumentStep),
    EventType("supplier.updated", "A supplier was changed, maybe its status", d.DocumentStep),
)


def _of_movements() -> Iterator[EventType]:
    for movement_type, when in _OF_MOVEMENTS.items():
        yield EventType(e.OF_MOVEMENTS[movement_type], when, d.StockMoved)


def _of_documents(kind: DocumentKind, life_cycle: LifeCycle) -> Iterator[EventType]:
    """One type for each event of a life cycle: where it leads from, and where to."""
    for event in dict.fromkeys(row.event for row in life_cycle.transitions):
        rows = [row for row in life_cycle.transitions if row.event == event]
        before = list(dict.fromkeys(row.state for row in rows if row.state is not None))
        after = list(dict.fromkeys(state for row in rows for state in row.to))
        start = f"from {_either(before)} " if before else ""
        when = f"A {kind.replace('_', ' ')}: `{event}`, {start}to {_either(after)}"
        yield EventType(e.type_of_step(kind, event), when, d.DocumentStep)


def _either(states: Iterable[str]) -> str:
    return ", ".join(f"`{state}`" for state in states)


EVENT_TYPES: Mapping[str, EventType] = {
    one.name: one
    for one in (
        *_of_movements(),
        *_OTHERS,
        *(one for kind, table in LIFE_CYCLES.items() for one in _of_documents(kind, table)),
    )
}
"""By name, in the order of the documentation."""

TYPE_NAMES = (
    *EVENT_TYPES,
    *dict.fromkeys(f"{name.partition('.')[0]}.*" for name in EVENT_TYPES),
)
"""What types may be called: each by its name, and all of a kind."""


def types_named(names: Iterable[str]) -> tuple[frozenset[str], list[str]]:
    """The types that names stand for, `stock.*` for all of a kind; and the names of none."""
    found: set[str] = set()
    unknown: list[str] = []
    for name in names:
        if name.endswith(EVERY_KIND):
            prefix = name.removesuffix("*")
            matching = {one for one in EVENT_TYPES if one.startswith(prefix)}
        else:
            matching = {name} & EVENT_TYPES.keys()
        found |= matching
        if not matching:
            unknown.append(name)
    return frozenset(found), unknown
