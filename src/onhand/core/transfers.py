"""Transfers: units on their way from one warehouse to another.

Once shipped they are in no warehouse's on hand, but in transit to the destination, until each is
received, or written off there with a reason. At every moment: on hand + in transit is constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from onhand.core.documents import Claim, Document, DocumentCommand, DocumentKind, Touch
from onhand.core.life_cycles import LifeCycle, Transition

DRAFT, SHIPPED, PARTIALLY_RECEIVED = "draft", "shipped", "partially_received"
RECEIVED, CANCELLED = "received", "cancelled"

LIFE_CYCLE = LifeCycle(
    DocumentKind.TRANSFER,
    (
        Transition(None, "draft", (DRAFT,), "two warehouses, in use"),
        Transition(DRAFT, "change", (DRAFT,)),
        Transition(
            DRAFT,
            "ship",
            (SHIPPED,),
            "every line is available at the source",
            "units leave the source and are in transit",
        ),
        Transition(DRAFT, "cancel", (CANCELLED,)),
        Transition(
            SHIPPED,
            "receive",
            (PARTIALLY_RECEIVED, RECEIVED),
            "no more than is in transit; a reason for what is lost or damaged",
            "units arrive at the destination; lost and damaged ones are written off there",
        ),
        Transition(
            PARTIALLY_RECEIVED,
            "receive",
            (PARTIALLY_RECEIVED, RECEIVED),
            "the same",
            "the same",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One product of a transfer; quantities in units, those after `quantity` so far."""

    number: int
    product_id: int
    quantity: int
    received: int = 0
    lost: int = 0
    damaged: int = 0

    @property
    def open(self) -> int:
        """Units neither received nor written off."""
        return self.quantity - self.received - self.lost - self.damaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Document):
    """A transfer with its lines. `shipped_at` is when its last line left."""

    kind: ClassVar = DocumentKind.TRANSFER

    from_warehouse_id: int
    to_warehouse_id: int
    reference: str | None = None
    notes: str | None = None
    expected_date: date | None = None
    shipped_at: datetime | None = None
    lines: tuple[TransferLine, ...] = ()

    def is_seen_from(self, within: frozenset[int]) -> bool:
        """Whether either end is theirs."""
        return not within.isdisjoint((self.from_warehouse_id, self.to_warehouse_id))

    @property
    def is_under_way(self) -> bool:
        """Whether units of it are in transit."""
        return self.state in (SHIPPED, PARTIALLY_RECEIVED)

    def touches(self) -> Iterator[Touch]:
        """Each line's product at both ends."""
        for line in self.lines:
            yield Touch(line.product_id, self.from_warehouse_id)
            yield Touch(line.product_id, self.to_warehouse_id, line.quantity)

    def claims(self) -> Iterator[Claim]:
        """What of each line is in transit to its destination."""
        if self.is_under_way:
            for line in self.lines:
                yield Claim(line.product_id, self.to_warehouse_id, in_transit=line.open)

    def flaws(self) -> Iterator[tuple[str, object, object]]:
        """Where its state and its lines disagree."""
        for line in self.lines:
            gone = line.quantity - line.open
            if self.state == RECEIVED and line.open:
                yield f"units of line {line.number} accounted for", line.quantity, gone
            elif gone and self.state in (DRAFT, SHIPPED, CANCELLED):
                yield f"units of line {line.number} accounted for", 0, gone


@dataclass(frozen=True, slots=True)
class LineGiven:
    """A line as somebody writes it: a product, and how many units of it."""

    product_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _TransferCommand(DocumentCommand):
    kind: ClassVar = DocumentKind.TRANSFER


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTransfer(_TransferCommand):
    """Write a new transfer; `ship`: send it off at once."""

    from_warehouse_id: int
    to_warehouse_id: int
    lines: tuple[LineGiven, ...]
    reference: str | None = None
    notes: str | None = None
    expected_date: date | None = None
    ship: bool = False

    def touches(self) -> Iterator[Touch]:
        """Each line's product at both ends."""
        for line in self.lines:
            yield Touch(line.product_id, self.from_warehouse_id)
            yield Touch(line.product_id, self.to_warehouse_id, line.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTransfer(_TransferCommand):
    """Write a draft anew: fields of a transfer by name; its lines as `LineGiven`, all of them."""

    changes: Mapping[str, Any]

    def touches(self) -> Iterable[Touch]:
        """Each line's product."""
        return [Touch(line.product_id, None) for line in self.changes.get("lines", ())]

    def warehouses(self) -> Iterable[int]:
        """Its new ends."""
        ends = ("from_warehouse_id", "to_warehouse_id")
        return [self.changes[end] for end in ends if end in self.changes]


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtSource(_TransferCommand):
    """A step that is taken where the units are before they leave."""

    def sites(self, document: Document | None) -> Iterator[int]:
        """The source."""
        if isinstance(document, Transfer):
            yield document.from_warehouse_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipTransfer(_AtSource):
    """Send a draft off."""


@dataclass(frozen=True, slots=True)
class LineReceived:
    """What became of a line's units: so many arrived whole, were lost on the way, are damaged."""

    number: int
    received: int = 0
    lost: int = 0
    damaged: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveTransfer(_TransferCommand):
    """Take in what arrived; `lines` None: everything that is still in transit."""

    lines: tuple[LineReceived, ...] | None = None

    def sites(self, document: Document | None) -> Iterator[int]:
        """The destination."""
        if isinstance(document, Transfer):
            yield document.to_warehouse_id


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTransfer(_AtSource):
    """Give a draft up."""
