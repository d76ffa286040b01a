"""Sales orders: what customers are promised, reserved from confirmation on until it ships.

Each line has its sources: how many of its units come from which warehouse, and how many of these
have left. What is open of a source is held by the order's reservation there, so which units are
allocated and which still wait is the reservations' to tell and stands nowhere else. An order holds
under its negative id: the shop's own order numbers are positive, and the two never meet.

    sum of a line's sources = its quantity, from confirmation on until the rest is given up
    sum of an order's open units at a level = what its reservation there holds
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from onhand.core.documents import Claim, Document, DocumentCommand, DocumentKind, Touch
from onhand.core.life_cycles import LifeCycle, Transition
from onhand.core.reservations import held_for
from onhand.core.warehouses import DEFAULT_WAREHOUSE_ID

DRAFT, CONFIRMED, PARTIALLY_SHIPPED = "draft", "confirmed", "partially_shipped"
SHIPPED, CLOSED, CANCELLED = "shipped", "closed", "cancelled"

_SHIP = ("no more than is allocated", "what is shipped is released and leaves")
_GIVE_UP = "all that is held is released"
_RETURN = (
    "no more than was shipped and has not come back; a reason",
    "units come in; those that cannot be sold are written off",
)

LIFE_CYCLE = LifeCycle(
    DocumentKind.SALES_ORDER,
    (
        Transition(None, "draft", (DRAFT,), "products and warehouses that exist"),
        Transition(DRAFT, "change", (DRAFT,)),
        Transition(
            DRAFT,
            "confirm",
            (CONFIRMED,),
            "every line is available, or may wait",
            "units are reserved; those that may wait are backordered",
        ),
        Transition(DRAFT, "cancel", (CANCELLED,), "a reason"),
        Transition(
            CONFIRMED,
            "change",
            (CONFIRMED,),
            "what is added is available, or may wait",
            "the difference is reserved, or released",
        ),
        Transition(CONFIRMED, "ship", (PARTIALLY_SHIPPED, SHIPPED), *_SHIP),
        Transition(CONFIRMED, "cancel", (CANCELLED,), "a reason", _GIVE_UP),
        Transition(
            PARTIALLY_SHIPPED,
            "change",
            (PARTIALLY_SHIPPED, SHIPPED),
            "the same; what is shipped stays",
            "the same",
        ),
        Transition(PARTIALLY_SHIPPED, "ship", (PARTIALLY_SHIPPED, SHIPPED), *_SHIP),
        Transition(PARTIALLY_SHIPPED, "return", (PARTIALLY_SHIPPED,), *_RETURN),
        Transition(PARTIALLY_SHIPPED, "cancel", (CANCELLED,), "a reason", _GIVE_UP),
        Transition(PARTIALLY_SHIPPED, "close", (CLOSED,), "", _GIVE_UP),
        Transition(SHIPPED, "return", (SHIPPED,), *_RETURN),
        Transition(SHIPPED, "close", (CLOSED,)),
        Transition(CANCELLED, "return", (CANCELLED,), *_RETURN),
    ),
    settled=(SHIPPED, CANCELLED),
)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One product of an order, in units.

    `warehouse_id` None: from where the order says. `allow_backorder` false: never wait; true: wait
    where the product allows it. `returned` have come back, to stock or to be written off.
    """

    number: int
    product_id: int
    quantity: int
    warehouse_id: int | None = None
    allow_backorder: bool = True
    returned: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """`quantity` units of a line come from a warehouse; `shipped` of them have left it."""

    number: int
    line: int
    warehouse_id: int
    quantity: int
    shipped: int = 0

    @property
    def open(self) -> int:
        """Units that have not left yet: the order holds them there."""
        return self.quantity - self.shipped


@dataclass(frozen=True, slots=True)
class Preference:
    """A warehouse that an order may be served from; the first one first."""

    number: int
    warehouse_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrder(Document):
    """An order with its lines.

    Units come from the line's warehouse, else the order's, else from the first of `preferences`
    that has all of a line, else from the first of all warehouses in use. `split`: from several.
    """

    kind: ClassVar = DocumentKind.SALES_ORDER

    customer: str | None = None
    reference: str | None = None
    notes: str | None = None
    requested_date: date | None = None
    warehouse_id: int | None = None
    split: bool = False
    shipments: int = 0
    returns: int = 0
    lines: tuple[OrderLine, ...] = ()
    sources: tuple[Source, ...] = ()
    preferences: tuple[Preference, ...] = ()

    @property
    def order_id(self) -> int:
        """What its reservations and movements go by."""
        return held_for(self.id)

    @property
    def is_open(self) -> bool:
        """Whether it holds stock and may ship."""
        return self.state in (CONFIRMED, PARTIALLY_SHIPPED)

    def shipped(self) -> dict[int, int]:
        """Units that have left, by line."""
        found = {line.number: 0 for line in self.lines}
        for source in self.sources:
            found[source.line] += source.shipped
        return found

    def possible(self) -> list[str]:
        """The events that it knows now: none returns what never left."""
        left = sum(source.shipped for source in self.sources)
        may_return = left > sum(line.returned for line in self.lines)
        events = LIFE_CYCLE.possible(self.state)
        return [event for event in events if event != "return" or may_return]

    def places(self, line: OrderLine, candidates: Sequence[int]) -> Sequence[int]:
        """The warehouses that a line may come from, the first one first."""
        given = line.warehouse_id or self.warehouse_id
        if given is not None:
            return (given,)
        return [it.warehouse_id for it in self.preferences] or candidates

    def touches(self) -> Iterator[Touch]:
        """Each line's product, where it shall come from, and where its units do."""
        for line in self.lines:
            yield Touch(line.product_id, line.warehouse_id or self.warehouse_id)
        yield from self.touches_by(())

    def warehouses_named(self) -> Iterator[int | None]:
        """Its own, its lines', where its units come from and where they may."""
        yield self.warehouse_id
        yield from (line.warehouse_id for line in self.lines)
        yield from (source.warehouse_id for source in self.sources)
        yield from (preference.warehouse_id for preference in self.preferences)

    def touches_by(self, commands: Sequence[DocumentCommand]) -> Iterator[Touch]:
        """Where its units come from; and all products at all warehouses that may be looked at.

        In one batch each command sees the order as those before it left it: so what any of them
        brings is declared at each warehouse that another one names.
        """
        ours = [command for command in commands if isinstance(command, SalesOrderCommand)]
        units = dict.fromkeys((line.product_id for line in self.lines), 0)
        products = {line.number: line.product_id for line in self.lines}
        for line in self.lines:
            units[line.product_id] += line.quantity
        for source in self.sources:
            product_id = products[source.line]
            yield Touch(product_id, source.warehouse_id, source.quantity, self.order_id)
        places = {warehouse_id for command in ours for warehouse_id in command.warehouses()}
        reserving = [command for command in ours if command.reserves]
        if reserving:
            preferred = {it.warehouse_id for it in self.preferences}
            fixed = {line.warehouse_id for line in self.lines} | {self.warehouse_id}
            places |= preferred | {it for it in fixed if it is not None}
            sites_change = any(command.changes_sites for command in ours)
            if sites_change or (self.warehouse_id is None and not preferred):
                places.update(*(command.candidates for command in reserving))
        for command in ours:
            for given in command.given():
                if "product_id" in given.fields:
                    new: int = given.fields["product_id"]
                    units[new] = units.get(new, 0) + given.fields["quantity"]
        for product_id, frees in units.items():
            for warehouse_id in places:
                yield Touch(product_id, warehouse_id, frees, self.order_id)
                for _ in reserving:
                    yield Touch(product_id, warehouse_id, reserves=True)

    def claims(self) -> Iterator[Claim]:
        """What it holds where."""
        products = {line.number: line.product_id for line in self.lines}
        for source in self.sources:
            if source.open and source.line in products:
                place = (products[source.line], source.warehouse_id)
                yield Claim(*place, order_id=self.order_id, held=source.open)

    def flaws(self) -> Iterator[tuple[str, object, object]]:
        """Where its state, its lines and their sources disagree."""
        sourced, shipped = Counter[int](), Counter[int]()
        for source in self.sources:
            sourced[source.line] += source.quantity
            shipped[source.line] += source.shipped
        for number in sourced.keys() - {line.number for line in self.lines}:
            yield f"line {number} of its sources", "one", "none"
        for line in self.lines:
            what, left = f"of line {line.number}", shipped[line.number]
            given_up = {DRAFT: 0, CANCELLED: left, CLOSED: left}
            expected = given_up.get(self.state, line.quantity)
            if sourced[line.number] != expected:
                yield f"units {what} with a source", expected, sourced[line.number]
            if line.returned > left:
                yield f"units {what} returned", f"at most {left}", line.returned
        if self.state not in (DRAFT, CANCELLED, CLOSED):
            is_done = shipped.total() == sourced.total()
            started = SHIPPED if is_done else PARTIALLY_SHIPPED
            state = started if shipped.total() else CONFIRMED
            if self.state != state:
                yield "state", state, self.state


@dataclass(frozen=True, slots=True)
class LineGiven:
    """A line as somebody writes it: fields of an `OrderLine`, its quantity always.

    `number` None: a new line; else what is left out of `fields` stays.
    """

    number: int | None
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrderCommand(DocumentCommand):
    """What all commands about sales orders have.

    `candidates` are the warehouses in use, the preferred one first, for what nobody says the
    source of.
    """

    kind: ClassVar = DocumentKind.SALES_ORDER

    candidates: tuple[int, ...] = (DEFAULT_WAREHOUSE_ID,)

    @property
    def reserves(self) -> bool:
        """Whether it may reserve."""
        return False

    @property
    def changes_sites(self) -> bool:
        """Whether it changes where an order's units come from."""
        return False

    def sites(self, document: Document | None) -> Iterator[int]:
        """All that are named, and where else it may reserve."""
        yield from DocumentCommand.sites(self, document)
        if self.reserves:
            yield from self.candidates

    def given(self) -> Iterable[LineGiven]:
        """The lines that it writes."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSalesOrder(SalesOrderCommand):
    """Write a new order; `confirm`: at once. `fields` are a sales order's, by name."""

    lines: tuple[LineGiven, ...]
    preferences: tuple[int, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    confirm: bool = False

    @property
    def reserves(self) -> bool:
        """Where it is confirmed at once."""
        return self.confirm

    def given(self) -> Iterable[LineGiven]:
        """The lines that it writes."""
        return self.lines

    def warehouses(self) -> Iterator[int]:
        """Every warehouse that it names."""
        yield from _sites(self.fields.get("warehouse_id"), self.preferences, self.lines)

    def touches(self) -> Iterator[Touch]:
        """Each line's product, where it may come from."""
        order_wide = self.fields.get("warehouse_id")
        anywhere = self.preferences or self.candidates
        for line in self.lines:
            product_id = line.fields["product_id"]
            fixed = line.fields.get("warehouse_id") or order_wide
            if not self.confirm:
                yield Touch(product_id, None)
            else:
                for warehouse_id in anywhere if fixed is None else (fixed,):
                    yield Touch(product_id, warehouse_id, reserves=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSalesOrder(SalesOrderCommand):
    """Change an order: its fields by name, all of its lines, its preferences as warehouse ids."""

    changes: Mapping[str, Any]

    @property
    def reserves(self) -> bool:
        """Lines may grow."""
        return True

    @property
    def changes_sites(self) -> bool:
        """Whether it changes where an order's units come from."""
        return not self.changes.keys().isdisjoint(("warehouse_id", "preferences"))

    def given(self) -> Iterable[LineGiven]:
        """The lines that it writes."""
        lines: Iterable[LineGiven] = self.changes.get("lines", ())
        return lines

    def warehouses(self) -> Iterator[int]:
        """Every warehouse that it names."""
        preferences = self.changes.get("preferences", ())
        yield from _sites(self.changes.get("warehouse_id"), preferences, self.given())

    def touches(self) -> Iterator[Touch]:
        """Each new line's product."""
        for line in self.given():
            if "product_id" in line.fields:
                yield Touch(line.fields["product_id"], None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSalesOrder(SalesOrderCommand):
    """Promise all of an order to its customer: reserve it."""

    @property
    def reserves(self) -> bool:
        """It does."""
        return True


@dataclass(frozen=True, slots=True)
class LineShipped:
    """Units of a line that leave; None: all that are allocated."""

    number: int
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipSalesOrder(SalesOrderCommand):
    """Send units off; `lines` None: all that is allocated, `warehouse_id` None: from anywhere."""

    lines: tuple[LineShipped, ...] | None = None
    warehouse_id: int | None = None

    def warehouses(self) -> Iterable[int]:
        """None: only where the order holds units anything leaves."""
        return ()

    def sites(self, document: Document | None) -> Iterator[int]:
        """All that are named, the one that it shall leave too."""
        yield from SalesOrderCommand.sites(self, document)
        if self.warehouse_id is not None:
            yield self.warehouse_id


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSalesOrder(SalesOrderCommand):
    """Give up what has not been shipped; the origin says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSalesOrder(SalesOrderCommand):
    """Be done with an order: nothing more leaves, nothing comes back."""


@dataclass(frozen=True, slots=True)
class LineReturned:
    """Units of a line that come back, to stock or to be written off.

    `warehouse_id` None: to where they came from. `reason` None: the return's.
    """

    number: int
    quantity: int
    restock: bool = True
    warehouse_id: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnSalesOrder(SalesOrderCommand):
    """Take units back; the origin says why."""

    lines: tuple[LineReturned, ...]

    def warehouses(self) -> Iterator[int]:
        """Where they come in."""
        for line in self.lines:
            if line.warehouse_id is not None:
                yield line.warehouse_id


def _sites(
    order_wide: int | None, preferences: Iterable[int], lines: Iterable[LineGiven]
) -> Iterator[int]:
    yield from preferences
    for warehouse_id in (order_wide, *(line.fields.get("warehouse_id") for line in lines)):
        if warehouse_id is not None:
            yield warehouse_id
