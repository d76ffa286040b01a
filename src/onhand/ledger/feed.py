"""The feed: all events of a shop in one order, to be read from any number on, with none left out.

Movements and all other events have numbers out of one row, given before their commit; several
servers on one PostgreSQL commit in another order than that. A number is settled once whatever has
that one or a smaller one is committed, or never will be. A feed gives settled events only: whoever
goes on after the last number he has seen is told of every event, once, and of each product's in the
order in which they happened to it.

A page looks at a limited span of numbers. So it costs the same whatever it leaves out, and one may
be empty though more follows: go on after `next_after`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from onhand.core.documents import DocumentKind
from onhand.core.events import OF_MOVEMENTS
from onhand.ledger.stock_views import MovementView

SPAN = 10_000
"""How many numbers a page looks at."""

LONGEST_DATA = 16_384
"""Characters of a document's step that the feed tells; a longer one is read with the document."""


class NotNumberedYet(Exception):
    """Somebody asks for what comes after a number that no event has: it is not of this ledger."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"No event has this number yet; the last one is {newest}")
        self.newest = newest


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event. `movement` is what it tells where it is one; else `data` does.

    `subject` is a document, a product or a warehouse that was changed, `version` which one of it
    this made; `step`, `from_state` and `to_state` are a document's. `changed` are new values of a
    product or a warehouse. `warehouses` are those whose stock it tells of; None: of no stock;
    none: of the stock of all. `data` None is too long to be told here.
    """

    number: int
    type: str
    at: datetime
    actor: str
    reason: str | None = None
    product_id: int | None = None
    warehouses: tuple[int, ...] | None = None
    movement: MovementView | None = None
    subject: tuple[str, int] | None = None
    version: int | None = None
    step: str | None = None
    from_state: str | None = None
    to_state: str | None = None
    data: Mapping[str, Any] | None = field(default_factory=lambda: MappingProxyType({}))
    changed: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of_movement(cls, movement: MovementView) -> FeedEvent:
        """The event that a movement is."""
        return cls(
            movement.id,
            OF_MOVEMENTS[movement.movement_type],
            movement.created_at,
            movement.created_by,
            movement.reason,
            movement.product_id,
            (movement.warehouse_id,),
            movement,
        )


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; None asks for any. `within` are the warehouses that the reader may look at."""

    types: frozenset[str] | None = None
    product_id: int | None = None
    within: frozenset[int] | None = None

    def takes(self, event: FeedEvent) -> bool:
        """Whether an event is one of these."""
        return (
            (self.types is None or event.type in self.types)
            and (self.product_id is None or event.product_id == self.product_id)
            and may_see(self.within, event.warehouses, event.subject)
        )


ANY = EventFilter()


def may_see(
    within: frozenset[int] | None,
    warehouses: Collection[int] | None,
    subject: tuple[str, int] | None,
) -> bool:
    """Whether a reader who may look at some warehouses (None: all) may see what tells of these.

    All of them must be theirs, of a transfer one end. A document that names none is seen; what
    follows from the stock of all warehouses is for readers without limits.
    """
    if within is None or warehouses is None:
        return True
    if subject is None and not warehouses:
        return False
    if subject is not None and subject[0] == DocumentKind.TRANSFER:
        return not within.isdisjoint(warehouses)
    return within.issuperset(warehouses)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Events by their number. The next page follows after `next_after`, where there is one yet.

    Up to `settled` nothing more can come; `newest` is the last number that was given.
    """

    events: Sequence[FeedEvent]
    next_after: int
    settled: int
    newest: int

    @property
    def has_more(self) -> bool:
        """Whether a next page can be read at once."""
        return self.next_after < self.settled


class Feed(Protocol):
    """Where events are read, from any thread. Raises `StoreUnavailable`."""

    def read(self, which: EventFilter, after: int, limit: int) -> FeedPage:
        """Up to `limit` settled events after a number.

        Raises `NotNumberedYet` where the number was never given.
        """
        ...

    def newest(self) -> int:
        """The last number that was given: what comes after it happens from now on."""
        ...


def span_end(after: int, settled: int, newest: int) -> int:
    """The last number that a page looks at. Raises `NotNumberedYet`."""
    if after > newest:
        raise NotNumberedYet(newest)
    return max(after, min(settled, after + SPAN))


def page_of(
    found: Iterable[FeedEvent],
    which: EventFilter,
    end: int,
    limit: int,
    settled: int,
    newest: int,
) -> FeedPage:
    """A page out of all events up to a number that are asked for, or the first `limit` of each
    kind.
    """
    events = sorted(found, key=lambda event: event.number)
    if len(events) >= limit:
        events = events[:limit]
        end = events[-1].number
    return FeedPage([it for it in events if which.takes(it)], end, settled, newest)
