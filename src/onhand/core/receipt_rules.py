"""The rules of receipts: a supplier's delivery is taken in once, and may be taken back."""

from __future__ import annotations

from dataclasses import replace

from onhand.core import purchase_orders as p
from onhand.core.catalog_rules import product_fault, warehouse_fault
from onhand.core.document_rules import found, no_line, record, referring_to
from onhand.core.draft import Draft
from onhand.core.levels import MAX_QUANTITY, StockKey
from onhand.core.movements import MovementType, Origin
from onhand.core.purchase_orders import (
    LIFE_CYCLE,
    LineArrived,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
)
from onhand.core.rejections import Rejected, RejectionCode, lines_refused
from onhand.core.stock_rules import Accepted, Result, insufficient, too_large


def receive_order(draft: Draft, command: p.ReceivePurchaseOrder) -> Result:
    """Take in a delivery, each of whose lines is accepted or rejected in part."""
    order = found(draft, command, PurchaseOrder, LIFE_CYCLE, "receive")
    if isinstance(order, Rejected):
        return order
    fault = _fault_of_delivery(order, command.delivery_reference) or warehouse_fault(
        draft, order.warehouse_id
    )
    if fault is not None:
        return fault
    given = command.lines
    if given is None:
        given = tuple(LineArrived(x.number, x.on_order) for x in order.lines if x.on_order)
    receipt = _receipt(draft, order, command)
    told = replace(referring_to(order, command.origin), reference=receipt.delivery_reference)
    start = len(draft.movements)
    lines = {line.number: line for line in order.lines}
    arrived: list[ReceiptLine] = []
    faults = []
    for place, it in enumerate(given):
        line = lines.get(it.number)
        fault = (
            no_line(it.number, lines) if line is None else _fault_of_arrival(draft, order, line, it)
        )
        if line is None or fault is not None:
            faults.append((place, fault))
            continue
        lines[line.number] = _arrive(draft, order, line, it, told)
        due = line.expected_date
        late = None if due is None else (receipt.received_at.date() - due).days
        number = len(order.receipt_lines) + len(arrived) + 1
        arrived.append(
            ReceiptLine(
                number, receipt.number, line.number, it.received, it.rejected, it.reason, late
            )
        )
    named = [(place, fault) for place, fault in faults if fault is not None]
    if named:
        return lines_refused(named)
    is_done = not any(line.on_order for line in lines.values())
    received = replace(
        order,
        state=p.COMPLETED if is_done else p.PARTIALLY_RECEIVED,
        lines=tuple(lines.values()),
        receipts=(*order.receipts, receipt),
        receipt_lines=(*order.receipt_lines, *arrived),
    )
    data = {
        "receipt": receipt.number,
        "delivery_reference": receipt.delivery_reference,
        "lines": [
            {"line": x.line, "received": x.received, "rejected": x.rejected, "reason": x.reason}
            for x in arrived
        ],
    }
    received = record(draft, order, received, "receive", command.origin, data)
    facts = {"document": received, "receipt": receipt.number}
    return Accepted(movements=(start, len(draft.movements)), facts=facts)


def reverse_receipt(draft: Draft, command: p.ReverseReceipt) -> Result:
    """Take a receipt back, all of it or nothing: what it brought must still be available."""
    order = found(draft, command, PurchaseOrder, LIFE_CYCLE, "reverse")
    if isinstance(order, Rejected):
        return order
    receipt = next((x for x in order.receipts if x.number == command.receipt), None)
    fault = _fault_of_reversal(draft, order, receipt, command.receipt)
    if receipt is None or fault is not None:
        return fault or Rejected(RejectionCode.RECEIPT_NOT_FOUND, {"receipt": command.receipt})
    told = replace(referring_to(order, command.origin), reference=receipt.delivery_reference)
    start = len(draft.movements)
    lines = {line.number: line for line in order.lines}
    faults = []
    taken_back = [x for x in order.receipt_lines if x.receipt == receipt.number]
    for place, it in enumerate(taken_back):
        line = lines[it.line]
        key = StockKey(line.product_id, order.warehouse_id)
        available = draft.level(key).available
        if it.received > available:
            faults.append((place, insufficient(available, it.received)))
            continue
        if it.received:
            draft.post(key, MovementType.IN, -it.received, told)
        received = line.received - it.received
        on_order = min(line.on_order + it.received, max(line.quantity - received, 0))
        draft.inbound(key).on_order += on_order - line.on_order
        lines[line.number] = replace(
            line, received=received, rejected=line.rejected - it.rejected, on_order=on_order
        )
    if faults:
        return lines_refused(faults)
    receipts = tuple(
        replace(x, reversed_at=draft.now) if x is receipt else x for x in order.receipts
    )
    nothing_came = all(x.reversed_at is not None for x in receipts)
    reversed_ = replace(
        order,
        state=p.SENT if nothing_came else p.PARTIALLY_RECEIVED,
        lines=tuple(lines.values()),
        receipts=receipts,
    )
    data = {"receipt": receipt.number}
    reversed_ = record(draft, order, reversed_, "reverse", command.origin, data)
    return Accepted(movements=(start, len(draft.movements)), facts={"document": reversed_})


def _receipt(draft: Draft, order: PurchaseOrder, command: p.ReceivePurchaseOrder) -> Receipt:
    received_at = command.origin.occurred_at or draft.now
    sent_at = order.sent_at or received_at
    return Receipt(
        number=len(order.receipts) + 1,
        delivery_reference=command.delivery_reference,
        received_at=received_at,
        received_by=command.origin.actor,
        lead_time_days=max((received_at - sent_at).days, 0),
        notes=command.origin.notes,
    )


def _arrive(
    draft: Draft, order: PurchaseOrder, line: PurchaseOrderLine, it: LineArrived, origin: Origin
) -> PurchaseOrderLine:
    """Post a line's accepted units; the line as it is then."""
    key = StockKey(line.product_id, order.warehouse_id)
    if it.received:
        draft.level(key)
        draft.post(key, MovementType.IN, it.received, origin)
        draft.allocate_arrivals(key, origin)
    on_order = max(line.on_order - it.received, 0)
    draft.inbound(key).on_order += on_order - line.on_order
    return replace(
        line,
        received=line.received + it.received,
        rejected=line.rejected + it.rejected,
        on_order=on_order,
    )


def _fault_of_delivery(order: PurchaseOrder, reference: str) -> Rejected | None:
    for receipt in order.receipts:
        if receipt.delivery_reference == reference and receipt.reversed_at is None:
            facts = {"delivery_reference": reference, "receipt": receipt.number}
            return Rejected(RejectionCode.DELIVERY_RECEIVED, facts)
    return None


def _fault_of_arrival(
    draft: Draft, order: PurchaseOrder, line: PurchaseOrderLine, it: LineArrived
) -> Rejected | None:
    if not it.received and not it.rejected:
        return Rejected(RejectionCode.NOTHING_ARRIVED)
    if it.rejected and not it.reason:
        return Rejected(RejectionCode.REJECTED_WITHOUT_REASON)
    most = order.most_received(line)
    if line.received + it.received > most:
        facts = {
            "line": line.number,
            "open": max(most - line.received, 0),
            "requested": it.received,
            "percent": order.over_receipt_percent,
        }
        return Rejected(RejectionCode.MORE_THAN_ORDERED, facts)
    if line.rejected + it.rejected > MAX_QUANTITY:
        return too_large(line.rejected, it.rejected)
    fault = product_fault(draft, line.product_id)
    if fault is None:
        level = draft.level(StockKey(line.product_id, order.warehouse_id))
        if level.on_hand + it.received > MAX_QUANTITY:
            fault = too_large(level.on_hand, it.received)
    return fault


def _fault_of_reversal(
    draft: Draft, order: PurchaseOrder, receipt: Receipt | None, number: int
) -> Rejected | None:
    if receipt is None:
        return Rejected(RejectionCode.RECEIPT_NOT_FOUND, {"receipt": number})
    if receipt.reversed_at is not None:
        return Rejected(RejectionCode.RECEIPT_REVERSED, {"receipt": number})
    return warehouse_fault(draft, order.warehouse_id)
