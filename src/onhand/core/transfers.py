"""Transfers: units on their way from one warehouse to another.

Once shipped they are in no warehouse's on hand, but in transit to the destination, until each is
received, or written off there with a reason. At every moment: on hand + in transit is constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar

from onhand.core.catalog_rules import product_fault, warehouse_fault
from onhand.core.document_rules import (
    found,
    line_faults,
    more_than_open,
    no_line,
    record,
    referring_to,
)
from onhand.core.documents import Claim, Document, DocumentCommand, DocumentKind, Touch
from onhand.core.draft import Draft
from onhand.core.levels import MAX_QUANTITY, StockKey
from onhand.core.life_cycles import LifeCycle, Transition
from onhand.core.movements import MovementType, Origin
from onhand.core.rejections import Rejected, RejectionCode, lines_refused
from onhand.core.stock_rules import Accepted, Result, insufficient, too_large

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
class ShipTransfer(_TransferCommand):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTransfer(_TransferCommand):
    """Give a draft up."""


def draft_transfer(draft: Draft, command: DraftTransfer) -> Result:
    """Write a new transfer, and ship it at once where that is asked."""
    transfer = Transfer(
        id=next(draft.snapshot.new_ids.documents[DocumentKind.TRANSFER]),
        state=DRAFT,
        version=0,
        created_by=command.origin.actor,
        created_at=draft.now,
        updated_at=draft.now,
        from_warehouse_id=command.from_warehouse_id,
        to_warehouse_id=command.to_warehouse_id,
        reference=command.reference,
        notes=command.notes,
        expected_date=command.expected_date,
        lines=_numbered(command.lines),
    )
    fault = _fault_of_ends(draft, transfer) or _fault_of_products(draft, transfer)
    if fault is not None:
        return fault
    transfer = record(draft, None, transfer, "draft", command.origin)
    if command.ship:
        return _ship(draft, transfer, command.origin)
    return Accepted(facts={"document": transfer})


def change_transfer(draft: Draft, command: ChangeTransfer) -> Result:
    """Write a draft anew."""
    transfer = found(draft, command, Transfer, LIFE_CYCLE, "change")
    if isinstance(transfer, Rejected):
        return transfer
    changes = dict(command.changes)
    if "lines" in changes:
        changes["lines"] = _numbered(changes["lines"])
    changed = replace(transfer, **changes)
    fault = _fault_of_ends(draft, changed) or _fault_of_products(draft, changed)
    if fault is not None:
        return fault
    changed = record(draft, transfer, changed, "change", command.origin)
    return Accepted(facts={"document": changed})


def ship_transfer(draft: Draft, command: ShipTransfer) -> Result:
    """Send a draft off: all of it, or nothing."""
    transfer = found(draft, command, Transfer, LIFE_CYCLE, "ship")
    if isinstance(transfer, Rejected):
        return transfer
    return _ship(draft, transfer, command.origin)


def receive_transfer(draft: Draft, command: ReceiveTransfer) -> Result:
    """Take in what arrived, and write off what did not."""
    transfer = found(draft, command, Transfer, LIFE_CYCLE, "receive")
    if isinstance(transfer, Rejected):
        return transfer
    fault = warehouse_fault(draft, transfer.to_warehouse_id, "to_warehouse_id")
    if fault is not None:
        return fault
    given = command.lines
    if given is None:
        given = tuple(LineReceived(line.number, line.open) for line in transfer.lines if line.open)
    lines = {line.number: line for line in transfer.lines}
    start = len(draft.movements)
    faults = []
    for place, arrived in enumerate(given):
        line = lines.get(arrived.number)
        if line is None:
            faults.append((place, no_line(arrived.number, lines)))
            continue
        fault = _fault_of_arrival(draft, transfer, line, arrived)
        if fault is not None:
            faults.append((place, fault))
            continue
        _arrive(draft, transfer, line, arrived, command.origin)
        lines[line.number] = replace(
            line,
            received=line.received + arrived.received,
            lost=line.lost + arrived.lost,
            damaged=line.damaged + arrived.damaged,
        )
    if faults:
        return lines_refused(faults)
    is_done = not any(line.open for line in lines.values())
    received = replace(
        transfer,
        state=RECEIVED if is_done else PARTIALLY_RECEIVED,
        lines=tuple(lines.values()),
    )
    told = [
        {
            "line": arrived.number,
            "received": arrived.received,
            "lost": arrived.lost,
            "damaged": arrived.damaged,
            "reason": arrived.reason,
        }
        for arrived in given
    ]
    received = record(draft, transfer, received, "receive", command.origin, {"lines": told})
    return Accepted(movements=(start, len(draft.movements)), facts={"document": received})


def cancel_transfer(draft: Draft, command: CancelTransfer) -> Result:
    """Give a draft up; nothing has moved."""
    transfer = found(draft, command, Transfer, LIFE_CYCLE, "cancel")
    if isinstance(transfer, Rejected):
        return transfer
    cancelled = replace(transfer, state=CANCELLED)
    cancelled = record(draft, transfer, cancelled, "cancel", command.origin)
    return Accepted(facts={"document": cancelled})


def _ship(draft: Draft, transfer: Transfer, origin: Origin) -> Result:
    fault = _fault_of_ends(draft, transfer)
    if fault is not None:
        return fault
    start = len(draft.movements)
    told = referring_to(transfer, origin)
    faults = []
    shipped_at = draft.now if origin.occurred_at is None else origin.occurred_at
    for place, line in enumerate(transfer.lines):
        source = StockKey(line.product_id, transfer.from_warehouse_id)
        fault = product_fault(draft, line.product_id)
        if fault is None:
            level = draft.level(source)
            if line.quantity <= level.available:
                draft.post(
                    source,
                    MovementType.TRANSFER,
                    -line.quantity,
                    told,
                    transfer_id=transfer.id,
                )
                target = StockKey(line.product_id, transfer.to_warehouse_id)
                draft.inbound(target).in_transit += line.quantity
                if level.last_movement_at is not None and level.last_movement_at > shipped_at:
                    shipped_at = level.last_movement_at
                continue
            fault = insufficient(level.available, line.quantity)
        faults.append((place, fault))
    if faults:
        return lines_refused(faults)
    shipped = replace(transfer, state=SHIPPED, shipped_at=shipped_at)
    shipped = record(draft, transfer, shipped, "ship", origin)
    return Accepted(movements=(start, len(draft.movements)), facts={"document": shipped})


def _arrive(
    draft: Draft, transfer: Transfer, line: TransferLine, arrived: LineReceived, origin: Origin
) -> None:
    """Post what became of a line's units at the destination.

    What is written off arrives and leaves again: so a transfer's rows add up, and a loss is seen
    where all losses are, among the adjustments.
    """
    target = StockKey(line.product_id, transfer.to_warehouse_id)
    told = referring_to(transfer, origin)
    gone = arrived.lost + arrived.damaged
    draft.level(target)
    draft.post(
        target,
        MovementType.TRANSFER,
        arrived.received + gone,
        told,
        transfer_id=transfer.id,
        not_before=transfer.shipped_at,
    )
    for units, what in ((arrived.lost, "Lost"), (arrived.damaged, "Damaged")):
        if units:
            why = replace(told, reason=f"{what} in transit: {arrived.reason}")
            draft.post(target, MovementType.ADJUSTMENT, -units, why)
    draft.inbound(target).in_transit -= arrived.received + gone
    draft.allocate_arrivals(target, told)


def _fault_of_arrival(
    draft: Draft, transfer: Transfer, line: TransferLine, arrived: LineReceived
) -> Rejected | None:
    total = arrived.received + arrived.lost + arrived.damaged
    if total > line.open:
        return more_than_open("received", line.number, line.open, total)
    if arrived.lost + arrived.damaged and not arrived.reason:
        return Rejected(RejectionCode.REASON_MISSING)
    fault = product_fault(draft, line.product_id)
    if fault is None:
        level = draft.level(StockKey(line.product_id, transfer.to_warehouse_id))
        if level.on_hand + total > MAX_QUANTITY:
            fault = too_large(level.on_hand, total)
    return fault


def _fault_of_ends(draft: Draft, transfer: Transfer) -> Rejected | None:
    if transfer.from_warehouse_id == transfer.to_warehouse_id:
        return Rejected(RejectionCode.SAME_WAREHOUSE, {"warehouse_id": transfer.to_warehouse_id})
    return warehouse_fault(
        draft, transfer.from_warehouse_id, "from_warehouse_id"
    ) or warehouse_fault(draft, transfer.to_warehouse_id, "to_warehouse_id")


def _fault_of_products(draft: Draft, transfer: Transfer) -> Rejected | None:
    return line_faults(product_fault(draft, line.product_id) for line in transfer.lines)


def _numbered(lines: Iterable[LineGiven]) -> tuple[TransferLine, ...]:
    return tuple(
        TransferLine(number, line.product_id, line.quantity) for number, line in enumerate(lines, 1)
    )


RULES: Mapping[type[DocumentCommand], Callable[[Draft, Any], Result]] = {
    DraftTransfer: draft_transfer,
    ChangeTransfer: change_transfer,
    ShipTransfer: ship_transfer,
    ReceiveTransfer: receive_transfer,
    CancelTransfer: cancel_transfer,
}
"""The commands about transfers, and their rules."""
