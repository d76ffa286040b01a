"""The rules of transfers in transit: each takes a draft and one command, and answers.

What a rule has written before it finds a fault is taken back with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from onhand.core.catalog_rules import product_fault, warehouse_fault
from onhand.core.commands import TransferStock
from onhand.core.document_rules import (
    found,
    line_faults,
    more_than_open,
    no_line,
    record,
    referring_to,
)
from onhand.core.documents import DocumentCommand, DocumentKind
from onhand.core.draft import Draft
from onhand.core.levels import MAX_QUANTITY, StockKey
from onhand.core.movements import MovementType, Origin
from onhand.core.rejections import Rejected, RejectionCode, lines_refused
from onhand.core.stock_rules import Accepted, Result, insufficient, level_described, too_large
from onhand.core.transfers import (
    CANCELLED,
    DRAFT,
    LIFE_CYCLE,
    PARTIALLY_RECEIVED,
    RECEIVED,
    SHIPPED,
    CancelTransfer,
    ChangeTransfer,
    DraftTransfer,
    LineGiven,
    LineReceived,
    ReceiveTransfer,
    ShipTransfer,
    Transfer,
    TransferLine,
)


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


def send_stock(draft: Draft, command: TransferStock) -> Result:
    """Ship a new transfer of one line; the answer tells the levels as of an instant one."""
    origin = command.origin
    source = StockKey(command.product_id, command.from_warehouse_id)
    target = StockKey(command.product_id, command.to_warehouse_id)
    sent = draft_transfer(
        draft,
        DraftTransfer(
            origin=origin,
            from_warehouse_id=source.warehouse_id,
            to_warehouse_id=target.warehouse_id,
            lines=(LineGiven(command.product_id, command.quantity),),
            reference=origin.reference,
            notes=origin.notes,
            ship=True,
        ),
    )
    if isinstance(sent, Rejected):
        return sent.lines[0][1] if sent.lines else sent
    shipped: Transfer = sent.facts["document"]
    level = draft.level(source)
    facts = {
        "quantity": command.quantity,
        "transfer_id": shipped.id,
        "state": shipped.state,
        "from": level_described(source, level),
        "to": level_described(target, draft.level(target)),
    }
    return Accepted(source, level.on_hand, level.reserved, sent.movements, facts)


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
